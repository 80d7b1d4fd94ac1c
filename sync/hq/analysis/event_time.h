// CorrectedTime: when an event happened, as far as HQ can tell from a clock that may stand in 1970
// or ten years ahead. Pure; any thread.
#ifndef TRAYLINE_SYNC_HQ_ANALYSIS_EVENT_TIME_H_
#define TRAYLINE_SYNC_HQ_ANALYSIS_EVENT_TIME_H_

#include <optional>

#include "agent/base/time.h"
#include "agent/event/event.h"

namespace trayline::hq {

// How far a terminal's clock may be from HQ's view of it before HQ's counts. A clock that says that
// it is synchronised is believed more than one that says that it is not.
inline constexpr Millis kTrustedClockTolerance{5 * 60'000};
inline constexpr Millis kUnsyncedClockTolerance{10'000};

// boot_offset is the wall time at which the event's boot began, as HQ saw it: HQ's time when a
// birth arrived minus the terminal's CLOCK_BOOTTIME when it was sent; none when no birth of that
// boot came live. The device's own time stands unless it contradicts that offset by more than the
// tolerance; then offset + event.mono counts. Without an offset the device's time stands, but for
// one that lies after the event's arrival or before any Trayline was built: there the arrival is
// the best that is known.
WallTime CorrectedTime(const event::Event& event, WallTime arrived,
                       std::optional<WallTime> boot_offset);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_ANALYSIS_EVENT_TIME_H_
