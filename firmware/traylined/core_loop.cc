#include "firmware/traylined/core_loop.h"

#include <algorithm>
#include <utility>

namespace trayline::traylined {
namespace {

constexpr Millis kLongestWait{60'000};

}  // namespace

bool CoreLoop::Post(std::function<void()> command) {
  {
    MutexLock lock(mutex_);
    if (closed_ || commands_.size() >= kCommandsMax) return false;
    commands_.push_back(std::move(command));
  }
  posted_.NotifyOne();
  return true;
}

void CoreLoop::PostAnswer(std::function<void()> answer) {
  {
    MutexLock lock(mutex_);
    answers_.push_back(std::move(answer));
  }
  posted_.NotifyOne();
}

void CoreLoop::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  posted_.NotifyOne();
}

// Real time until the engine's clock reaches deadline.
Millis CoreLoop::TimeUntil(MonoTime deadline) {
  const Millis left = deadline - clock_.Mono();
  if (left <= Millis(0)) return Millis(0);
  return std::min(kLongestWait, Millis(left.count() / speed_ + 1));
}

void CoreLoop::Run(engine::Engine& engine) {
  for (;;) {
    const auto deadline = engine.NextDeadline();
    const Millis wait = deadline ? TimeUntil(*deadline) : kLongestWait;
    std::deque<std::function<void()>> work;
    {
      MutexLock lock(mutex_);
      if (answers_.empty() && commands_.empty() && !closed_ && wait > Millis(0)) {
        posted_.WaitFor(mutex_, wait);
      }
      // Answers first: they free the hosts that wait longest.
      work.swap(answers_);
      work.insert(work.end(), std::make_move_iterator(commands_.begin()),
                  std::make_move_iterator(commands_.end()));
      commands_.clear();
      if (work.empty() && closed_) return;
    }
    for (const auto& each : work) each();
    const auto due = engine.NextDeadline();
    if (due && *due <= clock_.Mono()) engine.Tick();
  }
}

}  // namespace trayline::traylined
