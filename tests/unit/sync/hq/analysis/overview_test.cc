#include "sync/hq/analysis/overview.h"

#include <gtest/gtest.h>

namespace trayline::hq {
namespace {

using event::Outcome;
using event::Stage;

JourneyGroup Group(std::int64_t currency, std::optional<Outcome> outcome, Stage stage,
                   std::uint64_t journeys, std::int64_t value, bool training = false) {
  return {.currency = currency,
          .outcome = outcome,
          .stage = stage,
          .deepest = stage <= Stage::kPaying ? stage : Stage::kPaying,
          .training = training,
          .journeys = journeys,
          .value_minor = value};
}

TEST(Overview, NeverAddsCurrencies) {
  OverviewRows rows;
  rows.today = {Group(840, Outcome::kAbandonedCart, Stage::kCarting, 2, 1000),
                Group(978, Outcome::kCancelled, Stage::kReviewing, 1, 700),
                Group(840, Outcome::kCompleted, Stage::kCompleted, 3, 5000),
                Group(978, Outcome::kCompleted, Stage::kCompleted, 1, 900)};
  const Overview overview = MakeOverview(rows);
  ASSERT_EQ(overview.lost.size(), 2U);
  EXPECT_EQ(overview.lost[0].total, (Amount{840, 1000, 2}));
  EXPECT_EQ(overview.lost[0].by_stage[1], (Amount{840, 1000, 2}));
  EXPECT_EQ(overview.lost[1].total, (Amount{978, 700, 1}));
  EXPECT_EQ(overview.lost[1].by_stage[2], (Amount{978, 700, 1}));
  ASSERT_EQ(overview.sold.size(), 2U);
  EXPECT_EQ(overview.sold[0], (Amount{840, 5000, 3}));
  EXPECT_EQ(overview.sold[1], (Amount{978, 900, 1}));
}

TEST(Overview, LeavesTrainingOut) {
  OverviewRows rows;
  rows.today = {Group(840, Outcome::kAbandonedCart, Stage::kCarting, 4, 1000, true),
                Group(840, Outcome::kCompleted, Stage::kCompleted, 5, 5000, true),
                Group(840, Outcome::kCompleted, Stage::kCompleted, 1, 100)};
  const Overview overview = MakeOverview(rows);
  EXPECT_TRUE(overview.lost.empty());
  EXPECT_EQ(overview.sold[0], (Amount{840, 100, 1}));
  EXPECT_EQ(overview.training, 9U);
  EXPECT_EQ(overview.journeys, 1U);
  EXPECT_EQ(overview.funnel[0].journeys, 1U);
}

TEST(Overview, ALossWithoutACurrencyIsCountedWithTheMainOne) {
  OverviewRows rows;
  rows.today = {Group(0, Outcome::kAbandonedBrowse, Stage::kBrowsing, 6, 0),
                Group(978, Outcome::kCompleted, Stage::kCompleted, 2, 900),
                Group(840, Outcome::kCompleted, Stage::kCompleted, 1, 900)};
  const Overview overview = MakeOverview(rows);
  ASSERT_EQ(overview.lost.size(), 1U);
  EXPECT_EQ(overview.lost[0].total, (Amount{978, 0, 6}));
  EXPECT_EQ(overview.lost[0].by_stage[0].journeys, 6U);
}

TEST(Overview, LastWeekIsNothingWhenHqKnowsNothingOfIt) {
  OverviewRows rows;
  rows.today = {Group(840, Outcome::kAbandonedCart, Stage::kCarting, 2, 1000)};
  EXPECT_EQ(MakeOverview(rows).lost[0].last_week, std::nullopt);
  rows.last_week_known = true;
  EXPECT_EQ(MakeOverview(rows).lost[0].last_week, (Amount{840, 0, 0}));
  rows.last_week = {Group(840, Outcome::kAbandonedUnpaid, Stage::kUnpaidSubmitted, 1, 300),
                    Group(840, Outcome::kCompleted, Stage::kCompleted, 1, 300)};
  EXPECT_EQ(MakeOverview(rows).lost[0].last_week, (Amount{840, 300, 1}));
}

TEST(Overview, TheFunnelCountsHowFarJourneysCame) {
  OverviewRows rows;
  rows.today = {Group(840, std::nullopt, Stage::kStarted, 1, 0),
                Group(840, Outcome::kAbandonedBrowse, Stage::kBrowsing, 2, 0),
                Group(840, Outcome::kAbandonedCart, Stage::kCarting, 4, 10),
                Group(840, Outcome::kAbandonedPayment, Stage::kPaying, 8, 10)};
  // A host that reports completed orders only: nothing deeper than started was ever seen.
  rows.today.push_back({.currency = 840,
                        .outcome = Outcome::kCompleted,
                        .stage = Stage::kCompleted,
                        .deepest = Stage::kStarted,
                        .journeys = 16,
                        .value_minor = 10});
  const Overview overview = MakeOverview(rows);
  std::vector<std::uint64_t> counts;
  for (const FunnelStep& step : overview.funnel) counts.push_back(step.journeys);
  EXPECT_EQ(counts, (std::vector<std::uint64_t>{31, 30, 28, 24, 24, 16}));
}

TEST(Overview, TellsOutcomesAndOpenOnesLast) {
  OverviewRows rows;
  rows.today = {Group(840, std::nullopt, Stage::kCarting, 3, 100),
                Group(840, Outcome::kCancelled, Stage::kCarting, 2, 50)};
  const Overview overview = MakeOverview(rows);
  ASSERT_EQ(overview.outcomes.size(), 2U);
  EXPECT_EQ(overview.outcomes[0].outcome, Outcome::kCancelled);
  EXPECT_EQ(overview.outcomes[1].outcome, std::nullopt);
  EXPECT_EQ(overview.outcomes[1].journeys, 3U);
}

LogCounts Counts(const std::string& terminal, std::uint64_t watermark) {
  LogCounts counts;
  counts.terminal = {"acme", "s12", terminal};
  counts.log.watermark = Sequence{watermark};
  counts.log.received = watermark - 3;
  counts.log.voided = 2;
  counts.log.quarantined = 1;
  counts.projection.in_journeys = watermark - 10;
  counts.projection.outside_journeys = 3;
  counts.waiting = 4;
  return counts;
}

TEST(Reconciliation, IsZeroWhenEverythingIsAccountedFor) {
  const Reconciliation sums = Reconcile({Counts("k1", 100), Counts("k2", 50)});
  EXPECT_EQ(sums.difference, 0U);
  EXPECT_TRUE(sums.terminals.empty());
  EXPECT_EQ(sums.watermarks, 150U);
  EXPECT_EQ(sums.received, 144U);
  EXPECT_EQ(sums.waiting, 8U);
}

TEST(Reconciliation, NamesTerminalsThatDoNot) {
  LogCounts bad = Counts("k2", 50);
  bad.log.received -= 2;  // two rows are not there
  const Reconciliation sums = Reconcile({Counts("k1", 100), bad});
  EXPECT_EQ(sums.difference, 4U);
  ASSERT_EQ(sums.terminals.size(), 1U);
  EXPECT_EQ(sums.terminals[0].terminal, "k2");
}

TEST(Reconciliation, OppositeErrorsDoNotCancel) {
  LogCounts more = Counts("k1", 100);
  more.waiting += 5;
  LogCounts less = Counts("k2", 100);
  less.waiting -= 4;
  EXPECT_EQ(Reconcile({more, less}).difference, 9U);
}

}  // namespace
}  // namespace trayline::hq
