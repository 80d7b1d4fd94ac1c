// What every implementation of agent/ports/event_store.h must do. Include it in one test file for
// each implementation and instantiate EventStoreSuite with a function that makes a StoreUnderTest;
// event_range_suite.h has the rest of it, and its own suite to instantiate.
#ifndef TRAYLINE_TESTS_PORTS_EVENT_STORE_SUITE_H_
#define TRAYLINE_TESTS_PORTS_EVENT_STORE_SUITE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/ports/event_store.h"

namespace trayline::ports {

inline constexpr std::size_t kSuiteQueueMax = 4;

// An empty store with a queue of kSuiteQueueMax transactions that commits when it is told to.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual EventStore& store() = 0;
  virtual EventReader& reader() = 0;
  virtual Outbox& outbox() = 0;
  // Commits, or refuses, what is waiting.
  virtual void RunOnce() = 0;
  // The commit of the next RunOnce finds the disk full.
  virtual void FailNextCommit() = 0;
  // The agent stops, in order or not, and starts again, on the same or another boot of the machine.
  virtual void Restart(bool clean_stop, bool new_boot) = 0;
  // The committed events of first..last, below the last one, are given up: a void run of the class
  // stands in their place.
  virtual void GiveUp(Sequence first, Sequence last, event::QuotaClass quota) = 0;
  // The civil clock is now at.
  virtual void SetWall(WallTime at) = 0;
  // A restart, after which there is a closed epoch; the checkpoint covers it up to folded.
  virtual void AddClosed(const ClosedEpoch& closed, const std::vector<StoredEvent>& events,
                         Sequence folded) = 0;
};

// Collects the answers to transactions, as "ok" or the name of the code, in order.
class Answers {
 public:
  std::function<void(Status)> Next() {
    return [this](const Status& status) {
      texts_.push_back(status.ok() ? "ok" : std::string(ErrcName(status.error().code)));
    };
  }
  std::vector<std::string> Take() { return std::exchange(texts_, {}); }

 private:
  std::vector<std::string> texts_;
};

inline StoredEvent MakeStored(std::uint64_t sequence, std::uint64_t journey = 1,
                              std::string body = "body") {
  StoredEvent event;
  event.sequence = Sequence{sequence};
  event.type = event::EventType::kAddToCart;
  event.journey = journey;
  event.body = std::move(body);
  return event;
}

// Events first..last.
inline Transaction MakeTransaction(std::uint64_t first, std::uint64_t last) {
  Transaction transaction;
  for (std::uint64_t i = first; i <= last; ++i) transaction.events.push_back(MakeStored(i));
  return transaction;
}

inline ForeignKey MakeForeignKey(std::string id, std::uint64_t sequence, WallTime recorded) {
  ForeignKey key;
  key.stream = 1;
  key.id = std::move(id);
  key.digest = 77 + sequence;
  key.first = key.last = Sequence{sequence};
  key.journey = JourneyId{Epoch{5}, sequence};
  key.recorded = recorded;
  return key;
}

class EventStoreSuite
    : public testing::TestWithParam<std::function<std::unique_ptr<StoreUnderTest>()>> {
 protected:
  EventStoreSuite() : under_test_(GetParam()()) {}

  EventStore& store() { return under_test_->store(); }
  EventReader& reader() { return under_test_->reader(); }
  Outbox& outbox() { return under_test_->outbox(); }
  void RunOnce() { under_test_->RunOnce(); }

  void Submit(Transaction transaction) { store().Submit(std::move(transaction), answers_.Next()); }
  // Submits and commits; the transaction must be taken.
  void Commit(Transaction transaction) {
    Submit(std::move(transaction));
    RunOnce();
    ASSERT_THAT(answers_.Take(), testing::ElementsAre("ok"));
  }
  CommittedState Load() {
    auto state = store().Load();
    EXPECT_TRUE(state.ok());
    return state.ok() ? std::move(*state) : CommittedState{};
  }
  std::vector<std::uint64_t> ReadSequences(std::uint64_t after, std::size_t limit,
                                           std::size_t max_bytes) {
    auto events = reader().Read(Sequence{after}, limit, max_bytes);
    EXPECT_TRUE(events.ok());
    std::vector<std::uint64_t> sequences;
    if (events.ok()) {
      for (const StoredEvent& event : *events) sequences.push_back(event.sequence.value);
    }
    return sequences;
  }
  static constexpr std::size_t kNoLimit = 1'000'000;

  std::unique_ptr<StoreUnderTest> under_test_;
  Answers answers_;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EventStoreSuite);

