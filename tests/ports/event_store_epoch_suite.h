// The part of the suite of agent/ports/event_store.h that is about epochs: HQ's generations, a new
// epoch, and the tails of closed ones. Include it beside event_store_suite.h.
#ifndef TRAYLINE_TESTS_PORTS_EVENT_STORE_EPOCH_SUITE_H_
#define TRAYLINE_TESTS_PORTS_EVENT_STORE_EPOCH_SUITE_H_

#include <string>
#include <utility>
#include <vector>

#include "agent/event/event.h"
#include "agent/event/key.h"
#include "tests/ports/event_store_suite.h"

namespace trayline::ports {

// An event of journey, as the engine would write it in a journal of epoch.
inline StoredEvent MakeEncoded(std::uint64_t sequence, JourneyId journey, Epoch epoch) {
  event::Event event;
  event.journey = journey;
  event.type = event::EventType::kAddToCart;
  event.time = WallFromMs(1'795'348'800'000 + static_cast<std::int64_t>(sequence));
  event.boot = 1;
  event.data.Set(event::Key::kItemId, "item-" + std::to_string(sequence));
  StoredEvent stored = MakeStored(sequence, journey.number);
  stored.body = event::EncodeBody(event, epoch);
  return stored;
}

class EventStoreEpochSuite : public EventStoreSuite {
 protected:
  // Events 1..last of journey 1, from the present epoch.
  Transaction Encoded(std::uint64_t last) {
    const Epoch epoch = outbox().State().epoch;
    Transaction transaction;
    for (std::uint64_t i = 1; i <= last; ++i) {
      transaction.events.push_back(MakeEncoded(i, {epoch, 1}, epoch));
    }
    return transaction;
  }
  void BeginEpoch(Epoch wanted) {
    outbox().BeginEpoch(wanted, answers_.Next());
    RunOnce();
    ASSERT_THAT(answers_.Take(), testing::ElementsAre("ok"));
  }
  static event::Event Decode(const StoredEvent& stored, Epoch epoch) {
    auto event =
        event::DecodeBody(stored.body, epoch, stored.sequence, stored.type, stored.journey);
    EXPECT_TRUE(event.ok());
    return event.ok() ? std::move(*event) : event::Event{};
  }
  static std::vector<std::uint64_t> SequencesOf(const std::vector<StoredEvent>& events) {
    std::vector<std::uint64_t> sequences;
    for (const StoredEvent& event : events) sequences.push_back(event.sequence.value);
    return sequences;
  }
  static std::vector<std::uint64_t> SequencesOf(const std::vector<CarriedEvent>& events) {
    std::vector<std::uint64_t> sequences;
    for (const CarriedEvent& event : events) sequences.push_back(event.event.sequence.value);
    return sequences;
  }
  // Epoch 5 with the positions 11 to 16, of which 13 and 14 are damaged; HQ has up to 10.
  void AddClosedTail() {
    const ClosedEpoch closed{Epoch{5}, std::string(32, 'c'), Sequence{11}, Sequence{16},
                             Sequence{10}};
    std::vector<StoredEvent> events;
    for (const std::uint64_t i : {11U, 12U, 15U, 16U}) events.push_back(MakeStored(i, 3));
    under_test_->AddClosed(closed, events, Sequence{11});
  }
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EventStoreEpochSuite);

TEST_P(EventStoreEpochSuite, KeepsTheHighestGenerationOfHq) {
  EXPECT_EQ(outbox().State().hq_generation, 0U);
  outbox().NoteGeneration(7);
  outbox().NoteGeneration(6);
  EXPECT_EQ(outbox().State().hq_generation, 7U);
  under_test_->Restart(true, false);
  EXPECT_EQ(outbox().State().hq_generation, 7U);
}

TEST_P(EventStoreEpochSuite, FallsBackOnlyForAHigherGeneration) {
  Commit(MakeTransaction(1, 10));
  const Epoch epoch = outbox().State().epoch;
  outbox().NoteGeneration(3);
  outbox().Acknowledge(epoch, Sequence{9});
  outbox().Rewind(epoch, Sequence{4}, 3);
  outbox().Rewind(epoch.Next(), Sequence{4}, 5);
  EXPECT_EQ(outbox().State().acked, Sequence{9});
  outbox().Rewind(epoch, Sequence{4}, 4);
  EXPECT_EQ(outbox().State().acked, Sequence{4});
  EXPECT_EQ(outbox().State().hq_generation, 4U);
  outbox().Rewind(epoch, Sequence{8}, 5);
  EXPECT_EQ(outbox().State().acked, Sequence{4}) << "a rewind never moves the cursor up";
  under_test_->Restart(true, false);
  EXPECT_EQ(outbox().State().acked, Sequence{4});
  EXPECT_EQ(outbox().State().hq_generation, 5U);
}

TEST_P(EventStoreEpochSuite, RenumbersWhatHqHasNotIntoANewEpoch) {
  const OutboxState before = outbox().State();
  Transaction transaction = Encoded(6);
  transaction.checkpoint = Checkpoint{Sequence{5}, "state"};
  Commit(std::move(transaction));
  outbox().Acknowledge(before.epoch, Sequence{4});
  const Epoch wanted{before.epoch.value + 1000};
  BeginEpoch(wanted);

  const OutboxState after = outbox().State();
  EXPECT_EQ(after.epoch, wanted);
  EXPECT_NE(after.journal_id, before.journal_id);
  EXPECT_EQ(after.journal_id.size(), 32U);
  EXPECT_EQ(after.opens, before.opens);
  EXPECT_EQ(after.first, Sequence{1});
  EXPECT_EQ(after.last, Sequence{2});
  EXPECT_EQ(after.acked, Sequence{});
  const CommittedState state = Load();
  EXPECT_EQ(state.epoch, wanted);
  EXPECT_EQ(state.checkpoint, (Checkpoint{Sequence{1}, "state"}));
  EXPECT_THAT(SequencesOf(state.tail), testing::ElementsAre(2));
  EXPECT_TRUE(state.carried.empty());
  EXPECT_EQ(state.journeys, 1U);
  const auto range = reader().ReadRange(wanted, Sequence{}, kNoLimit, kNoLimit);
  ASSERT_TRUE(range.ok());
  ASSERT_THAT(SequencesOf(range->events), testing::ElementsAre(1, 2));
  const event::Event first = Decode(range->events.front(), wanted);
  EXPECT_EQ(first.journey, (JourneyId{before.epoch, 1})) << "journeys keep the id they began with";
  EXPECT_EQ(first.data.Int(event::Key::kOriginEpoch),
            static_cast<std::int64_t>(before.epoch.value));
  EXPECT_EQ(first.data.Int(event::Key::kOriginSequence), 5);
  EXPECT_EQ(first.data.Text(event::Key::kItemId), "item-5");
  EXPECT_FALSE(reader().ReadRange(before.epoch, Sequence{}, kNoLimit, kNoLimit).ok());
}

TEST_P(EventStoreEpochSuite, KeepsTheFirstOriginOverASecondChange) {
  Commit(Encoded(3));
  const Epoch first = outbox().State().epoch;
  outbox().Acknowledge(first, Sequence{1});
  BeginEpoch({});
  EXPECT_EQ(outbox().State().epoch, first.Next());
  Load();
  outbox().Acknowledge(first.Next(), Sequence{1});
  BeginEpoch({});
  EXPECT_EQ(outbox().State().epoch, first.Next().Next());
  const auto range = reader().ReadRange(first.Next().Next(), Sequence{}, kNoLimit, kNoLimit);
  ASSERT_TRUE(range.ok());
  ASSERT_EQ(range->events.size(), 1U);
  const event::Event event = Decode(range->events.front(), first.Next().Next());
  EXPECT_EQ(event.data.Int(event::Key::kOriginEpoch), static_cast<std::int64_t>(first.value));
  EXPECT_EQ(event.data.Int(event::Key::kOriginSequence), 3);
  EXPECT_EQ(event.journey, (JourneyId{first, 1}));
}

TEST_P(EventStoreEpochSuite, RefusesWhatWasSubmittedBeforeTheNewEpochUntilLoad) {
  Commit(Encoded(2));
  Submit(MakeTransaction(3, 3));
  outbox().BeginEpoch({}, answers_.Next());
  RunOnce();
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("ok", "retry_later"));
  Submit(MakeTransaction(3, 3));
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("retry_later"));
  EXPECT_EQ(Load().last, Sequence{2});
  Commit(MakeTransaction(3, 3));
}

