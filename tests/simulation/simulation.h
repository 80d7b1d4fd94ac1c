// A simulation: one scenario from its begin to its verdict. The same scenario gives the same
// verdict, fact by fact. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_SIMULATION_H_
#define TRAYLINE_TESTS_SIMULATION_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/trouble.h"

namespace trayline::simulation {

// After the storm everything must be at HQ within so much simulated time.
inline constexpr Millis kCalmMost{4LL * 3'600'000};

struct Verdict {
  std::optional<std::string> failure;  // the first broken promise
  std::string trace;                   // the last facts, when something failed
  Troubles brought;
  std::uint64_t told = 0;      // things that hosts were told to be recorded
  std::uint64_t stored = 0;    // events that HQ has committed
  std::uint64_t frames = 0;    // that terminals have sent
  std::uint64_t resent = 0;    // events in frames that repeat
  std::uint64_t messages = 0;  // at the broker
  std::uint64_t steps = 0;
  Millis storm{};  // simulated
  Millis calm{};
};

// folder: an empty one for the files outside the databases. all gets each fact; null: nobody.
Verdict Simulate(const Scenario& scenario, const std::string& folder,
                 std::function<void(std::string_view)> all);

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_SIMULATION_H_
