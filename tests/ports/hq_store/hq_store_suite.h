// What every HqStore promises (sync/hq/ports/hq_store.h), as typed tests. A file of tests says how
// one is made, by a struct with HqStore& store() and void Reopen(), and instantiates the suite.
#ifndef TRAYLINE_TESTS_PORTS_HQ_STORE_HQ_STORE_SUITE_H_
#define TRAYLINE_TESTS_PORTS_HQ_STORE_HQ_STORE_SUITE_H_

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "sync/hq/ports/hq_store.h"

namespace trayline::hq {

inline TerminalId TestTerminal(const std::string& name) { return {"acme", "s12", name}; }

inline EventRow TestEvent(TerminalKey terminal, Epoch epoch, std::uint64_t sequence,
                          const std::string& body) {
  return {.terminal = terminal,
          .epoch = epoch,
          .sequence = Sequence{sequence},
          .type = event::EventType::kAddToCart,
          .journey = sequence % 3,
          .arrived = WallFromMs(1'795'348'800'000),
          .body = body};
}

inline JourneyRow TestJourney(TerminalKey terminal, std::uint64_t number) {
  JourneyRow row;
  row.terminal = terminal;
  row.id = {Epoch{7}, number};
  row.outcome = event::Outcome::kAbandonedCart;
  row.evidence = event::Evidence::kWalkAway;
  row.stage = event::Stage::kCarting;
  row.resting = event::Stage::kCarting;
  row.deepest = event::Stage::kReviewing;
  row.revision = 2;
  row.at_risk = true;
  row.value_minor = 1234;
  row.currency = 840;
  row.lines = 3;
  row.adds = 4;
  row.removes = 1;
  row.cycles = 1;
  row.payment_failures = 2;
  row.events = 11;
  row.started = WallFromMs(1000);
  row.updated = WallFromMs(2000);
  row.closed = WallFromMs(2000);
  row.day_time = WallFromMs(2000);
  row.first = {Epoch{7}, Sequence{5}};
  row.last = {Epoch{7}, Sequence{19}};
  row.state = std::string("\x01\x00state", 7);
  return row;
}

template <typename Maker>
class HqStoreSuite : public ::testing::Test {
 protected:
  HqStore& store() { return maker_.store(); }
  TerminalRow Enrolled(const std::string& name) {
    auto row = store().Enrol(TestTerminal(name));
    EXPECT_TRUE(row.ok());
    return row.ok() ? *row : TerminalRow{};
  }
  Maker maker_;
};

TYPED_TEST_SUITE_P(HqStoreSuite);

TYPED_TEST_P(HqStoreSuite, IsEmptyAtFirst) {
  const auto state = this->store().LoadReceiver();
  ASSERT_TRUE(state.ok());
  EXPECT_TRUE(state->terminals.empty());
  EXPECT_TRUE(state->logs.empty());
}

TYPED_TEST_P(HqStoreSuite, EnrollingTwiceGivesTheSameKey) {
  const TerminalRow first = this->Enrolled("k1");
  const TerminalRow other = this->Enrolled("k2");
  const TerminalRow again = this->Enrolled("k1");
  EXPECT_NE(first.key.value, 0U);
  EXPECT_NE(first.key, other.key);
  EXPECT_EQ(first, again);
}

TYPED_TEST_P(HqStoreSuite, KeepsWhatATerminalSaid) {
  TerminalRow row = this->Enrolled("k1");
  row.epoch = Epoch{1'795'000'000};
  row.journal_id = "00112233445566778899aabbccddeeff";
  row.opens = 3;
  row.birth_number = 12;
  row.nonce = 0xF0E1D2C3B4A59687ULL;
  row.seen_generation = 2;
  row.known_last = Sequence{99};
  row.agent_version = "0.1.0";
  row.device_class = "kiosk";
  row.clock = "synced";
  row.clock_speed = 60;
  row.death_number = 11;
  row.last_seen = WallFromMs(1'795'348'800'123);
  row.gaps = 1;
  row.duplicates = 2;
  row.bad_frames = 3;
  row.boot = 9;
  row.storage = "full";
  row.identity_conflicts = 4;
  ASSERT_TRUE(this->store().Commit({.terminals = {row}}).ok());
  this->maker_.Reopen();
  const auto state = this->store().LoadReceiver();
  ASSERT_TRUE(state.ok());
  ASSERT_EQ(state->terminals.size(), 1U);
  EXPECT_EQ(state->terminals[0], row);
}

TYPED_TEST_P(HqStoreSuite, KeepsABatchWhole) {
  const TerminalKey key = this->Enrolled("k1").key;
  const Epoch epoch{9};
  IngestBatch batch;
  batch.events = {TestEvent(key, epoch, 1, "one"), TestEvent(key, epoch, 4, std::string(1, '\0'))};
  batch.voids = {{.terminal = key, .epoch = epoch, .first = Sequence{2}, .count = 1}};
  batch.quarantine = {{.terminal = key,
                       .epoch = epoch,
                       .first = Sequence{3},
                       .count = 1,
                       .kind = QuarantineKind::kNewer,
                       .reason = "newer",
                       .arrived = WallFromMs(5),
                       .bytes = "raw"}};
  batch.logs = {{.terminal = key,
                 .epoch = epoch,
                 .watermark = Sequence{4},
                 .received = 2,
                 .voided = 1,
                 .quarantined = 1,
                 .last_event_utc_ms = 77}};
  ASSERT_TRUE(this->store().Commit(batch).ok());
  this->maker_.Reopen();
  const auto state = this->store().LoadReceiver();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->logs, batch.logs);
  const auto events = this->store().ReadEvents(key, epoch, Sequence{0}, 100);
  ASSERT_TRUE(events.ok());
  EXPECT_EQ(*events, batch.events);
}

TYPED_TEST_P(HqStoreSuite, LeavesAnEventThatIsThereAsItIs) {
  const TerminalKey key = this->Enrolled("k1").key;
  ASSERT_TRUE(this->store().Commit({.events = {TestEvent(key, Epoch{9}, 1, "first")}}).ok());
  ASSERT_TRUE(this->store()
                  .Commit({.events = {TestEvent(key, Epoch{9}, 1, "other"),
                                      TestEvent(key, Epoch{9}, 2, "second")}})
                  .ok());
  const auto events = this->store().ReadEvents(key, Epoch{9}, Sequence{0}, 100);
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[0].body, "first");
}

