// The business day: from an hour of local time (04:00 unless configured) to the same hour of the
// next day, so that a late evening belongs to one day. Pure; any thread.
#ifndef TRAYLINE_SYNC_HQ_ANALYSIS_BUSINESS_DAY_H_
#define TRAYLINE_SYNC_HQ_ANALYSIS_BUSINESS_DAY_H_

#include <cstdint>
#include <string>

#include "agent/base/time.h"
#include "sync/hq/ports/hq_reader.h"

namespace trayline::hq {

struct DayOptions {
  int start_hour = 4;               // of local time, 0..23
  std::int32_t offset_minutes = 0;  // local minus UTC, -1440..1440; no daylight saving
};

struct BusinessDay {
  std::string date;  // "2026-11-22", the local date on which it begins
  WallTime start;    // its first moment; it lasts 24 hours
};

BusinessDay BusinessDayAt(WallTime now, const DayOptions& options);

// What the overview at now asks the store: today, and the same weekday of the last week up to the
// same time of day and as a whole.
OverviewQuery QueryAt(WallTime now, const DayOptions& options);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_ANALYSIS_BUSINESS_DAY_H_
