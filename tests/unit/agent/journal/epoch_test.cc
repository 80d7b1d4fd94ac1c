// How a journal takes another epoch: by order, at Open, over crashes, and how large it may be.
#include <gmock/gmock.h>

#include <cstdint>
#include <set>

#include "agent/event/event.h"
#include "agent/event/key.h"
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

using ports::Incident;

class JournalEpoch : public JournalFixture {
 protected:
  // Events that the engine could have written, each with a line of its own.
  ports::Transaction Encoded(std::uint64_t first, std::uint64_t last) {
    const Epoch epoch = journal_->State().epoch;
    ports::Transaction transaction = Events(first, last);
    for (ports::StoredEvent& stored : transaction.events) {
      event::Event event;
      event.journey = JourneyId{epoch, stored.journey};
      event.time = WallFromMs(1'795'348'800'000);
      event.data.Set(event::Key::kLineId, static_cast<std::int64_t>(stored.sequence.value));
      stored.body = event::EncodeBody(event, epoch);
    }
    return transaction;
  }
  std::vector<ports::StoredEvent> ReadAll() {
    auto events = journal_->Read(Sequence{}, 1'000'000, SIZE_MAX);
    EXPECT_TRUE(events.ok());
    return events.ok() ? std::move(*events) : std::vector<ports::StoredEvent>{};
  }
  static std::int64_t LineOf(const ports::StoredEvent& stored, Epoch epoch) {
    const auto event =
        event::DecodeBody(stored.body, epoch, stored.sequence, stored.type, stored.journey);
    EXPECT_TRUE(event.ok());
    return event.ok() ? event->data.IntOr(event::Key::kLineId, 0) : 0;
  }
  std::string BeginEpoch(Epoch wanted = {}) {
    std::string answer = "none";
    journal_->BeginEpoch(wanted, [&answer](const Status& status) {
      answer = status.ok() ? "ok" : ErrcName(status.error().code);
    });
    journal_->RunOnce();
    return answer;
  }
  void CloseForGood() {
    ASSERT_TRUE(journal_->Close().ok());
    journal_.reset();
  }
};

