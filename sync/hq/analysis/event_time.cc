#include "sync/hq/analysis/event_time.h"

namespace trayline::hq {
namespace {

constexpr WallTime kEarliestPlausible{Millis(1'735'689'600'000)};  // 2025-01-01T00:00:00Z

Millis Distance(WallTime a, WallTime b) { return a < b ? b - a : a - b; }

}  // namespace

WallTime CorrectedTime(const event::Event& event, WallTime arrived,
                       std::optional<WallTime> boot_offset) {
  const Millis tolerance = event.clock == event::ClockState::kUnsynced ? kUnsyncedClockTolerance
                                                                       : kTrustedClockTolerance;
  if (boot_offset) {
    const WallTime seen = *boot_offset + event.mono.time_since_epoch();
    return Distance(event.time, seen) <= tolerance ? event.time : seen;
  }
  const bool plausible = event.time >= kEarliestPlausible && event.time <= arrived + tolerance;
  return plausible ? event.time : arrived;
}

}  // namespace trayline::hq
