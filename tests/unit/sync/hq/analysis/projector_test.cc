#include "sync/hq/analysis/projector.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/fakes/memory_hq_store.h"
#include "tests/unit/sync/hq/analysis/guests.h"

namespace trayline::hq {
namespace {

using event::Outcome;
using event::Stage;

class Projection : public ::testing::Test {
 protected:
  // Stores everything that guests have done and folds all of it.
  void FoldAll(const Guests& guests, const ProjectorOptions& options = {}) {
    ASSERT_TRUE(store_.Commit(guests.Batch()).ok());
    Projector projector(options, store_, log_);
    ASSERT_TRUE(projector.Start(guests.Logs()).ok());
    while (projector.HasWork()) ASSERT_TRUE(projector.Step().ok());
  }
  JourneyRow Row(const Guests& guests, std::uint64_t journey) {
    return store_.journeys[{TerminalKey{1}, guests.Id(journey)}];
  }
  ProjectionRow Cursor(Epoch epoch = Epoch{1'795'000'000}) {
    return store_.projection[{TerminalKey{1}, epoch}];
  }

  Log log_ = NullLog();
  fakes::MemoryHqStore store_;
};

TEST_F(Projection, MakesAJourneyOfASale) {
  Guests guests(TerminalKey{1});
  const std::uint64_t sale = guests.Sale(1250, kEur);
  FoldAll(guests);
  const JourneyRow row = Row(guests, sale);
  EXPECT_EQ(row.outcome, Outcome::kCompleted);
  EXPECT_EQ(row.stage, Stage::kCompleted);
  EXPECT_EQ(row.deepest, Stage::kPaying);
  EXPECT_EQ(row.value_minor, 1250);
  EXPECT_EQ(row.currency, kEur);
  EXPECT_EQ(row.lines, 1);
  EXPECT_EQ(row.adds, 1U);
  EXPECT_EQ(row.events, 7U);
  EXPECT_EQ(row.started, WallFromMs(kGuestsNoonMs + 1000));
  EXPECT_EQ(row.closed, WallFromMs(kGuestsNoonMs + 7000));
  EXPECT_EQ(row.day_time, row.closed);
  EXPECT_EQ(row.first.sequence.value, 1U);
  EXPECT_EQ(row.last.sequence.value, 7U);
}

// A machine whose clock stood ten years off in either direction: its journeys lie on HQ's days.
TEST_F(Projection, AClockTenYearsOffIsCorrectedByTheBoot) {
  constexpr std::int64_t kTenYearsMs = 3'652LL * 86'400'000;
  for (const std::int64_t off : {kTenYearsMs, -kTenYearsMs}) {
    store_ = fakes::MemoryHqStore();
    Guests guests(TerminalKey{1});
    guests.ClockOff(off);
    const std::uint64_t sale = guests.Sale(1250, kEur);
    IngestBatch heard;
    heard.boots = {{.terminal = TerminalKey{1},
                    .epoch = Epoch{1'795'000'000},
                    .boot = 1,
                    .began = WallFromMs(kGuestsNoonMs - kGuestsMonoMs)}};
    ASSERT_TRUE(store_.Commit(heard).ok());
    FoldAll(guests);
    EXPECT_EQ(Row(guests, sale).started, WallFromMs(kGuestsNoonMs + 1'000));
    EXPECT_EQ(Row(guests, sale).closed, WallFromMs(kGuestsNoonMs + 7'000));
  }
}

TEST_F(Projection, AClockOfADemonstrationKeepsItsOwnTime) {
  Guests guests(TerminalKey{1});
  constexpr std::int64_t kAheadMs = 5LL * 3'600'000;
  guests.ClockOff(kAheadMs);
  const std::uint64_t sale = guests.Sale(1250, kEur);
  IngestBatch heard;
  heard.boots = {{.terminal = TerminalKey{1}, .epoch = Epoch{1'795'000'000}, .boot = 1}};
  ASSERT_TRUE(store_.Commit(heard).ok());
  FoldAll(guests);
  EXPECT_EQ(Row(guests, sale).started, WallFromMs(kGuestsNoonMs + kAheadMs + 1'000));
}

TEST_F(Projection, AnOpenJourneyShowsItsCartAndItsStage) {
  Guests guests(TerminalKey{1});
  const std::uint64_t journey = guests.Start();
  guests.Add(journey, 500);
  guests.Add(journey, 250);
  guests.Stage(journey, Stage::kCarting);
  FoldAll(guests);
  const JourneyRow row = Row(guests, journey);
  EXPECT_EQ(row.outcome, std::nullopt);
  EXPECT_EQ(row.closed, std::nullopt);
  EXPECT_EQ(row.stage, Stage::kCarting);
  EXPECT_EQ(row.value_minor, 750);
  EXPECT_EQ(row.lines, 2);
  EXPECT_EQ(row.day_time, row.updated);
}

TEST_F(Projection, ALossIsCountedWhereTheGuestLastStood) {
  Guests guests(TerminalKey{1});
  const std::uint64_t back_in_cart = guests.Start();
  for (const Stage stage :
       {Stage::kBrowsing, Stage::kCarting, Stage::kReviewing, Stage::kCarting}) {
    guests.Stage(back_in_cart, stage);
  }
  guests.Close(back_in_cart, Outcome::kAbandonedCart, 900);
  const std::uint64_t suspended = guests.Start();
  guests.Stage(suspended, Stage::kReviewing);
  guests.Stage(suspended, Stage::kSuspended);
  guests.Close(suspended, Outcome::kCancelled, 900);
  const std::uint64_t unknown = guests.Start();
  guests.Stage(unknown, Stage::kPaymentUnknown);
  guests.Close(unknown, Outcome::kAbandonedPayment, 900);
  const std::uint64_t unpaid = guests.Start();
  guests.Close(unpaid, Outcome::kAbandonedUnpaid, 900);
  const std::uint64_t at_once = guests.Start();
  guests.Close(at_once, Outcome::kAbandonedBrowse, 0);
  FoldAll(guests);
  EXPECT_EQ(Row(guests, back_in_cart).stage, Stage::kCarting);
  EXPECT_EQ(Row(guests, back_in_cart).deepest, Stage::kReviewing);
  EXPECT_EQ(Row(guests, suspended).stage, Stage::kReviewing);
  EXPECT_EQ(Row(guests, unknown).stage, Stage::kPaying);
  EXPECT_EQ(Row(guests, unpaid).stage, Stage::kUnpaidSubmitted);
  EXPECT_EQ(Row(guests, at_once).stage, Stage::kBrowsing);
}

TEST_F(Projection, ARevisionReplacesTheOutcome) {
  Guests guests(TerminalKey{1});
  const std::uint64_t journey = guests.Loss(700);
  guests.Revise(journey, Outcome::kCompleted, 700);
  FoldAll(guests);
  EXPECT_EQ(Row(guests, journey).outcome, Outcome::kCompleted);
  EXPECT_EQ(Row(guests, journey).revision, 2U);
  EXPECT_EQ(Row(guests, journey).stage, Stage::kCompleted);
}

TEST_F(Projection, CountsEveryEventInsideOrOutsideOfJourneys) {
  Guests guests(TerminalKey{1});
  guests.Outside();
  guests.Sale(100);
  guests.Outside();
  FoldAll(guests);
  EXPECT_EQ(Cursor().in_journeys, 7U);
  EXPECT_EQ(Cursor().outside_journeys, 2U);
  EXPECT_EQ(Cursor().cursor.value, 9U);
}

TEST_F(Projection, PassesOverPositionsWithoutAnEvent) {
  Guests guests(TerminalKey{1});
  guests.Skip(3);
  guests.Sale(100);
  guests.Skip(40);
  auto batch = guests.Batch();
  batch.logs[0].watermark = Sequence{50};
  ASSERT_TRUE(store_.Commit(batch).ok());
  Projector projector({}, store_, log_);
  ASSERT_TRUE(projector.Start(batch.logs).ok());
  while (projector.HasWork()) ASSERT_TRUE(projector.Step().ok());
  EXPECT_EQ(Cursor().cursor.value, 50U);
  EXPECT_EQ(Cursor().in_journeys, 7U);
}

TEST_F(Projection, AJourneyGoesOnInTheNextEpoch) {
  Guests guests(TerminalKey{1});
  const std::uint64_t journey = guests.Start();
  guests.Add(journey, 500);
  guests.NextEpoch(Epoch{1'795'000'777});
  guests.Close(journey, Outcome::kAbandonedCart, 500);
  FoldAll(guests, {.step_events = 1, .turn_events = 1, .cached_journeys = 1});
  const JourneyRow row = Row(guests, journey);
  EXPECT_EQ(row.events, 3U);
  EXPECT_EQ(row.outcome, Outcome::kAbandonedCart);
  EXPECT_EQ(row.first.epoch.value, 1'795'000'000U);
  EXPECT_EQ(row.last.epoch.value, 1'795'000'777U);
  EXPECT_EQ(row.last.sequence.value, 1U);
}

// The closed epoch's tail was set aside and comes after what was recorded later.
TEST_F(Projection, AJourneyWhoseBeginningComesLateIsFoldedInOrder) {
  Guests guests(TerminalKey{1});
  const std::uint64_t journey = guests.Start();
  guests.Stage(journey, Stage::kBrowsing);
  guests.Outside();
  guests.Add(journey, 500);
  guests.Stage(journey, Stage::kCarting);
  guests.NextEpoch(Epoch{1'795'000'777});
  guests.Add(journey, 250);
  guests.Stage(journey, Stage::kReviewing);
  guests.Close(journey, Outcome::kAbandonedCheckout, 750);
  FoldAll(guests);
  const JourneyRow in_order = Row(guests, journey);
  const ProjectionRow cursor = Cursor();
  ASSERT_EQ(in_order.first.epoch, Epoch{1'795'000'000});
  ASSERT_EQ(in_order.last.epoch, Epoch{1'795'000'777});

  ASSERT_TRUE(store_.DropProjection().ok());
  Projector projector({.step_events = 2, .turn_events = 2}, store_, log_);
  ASSERT_TRUE(projector.Start({}).ok());
  projector.OnStored(TerminalKey{1}, Epoch{1'795'000'777}, Sequence{3});
  while (projector.HasWork()) ASSERT_TRUE(projector.Step().ok());
  projector.OnStored(TerminalKey{1}, Epoch{1'795'000'000}, Sequence{5});
  while (projector.HasWork()) ASSERT_TRUE(projector.Step().ok());
  EXPECT_EQ(Row(guests, journey), in_order);
  EXPECT_EQ(Cursor(), cursor);
}

TEST_F(Projection, AnUnreadableEventIsCountedAndStopsNothing) {
  Guests guests(TerminalKey{1});
  guests.Sale(100);
  auto batch = guests.Batch();
  batch.events[2].body = "damaged";
  ASSERT_TRUE(store_.Commit(batch).ok());
  Projector projector({}, store_, log_);
  ASSERT_TRUE(projector.Start(batch.logs).ok());
  while (projector.HasWork()) ASSERT_TRUE(projector.Step().ok());
  EXPECT_EQ(Cursor().in_journeys, 6U);
  EXPECT_EQ(Cursor().outside_journeys, 1U);
}

TEST_F(Projection, AFailedCommitChangesNothingAndIsRepeated) {
  Guests guests(TerminalKey{1});
  const std::uint64_t sale = guests.Sale(100);
  ASSERT_TRUE(store_.Commit(guests.Batch()).ok());
  Projector projector({}, store_, log_);
  ASSERT_TRUE(projector.Start(guests.Logs()).ok());
  store_.FailCommits(1);
  EXPECT_FALSE(projector.Step().ok());
  EXPECT_TRUE(store_.journeys.empty());
  ASSERT_TRUE(projector.HasWork());
  ASSERT_TRUE(projector.Step().ok());
  EXPECT_EQ(Row(guests, sale).events, 7U);
  EXPECT_EQ(Cursor().in_journeys, 7U);
}

TEST_F(Projection, ALiveTerminalIsSeenBesideADeepBacklog) {
  Guests deep(TerminalKey{1});
  for (int i = 0; i < 1000; ++i) deep.Sale(100);
  Guests live(TerminalKey{2});
  const std::uint64_t sale = live.Sale(100);
  ASSERT_TRUE(store_.Commit(deep.Batch()).ok());
  ASSERT_TRUE(store_.Commit(live.Batch()).ok());
  Projector projector({}, store_, log_);
  ASSERT_TRUE(projector.Start(deep.Logs()).ok());
  ASSERT_TRUE(projector.Step().ok());
  projector.OnStored(TerminalKey{2}, Epoch{1'795'000'000}, Sequence{7});
  ASSERT_TRUE(projector.Step().ok());
  EXPECT_TRUE(store_.journeys.contains({TerminalKey{2}, live.Id(sale)}));
  EXPECT_TRUE(projector.HasWork());
}

// Random journeys on several terminals, in two epochs each.
std::vector<Guests> RandomGuests(std::mt19937_64& random) {
  std::vector<Guests> all;
  for (std::uint64_t terminal = 1; terminal <= 4; ++terminal) {
    Guests guests(TerminalKey{terminal});
    for (int i = 0; i < 150; ++i) {
      if (random() % 40 == 0) guests.Skip(random() % 5);
      if (i == 100) guests.NextEpoch(Epoch{1'795'000'900 + terminal});
      guests.Chance(random);
    }
    all.push_back(std::move(guests));
  }
  return all;
}

// Delivers the rows of each terminal in order, the terminals interleaved by chance, with steps of
// the projection in between, failures and restarts of it.
void Deliver(const std::vector<Guests>& all, fakes::MemoryHqStore& store, std::mt19937_64& random) {
  Log log = NullLog();
  const ProjectorOptions options{.step_events = random() % 50 + 1,
                                 .turn_events = random() % 20 + 1,
                                 .cached_journeys = random() % 5 + 1};
  auto projector = std::make_unique<Projector>(options, store, log);
  ASSERT_TRUE(projector->Start({}).ok());
  std::vector<std::size_t> next(all.size(), 0);
  const auto everything_is_there = [&] {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (next[i] < all[i].rows().size()) return false;
    }
    return true;
  };
  while (!everything_is_there() || projector->HasWork()) {
    const std::size_t who = random() % all.size();
    const auto& rows = all[who].rows();
    for (std::uint64_t n = random() % 9; n > 0 && next[who] < rows.size(); --n) {
      const EventRow& row = rows[next[who]++];
      ASSERT_TRUE(store
                      .Commit({.events = {row},
                               .logs = {{.terminal = row.terminal,
                                         .epoch = row.epoch,
                                         .watermark = row.sequence}}})
                      .ok());
      projector->OnStored(row.terminal, row.epoch, row.sequence);
    }
    if (random() % 10 == 0) store.FailCommits(1);
    if (projector->HasWork()) (void)projector->Step();
    store.FailCommits(0);
    if (random() % 20 == 0) {
      projector = std::make_unique<Projector>(options, store, log);
      ASSERT_TRUE(projector->Start(store.LoadReceiver().value().logs).ok());
    }
  }
}

TEST(ProjectionProperty, AnyOrderOfArrivalGivesTheSameJourneys) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    std::mt19937_64 random(seed);
    const std::vector<Guests> all = RandomGuests(random);
    fakes::MemoryHqStore one_way;
    fakes::MemoryHqStore another;
    Deliver(all, one_way, random);
    Deliver(all, another, random);
    EXPECT_EQ(one_way.journeys, another.journeys) << "seed " << seed;
    EXPECT_FALSE(one_way.journeys.empty()) << "seed " << seed;
    // And a rebuild from the events gives the same rows again.
    const auto before = one_way.journeys;
    const auto cursors = one_way.projection;
    ASSERT_TRUE(one_way.DropProjection().ok());
    Log log = NullLog();
    Projector projector({}, one_way, log);
    ASSERT_TRUE(projector.Start(one_way.LoadReceiver().value().logs).ok());
    while (projector.HasWork()) ASSERT_TRUE(projector.Step().ok());
    EXPECT_EQ(one_way.journeys, before) << "seed " << seed;
    for (const auto& [key, row] : one_way.projection) {
      EXPECT_EQ(row.in_journeys, cursors.at(key).in_journeys) << "seed " << seed;
      EXPECT_EQ(row.outside_journeys, cursors.at(key).outside_journeys) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace trayline::hq
