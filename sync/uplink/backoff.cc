#include "sync/uplink/backoff.h"

#include <algorithm>

namespace trayline::uplink {

Millis Doubled(Millis first, Millis max, std::uint32_t tries) {
  Millis delay = std::min(first, max);
  for (std::uint32_t i = 0; i < tries && delay < max; ++i) delay = std::min(delay * 2, max);
  return delay;
}

Millis Jittered(ports::Random& random, Millis cap) {
  if (cap <= Millis(0)) return Millis(0);
  const auto span = static_cast<std::uint64_t>(cap.count()) + 1;
  return Millis(static_cast<std::int64_t>(random.Next() % span));
}

}  // namespace trayline::uplink
