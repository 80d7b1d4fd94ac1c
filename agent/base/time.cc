#include "agent/base/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace trayline {
namespace {

using Days = std::chrono::sys_days;

// Reads exactly width digits at position; false when one is missing.
bool Digits(std::string_view text, std::size_t position, std::size_t width, int& out) {
  if (position + width > text.size()) return false;
  const char* begin = text.data() + position;
  const auto [end, error] = std::from_chars(begin, begin + width, out);
  return error == std::errc() && end == begin + width && *begin != '-';
}

Error NotADate(std::string_view text) {
  return Error{Errc::kRejected, "'" + std::string(text.substr(0, 40)) +
                                    "' is not an RFC 3339 time such as 2026-11-22T12:00:00Z"};
}

// Reads ".123" at position, if it is there, as milliseconds; further digits are cut. False for a
// point without a digit.
bool Fraction(std::string_view text, std::size_t& position, int& ms) {
  ms = 0;
  if (position >= text.size() || text[position] != '.') return true;
  ++position;
  const std::size_t first = position;
  int scale = 100;
  while (position < text.size() && text[position] >= '0' && text[position] <= '9') {
    ms += (text[position] - '0') * scale;
    scale /= 10;
    ++position;
  }
  return position > first;
}

// Reads "Z" or "+hh:mm" to the end of text; false when neither is there.
bool Offset(std::string_view text, std::size_t position, std::int32_t& minutes) {
  const std::string_view rest = text.substr(std::min(position, text.size()));
  if (rest == "Z" || rest == "z") {
    minutes = 0;
    return true;
  }
  int hours = 0;
  int mins = 0;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' ||
      !Digits(rest, 1, 2, hours) || !Digits(rest, 4, 2, mins) || hours > 23 || mins > 59) {
    return false;
  }
  minutes = (hours * 60 + mins) * (rest[0] == '-' ? -1 : 1);
  return true;
}

}  // namespace

std::string FormatRfc3339(WallTime time, std::int32_t offset_minutes) {
  constexpr std::int64_t kMin = -62167219200000;  // 0000-01-01T00:00:00Z
  constexpr std::int64_t kMax = 253402300799999;  // 9999-12-31T23:59:59.999Z
  constexpr std::int32_t kOffsetMax = 23 * 60 + 59;
  offset_minutes = std::clamp(offset_minutes, -kOffsetMax, kOffsetMax);
  // Clamped twice: a time near the end of 64 bits must not overflow by its offset.
  const std::int64_t shifted = std::clamp(
      std::clamp(ToMs(time), kMin, kMax) + std::int64_t{offset_minutes} * 60000, kMin, kMax);
  const auto since = std::chrono::sys_time<Millis>(Millis(shifted));
  const auto day = std::chrono::floor<std::chrono::days>(since);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(since - day);
  std::array<char, 48> text{};
  const int written = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  std::string out(text.data(), static_cast<std::size_t>(written));
  if (offset_minutes == 0) return out + "Z";
  const int away = std::abs(offset_minutes);
  std::snprintf(text.data(), text.size(), "%c%02d:%02d", offset_minutes < 0 ? '-' : '+', away / 60,
                away % 60);
  return out + text.data();
}

Result<LocalTime> ParseRfc3339(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (text.size() < 20 || !Digits(text, 0, 4, year) || text[4] != '-' ||
      !Digits(text, 5, 2, month) || text[7] != '-' || !Digits(text, 8, 2, day) ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || !Digits(text, 11, 2, hour) ||
      text[13] != ':' || !Digits(text, 14, 2, minute) || text[16] != ':' ||
      !Digits(text, 17, 2, second)) {
    return NotADate(text);
  }
  std::size_t position = 19;
  int ms = 0;
  LocalTime out;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!Fraction(text, position, ms) || !Offset(text, position, out.offset_minutes) || !date.ok() ||
      hour > 23 || minute > 59 || second > 60) {
    return NotADate(text);
  }
  const std::int64_t days = Days(date).time_since_epoch().count();
  const std::int64_t seconds =
      ((days * 24 + hour) * 60 + minute - out.offset_minutes) * 60 + second;
  out.time = WallFromMs(seconds * 1000 + ms);
  return out;
}

}  // namespace trayline
