// Bounds of what a journey keeps, whoever wrote the event: a journey folds events from the wire as
// well, and no value of theirs may overflow or fill the memory. Pure; any thread.
#ifndef TRAYLINE_AGENT_JOURNEY_BOUNDS_H_
#define TRAYLINE_AGENT_JOURNEY_BOUNDS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/time.h"

namespace trayline::journey {

// Bytes kept of a journey's own texts: the limits of agent/event for hosts.
inline constexpr std::size_t kJourneyTextMax = 64;  // host, ref, ticket, transaction
inline constexpr std::size_t kLocaleTextMax = 35;

// The greatest count that an event's field takes.
inline constexpr std::uint32_t kFeatureMax = 1'000'000;
// The longest duration that an event's field takes: 30 days.
inline constexpr Millis kElapsedMax{2'592'000'000};
// Monotonic times are kept within 30,000 years of the boot, so that sums and differences of three
// of them never overflow.
inline constexpr Millis kMonoMax{1'000'000'000'000'000};

constexpr MonoTime BoundedTime(MonoTime time) {
  return std::clamp(time, MonoTime(-kMonoMax), MonoTime(kMonoMax));
}

// From start to end, at least 0 and at most kElapsedMax.
constexpr Millis BoundedElapsed(MonoTime start, MonoTime end) {
  return std::clamp(BoundedTime(end) - BoundedTime(start), Millis(0), kElapsedMax);
}

// Adds amount to a counter that stops at kFeatureMax.
constexpr void CountUp(std::uint32_t& counter, std::uint32_t amount = 1) {
  counter = counter >= kFeatureMax - std::min(amount, kFeatureMax) ? kFeatureMax : counter + amount;
}

// At most limit bytes of text, cut before a character and not within it.
inline std::string_view BoundedText(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_BOUNDS_H_