TEST_P(EventStoreEpochSuite, TellsTheIncidentUntilAnEventOfTheNewEpochIsCommitted) {
  Commit(Encoded(3));
  const Epoch old = outbox().State().epoch;
  outbox().Acknowledge(old, Sequence{1});
  EXPECT_FALSE(Load().incident);
  BeginEpoch({});
  CommittedState state = Load();
  ASSERT_TRUE(state.incident);
  EXPECT_EQ(state.incident->kind, Incident::Kind::kRefused);
  EXPECT_EQ(state.incident->old_epoch, old);
  EXPECT_EQ(state.incident->carried, 2U);
  EXPECT_EQ(state.incident->lost, 0U);
  under_test_->Restart(false, false);
  EXPECT_TRUE(Load().incident);
  Commit(MakeTransaction(3, 3));
  EXPECT_FALSE(Load().incident);
}

TEST_P(EventStoreEpochSuite, AFailedChangeLeavesTheOldEpochWhole) {
  Commit(Encoded(3));
  const OutboxState before = outbox().State();
  under_test_->FailNextCommit();
  outbox().BeginEpoch({}, answers_.Next());
  RunOnce();
  EXPECT_THAT(answers_.Take(), testing::ElementsAre("full"));
  EXPECT_EQ(outbox().State().epoch, before.epoch);
  EXPECT_EQ(outbox().State().journal_id, before.journal_id);
  Commit(MakeTransaction(4, 4));
}

