#include "agent/engine/clock_watch.h"

#include <gtest/gtest.h>

namespace trayline::engine {
namespace {

using event::ClockState;

ClockReading At(std::int64_t wall_ms, std::int64_t mono_ms,
                ClockState state = ClockState::kSynced) {
  return {WallFromMs(wall_ms), MonoFromMs(mono_ms), state};
}

TEST(ClockWatch, SaysNothingOfTheFirstReading) {
  ClockWatch watch(Millis(500));
  EXPECT_FALSE(watch.Observe(At(1'000'000, 10)));
}

TEST(ClockWatch, SeesAStepInEitherDirection) {
  constexpr std::int64_t kTenYearsMs = 10LL * 365 * 86'400'000;
  ClockWatch watch(Millis(500));
  watch.Observe(At(kTenYearsMs * 5, 1'000));
  const auto ahead = watch.Observe(At(kTenYearsMs * 6, 2'000));
  ASSERT_TRUE(ahead);
  EXPECT_TRUE(ahead->stepped);
  EXPECT_EQ(ahead->expected, WallFromMs(kTenYearsMs * 5 + 1'000));
  EXPECT_EQ(ahead->found, WallFromMs(kTenYearsMs * 6));
  const auto back = watch.Observe(At(kTenYearsMs * 4, 3'000));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->expected, WallFromMs(kTenYearsMs * 6 + 1'000));
}

TEST(ClockWatch, FollowsSlewingSilently) {
  ClockWatch watch(Millis(500));
  std::int64_t wall = 1'000'000;
  watch.Observe(At(wall, 0));
  for (std::int64_t mono = 10'000; mono < 1'000'000; mono += 10'000) {
    wall += 10'400;  // 4 % fast: 400 ms between two looks, 40 s in all
    EXPECT_FALSE(watch.Observe(At(wall, mono)));
  }
}

TEST(ClockWatch, TellsWhenTheClockBecomesTrustworthy) {
  ClockWatch watch(Millis(500));
  watch.Observe(At(1'000, 1'000, ClockState::kUnsynced));
  EXPECT_FALSE(watch.Observe(At(2'000, 2'000, ClockState::kUnsynced)));
  const auto change = watch.Observe(At(3'000, 3'000, ClockState::kSynced));
  ASSERT_TRUE(change);
  EXPECT_FALSE(change->stepped);
  EXPECT_FALSE(watch.Observe(At(4'000, 4'000, ClockState::kHoldover)));
  EXPECT_FALSE(watch.Observe(At(5'000, 5'000, ClockState::kSynced)));
}

}  // namespace
}  // namespace trayline::engine