TEST_P(EventStoreSuite, StartsEmpty) {
  const CommittedState state = Load();
  EXPECT_NE(state.epoch, Epoch{});
  EXPECT_EQ(state.journal_id.size(), 32U);
  EXPECT_EQ(state.opens, 1U);
  EXPECT_EQ(state.boot, 1U);
  EXPECT_TRUE(state.new_boot);
  EXPECT_TRUE(state.clean_stop);
  EXPECT_EQ(state.last, Sequence{});
  EXPECT_FALSE(state.checkpoint);
  EXPECT_TRUE(state.tail.empty());
  EXPECT_THAT(ReadSequences(0, kNoLimit, kNoLimit), testing::IsEmpty());
}

TEST_P(EventStoreSuite, AnswersOnlyAfterTheCommit) {
  Submit(MakeTransaction(1, 2));
  EXPECT_THAT(answers_.Take(), testing::IsEmpty());
  EXPECT_THAT(ReadSequences(0, kNoLimit, kNoLimit), testing::IsEmpty());
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("ok"));
  EXPECT_THAT(ReadSequences(0, kNoLimit, kNoLimit), testing::ElementsAre(1, 2));
}

TEST_P(EventStoreSuite, KeepsEveryFieldOfAnEvent) {
  StoredEvent event = MakeStored(1, 0xFFFF'FFFF'FFFF'FFFFULL, std::string("a\0b\xFF", 4));
  event.type = static_cast<event::EventType>(65'535);
  event.stream = 3;
  event.number = 0x8000'0000'0000'0001ULL;
  event.digest = 0xFEDC'BA98'7654'3210ULL;
  Transaction transaction;
  transaction.events = {event, MakeStored(2, 0, "")};
  Commit(transaction);
  under_test_->Restart(true, false);
  EXPECT_EQ(Load().tail, transaction.events);
  const auto read = reader().Read(Sequence{}, kNoLimit, kNoLimit);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, transaction.events);
}

TEST_P(EventStoreSuite, CommitsInTheOrderOfSubmission) {
  Submit(MakeTransaction(1, 1));
  Submit(MakeTransaction(2, 4));
  Submit(MakeTransaction(5, 5));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("ok", "ok", "ok"));
  EXPECT_EQ(Load().last, Sequence{5});
}

TEST_P(EventStoreSuite, KeepsCommittedEventsOverARestart) {
  Commit(MakeTransaction(1, 3));
  Submit(MakeTransaction(4, 4));  // still waiting when the agent dies
  under_test_->Restart(false, true);
  const CommittedState state = Load();
  EXPECT_EQ(state.last, Sequence{3});
  EXPECT_EQ(state.tail.size(), 3U);
  EXPECT_EQ(state.opens, 2U);
  EXPECT_EQ(state.boot, 2U);
  EXPECT_TRUE(state.new_boot);
  EXPECT_FALSE(state.clean_stop);
}

TEST_P(EventStoreSuite, KnowsACleanStopOnTheSameBoot) {
  const CommittedState before = Load();
  under_test_->Restart(true, false);
  const CommittedState state = Load();
  EXPECT_TRUE(state.clean_stop);
  EXPECT_FALSE(state.new_boot);
  EXPECT_EQ(state.boot, 1U);
  EXPECT_EQ(state.epoch, before.epoch);
  EXPECT_EQ(state.journal_id, before.journal_id);
}

TEST_P(EventStoreSuite, LoadsTheLastCheckpointAndTheEventsAboveIt) {
  Transaction transaction = MakeTransaction(1, 3);
  transaction.checkpoint = Checkpoint{Sequence{2}, "old"};
  Commit(std::move(transaction));
  transaction = MakeTransaction(4, 6);
  transaction.checkpoint = Checkpoint{Sequence{4}, std::string("new\0state", 9)};
  Commit(std::move(transaction));
  under_test_->Restart(true, false);
  const CommittedState state = Load();
  ASSERT_TRUE(state.checkpoint);
  EXPECT_EQ(*state.checkpoint, (Checkpoint{Sequence{4}, std::string("new\0state", 9)}));
  ASSERT_EQ(state.tail.size(), 2U);
  EXPECT_EQ(state.tail.front().sequence, Sequence{5});
  EXPECT_EQ(state.last, Sequence{6});
}

TEST_P(EventStoreSuite, RefusesEverythingBehindAFailedCommitUntilLoad) {
  Commit(MakeTransaction(1, 1));
  under_test_->FailNextCommit();
  Submit(MakeTransaction(2, 2));
  Submit(MakeTransaction(3, 3));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("full", "full"));
  Submit(MakeTransaction(2, 2));  // would fit, but the caller has not looked
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("full"));
  EXPECT_EQ(Load().last, Sequence{1});
  Commit(MakeTransaction(2, 3));
  EXPECT_EQ(Load().last, Sequence{3});
}

