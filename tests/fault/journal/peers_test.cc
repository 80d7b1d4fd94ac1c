// What other recorders were seen to do when the disk fails, each as a test that ours does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "tests/fault/vfs/power_vfs.h"
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

using fault::Fault;
using fault::Operation;

class PeerFailure : public JournalFixture {
 protected:
  void TearDown() override { journal_.reset(); }  // before the disk that it may be on
  // The journal moves to a disk in memory.
  fault::PowerVfs& NewDisk(std::uint64_t seed) {
    power_.reset();
    power_ = std::make_unique<fault::PowerVfs>("peer_power", seed);
    options_.vfs = power_->name();
    return *power_;
  }
  // All kinds of rows, so that every prepared statement takes part.
  static ports::Transaction Everything(std::uint64_t sequence) {
    ports::Transaction transaction = Events(sequence, sequence);
    transaction.streams.push_back(
        {static_cast<std::uint32_t>(sequence), "till-" + std::to_string(sequence)});
    ports::ForeignKey key;
    key.stream = 1;
    key.id = "key-" + std::to_string(sequence);
    key.first = key.last = Sequence{sequence};
    key.recorded = WallFromMs(fakes::kManualClockStartMs);
    transaction.foreign_keys.push_back(std::move(key));
    transaction.checkpoint = ports::Checkpoint{Sequence{sequence}, "state"};
    return transaction;
  }
  // Events 1 to last are there, whole.
  void ExpectAll(std::uint64_t last) {
    EXPECT_EQ(Load().last, Sequence{last});
    const auto events = journal_->Read(Sequence{}, last + 1, 1'000'000'000);
    ASSERT_TRUE(events.ok());
    ASSERT_EQ(events->size(), last);
    for (std::uint64_t i = 0; i < last; ++i) {
      ASSERT_EQ((*events)[i].sequence, Sequence{i + 1});
      ASSERT_EQ((*events)[i].body[0], static_cast<char>('a' + (i + 1) % 26));
    }
  }

 private:
  std::unique_ptr<fault::PowerVfs> power_;
};

// Seen: after one full disk the prepared INSERT stays in error, and every later event vanishes in
// silence.
TEST_F(PeerFailure, AfterOneFullDiskNoLaterEventVanishesInSilence) {
  Open();
  std::uint64_t last = 0;
  std::uint64_t refused = 0;
  for (std::int64_t after = 0; after < 12; ++after) {
    vfs_.Fail(Operation::kWrite, Fault::kDiskFull, after);
    Submit(Everything(last + 1));
    while (journal_->RunOnce()) {
    }
    vfs_.Heal();
    const auto answers = TakeAnswers();
    ASSERT_EQ(answers.size(), 1U) << "silence";
    if (answers[0] == "ok") {
      ++last;
    } else {
      EXPECT_EQ(answers[0], "full");
      ++refused;
    }
    ASSERT_EQ(Load().last, Sequence{last});
    for (int i = 0; i < 3; ++i) Commit(Everything(++last));
  }
  EXPECT_GT(refused, 0U);
  Crash();
  ExpectAll(last);
  EXPECT_EQ(Load().foreign_keys.size(), last);
}

// Seen: a database over its quota is wiped at start.
TEST_F(PeerFailure, ADatabaseOverItsQuotaIsNotWipedAtStart) {
  constexpr std::int64_t kMiB = 1024LL * 1024;
  options_.quota_bytes = 20 * kMiB;
  Open();
  constexpr std::uint64_t kEvents = 2500;  // of 4 KB each: 10 MB
  for (std::uint64_t i = 1; i <= kEvents; i += 500) Commit(Events(i, i + 499, 4000));
  const std::string id = Load().journal_id;
  options_.quota_bytes = 8 * kMiB;
  Crash();
  ExpectAll(kEvents);
  EXPECT_EQ(Load().journal_id, id);
}

// Seen: any query error at start wipes the database.
TEST_F(PeerFailure, AQueryErrorAtStartDoesNotWipeTheDatabase) {
  Open();
  CommitMany(1, 300);
  const std::string id = Load().journal_id;
  std::uint64_t failed = 0;
  for (const Operation operation : {Operation::kRead, Operation::kWrite, Operation::kSync}) {
    for (std::int64_t after = 0; after < 20; ++after) {
      journal_.reset();
      vfs_.Fail(operation, Fault::kIoError, after);
      if (auto opened = TryOpen(); !opened.ok()) {
        EXPECT_EQ(opened.error().code, Errc::kRetryLater) << opened.error().text;
        ++failed;
      }
      vfs_.Heal();
      Open();
      ASSERT_EQ(Load().journal_id, id);
    }
  }
  EXPECT_GT(failed, 0U);
  ExpectAll(300);
}

// Seen: the acknowledgement comes from RAM before the disk. Here the power goes at the very moment
// of the answer.
TEST_F(PeerFailure, NoAcknowledgementComesFromRamBeforeTheDisk) {
  fault::PowerVfs& power = NewDisk(20'261'122);
  for (std::uint64_t sequence = 1; sequence <= 100; ++sequence) {
    Open();
    bool answered = false;
    journal_->Submit(Events(sequence, sequence), [&](const Status& status) {
      answered = status.ok();
      power.PowerCut();
    });
    ASSERT_TRUE(journal_->RunOnce());
    ASSERT_TRUE(answered);
    journal_.reset();
    Open();
    ASSERT_EQ(Load().last, Sequence{sequence});
    power.KillProcess();
    journal_.reset();
  }
  EXPECT_GT(power.counts().cuts, 99U);
}

// Seen: a crash on a 0-byte file that a power cut has left.
TEST_F(PeerFailure, AZeroByteFileAfterAPowerCutCrashesNothing) {
  WriteFile(options_.path, "");
  WriteFile(options_.path + "-wal", "");
  WriteFile(options_.path + "-journal", "");
  WriteFile(options_.path + ".epoch", "");
  Open();
  CommitMany(1, 50);
  for (const std::string suffix : {"-wal", "-journal", "-shm", ".epoch", ".epoch.new"}) {
    SCOPED_TRACE(suffix);
    ASSERT_TRUE(journal_->Close().ok());  // all events are in the database now
    journal_.reset();
    WriteFile(options_.path + suffix, "");
    Open();
    ExpectAll(50);
  }
}

// The power goes at each operation of the first opening: what is left opens, and never looks like
// a journal that has lost its database (an empty file beside a WAL, which the next start refuses).
TEST_F(PeerFailure, ADatabaseCutWhileItIsMadeOpensAfterwards) {
  bool made = false;
  for (std::uint64_t operation = 1; !made; ++operation) {
    ASSERT_LT(operation, 1000U);
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      SCOPED_TRACE(testing::Message() << "cut at " << operation << " seed " << seed);
      fault::PowerVfs& power = NewDisk(seed);
      power.CutAt(operation);
      made = TryOpen().ok();
      power.PowerCut();
      const bool no_database = power.ReadFile(options_.path).value_or("").empty();
      EXPECT_TRUE(!no_database || power.ReadFile(options_.path + "-wal").value_or("").empty());
      Open();
      Commit(Events(1, 1));
      journal_.reset();
    }
  }
}

}  // namespace

}  // namespace trayline::journal
