// ScaledClock: another clock, N times faster since an anchor; for demonstrations that show a day in
// minutes. Any thread; immutable.
#ifndef TRAYLINE_AGENT_PLATFORM_SCALED_CLOCK_H_
#define TRAYLINE_AGENT_PLATFORM_SCALED_CLOCK_H_

#include "agent/ports/clock.h"

namespace trayline::platform {

inline constexpr std::int64_t kClockSpeedMax = 3600;  // an hour in a second

class ScaledClock : public ports::Clock {
 public:
  // Where both clocks show the same. With the anchor kept, a clock made anew goes on where the one
  // before it was.
  struct Anchor {
    WallTime wall;
    MonoTime mono;
  };

  // real must outlive this clock. speed 1..kClockSpeedMax; what lies outside is clamped. The anchor
  // is this moment.
  ScaledClock(ports::Clock& real, std::int64_t speed);
  ScaledClock(ports::Clock& real, std::int64_t speed, Anchor anchor);

  WallTime Wall() override;
  MonoTime Mono() override;
  std::int32_t OffsetMinutes() override { return real_.OffsetMinutes(); }
  event::ClockState State() override { return real_.State(); }

  // How long the machine must be waited for until this clock has moved on by time; rounded up.
  [[nodiscard]] Millis RealTime(Millis time) const;
  [[nodiscard]] std::int64_t speed() const { return speed_; }

 private:
  ports::Clock& real_;
  const std::int64_t speed_;
  const Anchor anchor_;
};

}  // namespace trayline::platform

#endif  // TRAYLINE_AGENT_PLATFORM_SCALED_CLOCK_H_
