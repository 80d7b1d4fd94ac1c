// Loop: simulated time. What is to happen lies in order of its time; running it moves the time
// there. Actor: a thread of the real program, as a step that runs some while after it was woken.
// One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_LOOP_H_
#define TRAYLINE_TESTS_SIMULATION_LOOP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "agent/base/time.h"
#include "tests/simulation/chance.h"

namespace trayline::simulation {

class Loop {
 public:
  using Action = std::function<void()>;

  // Since the simulation began.
  [[nodiscard]] Millis now() const { return now_; }
  // At when, or now when that is past; what has the same time runs in the order of the calls.
  void At(Millis when, Action action);
  void In(Millis delay, Action action) { At(now_ + delay, std::move(action)); }
  // Runs what comes next; false when nothing waits.
  bool RunNext();
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

 private:
  struct Entry {
    Millis when{};
    std::uint64_t order = 0;
    Action action;
  };
  static bool Later(const Entry& a, const Entry& b);

  Millis now_{};
  std::uint64_t order_ = 0;
  std::uint64_t steps_ = 0;
  std::vector<Entry> heap_;
};

// As long as it lives, the actions that it guards do something. Its owner need not take back what
// still waits in the loop.
class Life {
 public:
  Loop::Action Guard(Loop::Action action) const {
    return [alive = std::weak_ptr<int>(token_), action = std::move(action)] {
      if (!alive.expired()) action();
    };
  }

 private:
  std::shared_ptr<int> token_ = std::make_shared<int>(0);
};

class Actor {
 public:
  // step must not destroy the actor.
  Actor(Loop& loop, Chance& chance, Loop::Action step)
      : loop_(loop), chance_(chance), step_(std::move(step)) {}

  // Some milliseconds from now, sometimes many: a processor has more to do.
  void Wake();
  // At when at the latest.
  void WakeAt(Millis when);
  // At when and not before, whatever was said until now.
  void MoveTo(Millis when) {
    due_.reset();
    WakeAt(when);
  }
  // Whatever wakes it, not before when: the thread blocks.
  void HoldUntil(Millis when) { held_ = when; }

 private:
  Loop& loop_;
  Chance& chance_;
  const Loop::Action step_;
  std::optional<Millis> due_;
  Millis held_{};
  Life life_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_LOOP_H_
