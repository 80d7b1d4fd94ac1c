// Dice: seeded chance that gives the same throws on every machine (SplitMix64; the distributions of
// the standard library differ between libraries). Value type.
#ifndef TRAYLINE_FIRMWARE_REPLAY_DICE_H_
#define TRAYLINE_FIRMWARE_REPLAY_DICE_H_

#include <cstdint>

namespace trayline::replay {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // least..greatest, both included.
  std::int64_t Between(std::int64_t least, std::int64_t greatest) {
    const auto span = static_cast<std::uint64_t>(greatest - least) + 1;
    return least + static_cast<std::int64_t>(Next() % span);
  }
  // True with a probability of ppm millionths.
  bool Happens(std::int64_t ppm) { return Between(0, 999'999) < ppm; }

 private:
  std::uint64_t state_;
};

}  // namespace trayline::replay

#endif  // TRAYLINE_FIRMWARE_REPLAY_DICE_H_
