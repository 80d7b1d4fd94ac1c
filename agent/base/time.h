// Time as types: WallTime is civil time (may jump, never orders anything), MonoTime counts since
// boot (drives timers, leases, backoff). Both in milliseconds, both signed 64 bit. Where they come
// from is a port (agent/ports/clock.h); nothing here reads a clock.
#ifndef TRAYLINE_AGENT_BASE_TIME_H_
#define TRAYLINE_AGENT_BASE_TIME_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace trayline {

using Millis = std::chrono::milliseconds;

struct WallTag {
  using duration = Millis;
  using rep = duration::rep;
  using period = duration::period;
  static constexpr bool is_steady = false;
};
struct MonoTag {
  using duration = Millis;
  using rep = duration::rep;
  using period = duration::period;
  static constexpr bool is_steady = true;
};
using WallTime = std::chrono::time_point<WallTag, Millis>;
using MonoTime = std::chrono::time_point<MonoTag, Millis>;

constexpr WallTime WallFromMs(std::int64_t utc_ms) { return WallTime(Millis(utc_ms)); }
constexpr MonoTime MonoFromMs(std::int64_t ms) { return MonoTime(Millis(ms)); }
constexpr std::int64_t ToMs(WallTime t) { return t.time_since_epoch().count(); }
constexpr std::int64_t ToMs(MonoTime t) { return t.time_since_epoch().count(); }

// "2026-11-22T12:05:07.123+01:00"; offset_minutes is local minus UTC, "Z" when 0. Years 0000-9999
// and offsets up to 23:59 either way; what lies outside is clamped.
std::string FormatRfc3339(WallTime time, std::int32_t offset_minutes);

struct LocalTime {
  WallTime time;
  std::int32_t offset_minutes = 0;
};
// kRejected when text is not an RFC 3339 date-time.
Result<LocalTime> ParseRfc3339(std::string_view text);

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_TIME_H_