TEST_P(EventStoreEpochSuite, CarriesWhatTheCheckpointDoesNotCover) {
  Transaction transaction = Encoded(6);
  transaction.checkpoint = Checkpoint{Sequence{2}, "state"};
  Commit(std::move(transaction));
  const Epoch old = outbox().State().epoch;
  outbox().Acknowledge(old, Sequence{5});
  BeginEpoch({});
  CommittedState state = Load();
  EXPECT_EQ(state.checkpoint, (Checkpoint{Sequence{}, "state"}));
  ASSERT_THAT(SequencesOf(state.carried), testing::ElementsAre(3, 4, 5));
  EXPECT_EQ(state.carried.front().epoch, old);
  EXPECT_EQ(Decode(state.carried.front().event, old).journey, (JourneyId{old, 1}));
  EXPECT_THAT(SequencesOf(state.tail), testing::ElementsAre(1));
  EXPECT_TRUE(outbox().State().closed.empty()) << "HQ has all of it";
  transaction = MakeTransaction(2, 2);
  transaction.checkpoint = Checkpoint{Sequence{2}, "new state"};
  Commit(std::move(transaction));
  EXPECT_TRUE(Load().carried.empty());
}

TEST_P(EventStoreEpochSuite, StreamsAndForeignKeysKeepTheirAnswers) {
  const Epoch old = outbox().State().epoch;
  Transaction transaction = Encoded(6);
  for (const std::size_t i : {0U, 1U, 2U, 3U, 4U}) {
    transaction.events[i].stream = 1;
    transaction.events[i].number = 100 + i / 2;  // records 100: 1, 2; 101: 3, 4; 102: 5
    transaction.events[i].digest = i % 2 == 0 ? 900 + i : 0;
  }
  transaction.streams = {{1, "kiosk"}};
  const WallTime wall = WallFromMs(1'795'348'800'000);
  under_test_->SetWall(wall);
  transaction.foreign_keys = {MakeForeignKey("a", 2, wall), MakeForeignKey("b", 6, wall)};
  Commit(std::move(transaction));
  outbox().Acknowledge(old, Sequence{3});
  BeginEpoch({});
  const CommittedState state = Load();
  const JourneyId journey{old, 1};
  EXPECT_THAT(state.window, testing::ElementsAre(
                                WindowEntry{1, 100, 900, Sequence{1}, Sequence{2}, journey, old},
                                WindowEntry{1, 101, 902, Sequence{3}, Sequence{4}, journey, old},
                                WindowEntry{1, 102, 904, Sequence{2}, Sequence{2}, journey, {}}));
  ForeignKey below = MakeForeignKey("a", 2, wall);
  below.epoch = old;
  ForeignKey above = MakeForeignKey("b", 6, wall);
  above.first = above.last = Sequence{3};
  EXPECT_THAT(state.foreign_keys, testing::ElementsAre(below, above));
}

