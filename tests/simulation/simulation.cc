#include "tests/simulation/simulation.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "tests/simulation/sim_hq.h"
#include "tests/simulation/sim_terminal.h"
#include "tests/simulation/storm.h"

namespace trayline::simulation {
namespace {

constexpr Millis kStormMost{3'600'000};
constexpr std::uint64_t kStepsMost = 5'000'000;  // of the loop: something turns round and round
constexpr Millis kLookEvery{200};                // whether all is drained

class World {
 public:
  World(const Scenario& scenario, const std::string& folder,
        std::function<void(std::string_view)> all)
      : scenario_(scenario),
        chance_(scenario.seed),
        trace_(loop_, folder, std::move(all)),
        broker_(loop_, chance_, trace_),
        witness_(trace_),
        surroundings_{scenario_, loop_, trace_, broker_, witness_},
        hq_(surroundings_, chance_),
        storm_(surroundings_, chance_, hq_, terminals_) {
    for (std::size_t i = 0; i < scenario_.terminals; ++i) {
      const std::string mine = folder + "/t" + std::to_string(i);
      std::filesystem::create_directory(mine);
      terminals_.push_back(std::make_unique<SimTerminal>(surroundings_, i, chance_, mine));
    }
  }

  Verdict Run() {
    hq_.SwitchOn();
    for (const auto& terminal : terminals_) terminal->SwitchOn();
    storm_.Begin();
    RunUntil(kStormMost);
    const Millis storm = loop_.now();
    storm_.End();
    if (!witness_.failure()) RunUntil(loop_.now() + kCalmMost);
    if (!witness_.failure()) {
      if (IsDrained()) {
        hq_.CheckEnd();
      } else {
        SayWhatIsMissing();
      }
    }
    return Sum(storm);
  }

 private:
  // Until end, or until everything is said and at HQ.
  void RunUntil(Millis end) {
    Millis look = loop_.now();
    while (!witness_.failure() && loop_.now() < end && loop_.RunNext()) {
      if (loop_.steps() > kStepsMost) return witness_.Fail("the loop turns without end");
      if (loop_.now() < look) continue;
      if (IsDrained()) return;
      look = loop_.now() + kLookEvery;
    }
  }

  bool IsDrained() const {
    return hq_.IsUp() && std::all_of(terminals_.begin(), terminals_.end(),
                                     [](const auto& terminal) { return terminal->IsDrained(); });
  }

  void SayWhatIsMissing() {
    std::string text = "not drained " + std::to_string(kCalmMost.count() / 3'600'000) +
                       " simulated hours after the storm; " + hq_.Describe();
    for (const auto& terminal : terminals_) text += "; " + terminal->Describe();
    witness_.Fail(std::move(text));
  }

  Verdict Sum(Millis storm) {
    Verdict verdict;
    verdict.failure = witness_.failure();
    if (verdict.failure) verdict.trace = trace_.Text();
    verdict.brought = storm_.brought();
    verdict.told = witness_.told();
    verdict.stored = witness_.stored();
    for (const auto& terminal : terminals_) {
      verdict.frames += terminal->frames();
      verdict.resent += terminal->events_resent();
    }
    verdict.messages = broker_.messages();
    verdict.steps = loop_.steps();
    verdict.storm = storm;
    verdict.calm = loop_.now() - storm;
    return verdict;
  }

  const Scenario scenario_;
  Chance chance_;
  Loop loop_;
  Trace trace_;
  SimBroker broker_;
  Witness witness_;
  const Surroundings surroundings_;
  SimHq hq_;
  Storm::Terminals terminals_;
  Storm storm_;
};

}  // namespace

Verdict Simulate(const Scenario& scenario, const std::string& folder,
                 std::function<void(std::string_view)> all) {
  // SQLite draws the salt of a WAL from a source of its own, one for the process.
  ::sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(scenario.seed | 1), nullptr);
  return World(scenario, folder, std::move(all)).Run();
}

}  // namespace trayline::simulation
