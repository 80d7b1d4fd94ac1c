// Trace: what happened last, one line a fact, with the simulated time. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_TRACE_H_
#define TRAYLINE_TESTS_SIMULATION_TRACE_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "tests/simulation/loop.h"

namespace trayline::simulation {

class Trace {
 public:
  static constexpr std::size_t kLinesMax = 400;

  // all gets every line at once; null: only the last ones are kept. folder, which is another one
  // each time, is cut out of the lines.
  Trace(const Loop& loop, std::string folder, std::function<void(std::string_view)> all)
      : loop_(loop), folder_(std::move(folder)), all_(std::move(all)) {}

  // who did or met what.
  void Note(std::string_view who, std::string_view what);
  [[nodiscard]] std::string Text() const;

 private:
  const Loop& loop_;
  const std::string folder_;
  const std::function<void(std::string_view)> all_;
  std::deque<std::string> lines_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_TRACE_H_
