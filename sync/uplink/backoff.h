// Delays that double and are spread by chance, so that a thousand terminals that lost the same
// broker do not come back in the same instant. Pure; any thread (the Random's rule holds).
#ifndef TRAYLINE_SYNC_UPLINK_BACKOFF_H_
#define TRAYLINE_SYNC_UPLINK_BACKOFF_H_

#include <cstdint>

#include "agent/base/time.h"
#include "agent/ports/random.h"

namespace trayline::uplink {

// first * 2^tries, at most max.
Millis Doubled(Millis first, Millis max, std::uint32_t tries);
// Uniform in [0, cap]: "full jitter" (Brooker 2015, "Exponential backoff and jitter").
Millis Jittered(ports::Random& random, Millis cap);

}  // namespace trayline::uplink

#endif  // TRAYLINE_SYNC_UPLINK_BACKOFF_H_
