#include "sync/hq/analysis/business_day.h"

#include <chrono>

namespace trayline::hq {
namespace {

constexpr Millis kDay = std::chrono::hours(24);
constexpr Millis kWeek = kDay * 7;

}  // namespace

BusinessDay BusinessDayAt(WallTime now, const DayOptions& options) {
  const Millis shift =
      std::chrono::minutes(options.offset_minutes) - std::chrono::hours(options.start_hour);
  // Time since 1970 in days that begin at the hour; floored, so that times before 1970 fit too.
  const auto days = std::chrono::floor<std::chrono::days>(now.time_since_epoch() + shift);
  const WallTime start(Millis(days) - shift);
  // The start as local time; its date is all that is kept.
  const std::string text = FormatRfc3339(start, options.offset_minutes);
  return {text.substr(0, 10), start};
}

OverviewQuery QueryAt(WallTime now, const DayOptions& options) {
  const WallTime start = BusinessDayAt(now, options).start;
  return {.today = {start, start + kDay},
          .last_week = {start - kWeek, now - kWeek},
          .last_week_whole = {start - kWeek, start - kWeek + kDay}};
}

}  // namespace trayline::hq
