// SeededRandom: a Random whose numbers follow from its seed. Any thread.
#ifndef TRAYLINE_TESTS_FAKES_SEEDED_RANDOM_H_
#define TRAYLINE_TESTS_FAKES_SEEDED_RANDOM_H_

#include <atomic>
#include <cstdint>

#include "agent/ports/random.h"

namespace trayline::fakes {

class SeededRandom final : public ports::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  // splitmix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
  std::uint64_t Next() override {
    constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_.fetch_add(kStep) + kStep;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

 private:
  std::atomic<std::uint64_t> state_;
};

}  // namespace trayline::fakes

#endif  // TRAYLINE_TESTS_FAKES_SEEDED_RANDOM_H_
