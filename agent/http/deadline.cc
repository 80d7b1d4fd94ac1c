#include "agent/http/deadline.h"

#include <Poco/Clock.h>

#include <algorithm>

namespace trayline::http {
namespace {

constexpr std::int64_t kUsPerMs = 1000;

std::int64_t NowUs() { return Poco::Clock().microseconds(); }

}  // namespace

Deadline Deadline::In(Millis time) { return Deadline(NowUs() + time.count() * kUsPerMs); }

Millis Deadline::Left() const {
  const std::int64_t left_us = std::max<std::int64_t>(at_us_ - NowUs(), 0);
  return Millis((left_us + kUsPerMs - 1) / kUsPerMs);
}

}  // namespace trayline::http
