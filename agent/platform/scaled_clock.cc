#include "agent/platform/scaled_clock.h"

#include <algorithm>

namespace trayline::platform {

ScaledClock::ScaledClock(ports::Clock& real, std::int64_t speed)
    : ScaledClock(real, speed, Anchor{real.Wall(), real.Mono()}) {}

ScaledClock::ScaledClock(ports::Clock& real, std::int64_t speed, Anchor anchor)
    : real_(real), speed_(std::clamp<std::int64_t>(speed, 1, kClockSpeedMax)), anchor_(anchor) {}

WallTime ScaledClock::Wall() { return anchor_.wall + (real_.Wall() - anchor_.wall) * speed_; }

MonoTime ScaledClock::Mono() { return anchor_.mono + (real_.Mono() - anchor_.mono) * speed_; }

Millis ScaledClock::RealTime(Millis time) const {
  if (time.count() <= 0) return Millis(0);
  return Millis(time.count() / speed_ + (time.count() % speed_ != 0 ? 1 : 0));
}

}  // namespace trayline::platform