TEST_F(JournalEpoch, IsAboveTheEpochFileToo) {
  Open();
  WriteFile(options_.path + ".epoch", "3000000000\n");
  EXPECT_EQ(BeginEpoch(Epoch{2'000'000'000}), "ok");
  EXPECT_EQ(journal_->State().epoch, Epoch{3'000'000'001});
  EXPECT_EQ(ReadFile(options_.path + ".epoch"), "3000000001\n");
}

TEST_F(JournalEpoch, RefusesANumberThatCannotBeOne) {
  Open();
  const Epoch before = journal_->State().epoch;
  EXPECT_EQ(BeginEpoch(Epoch{UINT64_MAX}), "rejected");
  EXPECT_EQ(journal_->State().epoch, before);
}

TEST_F(JournalEpoch, AnOlderDatabasePutBackTakesANewEpoch) {
  Open();
  Commit(Encoded(1, 9));
  Acknowledge(4);
  const ports::OutboxState before = journal_->State();
  CloseForGood();
  WriteFile(options_.path + ".epoch", std::to_string(before.epoch.value + 5) + "\n");
  Open();
  const ports::OutboxState after = journal_->State();
  EXPECT_EQ(after.epoch.value, before.epoch.value + 6);
  EXPECT_NE(after.journal_id, before.journal_id);
  EXPECT_EQ(after.opens, 2U);
  EXPECT_EQ(after.last, Sequence{5});
  const ports::CommittedState state = Load();
  ASSERT_TRUE(state.incident);
  EXPECT_EQ(state.incident->kind, Incident::Kind::kOlderFile);
  EXPECT_EQ(state.incident->old_epoch, before.epoch);
  EXPECT_EQ(state.incident->carried, 5U);
  CloseAndReopen();
  EXPECT_EQ(journal_->State().epoch, after.epoch) << "once";
}

TEST_F(JournalEpoch, AJournalThatHasLostWhatHqHasNeverUsesItsNumbersAgain) {
  Open();
  ports::Transaction transaction = Encoded(1, 10);
  transaction.checkpoint = ports::Checkpoint{Sequence{6}, "state"};
  Commit(std::move(transaction));
  Acknowledge(10);
  const Epoch before = journal_->State().epoch;
  CloseForGood();
  Execute("DELETE FROM event WHERE sequence > 8");
  Open();
  EXPECT_EQ(journal_->State().epoch, before.Next());
  EXPECT_EQ(journal_->State().last, Sequence{});
  const ports::CommittedState state = Load();
  ASSERT_TRUE(state.incident);
  EXPECT_EQ(state.incident->kind, Incident::Kind::kSalvaged);
  ASSERT_EQ(state.carried.size(), 2U) << "what the checkpoint does not cover goes on";
  EXPECT_EQ(state.carried.front().event.sequence, Sequence{7});
  Commit(Events(1, 1));
}

TEST_F(JournalEpoch, ACheckpointAboveTheLastEventIsDamageToo) {
  Open();
  ports::Transaction transaction = Encoded(1, 10);
  transaction.checkpoint = ports::Checkpoint{Sequence{10}, "state"};
  Commit(std::move(transaction));
  Acknowledge(3);
  CloseForGood();
  Execute("DELETE FROM event WHERE sequence > 8");
  Open();
  const ports::CommittedState state = Load();
  ASSERT_TRUE(state.incident);
  EXPECT_EQ(state.incident->carried, 5U);
  EXPECT_EQ(state.incident->lost, 2U);
  ASSERT_TRUE(state.checkpoint);
  EXPECT_EQ(state.checkpoint->at, Sequence{5});
  EXPECT_EQ(state.last, Sequence{5});
  Commit(Events(6, 6));
}

TEST_F(JournalEpoch, VoidRunsAndDistancesStay) {
  Open();
  Commit(Encoded(1, 20));
  Acknowledge(6);
  CloseForGood();
  Execute(
      "DELETE FROM event WHERE sequence IN (5, 6, 7, 8, 12, 13);"
      "INSERT INTO void_run VALUES(5, 4, 1, 0), (12, 2, 0, 0)");
  Open();
  ASSERT_EQ(BeginEpoch(), "ok");
  const auto range = journal_->ReadRange(journal_->State().epoch, Sequence{}, 100, 1'000'000);
  ASSERT_TRUE(range.ok());
  EXPECT_EQ(range->events.front().sequence, Sequence{3});
  EXPECT_EQ(range->covered, Sequence{14});
  using event::QuotaClass;
  using ports::VoidReason;
  EXPECT_THAT(range->voids,
              testing::ElementsAre(
                  ports::VoidRun{Sequence{1}, 2, QuotaClass{1}, VoidReason::kQuota},
                  ports::VoidRun{Sequence{6}, 2, QuotaClass::kBrowsing, VoidReason::kQuota}));
  const ports::CommittedState state = Load();
  ASSERT_TRUE(state.incident);
  EXPECT_EQ(state.incident->carried, 10U);
  EXPECT_EQ(state.incident->lost, 0U);
  EXPECT_EQ(state.tail.size(), 10U);
}

// Written by a newer version of the agent, before it was rolled back.
TEST_F(JournalEpoch, KeepsABodyThatItCannotReadAsItIs) {
  Open();
  ports::Transaction transaction = Encoded(1, 3);
  transaction.events[1].body = "\x7Fwritten by a newer version";
  Commit(std::move(transaction));
  ASSERT_EQ(BeginEpoch(), "ok");
  const auto events = ReadAll();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].body, "\x7Fwritten by a newer version");
}

TEST_F(JournalEpoch, TwoIncidentsThatNobodyWasToldAreToldAsOne) {
  Open();
  Commit(Encoded(1, 4));
  const Epoch first = journal_->State().epoch;
  CloseForGood();
  WriteFile(options_.path + ".epoch", std::to_string(first.value + 1) + "\n");
  Open();
  ASSERT_EQ(BeginEpoch(), "ok");
  const ports::CommittedState state = Load();
  ASSERT_TRUE(state.incident);
  EXPECT_EQ(state.incident->old_epoch, first);
  EXPECT_EQ(state.incident->carried, 4U);
  EXPECT_THAT(state.incident->text, testing::HasSubstr("older database"));
  EXPECT_THAT(state.incident->text, testing::HasSubstr("refused"));
}

TEST_F(JournalEpoch, WhatAWindowKeepsOfOlderEpochsFallsOutInTheEnd) {
  Open();
  const auto record = [this](std::uint64_t from, std::uint64_t to, std::uint64_t number) {
    ports::Transaction transaction = Encoded(from, to);
    for (ports::StoredEvent& event : transaction.events) {
      event.stream = 1;
      event.number = number++;
      event.digest = 7;
    }
    return transaction;
  };
  Commit(record(1, 20, 1));
  Acknowledge(20);
  ASSERT_EQ(BeginEpoch(), "ok");
  EXPECT_EQ(Load().window.size(), 20U);
  Commit(record(1, ports::kStreamWindow - 5, 21));
  ports::CommittedState state = Load();
  ASSERT_EQ(state.window.size(), ports::kStreamWindow);
  EXPECT_EQ(state.window.front().number, 16U);
  CloseAndReopen();
  EXPECT_EQ(Load().window, state.window);
  CloseForGood();
  Execute("DELETE FROM event");
  Execute("UPDATE journal SET acked = 0");
  Open();
  EXPECT_EQ(Load().window.size(), 5U) << "the rest was pruned";
}

// Whichever write is the last before a power cut or a full disk: every unsent event is there once.
TEST_F(JournalEpoch, ACrashAtAnyWriteLeavesEveryUnsentEventOnce) {
  Open();
  Commit(Encoded(1, 300));
  Acknowledge(100);
  CloseForGood();
  const std::string before = ReadFile(options_.path);
  const std::string epoch_before = ReadFile(options_.path + ".epoch");
  bool succeeded = false;
  for (std::int64_t writes = 0; !succeeded; ++writes) {
    SCOPED_TRACE("write " + std::to_string(writes));
    std::filesystem::remove(options_.path + "-wal");
    std::filesystem::remove(options_.path + "-shm");
    WriteFile(options_.path, before);
    WriteFile(options_.path + ".epoch", epoch_before);
    Open();
    const Epoch old = journal_->State().epoch;
    const std::uint64_t faults = vfs_.faults();
    vfs_.Fail(fault::Operation::kWrite, fault::Fault::kIoError, writes);
    const bool ok = BeginEpoch() == "ok";
    succeeded = ok && vfs_.faults() == faults;
    vfs_.Heal();
    EXPECT_EQ(journal_->State().epoch != old, ok);
    Crash();
    std::set<std::int64_t> lines;
    for (const ports::StoredEvent& event : ReadAll()) {
      EXPECT_TRUE(lines.insert(LineOf(event, journal_->State().epoch)).second);
    }
    EXPECT_EQ(lines.size(), 200U);
    EXPECT_EQ(*lines.begin(), 101);
    EXPECT_EQ(journal_->State().last, Sequence{200});
    ASSERT_LT(writes, 1000) << "it never succeeds";
    journal_.reset();
  }
}

TEST_F(JournalEpoch, TakesALargeJournalAlong) {
  constexpr std::uint64_t kEvents = 200'000;
  constexpr std::uint64_t kPiece = 4000;
  options_.quota_bytes = 32LL * 1024 * 1024;
  Open();
  for (std::uint64_t i = 1; i <= kEvents; i += kPiece) Commit(Encoded(i, i + kPiece - 1));
  Acknowledge(1);
  ASSERT_EQ(BeginEpoch(), "ok");
  const ports::OutboxState state = journal_->State();
  EXPECT_EQ(state.last, Sequence{kEvents - 1});
  for (std::uint64_t at = 0; at < kEvents - 1; at += 50'000) {
    const auto events = journal_->Read(Sequence{at}, 1, SIZE_MAX);
    ASSERT_TRUE(events.ok());
    EXPECT_EQ(LineOf(events->front(), state.epoch), static_cast<std::int64_t>(at) + 2);
  }
}

}  // namespace

}  // namespace trayline::journal