TYPED_TEST_P(HqStoreSuite, ReadsEventsOfOneEpochInOrderAboveAPlace) {
  const TerminalKey one = this->Enrolled("k1").key;
  const TerminalKey two = this->Enrolled("k2").key;
  IngestBatch batch;
  for (const std::uint64_t sequence : {5U, 1U, 3U, 2U}) {
    batch.events.push_back(TestEvent(one, Epoch{9}, sequence, std::to_string(sequence)));
  }
  batch.events.push_back(TestEvent(one, Epoch{10}, 4, "later epoch"));
  batch.events.push_back(TestEvent(two, Epoch{9}, 4, "other terminal"));
  ASSERT_TRUE(this->store().Commit(batch).ok());
  const auto events = this->store().ReadEvents(one, Epoch{9}, Sequence{1}, 2);
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 2U);
  EXPECT_EQ((*events)[0].body, "2");
  EXPECT_EQ((*events)[1].body, "3");
}

TYPED_TEST_P(HqStoreSuite, FindsAnEventByItsPlaceAndByItsFirstPlace) {
  const TerminalKey one = this->Enrolled("k1").key;
  const TerminalKey two = this->Enrolled("k2").key;
  IngestBatch batch;
  batch.events = {TestEvent(one, Epoch{9}, 5, "stood here"), TestEvent(one, Epoch{10}, 1, "moved"),
                  TestEvent(one, Epoch{11}, 1, "moved too"), TestEvent(two, Epoch{9}, 6, "other")};
  batch.origins = {{one, {Epoch{9}, Sequence{5}}, {Epoch{10}, Sequence{1}}},
                   {one, {Epoch{9}, Sequence{5}}, {Epoch{11}, Sequence{1}}},
                   {one, {Epoch{8}, Sequence{2}}, {Epoch{12}, Sequence{7}}}};
  ASSERT_TRUE(this->store().Commit(batch).ok());
  ASSERT_TRUE(this->store().Commit({.origins = batch.origins}).ok());  // again
  this->maker_.Reopen();
  const std::vector<Position> places{{Epoch{9}, Sequence{5}},
                                     {Epoch{9}, Sequence{6}},
                                     {Epoch{8}, Sequence{2}},
                                     {Epoch{10}, Sequence{1}}};
  const auto known = this->store().FindByPlace(one, places);
  ASSERT_TRUE(known.ok());
  std::set<std::string> found;
  for (const KnownEvent& event : *known) {
    found.insert(std::to_string(event.place.epoch.value) + "/" +
                 std::to_string(event.place.sequence.value) + " " + event.row.body);
  }
  EXPECT_EQ(known->size(), found.size());
  EXPECT_EQ(found,
            (std::set<std::string>{"9/5 stood here", "9/5 moved", "9/5 moved too", "10/1 moved"}));
  const auto state = this->store().LoadReceiver();
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(state->origins, (std::vector<OriginEpoch>{{one, Epoch{8}}, {one, Epoch{9}}}));
}

