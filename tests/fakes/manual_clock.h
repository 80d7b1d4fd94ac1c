// ManualClock: a Clock that stands still until a test turns it. Any thread.
#ifndef TRAYLINE_TESTS_FAKES_MANUAL_CLOCK_H_
#define TRAYLINE_TESTS_FAKES_MANUAL_CLOCK_H_

#include <cstdint>

#include "agent/base/mutex.h"
#include "agent/ports/clock.h"

namespace trayline::fakes {

// 2026-11-22T12:00:00Z, a Sunday noon.
inline constexpr std::int64_t kManualClockStartMs = 1'795'348'800'000;
// An hour after the boot.
inline constexpr std::int64_t kManualClockMonoMs = 3'600'000;

class ManualClock final : public ports::Clock {
 public:
  explicit ManualClock(WallTime wall = WallFromMs(kManualClockStartMs),
                       MonoTime mono = MonoFromMs(kManualClockMonoMs))
      : wall_(wall), mono_(mono) {}

  WallTime Wall() override EXCLUDES(mutex_);
  MonoTime Mono() override EXCLUDES(mutex_);
  std::int32_t OffsetMinutes() override EXCLUDES(mutex_);
  event::ClockState State() override EXCLUDES(mutex_);

  // Time passes: both clocks move.
  void Advance(Millis by) EXCLUDES(mutex_);
  // The civil clock is set, either way; the other does not move.
  void SetWall(WallTime wall) EXCLUDES(mutex_);
  // A boot: the monotonic clock starts anew.
  void SetMono(MonoTime mono) EXCLUDES(mutex_);
  void SetOffsetMinutes(std::int32_t minutes) EXCLUDES(mutex_);
  void SetState(event::ClockState state) EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  WallTime wall_ GUARDED_BY(mutex_);
  MonoTime mono_ GUARDED_BY(mutex_);
  std::int32_t offset_minutes_ GUARDED_BY(mutex_) = 0;
  event::ClockState state_ GUARDED_BY(mutex_) = event::ClockState::kSynced;
};

}  // namespace trayline::fakes

#endif  // TRAYLINE_TESTS_FAKES_MANUAL_CLOCK_H_
