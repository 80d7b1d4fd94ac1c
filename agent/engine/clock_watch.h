// ClockWatch: notices when the wall clock was set or became trustworthy, by comparing it with the
// monotonic one. Whoever corrects times later (HQ) needs to know from which event on the offset
// between the two is another. Pure; core thread.
#ifndef TRAYLINE_AGENT_ENGINE_CLOCK_WATCH_H_
#define TRAYLINE_AGENT_ENGINE_CLOCK_WATCH_H_

#include <optional>

#include "agent/base/time.h"
#include "agent/event/event.h"

namespace trayline::engine {

// A reading of both clocks at one moment.
struct ClockReading {
  WallTime wall;
  MonoTime mono;
  event::ClockState state = event::ClockState::kUnsynced;
};

struct ClockChange {
  WallTime expected;  // what the wall clock would show had nobody touched it
  WallTime found;
  bool stepped = false;  // else only its state became synced
};

class ClockWatch {
 public:
  // A difference of at least step between two readings is a setting, not a drift; 1 ms or more.
  explicit ClockWatch(Millis step) : step_(step) {}

  // What changed since the last reading; nothing for the first one of a run. Slow drift (slewing)
  // is followed silently.
  std::optional<ClockChange> Observe(const ClockReading& now);

 private:
  const Millis step_;
  std::optional<ClockReading> last_;
};

}  // namespace trayline::engine

#endif  // TRAYLINE_AGENT_ENGINE_CLOCK_WATCH_H_