TYPED_TEST_P(HqStoreSuite, ReplacesJourneysAndCursors) {
  const TerminalKey key = this->Enrolled("k1").key;
  JourneyRow row = TestJourney(key, 4);
  ProjectionRow cursor{.terminal = key, .epoch = Epoch{7}, .cursor = Sequence{19}};
  ASSERT_TRUE(this->store().CommitProjection({{row, TestJourney(key, 5)}, {cursor}}).ok());
  row.outcome.reset();
  row.closed.reset();
  row.state = "later";
  cursor.cursor = Sequence{25};
  cursor.in_journeys = 20;
  cursor.outside_journeys = 5;
  ASSERT_TRUE(this->store().CommitProjection({{row}, {cursor}}).ok());
  this->maker_.Reopen();
  const auto found = this->store().LoadJourney(key, row.id);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, row);
  const auto other = this->store().LoadJourney(key, {Epoch{7}, 5});
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(*other, TestJourney(key, 5));
  const auto cursors = this->store().LoadProjection();
  ASSERT_TRUE(cursors.ok());
  EXPECT_EQ(*cursors, std::vector<ProjectionRow>{cursor});
}

TYPED_TEST_P(HqStoreSuite, KeepsTheEarliestBeginOfABoot) {
  const TerminalKey key = this->Enrolled("k1").key;
  BootRow first{.terminal = key, .epoch = Epoch{7}, .boot = 1, .began = WallFromMs(5'000)};
  BootRow second{.terminal = key, .epoch = Epoch{7}, .boot = 2, .began = WallFromMs(9'000)};
  const BootRow scaled{.terminal = key, .epoch = Epoch{8}, .boot = 2};
  ASSERT_TRUE(this->store().Commit({.boots = {first, second, scaled}}).ok());
  first.began = WallFromMs(6'000);  // heard of later: a longer way
  ASSERT_TRUE(this->store().Commit({.boots = {first}}).ok());
  second.began = WallFromMs(8'500);
  ASSERT_TRUE(this->store().Commit({.boots = {second}}).ok());
  this->maker_.Reopen();
  first.began = WallFromMs(5'000);
  EXPECT_EQ(this->store().ReadBoots(key, Epoch{7}).value(), (std::vector<BootRow>{first, second}));
  EXPECT_EQ(this->store().ReadBoots(key, Epoch{8}).value(), std::vector<BootRow>{scaled});
  EXPECT_TRUE(this->store().ReadBoots(key, Epoch{9}).value().empty());
}

TYPED_TEST_P(HqStoreSuite, KnowsNoJourneyThatWasNeverMade) {
  const auto found = this->store().LoadJourney(TerminalKey{1}, {Epoch{7}, 4});
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->has_value());
}

TYPED_TEST_P(HqStoreSuite, DroppingTheProjectionKeepsTheEvents) {
  const TerminalKey key = this->Enrolled("k1").key;
  ASSERT_TRUE(this->store().Commit({.events = {TestEvent(key, Epoch{7}, 1, "a")}}).ok());
  ASSERT_TRUE(this->store()
                  .CommitProjection({{TestJourney(key, 4)},
                                     {{.terminal = key, .epoch = Epoch{7}, .cursor = Sequence{1}}}})
                  .ok());
  ASSERT_TRUE(this->store().DropProjection().ok());
  EXPECT_FALSE(this->store().LoadJourney(key, {Epoch{7}, 4}).value().has_value());
  EXPECT_TRUE(this->store().LoadProjection().value().empty());
  EXPECT_EQ(this->store().ReadEvents(key, Epoch{7}, Sequence{0}, 9).value().size(), 1U);
}

REGISTER_TYPED_TEST_SUITE_P(HqStoreSuite, IsEmptyAtFirst, EnrollingTwiceGivesTheSameKey,
                            KeepsWhatATerminalSaid, KeepsABatchWhole,
                            LeavesAnEventThatIsThereAsItIs, ReadsEventsOfOneEpochInOrderAboveAPlace,
                            FindsAnEventByItsPlaceAndByItsFirstPlace, ReplacesJourneysAndCursors,
                            KeepsTheEarliestBeginOfABoot, KnowsNoJourneyThatWasNeverMade,
                            DroppingTheProjectionKeepsTheEvents);

}  // namespace trayline::hq

#endif  // TRAYLINE_TESTS_PORTS_HQ_STORE_HQ_STORE_SUITE_H_
