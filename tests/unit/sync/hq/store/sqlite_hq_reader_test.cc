#include "sync/hq/store/sqlite_hq_reader.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "sync/hq/analysis/business_day.h"
#include "sync/hq/analysis/overview.h"
#include "tests/unit/sync/hq/store/filled_database.h"

namespace trayline::hq {
namespace {

using event::Outcome;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr WallTime kAfternoon = WallFromMs(kGuestsNoonMs + 6 * kHourMs);

class Reader : public ::testing::Test {
 protected:
  Reader() : guests_(database_.Enrol("s1", "k1").key) {}

  Overview OverviewNow() {
    database_.Keep(guests_);
    database_.Fold();
    auto rows = database_.reader->Overview(QueryAt(kAfternoon, {}));
    EXPECT_TRUE(rows.ok());
    return MakeOverview(*rows);
  }

  FilledDatabase database_;
  Guests guests_;
};

TEST_F(Reader, AnEmptyDatabaseHasAnOverview) {
  const Overview overview = OverviewNow();
  EXPECT_TRUE(overview.lost.empty());
  EXPECT_EQ(overview.reconciliation.difference, 0U);
}

TEST_F(Reader, TheOverviewHoldsTheBusinessDayToItsBorders) {
  guests_.At(kGuestsNoonMs - 8 * kHourMs - 6'000);  // closed at 03:59:59
  guests_.Loss(100);
  guests_.At(kGuestsNoonMs - 8 * kHourMs - 5'000);  // closed at 04:00:00
  guests_.Loss(1000);
  guests_.At(kGuestsNoonMs);
  guests_.Loss(700, kEur);
  guests_.Loss(9999, kUsd, /*training=*/true);
  guests_.Sale(450);
  guests_.At(kGuestsNoonMs + 16 * kHourMs);  // closed at 04:00:05 of the next day
  guests_.Loss(5000);
  const Overview overview = OverviewNow();
  ASSERT_EQ(overview.lost.size(), 2U);
  EXPECT_EQ(overview.lost[0].total, (Amount{kUsd, 1000, 1}));
  EXPECT_EQ(overview.lost[0].by_stage[1], (Amount{kUsd, 1000, 1}));
  EXPECT_EQ(overview.lost[0].last_week, std::nullopt);
  EXPECT_EQ(overview.lost[1].total, (Amount{kEur, 700, 1}));
  ASSERT_EQ(overview.sold.size(), 1U);
  EXPECT_EQ(overview.sold[0], (Amount{kUsd, 450, 1}));
  EXPECT_EQ(overview.training, 1U);
  EXPECT_EQ(overview.journeys, 3U);
  EXPECT_EQ(overview.reconciliation.difference, 0U);
  EXPECT_EQ(overview.reconciliation.received, guests_.rows().size());
}

TEST_F(Reader, LastWeekCountsUpToTheSameTimeOfDay) {
  guests_.At(kGuestsNoonMs - 7 * kDayMs);
  guests_.Loss(300);
  guests_.At(kGuestsNoonMs - 7 * kDayMs + 8 * kHourMs);
  guests_.Loss(40'000);
  guests_.At(kGuestsNoonMs);
  guests_.Loss(1000);
  const Overview overview = OverviewNow();
  ASSERT_EQ(overview.lost.size(), 1U);
  EXPECT_EQ(overview.lost[0].last_week, (Amount{kUsd, 300, 1}));
}

TEST_F(Reader, ListsJourneysNewestFirstPageByPage) {
  Guests others(database_.Enrol("s2", "k9").key);
  for (int i = 0; i < 7; ++i) {
    guests_.Loss(100 + i);
    others.Sale(100 + i);
  }
  database_.Keep(guests_);
  database_.Keep(others);
  database_.Fold();
  JourneyQuery query{.limit = 3};
  std::vector<JourneyRow> seen;
  std::set<std::pair<TerminalKey, JourneyId>> distinct;
  for (int page = 0; page < 10; ++page) {
    auto result = database_.reader->Journeys(query);
    ASSERT_TRUE(result.ok()) << result.error().text;
    for (const JourneyEntry& entry : result->journeys) {
      seen.push_back(entry.row);
      distinct.insert({entry.row.terminal, entry.row.id});
    }
    query.before = result->next;
    if (!result->next) break;
  }
  EXPECT_EQ(seen.size(), 14U);
  EXPECT_EQ(distinct.size(), 14U);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i - 1].started, seen[i].started);
}

TEST_F(Reader, FiltersJourneys) {
  const std::uint64_t lost = guests_.Loss(100);
  guests_.Loss(100, kUsd, /*training=*/true);
  guests_.Sale(100);
  const std::uint64_t open = guests_.Start();
  database_.Keep(guests_);
  database_.Fold();
  const auto ids = [this](const JourneyQuery& query) {
    std::vector<std::uint64_t> out;
    const auto page = database_.reader->Journeys(query);
    EXPECT_TRUE(page.ok());
    for (const auto& entry : page->journeys) out.push_back(entry.row.id.number);
    return out;
  };
  EXPECT_EQ(ids({.lost = true}), std::vector<std::uint64_t>{lost});
  EXPECT_EQ(ids({.open = true}), std::vector<std::uint64_t>{open});
  EXPECT_EQ(ids({.outcome = Outcome::kCompleted}).size(), 1U);
  EXPECT_EQ(ids({.stage = event::Stage::kCarting}).size(), 2U);
  EXPECT_EQ(ids({.terminal = TerminalId{"acme", "s1", "k1"}}).size(), 4U);
  EXPECT_TRUE(ids({.terminal = TerminalId{"acme", "s1", "nobody"}}).empty());
}

TEST_F(Reader, TellsAJourneyWithItsEventsAmongOthers) {
  const std::uint64_t one = guests_.Start();
  const std::uint64_t two = guests_.Start();
  guests_.Add(one, 100);
  guests_.Outside();
  guests_.Add(two, 200);
  guests_.NextEpoch(Epoch{1'795'000'500});
  guests_.Close(one, Outcome::kAbandonedCart, 100);
  database_.Keep(guests_);
  database_.Fold();
  auto history = database_.reader->Journey({"acme", "s1", "k1"}, guests_.Id(one));
  ASSERT_TRUE(history.ok()) << history.error().text;
  EXPECT_EQ(history->journey.row.outcome, Outcome::kAbandonedCart);
  EXPECT_FALSE(history->journey.row.state.empty());
  ASSERT_EQ(history->events.size(), 3U);
  EXPECT_EQ(history->events[0].sequence.value, 1U);
  EXPECT_EQ(history->events[1].sequence.value, 3U);
  EXPECT_EQ(history->events[2].epoch.value, 1'795'000'500U);
}

TEST_F(Reader, SaysWhatIsNotThere) {
  EXPECT_EQ(database_.reader->Journey({"acme", "s1", "k1"}, {Epoch{1}, 1}).error().code,
            Errc::kNotFound);
  EXPECT_EQ(database_.reader->Journey({"acme", "s1", "k7"}, {Epoch{1}, 1}).error().code,
            Errc::kNotFound);
}

TEST_F(Reader, TellsTerminalsWithTheSumsOfAllEpochs) {
  guests_.Sale(100);
  guests_.NextEpoch(Epoch{1'795'000'500});
  guests_.Start();
  database_.Keep(guests_);
  database_.Fold();
  const auto terminals = database_.reader->Terminals();
  ASSERT_TRUE(terminals.ok());
  ASSERT_EQ(terminals->size(), 1U);
  EXPECT_EQ((*terminals)[0].received, 8U);
  EXPECT_EQ((*terminals)[0].current.watermark.value, 7U);
  EXPECT_EQ((*terminals)[0].open_journeys, 1U);
}

TEST_F(Reader, TellsWhatIsInQuarantineNewestFirst) {
  IngestBatch batch;
  for (std::uint64_t at = 1; at <= 3; ++at) {
    batch.quarantine.push_back({.terminal = TerminalKey{1},
                                .epoch = Epoch{9},
                                .first = Sequence{at},
                                .count = 1,
                                .reason = "broken",
                                .bytes = std::string(at, 'x')});
  }
  ASSERT_TRUE(database_.store->Commit(batch).ok());
  const auto frames = database_.reader->Quarantine(2);
  ASSERT_TRUE(frames.ok());
  ASSERT_EQ(frames->size(), 2U);
  EXPECT_EQ((*frames)[0].row.first.value, 3U);
  EXPECT_EQ((*frames)[0].size_bytes, 3U);
  EXPECT_EQ((*frames)[0].terminal, (TerminalId{"acme", "s1", "k1"}));
}

TEST_F(Reader, ReconcilesWithTheRowsThemselves) {
  guests_.Sale(100);
  auto batch = guests_.Batch();
  batch.events.pop_back();  // the counter says 7, six rows are there
  ASSERT_TRUE(database_.store->Commit(batch).ok());
  database_.Fold();
  const auto logs = database_.reader->Reconcile();
  ASSERT_TRUE(logs.ok());
  EXPECT_EQ((*logs)[0].log.received, 6U);
  EXPECT_NE(Reconcile(*logs).difference, 0U);
}

TEST(ReaderProperty, TheDifferenceIsAlwaysZero) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    std::mt19937_64 random(seed);
    FilledDatabase database;
    Guests guests(database.Enrol("s1", "k1").key);
    for (int i = 0; i < 200; ++i) {
      if (random() % 30 == 0) guests.Skip(random() % 4);
      guests.Chance(random);
    }
    Log log = NullLog();
    Projector projector({.step_events = random() % 30 + 1, .turn_events = 5}, *database.store, log);
    ASSERT_TRUE(projector.Start({}).ok());
    LogRow state{.terminal = TerminalKey{1}, .epoch = Epoch{1'795'000'000}};
    for (const EventRow& row : guests.rows()) {
      state.voided += row.sequence.value - state.watermark.value - 1;
      ++state.received;
      state.watermark = row.sequence;
      ASSERT_TRUE(database.store->Commit({.events = {row}, .logs = {state}}).ok());
      projector.OnStored(state.terminal, state.epoch, state.watermark);
      if (random() % 4 == 0) {
        ASSERT_TRUE(projector.Step().ok());
      }
      if (random() % 8 != 0) continue;
      EXPECT_EQ(Reconcile(database.reader->Reconcile().value()).difference, 0U) << "seed " << seed;
      const auto rows = database.reader->Overview(QueryAt(kAfternoon, {}));
      EXPECT_EQ(MakeOverview(*rows).reconciliation.difference, 0U) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace trayline::hq
