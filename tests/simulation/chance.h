// Chance: where a simulation's luck comes from. All of it follows from the seed. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_CHANCE_H_
#define TRAYLINE_TESTS_SIMULATION_CHANCE_H_

#include <cstdint>

#include "agent/base/time.h"
#include "tests/fakes/seeded_random.h"

namespace trayline::simulation {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  // A source of its own for a part of the simulation: what one part draws does not move another.
  Chance(Chance& parent, std::uint64_t part) : random_(parent.Bits() ^ (part << 32)) {}
  Chance(const Chance&) = delete;
  Chance& operator=(const Chance&) = delete;

  std::uint64_t Bits() { return random_.Next(); }
  // Uniform in [0, count); the remainder's bias is below 2^-40 for everything drawn here.
  std::uint64_t Below(std::uint64_t count) { return count == 0 ? 0 : Bits() % count; }
  // Both ends included.
  std::uint64_t Between(std::uint64_t least, std::uint64_t most) {
    return least + Below(most - least + 1);
  }
  Millis Span(std::int64_t least_ms, std::int64_t most_ms) {
    return Millis(least_ms + static_cast<std::int64_t>(
                                 Below(static_cast<std::uint64_t>(most_ms - least_ms) + 1)));
  }
  // Never when n is 0.
  bool OneIn(std::uint64_t n) { return n != 0 && Below(n) == 0; }
  bool PerMille(std::uint64_t part) { return part != 0 && Below(1000) < part; }

 private:
  fakes::SeededRandom random_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_CHANCE_H_
