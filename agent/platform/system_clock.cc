#include "agent/platform/system_clock.h"

#include <sys/timex.h>
#include <time.h>

namespace trayline::platform {
namespace {

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::int64_t kNsPerMs = 1'000'000;
constexpr std::int64_t kSecondsPerMinute = 60;

std::int64_t ReadMs(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);  // cannot fail for a clock that the kernel has
  return static_cast<std::int64_t>(now.tv_sec) * kMsPerSecond + now.tv_nsec / kNsPerMs;
}

}  // namespace

SystemClock::SystemClock() { ::tzset(); }

WallTime SystemClock::Wall() { return WallFromMs(ReadMs(CLOCK_REALTIME)); }

MonoTime SystemClock::Mono() { return MonoFromMs(ReadMs(CLOCK_BOOTTIME)); }

std::int32_t SystemClock::OffsetMinutes() {
  const time_t now = ::time(nullptr);
  tm local{};
  if (::localtime_r(&now, &local) == nullptr) return 0;
  return static_cast<std::int32_t>(local.tm_gmtoff / kSecondsPerMinute);
}

event::ClockState SystemClock::State() {
  timex facts{};
  const bool synced = ::adjtimex(&facts) >= 0 && (facts.status & STA_UNSYNC) == 0;
  if (synced) {
    ever_synced_.store(true);
    return event::ClockState::kSynced;
  }
  return ever_synced_.load() ? event::ClockState::kHoldover : event::ClockState::kUnsynced;
}

}  // namespace trayline::platform
