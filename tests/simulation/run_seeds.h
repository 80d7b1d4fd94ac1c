// RunSeeds: many simulations one after the other, what they met all together, and how a failing
// seed is shown. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_RUN_SEEDS_H_
#define TRAYLINE_TESTS_SIMULATION_RUN_SEEDS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/simulation.h"

namespace trayline::simulation {

struct Tally {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::optional<std::uint64_t> first_failure;  // its seed
  std::string report;                          // of the first failure, for people
  Verdict sum;                                 // numbers and times of all added up

  [[nodiscard]] std::string Text() const;  // one line a topic
};

struct RunOptions {
  std::uint64_t from = 1;
  std::uint64_t seeds = 1;
  bool stop_at_failure = true;
  std::function<void(Scenario&)> adjust{};            // of each scenario drawn; none: as drawn
  std::function<void(std::string_view)> all_facts{};  // gets every line of every trace
};

Tally RunSeeds(const RunOptions& options);

// The seed that is being run, for who has to report an abort; 0 none.
std::uint64_t SeedInHand();

// The command that runs this seed again.
std::string ReplayCommand(std::uint64_t seed);

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_RUN_SEEDS_H_
