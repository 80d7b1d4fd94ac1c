// Random: where chance comes from. Real one in agent/platform (the kernel), SeededRandom in
// tests/fakes. Any thread.
#ifndef TRAYLINE_AGENT_PORTS_RANDOM_H_
#define TRAYLINE_AGENT_PORTS_RANDOM_H_

#include <cstdint>

namespace trayline::ports {

class Random {
 public:
  virtual ~Random() = default;

  // 64 uniform bits.
  virtual std::uint64_t Next() = 0;
};

}  // namespace trayline::ports

#endif  // TRAYLINE_AGENT_PORTS_RANDOM_H_
