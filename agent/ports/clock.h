// Clock: where time comes from. Real one in agent/platform, ManualClock in tests/fakes. Any thread.
#ifndef TRAYLINE_AGENT_PORTS_CLOCK_H_
#define TRAYLINE_AGENT_PORTS_CLOCK_H_

#include <cstdint>

#include "agent/base/time.h"
#include "agent/event/event.h"

namespace trayline::ports {

class Clock {
 public:
  virtual ~Clock() = default;

  // Civil time; may jump either way.
  virtual WallTime Wall() = 0;
  // Since boot, suspended time included (CLOCK_BOOTTIME); never falls within a boot.
  virtual MonoTime Mono() = 0;
  // Local time minus UTC at this moment, in minutes.
  virtual std::int32_t OffsetMinutes() = 0;
  // How far Wall() may be trusted.
  virtual event::ClockState State() = 0;
};

}  // namespace trayline::ports

#endif  // TRAYLINE_AGENT_PORTS_CLOCK_H_
