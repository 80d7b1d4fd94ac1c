// Demo clock: the anchor of a clock that runs faster than real time, kept beside the journal, so
// that such a clock goes on where it was when the daemon is started again instead of jumping back.
// Only for clock_speed above 1.
#ifndef TRAYLINE_FIRMWARE_TRAYLINED_DEMO_CLOCK_H_
#define TRAYLINE_FIRMWARE_TRAYLINED_DEMO_CLOCK_H_

#include <memory>
#include <string>

#include "agent/base/result.h"
#include "agent/platform/scaled_clock.h"
#include "agent/ports/clock.h"

namespace trayline::traylined {

// The clock for speed; its anchor is read from, or written to, <directory>/demo-clock. An anchor of
// another boot or another speed is replaced. real must outlive the clock.
Result<std::unique_ptr<platform::ScaledClock>> OpenDemoClock(ports::Clock& real, std::int64_t speed,
                                                             const std::string& boot_id,
                                                             const std::string& directory);

}  // namespace trayline::traylined

#endif  // TRAYLINE_FIRMWARE_TRAYLINED_DEMO_CLOCK_H_
