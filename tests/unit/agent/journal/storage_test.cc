// The quota, the reserve and the states of the storage, over a real database and a disk that fails
// on demand; each state, and each way back.
#include <array>
#include <map>
#include <optional>
#include <set>

#include "agent/journal/files.h"
#include "agent/sqlite/transaction.h"
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

using event::EventType;
using event::StorageState;
using fault::Fault;
using fault::Operation;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kMib = 1024LL * 1024;

class JournalStorage : public JournalFixture {
 protected:
  JournalStorage() { options_.quota_bytes = 8 * kMib; }  // 4 MiB of it the database's

  StorageState State() {
    EXPECT_EQ(journal_->State().storage, journal_->storage().state);
    return journal_->storage().state;
  }
  std::string ReservePath() const { return options_.path + ".reserve"; }

  // One journey after the other: a start, some looking around, a purchase, a closing.
  ports::StoredEvent Next() {
    static constexpr std::array kJourney = {EventType::kJourneyStarted, EventType::kViewItemList,
                                            EventType::kViewItem,       EventType::kAddToCart,
                                            EventType::kViewItem,       EventType::kViewPromotion,
                                            EventType::kPurchase,       EventType::kJourneyClosed};
    ports::StoredEvent event;
    event.sequence = Sequence{last_ + 1};
    event.type = kJourney[last_ % kJourney.size()];
    event.journey = 1 + last_ / kJourney.size();
    event.body.assign(body_bytes_, static_cast<char>('a' + last_ % 26));
    ++last_;
    if (only_orders_) event.type = EventType::kPurchase;
    return event;
  }
  // The answer to count more events, with a checkpoint; last_ is as it was when they are refused.
  std::string Record(std::uint64_t count) {
    const std::uint64_t before = last_;
    ports::Transaction transaction;
    for (std::uint64_t i = 0; i < count; ++i) transaction.events.push_back(Next());
    transaction.checkpoint = ports::Checkpoint{Sequence{last_}, "state"};
    Submit(std::move(transaction));
    journal_->RunOnce();
    const std::vector<std::string> answers = TakeAnswers();
    if (answers == std::vector<std::string>{"ok"}) return "ok";
    last_ = before;
    Load();
    return answers.empty() ? "none" : answers.front();
  }
  // Until an answer is not ok.
  std::string Fill() {
    for (int i = 0; i < 400; ++i) {
      const std::string answer = Record(500);
      if (answer != "ok") return answer;
    }
    return "endless";
  }
  // Every position from the first to the last is an event or a void by quota; no row is missing.
  struct Positions {
    std::uint64_t events = 0;
    std::uint64_t voids = 0;
    std::map<EventType, std::uint64_t> types;
  };
  Positions ReadAll() {
    Positions all;
    const ports::OutboxState state = journal_->State();
    Sequence after{state.first.value - 1};
    while (after < state.last) {
      const auto range = journal_->ReadRange(state.epoch, after, 1000, 1'000'000);
      EXPECT_TRUE(range.ok());
      if (!range.ok() || range->covered == after) break;
      std::uint64_t positions = range->events.size();
      for (const ports::VoidRun& run : range->voids) {
        EXPECT_EQ(run.reason, ports::VoidReason::kQuota);
        EXPECT_EQ(run.quota, event::QuotaClass::kBrowsing);
        positions += run.count;
        all.voids += run.count;
      }
      EXPECT_EQ(positions, range->covered.value - after.value);
      for (const ports::StoredEvent& event : range->events) ++all.types[event.type];
      all.events += range->events.size();
      after = range->covered;
    }
    EXPECT_EQ(after, state.last);
    return all;
  }

  std::uint64_t last_ = 0;
  std::size_t body_bytes_ = 60;
  bool only_orders_ = false;
};

