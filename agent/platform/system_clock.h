// SystemClock: the machine's own clocks behind the Clock port. Any thread; nothing blocks.
#ifndef TRAYLINE_AGENT_PLATFORM_SYSTEM_CLOCK_H_
#define TRAYLINE_AGENT_PLATFORM_SYSTEM_CLOCK_H_

#include <atomic>

#include "agent/ports/clock.h"

namespace trayline::platform {

class SystemClock : public ports::Clock {
 public:
  // Reads the time zone of the process (TZ, /etc/localtime).
  SystemClock();

  WallTime Wall() override;  // CLOCK_REALTIME
  MonoTime Mono() override;  // CLOCK_BOOTTIME
  std::int32_t OffsetMinutes() override;
  // The kernel's word (adjtimex, STA_UNSYNC): synced; holdover when it has been synced since this
  // object was made and is no longer; unsynced before that.
  event::ClockState State() override;

 private:
  std::atomic<bool> ever_synced_{false};
};

}  // namespace trayline::platform

#endif  // TRAYLINE_AGENT_PLATFORM_SYSTEM_CLOCK_H_
