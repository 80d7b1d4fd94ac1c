#include "agent/engine/clock_watch.h"

#include <utility>

namespace trayline::engine {

std::optional<ClockChange> ClockWatch::Observe(const ClockReading& now) {
  const std::optional<ClockReading> before = std::exchange(last_, now);
  if (!before) return std::nullopt;
  ClockChange change;
  change.expected = before->wall + (now.mono - before->mono);
  change.found = now.wall;
  const Millis difference = change.found - change.expected;
  change.stepped = difference >= step_ || difference <= -step_;
  const bool now_trusted = now.state == event::ClockState::kSynced;
  const bool was_unsynced = before->state == event::ClockState::kUnsynced;
  if (!change.stepped && !(now_trusted && was_unsynced)) return std::nullopt;
  return change;
}

}  // namespace trayline::engine