TEST_P(EventStoreSuite, RefusesAGapAndWhatIsBehindIt) {
  Submit(MakeTransaction(1, 1));
  Submit(MakeTransaction(3, 3));
  Submit(MakeTransaction(2, 2));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("ok", "conflict", "retry_later"));
  Submit(MakeTransaction(2, 2));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("retry_later"));
  EXPECT_EQ(Load().last, Sequence{1});
  Commit(MakeTransaction(2, 2));
}

TEST_P(EventStoreSuite, RefusesARepetitionAndAGapWithinATransaction) {
  Commit(MakeTransaction(1, 2));
  Submit(MakeTransaction(2, 3));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("conflict"));
  Load();
  Transaction holed = MakeTransaction(3, 5);
  holed.events.erase(holed.events.begin() + 1);
  Submit(std::move(holed));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("conflict"));
  EXPECT_EQ(Load().last, Sequence{2});
}

TEST_P(EventStoreSuite, RefusesAtOnceWhenTheQueueIsFullAndThenUntilLoad) {
  for (std::uint64_t i = 1; i <= kSuiteQueueMax; ++i) Submit(MakeTransaction(i, i));
  Submit(MakeTransaction(kSuiteQueueMax + 1, kSuiteQueueMax + 1));
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("retry_later"));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("ok", "ok", "ok", "ok"));
  // There is room again, but the one that was refused is missing before this one.
  Submit(MakeTransaction(kSuiteQueueMax + 2, kSuiteQueueMax + 2));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("retry_later"));
  EXPECT_EQ(Load().last, Sequence{kSuiteQueueMax});
  Commit(MakeTransaction(kSuiteQueueMax + 1, kSuiteQueueMax + 1));
}

TEST_P(EventStoreSuite, LoadRefusesWhatWasSubmittedBeforeIt) {
  Submit(MakeTransaction(1, 1));
  EXPECT_EQ(Load().last, Sequence{});
  Submit(MakeTransaction(1, 2));
  RunOnce();  // the refused
  RunOnce();  // the taken
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("retry_later", "ok"));
  EXPECT_EQ(Load().last, Sequence{2});
}

TEST_P(EventStoreSuite, KeepsForeignKeysForTheirDays) {
  const WallTime start = WallFromMs(1'795'348'800'000);
  under_test_->SetWall(start);
  Transaction transaction = MakeTransaction(1, 2);
  transaction.foreign_keys = {MakeForeignKey("a", 1, start), MakeForeignKey("b", 2, start)};
  Commit(std::move(transaction));
  const WallTime later = start + std::chrono::days(kForeignKeyDays - 1);
  under_test_->SetWall(later);
  transaction = MakeTransaction(3, 3);
  transaction.foreign_keys = {MakeForeignKey("a", 3, later)};  // replaces
  Commit(std::move(transaction));
  under_test_->Restart(true, false);
  EXPECT_THAT(Load().foreign_keys,
              testing::ElementsAre(MakeForeignKey("b", 2, start), MakeForeignKey("a", 3, later)));

  // Enough of younger ones, and it is too old.
  const WallTime last = start + std::chrono::days(kForeignKeyDays) + Millis{1};
  under_test_->SetWall(last);
  transaction = MakeTransaction(4, 4);
  for (std::size_t i = 0; i < kForeignKeysKept; ++i) {
    transaction.foreign_keys.push_back(MakeForeignKey("c" + std::to_string(i), 4, last));
  }
  Commit(std::move(transaction));
  const CommittedState state = Load();
  ASSERT_EQ(state.foreign_keys.size(), kForeignKeysKept + 1);
  EXPECT_EQ(state.foreign_keys.front(), MakeForeignKey("a", 3, later));
}

