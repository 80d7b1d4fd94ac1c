// Seeds of the simulation as tests; TRAYLINE_SIM_SEEDS says how many (of all parts together), and
// TRAYLINE_SIM_SEED names a single one.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdint>

#include "tests/simulation/run_seeds.h"

namespace trayline::simulation {
namespace {

constexpr std::uint64_t kSeedsByDefault = 300;
constexpr std::uint64_t kParts = 4;  // of about the same size, so that ctest may run them at once

std::uint64_t NumberFrom(const char* name, std::uint64_t otherwise) {
  const char* text = ::getenv(name);
  return text == nullptr ? otherwise : ::strtoull(text, nullptr, 10);
}

class SimulationSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SimulationSeeds, BreakNoPromise) {
  const std::uint64_t each = NumberFrom("TRAYLINE_SIM_SEEDS", kSeedsByDefault) / kParts;
  RunOptions options{.from = 1 + GetParam() * each, .seeds = each};
  if (const std::uint64_t one = NumberFrom("TRAYLINE_SIM_SEED", 0); one != 0) {
    options = {.from = one, .seeds = 1};
  }
  const Tally tally = RunSeeds(options);
  EXPECT_EQ(tally.failed, 0U) << tally.report;
  std::cout << tally.Text();
}

INSTANTIATE_TEST_SUITE_P(Parts, SimulationSeeds, ::testing::Range(std::uint64_t{0}, kParts));

TEST(Simulation, IsTheSameFactByFactEachTime) {
  std::string first;
  std::string second;
  for (std::string* facts : {&first, &second}) {
    const Tally tally = RunSeeds({.from = 7, .all_facts = [facts](std::string_view line) {
                                    facts->append(line).append("\n");
                                  }});
    EXPECT_EQ(tally.failed, 0U) << tally.report;
  }
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace trayline::simulation
