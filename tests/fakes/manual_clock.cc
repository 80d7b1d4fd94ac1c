#include "tests/fakes/manual_clock.h"

namespace trayline::fakes {

WallTime ManualClock::Wall() {
  MutexLock lock(mutex_);
  return wall_;
}

MonoTime ManualClock::Mono() {
  MutexLock lock(mutex_);
  return mono_;
}

std::int32_t ManualClock::OffsetMinutes() {
  MutexLock lock(mutex_);
  return offset_minutes_;
}

event::ClockState ManualClock::State() {
  MutexLock lock(mutex_);
  return state_;
}

void ManualClock::Advance(Millis by) {
  MutexLock lock(mutex_);
  wall_ += by;
  mono_ += by;
}

void ManualClock::SetWall(WallTime wall) {
  MutexLock lock(mutex_);
  wall_ = wall;
}

void ManualClock::SetMono(MonoTime mono) {
  MutexLock lock(mutex_);
  mono_ = mono;
}

void ManualClock::SetOffsetMinutes(std::int32_t minutes) {
  MutexLock lock(mutex_);
  offset_minutes_ = minutes;
}

void ManualClock::SetState(event::ClockState state) {
  MutexLock lock(mutex_);
  state_ = state;
}

}  // namespace trayline::fakes
