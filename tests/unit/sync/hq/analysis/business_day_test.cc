#include "sync/hq/analysis/business_day.h"

#include <gtest/gtest.h>

namespace trayline::hq {
namespace {

WallTime At(const char* text) { return ParseRfc3339(text).value().time; }

TEST(BusinessDay, BeginsAtItsHour) {
  const DayOptions options;
  EXPECT_EQ(BusinessDayAt(At("2026-11-22T03:59:59.999Z"), options).date, "2026-11-21");
  const BusinessDay day = BusinessDayAt(At("2026-11-22T04:00:00Z"), options);
  EXPECT_EQ(day.date, "2026-11-22");
  EXPECT_EQ(day.start, At("2026-11-22T04:00:00Z"));
}

TEST(BusinessDay, CountsInLocalTime) {
  const DayOptions options{.start_hour = 4, .offset_minutes = -480};
  const BusinessDay day = BusinessDayAt(At("2026-11-22T11:59:00Z"), options);
  EXPECT_EQ(day.date, "2026-11-21");
  EXPECT_EQ(day.start, At("2026-11-21T12:00:00Z"));
  EXPECT_EQ(BusinessDayAt(At("2026-11-22T12:00:00Z"), options).date, "2026-11-22");
}

TEST(BusinessDay, MayBeginAtMidnightAheadOfUtc) {
  const DayOptions options{.start_hour = 0, .offset_minutes = 330};
  const BusinessDay day = BusinessDayAt(At("2026-11-22T18:30:00Z"), options);
  EXPECT_EQ(day.date, "2026-11-23");
  EXPECT_EQ(day.start, At("2026-11-22T18:30:00Z"));
}

TEST(BusinessDay, HoldsBefore1970) {
  EXPECT_EQ(BusinessDayAt(At("1969-12-31T01:00:00Z"), {}).date, "1969-12-30");
}

TEST(BusinessDay, LastWeekEndsAtTheSameTimeOfDay) {
  const OverviewQuery query = QueryAt(At("2026-11-22T15:30:00Z"), {});
  EXPECT_EQ(query.today.first, At("2026-11-22T04:00:00Z"));
  EXPECT_EQ(query.today.last, At("2026-11-23T04:00:00Z"));
  EXPECT_EQ(query.last_week.first, At("2026-11-15T04:00:00Z"));
  EXPECT_EQ(query.last_week.last, At("2026-11-15T15:30:00Z"));
  EXPECT_EQ(query.last_week_whole.last, At("2026-11-16T04:00:00Z"));
}

}  // namespace
}  // namespace trayline::hq