TEST_P(EventStoreSuite, AClockSetAheadByYearsForgetsNoRecentForeignKey) {
  const WallTime start = WallFromMs(1'795'348'800'000);
  under_test_->SetWall(start);
  Transaction transaction = MakeTransaction(1, 1);
  transaction.foreign_keys = {MakeForeignKey("a", 1, start)};
  Commit(std::move(transaction));
  under_test_->SetWall(start + std::chrono::days(3'652));
  under_test_->Restart(false, true);
  EXPECT_THAT(Load().foreign_keys, testing::ElementsAre(MakeForeignKey("a", 1, start)));
}

TEST_P(EventStoreSuite, KeepsAtMostSoManyForeignKeys) {
  const WallTime start = WallFromMs(1'795'348'800'000);
  Transaction transaction = MakeTransaction(1, 1);
  for (std::size_t i = 0; i <= kForeignKeysMax; ++i) {
    transaction.foreign_keys.push_back(MakeForeignKey(std::to_string(i), 1, start));
  }
  Commit(std::move(transaction));
  const CommittedState state = Load();
  ASSERT_EQ(state.foreign_keys.size(), kForeignKeysMax);
  EXPECT_EQ(state.foreign_keys.front().id, "1");
}

TEST_P(EventStoreSuite, TheCursorNeverFallsAndObeysOnlyItsEpoch) {
  Commit(MakeTransaction(1, 10));
  const OutboxState state = outbox().State();
  EXPECT_EQ(state.first, Sequence{1});
  EXPECT_EQ(state.last, Sequence{10});
  EXPECT_EQ(state.acked, Sequence{});
  outbox().Acknowledge(Epoch{state.epoch.value + 1}, Sequence{4});
  EXPECT_EQ(outbox().State().acked, Sequence{});
  outbox().Acknowledge(state.epoch, Sequence{11});
  EXPECT_EQ(outbox().State().acked, Sequence{});
  outbox().Acknowledge(state.epoch, Sequence{7});
  EXPECT_EQ(outbox().State().acked, Sequence{7});
  outbox().Acknowledge(state.epoch, Sequence{5});
  EXPECT_EQ(outbox().State().acked, Sequence{7});
  outbox().Acknowledge(state.epoch, Sequence{10});
  under_test_->Restart(true, false);
  EXPECT_EQ(outbox().State().acked, Sequence{10});
}

TEST_P(EventStoreSuite, ReadsWithinItsLimits) {
  Transaction transaction;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    transaction.events.push_back(MakeStored(i, 1, std::string(10, 'x')));
  }
  Commit(std::move(transaction));
  EXPECT_THAT(ReadSequences(2, 2, kNoLimit), testing::ElementsAre(3, 4));
  EXPECT_THAT(ReadSequences(0, kNoLimit, 30), testing::ElementsAre(1, 2, 3));
  EXPECT_THAT(ReadSequences(0, kNoLimit, 29), testing::ElementsAre(1, 2));
  EXPECT_THAT(ReadSequences(3, kNoLimit, 1), testing::ElementsAre(4)) << "the first always comes";
  EXPECT_THAT(ReadSequences(5, kNoLimit, kNoLimit), testing::IsEmpty());
}

TEST_P(EventStoreSuite, ReadsTheEventsOfOneJourney) {
  Transaction transaction;
  for (std::uint64_t i = 1; i <= 9; ++i) transaction.events.push_back(MakeStored(i, i % 3));
  Commit(std::move(transaction));
  const auto sequences = [this](std::uint64_t journey, std::size_t limit) {
    std::vector<std::uint64_t> found;
    const auto events = reader().ReadJourney(journey, limit);
    EXPECT_TRUE(events.ok());
    if (events.ok()) {
      for (const StoredEvent& event : *events) found.push_back(event.sequence.value);
    }
    return found;
  };
  EXPECT_THAT(sequences(1, kNoLimit), testing::ElementsAre(1, 4, 7));
  EXPECT_THAT(sequences(2, 2), testing::ElementsAre(2, 5));
  EXPECT_THAT(sequences(0, kNoLimit), testing::ElementsAre(3, 6, 9));
  EXPECT_THAT(sequences(4, kNoLimit), testing::IsEmpty());
}

TEST_P(EventStoreSuite, TellsTheListenerAfterTheAnswer) {
  std::vector<std::uint64_t> told;
  std::size_t answered = 0;
  outbox().SetCommitListener([&told](Sequence last) { told.push_back(last.value); });
  store().Submit(MakeTransaction(1, 3), [&told, &answered](const Status& status) {
    EXPECT_TRUE(status.ok());
    EXPECT_TRUE(told.empty());
    ++answered;
  });
  RunOnce();
  EXPECT_EQ(answered, 1U);
  EXPECT_THAT(told, testing::ElementsAre(3));
  under_test_->FailNextCommit();
  Submit(MakeTransaction(4, 4));
  RunOnce();
  EXPECT_THAT(told, testing::ElementsAre(3)) << "nothing was committed";
}

TEST_P(EventStoreSuite, TakesATransactionWithoutEvents) {
  Commit(MakeTransaction(1, 2));
  Transaction only_checkpoint;
  only_checkpoint.checkpoint = Checkpoint{Sequence{2}, "state"};
  Commit(std::move(only_checkpoint));
  EXPECT_EQ(Load().checkpoint, (Checkpoint{Sequence{2}, "state"}));
}

TEST_P(EventStoreSuite, LoadsFromWithinAnAnswer) {
  Sequence seen;
  store().Submit(MakeTransaction(1, 2), [this, &seen](const Status&) { seen = Load().last; });
  RunOnce();
  EXPECT_EQ(seen, Sequence{2});
}

}  // namespace trayline::ports

#endif  // TRAYLINE_TESTS_PORTS_EVENT_STORE_SUITE_H_
