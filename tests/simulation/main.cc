// simulate: runs simulations by their seeds.
//   simulate [--from S] [--seeds N] [--seed S] [--trouble KIND=N,...] [--trace] [--keep-going]
//            [--expect-failure]
// --trouble: these kinds, so many times in a simulated hour, instead of what the seed draws.
// --expect-failure is for mutants: 0 when a seed has failed.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/simulation/run_seeds.h"

namespace {

using trayline::simulation::RunOptions;
using trayline::simulation::RunSeeds;

bool expects_failure = false;

// A broken invariant of the code under test ends the process; the seed must be known all the same.
void OnAbort(int) {
  const std::uint64_t seed = trayline::simulation::SeedInHand();
  std::printf("seed %llu aborted\nagain: %s\n", static_cast<unsigned long long>(seed),
              trayline::simulation::ReplayCommand(seed).c_str());
  std::fflush(stdout);
  std::_Exit(expects_failure ? 0 : 1);
}

struct Arguments {
  RunOptions run;
  bool wrong = false;
};

Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto number = [&]() -> std::uint64_t {
      if (++i < argc) return std::strtoull(argv[i], nullptr, 10);
      arguments.wrong = true;
      return 0;
    };
    if (name == "--from") {
      arguments.run.from = number();
    } else if (name == "--seeds") {
      arguments.run.seeds = number();
    } else if (name == "--seed") {
      arguments.run.from = number();
      arguments.run.seeds = 1;
    } else if (name == "--trace") {
      arguments.run.all_facts = [](std::string_view line) {
        std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
      };
    } else if (name == "--trouble") {
      const auto trouble =
          trayline::simulation::ParseTrouble(++i < argc ? std::string_view(argv[i]) : "?");
      arguments.wrong = arguments.wrong || !trouble;
      arguments.run.adjust = [trouble](trayline::simulation::Scenario& scenario) {
        if (trouble) scenario.trouble = *trouble;
      };
    } else if (name == "--keep-going") {
      arguments.run.stop_at_failure = false;
    } else if (name == "--expect-failure") {
      expects_failure = true;
    } else {
      arguments.wrong = true;
    }
  }
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = Parse(argc, argv);
  if (arguments.wrong) {
    std::puts(
        "simulate [--from S] [--seeds N] [--seed S] [--trouble KIND=N,...] [--trace] "
        "[--keep-going] [--expect-failure]");
    return 2;
  }
  std::signal(SIGABRT, OnAbort);
  const auto tally = RunSeeds(arguments.run);
  if (tally.failed > 0 && !arguments.run.all_facts) std::fputs(tally.report.c_str(), stdout);
  if (tally.failed > 0) {
    std::printf("seed %llu failed\n", static_cast<unsigned long long>(*tally.first_failure));
  }
  std::fputs(tally.Text().c_str(), stdout);
  return (tally.failed > 0) == expects_failure ? 0 : 1;
}
