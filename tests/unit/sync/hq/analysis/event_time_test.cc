#include "sync/hq/analysis/event_time.h"

#include <gtest/gtest.h>

namespace trayline::hq {
namespace {

using event::ClockState;

constexpr std::int64_t kNoonMs = 1'795'348'800'000;  // 2026-11-22T12:00:00Z
constexpr std::int64_t kTenYearsMs = 3'652LL * 86'400'000;

event::Event EventAt(std::int64_t wall_ms, std::int64_t mono_ms, ClockState clock) {
  event::Event event;
  event.time = WallFromMs(wall_ms);
  event.mono = MonoFromMs(mono_ms);
  event.clock = clock;
  return event;
}

TEST(EventTime, AClockThatAgreesIsBelieved) {
  const auto event = EventAt(kNoonMs, 60'000, ClockState::kSynced);
  const WallTime boot = WallFromMs(kNoonMs - 60'000 + 2'000);  // HQ heard of it 2 s late
  EXPECT_EQ(CorrectedTime(event, WallFromMs(kNoonMs + 3'600'000), boot), event.time);
}

TEST(EventTime, AStepOfTenYearsEitherWayIsCorrected) {
  const WallTime boot = WallFromMs(kNoonMs);
  for (const std::int64_t step : {kTenYearsMs, -kTenYearsMs}) {
    const auto event = EventAt(kNoonMs + 90'000 + step, 90'000, ClockState::kSynced);
    EXPECT_EQ(CorrectedTime(event, WallFromMs(kNoonMs + 100'000), boot),
              WallFromMs(kNoonMs + 90'000));
  }
}

TEST(EventTime, AClockThatWasNeverSetIsBelievedLess) {
  const WallTime boot = WallFromMs(kNoonMs);
  const auto off_by_a_minute = EventAt(kNoonMs + 60'000, 0, ClockState::kUnsynced);
  EXPECT_EQ(CorrectedTime(off_by_a_minute, WallFromMs(kNoonMs + 1), boot), boot);
  const auto synced = EventAt(kNoonMs + 60'000, 0, ClockState::kSynced);
  EXPECT_EQ(CorrectedTime(synced, WallFromMs(kNoonMs + 1), boot), synced.time);
}

TEST(EventTime, WithoutAnOffsetNothingLiesAfterItsArrivalOrIn1970) {
  const WallTime arrived = WallFromMs(kNoonMs);
  EXPECT_EQ(CorrectedTime(EventAt(5'000, 5'000, ClockState::kUnsynced), arrived, {}), arrived);
  EXPECT_EQ(CorrectedTime(EventAt(kNoonMs + kTenYearsMs, 5'000, ClockState::kSynced), arrived, {}),
            arrived);
  const auto yesterday = EventAt(kNoonMs - 86'400'000, 5'000, ClockState::kHoldover);
  EXPECT_EQ(CorrectedTime(yesterday, arrived, {}), yesterday.time);
}

TEST(EventTime, EventsOfABootKeepTheirDistances) {
  const WallTime boot = WallFromMs(kNoonMs);
  const auto first = EventAt(1'000, 1'000, ClockState::kUnsynced);
  const auto second = EventAt(kNoonMs + kTenYearsMs, 4'500, ClockState::kSynced);
  const WallTime late = WallFromMs(kNoonMs + kTenYearsMs);
  EXPECT_EQ(CorrectedTime(second, late, boot) - CorrectedTime(first, late, boot), Millis(3'500));
}

}  // namespace
}  // namespace trayline::hq
