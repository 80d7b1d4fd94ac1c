#include <gtest/gtest.h>
#include <time.h>

#include <cstdint>

#include "agent/platform/scaled_clock.h"
#include "agent/platform/system_clock.h"
#include "tests/fakes/manual_clock.h"

namespace trayline::platform {
namespace {

TEST(ScaledClock, RunsFasterFromItsOwnStart) {
  fakes::ManualClock real;
  const WallTime wall = real.Wall();
  const MonoTime mono = real.Mono();
  ScaledClock scaled(real, 60);
  EXPECT_EQ(scaled.Wall(), wall);
  EXPECT_EQ(scaled.Mono(), mono);
  real.Advance(Millis(1500));
  EXPECT_EQ(scaled.Wall(), wall + Millis(90'000));
  EXPECT_EQ(scaled.Mono(), mono + Millis(90'000));
}

TEST(ScaledClock, AtSpeedOneIsTheRealClock) {
  fakes::ManualClock real;
  ScaledClock scaled(real, 1);
  real.Advance(Millis(777));
  EXPECT_EQ(scaled.Wall(), real.Wall());
  EXPECT_EQ(scaled.Mono(), real.Mono());
}

TEST(ScaledClock, FollowsAStepOfTheRealClock) {
  fakes::ManualClock real;
  ScaledClock scaled(real, 10);
  const WallTime before = scaled.Wall();
  const MonoTime mono = scaled.Mono();
  real.SetWall(real.Wall() - Millis(100));
  EXPECT_EQ(scaled.Wall(), before - Millis(1000));
  EXPECT_EQ(scaled.Mono(), mono);
}

TEST(ScaledClock, ClampsItsSpeed) {
  fakes::ManualClock real;
  EXPECT_EQ(ScaledClock(real, 0).speed(), 1);
  EXPECT_EQ(ScaledClock(real, 1'000'000).speed(), kClockSpeedMax);
}

TEST(ScaledClock, SaysHowLongToWaitForReal) {
  fakes::ManualClock real;
  const ScaledClock scaled(real, 60);
  EXPECT_EQ(scaled.RealTime(Millis(60'000)), Millis(1000));
  EXPECT_EQ(scaled.RealTime(Millis(1)), Millis(1));
  EXPECT_EQ(scaled.RealTime(Millis(61)), Millis(2));
  EXPECT_EQ(scaled.RealTime(Millis(0)), Millis(0));
  EXPECT_EQ(scaled.RealTime(Millis(-5)), Millis(0));
}

TEST(ScaledClock, PassesOffsetAndStateOn) {
  fakes::ManualClock real;
  ScaledClock scaled(real, 60);
  real.SetOffsetMinutes(-300);
  real.SetState(event::ClockState::kHoldover);
  EXPECT_EQ(scaled.OffsetMinutes(), -300);
  EXPECT_EQ(scaled.State(), event::ClockState::kHoldover);
}

std::int64_t KernelMs(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

TEST(SystemClock, LiesBetweenTwoReadingsOfTheKernel) {
  SystemClock clock;
  const std::int64_t mono_before = KernelMs(CLOCK_BOOTTIME);
  const std::int64_t mono = ToMs(clock.Mono());
  EXPECT_LE(mono_before, mono);
  EXPECT_LE(mono, KernelMs(CLOCK_BOOTTIME));
}

}  // namespace
}  // namespace trayline::platform
