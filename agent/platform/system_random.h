// SystemRandom: the kernel's random numbers behind the Random port. Any thread. Blocks only until
// the kernel has gathered its first entropy after the machine's start.
#ifndef TRAYLINE_AGENT_PLATFORM_SYSTEM_RANDOM_H_
#define TRAYLINE_AGENT_PLATFORM_SYSTEM_RANDOM_H_

#include <cstddef>
#include <span>

#include "agent/ports/random.h"

namespace trayline::platform {

class SystemRandom : public ports::Random {
 public:
  std::uint64_t Next() override;
};

// Fills bytes from getrandom(2); fit for keys and tokens.
void FillRandom(std::span<std::byte> bytes);

}  // namespace trayline::platform

#endif  // TRAYLINE_AGENT_PLATFORM_SYSTEM_RANDOM_H_