// "A database over its quota is wiped at start."
TEST_F(JournalStorage, DatabaseOverItsQuotaKeepsEveryOrder) {
  Open();
  EXPECT_EQ(Fill(), "full");
  EXPECT_EQ(State(), StorageState::kFull);
  EXPECT_GT(journal_->stats().shed[0], 10'000U);
  const Positions full = ReadAll();
  EXPECT_EQ(full.voids, journal_->stats().shed[0]);
  EXPECT_EQ(full.events + full.voids, last_);
  EXPECT_EQ(full.types.at(EventType::kPurchase), last_ / 8);
  EXPECT_EQ(full.types.at(EventType::kAddToCart), (last_ + 4) / 8);
  EXPECT_LE(FileBytes(options_.path) + FileBytes(options_.path + "-wal"), 8ULL * 1024 * 1024);

  Crash();  // and the next start finds it as it was
  const Positions after = ReadAll();
  EXPECT_EQ(after.types, full.types);
  EXPECT_EQ(journal_->State().first, Sequence{1});
  EXPECT_EQ(Load().last, Sequence{last_});
}

TEST_F(JournalStorage, GivesUpBrowsingBeforeTheQuotaIsReached) {
  Open();
  while (journal_->stats().shed[0] == 0 && last_ < 100'000) ASSERT_EQ(Record(500), "ok");
  RunUntilIdle();
  EXPECT_EQ(State(), StorageState::kLow);
  EXPECT_EQ(journal_->stats().failed_commits, 0U);
  const StorageStatus status = journal_->storage();
  const auto limit = static_cast<std::uint64_t>(4 * kMib);
  EXPECT_LT(status.used_bytes * 100, limit * (kShedFromPercent + 1));
  EXPECT_GT(status.shed[0], 0U);
  EXPECT_THAT(status.reason, HasSubstr(options_.path));
  // Never among the newest, from which the windows of the streams are rebuilt.
  const auto newest = journal_->ReadRange(journal_->State().epoch, Sequence{last_ - kKeepRows},
                                          kKeepRows, 100'000'000);
  ASSERT_TRUE(newest.ok());
  EXPECT_EQ(newest->events.size(), kKeepRows);
}

TEST_F(JournalStorage, NothingIsGivenUpWhileHeadquartersKeepsUp) {
  Open();
  while (last_ < 60'000) {
    ASSERT_EQ(Record(500), "ok");
    Acknowledge(last_);
    clock_.Advance(kCursorEvery);
    RunUntilIdle();
    ASSERT_EQ(State(), StorageState::kOk) << "at " << last_;
  }
  EXPECT_EQ(journal_->stats().shed[0], 0U);
  EXPECT_GT(journal_->stats().deleted, 0U);
}

TEST_F(JournalStorage, WhatHeadquartersHasGoesBeforeWhatItHasNot) {
  Open();
  only_orders_ = true;
  EXPECT_EQ(Fill(), "full");
  EXPECT_EQ(State(), StorageState::kFull);
  EXPECT_THAT(journal_->storage().reason, HasSubstr("quota of 8 MiB"));
  EXPECT_EQ(Record(500), "full") << "and stays so";
  Acknowledge(last_ / 2);
  RunUntilIdle();
  EXPECT_EQ(Record(500), "ok") << "goes on by itself";
  EXPECT_NE(State(), StorageState::kFull);
  EXPECT_EQ(journal_->stats().shed[0], 0U);
}

TEST_F(JournalStorage, AFullQuotaHealsWithoutAGuest) {
  Open();
  only_orders_ = true;
  EXPECT_EQ(Fill(), "full");
  clock_.Advance(kProbeEvery);
  RunUntilIdle();
  EXPECT_EQ(State(), StorageState::kFull) << "still no room";
  EXPECT_GE(journal_->stats().probes, 1U);
  Acknowledge(last_);
  RunUntilIdle();
  clock_.Advance(kProbeEvery);
  RunUntilIdle();
  EXPECT_EQ(State(), StorageState::kOk);
}

TEST_F(JournalStorage, OpenJourneysKeepTheirRows) {
  Open();
  // One journey that never ends, and nothing else but browsing.
  for (bool ok = true; ok && last_ < 100'000;) {
    ports::Transaction transaction;
    for (int i = 0; i < 500; ++i) {
      ports::StoredEvent event = Next();
      event.type = EventType::kViewItem;
      event.journey = 1;
      transaction.events.push_back(std::move(event));
    }
    transaction.checkpoint = ports::Checkpoint{Sequence{last_}, "state"};
    Submit(std::move(transaction));
    journal_->RunOnce();
    ok = TakeAnswers() == std::vector<std::string>{"ok"};
  }
  EXPECT_EQ(State(), StorageState::kFull);
  EXPECT_EQ(journal_->stats().shed[0], 0U);
}

TEST_F(JournalStorage, NothingIsGivenUpAboveTheCheckpoint) {
  Open();
  for (bool ok = true; ok && last_ < 200'000;) {
    ports::Transaction transaction;
    for (int i = 0; i < 500; ++i) transaction.events.push_back(Next());
    Submit(std::move(transaction));
    journal_->RunOnce();
    ok = TakeAnswers() == std::vector<std::string>{"ok"};
  }
  EXPECT_EQ(State(), StorageState::kFull);
  EXPECT_EQ(journal_->stats().shed[0], 0U);
  const std::size_t tail = Load().tail.size();
  EXPECT_GT(tail, 10'000U);
  EXPECT_EQ(tail % 500, 0U) << "whole transactions";
}

TEST_F(JournalStorage, VoidRunsGoWithTheRetention) {
  Open();
  EXPECT_EQ(Fill(), "full");
  ASSERT_GT(journal_->stats().void_runs, 100U);
  const std::uint64_t cut = last_ - kKeepRows;
  Acknowledge(cut - 1000);
  RunUntilIdle();
  for (int i = 0; i < 40; ++i) ASSERT_EQ(Record(500), "ok");
  RunUntilIdle();
  EXPECT_GT(journal_->State().first, Sequence{1});
  ReadAll();
  const std::uint64_t runs = journal_->stats().void_runs;
  Acknowledge(last_);
  clock_.Advance(kCursorEvery);
  RunUntilIdle();
  for (int i = 0; i < 20; ++i) ASSERT_EQ(Record(500), "ok");
  RunUntilIdle();
  EXPECT_LT(journal_->stats().void_runs, runs);
  ReadAll();
  const Sequence first = journal_->State().first;
  Crash();
  EXPECT_EQ(journal_->State().first, first);
}

TEST_F(JournalStorage, ALowerQuotaThanTheFileHasGivesUpUntilItFits) {
  options_.quota_bytes = 16 * kMib;
  Open();
  while (journal_->storage().used_bytes < 8 * kMib) {
    ASSERT_EQ(Record(500), "ok");
    clock_.Advance(kCursorEvery);
  }
  EXPECT_EQ(journal_->stats().shed[0], 0U);
  options_.quota_bytes = 8 * kMib;
  CloseAndReopen();
  RunUntilIdle();
  EXPECT_GT(journal_->stats().shed[0], 0U);
  const Positions all = ReadAll();
  EXPECT_EQ(all.events + all.voids, last_);
  EXPECT_EQ(all.types.at(EventType::kPurchase), (last_ + 1) / 8);
}

TEST_F(JournalStorage, ADiskThatFailsIsBrokenAndHealsWithoutAGuest) {
  Open();
  ASSERT_EQ(Record(10), "ok");
  vfs_.Fail(Operation::kSync, Fault::kIoError);
  EXPECT_EQ(Record(1), "retry_later");
  EXPECT_EQ(State(), StorageState::kBroken);
  EXPECT_THAT(journal_->storage().reason, HasSubstr("Input/output error"));
  EXPECT_FALSE(journal_->storage().corrupt);
  clock_.Advance(kProbeEvery - Millis{1});
  EXPECT_FALSE(journal_->RunOnce()) << "not yet";
  clock_.Advance(Millis{1});
  EXPECT_TRUE(journal_->RunOnce());
  EXPECT_EQ(State(), StorageState::kBroken) << "the disk still fails";
  vfs_.Heal();
  clock_.Advance(kProbeEvery);
  EXPECT_TRUE(journal_->RunOnce());
  EXPECT_EQ(State(), StorageState::kOk);
  EXPECT_EQ(journal_->stats().probes, 2U);
  clock_.Advance(kProbeEvery * 10);
  const std::uint64_t writes = vfs_.writes();
  EXPECT_FALSE(journal_->RunOnce());
  EXPECT_EQ(vfs_.writes(), writes) << "an idle terminal writes nothing";
  ASSERT_EQ(Record(1), "ok");
}

TEST_F(JournalStorage, RecordingHealsTheStateToo) {
  Open();
  vfs_.Fail(Operation::kWrite, Fault::kIoError);
  EXPECT_EQ(Record(1), "retry_later");
  EXPECT_EQ(State(), StorageState::kBroken);
  vfs_.Heal();
  EXPECT_EQ(Record(1), "ok");
  EXPECT_EQ(State(), StorageState::kOk);
}

TEST_F(JournalStorage, AFailedReadIsBrokenUntilTheSameCanBeRead) {
  Open();
  for (int i = 0; i < 20; ++i) ASSERT_EQ(Record(500), "ok");
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Open();
  vfs_.Fail(Operation::kRead, Fault::kIoError);
  EXPECT_FALSE(journal_->Read(Sequence{5000}, 10, 100'000).ok());
  EXPECT_EQ(State(), StorageState::kBroken);
  clock_.Advance(kProbeEvery);
  RunUntilIdle();
  EXPECT_EQ(State(), StorageState::kBroken);
  vfs_.Heal();
  clock_.Advance(kProbeEvery);
  RunUntilIdle();
  EXPECT_EQ(State(), StorageState::kOk);
}

TEST_F(JournalStorage, ADamagedPageIsBrokenAndSaysSo) {
  Open();
  for (int i = 0; i < 20; ++i) ASSERT_EQ(Record(500), "ok");
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  std::string bytes = ReadFile(options_.path);
  for (std::size_t at = 200 * kPageBytes; at < 400 * kPageBytes; ++at) bytes[at] = '\x5A';
  WriteFile(options_.path, bytes);
  Open();
  const auto read = journal_->Read(Sequence{}, 10'000, 100'000'000);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, Errc::kCorrupt);
  EXPECT_EQ(State(), StorageState::kBroken);
  EXPECT_TRUE(journal_->storage().corrupt);
  clock_.Advance(kProbeEvery);
  RunUntilIdle();
  EXPECT_EQ(journal_->stats().probes, 0U) << "trying again does not mend it";
}

TEST_F(JournalStorage, LittleFreeSpaceIsLow) {
  options_.low_free_bytes = 1024LL * 1024 * kMib;
  Open();
  EXPECT_EQ(State(), StorageState::kLow);
  EXPECT_THAT(journal_->storage().reason, HasSubstr("free on the file system"));
}

TEST_F(JournalStorage, TheReserveIsThereWithItsBlocks) {
  Open();
  EXPECT_TRUE(journal_->storage().reserve_held);
  EXPECT_EQ(FileBytes(ReservePath()), static_cast<std::uint64_t>(options_.reserve_bytes));
  options_.reserve_bytes = kMib;
  Crash();
  EXPECT_EQ(FileBytes(ReservePath()), static_cast<std::uint64_t>(kMib)) << "as it is wanted now";
  options_.reserve_bytes = 0;
  Crash();
  EXPECT_FALSE(std::filesystem::exists(ReservePath()));
  EXPECT_EQ(State(), StorageState::kOk);
}

// "After one full disk every later event vanishes in silence."
TEST_F(JournalStorage, AfterAFullDiskEveryLaterEventIsRecorded) {
  Open();
  ASSERT_EQ(Record(100), "ok");
  vfs_.Fail(Operation::kWrite, Fault::kDiskFull);
  EXPECT_EQ(Record(1), "full");
  EXPECT_EQ(State(), StorageState::kFull);
  EXPECT_THAT(journal_->storage().reason, HasSubstr("no space is left"));
  EXPECT_FALSE(journal_->storage().reserve_held) << "it was tried with";
  EXPECT_EQ(journal_->stats().reserve_releases, 1U);
  EXPECT_FALSE(std::filesystem::exists(ReservePath()));
  vfs_.Heal();
  clock_.Advance(kProbeEvery);
  RunUntilIdle();
  EXPECT_EQ(State(), StorageState::kLow) << "it works again, but the reserve is gone";
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Record(1), "ok");
  clock_.Advance(kLookEvery);
  RunUntilIdle();
  EXPECT_TRUE(journal_->storage().reserve_held) << "made again";
  EXPECT_EQ(State(), StorageState::kOk);
  Crash();
  EXPECT_EQ(Load().last, Sequence{150});
}

TEST_F(JournalStorage, ASyncOrAQuotaThatFindsNoSpaceIsFullNotBroken) {
  options_.reserve_bytes = 0;
  Open();
  vfs_.Fail(Operation::kSync, Fault::kDiskFull);
  EXPECT_EQ(Record(1), "full");
  EXPECT_EQ(State(), StorageState::kFull);
  vfs_.Heal();
  EXPECT_EQ(Record(1), "ok");
  vfs_.Fail(Operation::kWrite, Fault::kDiskQuota);
  EXPECT_EQ(Record(1), "full") << "the file system's quota is a lack of room too";
  EXPECT_EQ(State(), StorageState::kFull);
  vfs_.Heal();
  EXPECT_EQ(Record(1), "ok");
  EXPECT_EQ(State(), StorageState::kOk);
}

TEST_F(JournalStorage, AWalThatAnotherProgramHoldsCountsIntoTheQuota) {
  Open();
  ASSERT_EQ(Record(1), "ok");
  sqlite::OpenOptions open;
  open.path = options_.path;
  open.access = sqlite::Access::kReadOnly;
  auto other = sqlite::Database::Open(open);
  ASSERT_TRUE(other.ok());
  auto view =
      std::make_optional(sqlite::Transaction::Begin(*other, sqlite::Transaction::Kind::kRead));
  ASSERT_TRUE(view->ok());
  ASSERT_TRUE(other->ReadInt("SELECT count(*) FROM event").ok());
  std::string answer = "ok";
  for (int i = 0; i < 400 && answer == "ok"; ++i) {
    clock_.Advance(kCursorEvery);
    answer = Record(500);
  }
  EXPECT_EQ(answer, "full");
  EXPECT_THAT(journal_->storage().reason, HasSubstr("another program"));
  EXPECT_LE(journal_->storage().file_bytes, 9ULL * 1024 * 1024);
  view.reset();
  clock_.Advance(kProbeEvery);
  RunUntilIdle();
  EXPECT_EQ(Record(1), "ok");
}

TEST_F(JournalStorage, AnIdleTerminalWritesNothing) {
  Open();
  ASSERT_EQ(Record(10), "ok");
  RunUntilIdle();
  const std::uint64_t writes = vfs_.writes();
  for (int hour = 0; hour < 24; ++hour) {
    clock_.Advance(Millis{3'600'000});
    RunUntilIdle();
  }
  EXPECT_EQ(vfs_.writes(), writes);
}

}  // namespace

}  // namespace trayline::journal
