#include "tests/simulation/run_seeds.h"

#include <stdlib.h>

#include <filesystem>

#include "tests/fakes/temporary_folder.h"

namespace trayline::simulation {
namespace {

std::uint64_t seed_in_hand = 0;

// The epoch files are synced to a real disk; memory is a disk too.
void PreferFolderInMemory() {
  constexpr const char* kMemory = "/dev/shm";
  std::error_code ignored;
  if (std::filesystem::is_directory(kMemory, ignored)) ::setenv("TMPDIR", kMemory, 0);
}

void Add(const Verdict& verdict, Verdict& sum) {
  sum.brought += verdict.brought;
  sum.told += verdict.told;
  sum.stored += verdict.stored;
  sum.frames += verdict.frames;
  sum.resent += verdict.resent;
  sum.messages += verdict.messages;
  sum.steps += verdict.steps;
  sum.storm += verdict.storm;
  sum.calm += verdict.calm;
}

std::string Minutes(Millis span) { return std::to_string(span.count() / 60'000) + " min"; }

}  // namespace

std::uint64_t SeedInHand() { return seed_in_hand; }

std::string ReplayCommand(std::uint64_t seed) {
  return "scripts/simulate --seed " + std::to_string(seed) + " --trace";
}

Tally RunSeeds(const RunOptions& options) {
  PreferFolderInMemory();
  Tally tally;
  for (std::uint64_t seed = options.from; seed < options.from + options.seeds; ++seed) {
    seed_in_hand = seed;
    Scenario scenario = DrawScenario(seed);
    if (options.adjust) options.adjust(scenario);
    const fakes::TemporaryFolder folder;
    const Verdict verdict = Simulate(scenario, folder.path(), options.all_facts);
    ++tally.seeds;
    Add(verdict, tally.sum);
    if (!verdict.failure) continue;
    ++tally.failed;
    if (!tally.first_failure) {
      tally.first_failure = seed;
      tally.report = verdict.trace + "\n" + *verdict.failure + "\n" + scenario.Text() +
                     "\nagain: " + ReplayCommand(seed) + "\n";
    }
    if (options.stop_at_failure) break;
  }
  seed_in_hand = 0;
  return tally;
}

std::string Tally::Text() const {
  return std::to_string(seeds) + " seeds, " + std::to_string(failed) + " failed\n" +
         "simulated: " + Minutes(sum.storm) + " of storm, " + Minutes(sum.calm) + " of calm\n" +
         "hosts were told " + std::to_string(sum.told) + ", HQ stored " +
         std::to_string(sum.stored) + " events of " + std::to_string(sum.frames) + " frames, " +
         std::to_string(sum.resent) + " events sent again; " + std::to_string(sum.messages) +
         " messages at the broker, " + std::to_string(sum.steps) + " steps\n" +
         "trouble: " + sum.brought.Text() + "\n";
}

}  // namespace trayline::simulation