TEST_P(EventStoreEpochSuite, ServesTheTailOfAClosedEpoch) {
  AddClosedTail();
  const OutboxState state = outbox().State();
  ASSERT_EQ(state.closed.size(), 1U);
  EXPECT_EQ(state.closed.front().epoch, Epoch{5});
  EXPECT_EQ(state.closed.front().last, Sequence{16});
  EXPECT_THAT(SequencesOf(Load().carried), testing::ElementsAre(12, 15, 16)) << "above folded";
  auto range = reader().ReadRange(Epoch{5}, Sequence{10}, kNoLimit, kNoLimit);
  ASSERT_TRUE(range.ok());
  EXPECT_THAT(SequencesOf(range->events), testing::ElementsAre(11, 12, 15, 16));
  EXPECT_THAT(range->voids,
              testing::ElementsAre(
                  VoidRun{Sequence{13}, 2, event::QuotaClass::kBrowsing, VoidReason::kDamaged}));
  EXPECT_EQ(range->covered, Sequence{16});
  range = reader().ReadRange(Epoch{5}, Sequence{11}, 1, kNoLimit);
  ASSERT_TRUE(range.ok());
  EXPECT_THAT(SequencesOf(range->events), testing::ElementsAre(12));
  EXPECT_EQ(range->covered, Sequence{12});
  EXPECT_EQ(reader().ReadRange(Epoch{6}, Sequence{}, 1, 1).error().code, Errc::kNotFound);
}

TEST_P(EventStoreEpochSuite, AClosedTailGoesWhenHqHasItAndTheCheckpointCoversIt) {
  AddClosedTail();
  outbox().Acknowledge(Epoch{5}, Sequence{12});
  under_test_->Restart(true, false);
  ASSERT_EQ(outbox().State().closed.size(), 1U);
  EXPECT_EQ(outbox().State().closed.front().acked, Sequence{12});
  outbox().Acknowledge(Epoch{5}, Sequence{11});
  EXPECT_EQ(outbox().State().closed.front().acked, Sequence{12}) << "it never falls";
  outbox().Acknowledge(Epoch{5}, Sequence{99});
  EXPECT_TRUE(outbox().State().closed.empty()) << "above the last counts as all";
  EXPECT_FALSE(reader().ReadRange(Epoch{5}, Sequence{12}, 1, 1).ok());
  RunOnce();
  RunOnce();
  under_test_->Restart(true, false);
  EXPECT_THAT(SequencesOf(Load().carried), testing::ElementsAre(12, 15, 16))
      << "the engine still needs them";
  Transaction transaction = MakeTransaction(1, 1);
  transaction.checkpoint = Checkpoint{Sequence{1}, "state"};
  Commit(std::move(transaction));
  for (int i = 0; i < 4; ++i) RunOnce();
  EXPECT_TRUE(Load().carried.empty());
  EXPECT_TRUE(outbox().State().closed.empty());
}

}  // namespace trayline::ports

#endif  // TRAYLINE_TESTS_PORTS_EVENT_STORE_EPOCH_SUITE_H_
