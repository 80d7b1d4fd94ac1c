#include "agent/platform/system_random.h"

#include <sys/random.h>

#include <cerrno>

#include "agent/base/check.h"

namespace trayline::platform {

void FillRandom(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::getrandom(bytes.data(), bytes.size(), 0);
    // Interrupted by a signal; any other failure means a kernel without the call, and a token that
    // can be guessed is worse than no agent.
    TRAYLINE_CHECK(count > 0 || errno == EINTR);
    if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::uint64_t SystemRandom::Next() {
  std::uint64_t bits = 0;
  FillRandom(std::as_writable_bytes(std::span(&bits, 1)));
  return bits;
}

}  // namespace trayline::platform
