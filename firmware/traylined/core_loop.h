// CoreLoop: the core thread's work: functions that others post, and the engine's timers. Post and
// PostAnswer may be called from any thread; Run is called once, by the thread that becomes the
// core.
#ifndef TRAYLINE_FIRMWARE_TRAYLINED_CORE_LOOP_H_
#define TRAYLINE_FIRMWARE_TRAYLINED_CORE_LOOP_H_

#include <cstdint>
#include <deque>
#include <functional>

#include "agent/base/mutex.h"
#include "agent/base/time.h"
#include "agent/engine/engine.h"
#include "agent/ports/clock.h"

namespace trayline::traylined {

// Commands that wait for the core at most; one more is refused and its host told to come again. At
// 64 connections with one request each it is never reached but by a core that hangs.
inline constexpr std::size_t kCommandsMax = 1024;

class CoreLoop {
 public:
  // clock is the engine's; speed says how many of its milliseconds pass in a real one.
  CoreLoop(ports::Clock& clock, std::int64_t speed) : clock_(clock), speed_(speed) {}

  // False when kCommandsMax wait already, or the loop is closed.
  [[nodiscard]] bool Post(std::function<void()> command) EXCLUDES(mutex_);
  // For answers of the store, which are never more than what was submitted to it: always taken.
  void PostAnswer(std::function<void()> answer) EXCLUDES(mutex_);

  // Until Close, and until what was posted before it has run.
  void Run(engine::Engine& engine) EXCLUDES(mutex_);
  void Close() EXCLUDES(mutex_);

 private:
  [[nodiscard]] Millis TimeUntil(MonoTime deadline);

  ports::Clock& clock_;
  const std::int64_t speed_;
  Mutex mutex_;
  CondVar posted_;
  std::deque<std::function<void()>> commands_ GUARDED_BY(mutex_);
  std::deque<std::function<void()>> answers_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace trayline::traylined

#endif  // TRAYLINE_FIRMWARE_TRAYLINED_CORE_LOOP_H_
