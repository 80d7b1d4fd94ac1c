// The timers of a journey (domain.md, timers): one next thing that time would do, and when. Pure.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "agent/journey/bounds.h"
#include "agent/journey/drafts.h"
#include "agent/journey/machine.h"

namespace trayline::journey {
namespace {

using event::EventType;
using event::Key;

enum class Alarm { kWarn, kGiveUp, kUnpaid };

struct Next {
  MonoTime at;
  Alarm alarm;
};

// How long a guest may be idle in this stage; nullopt when the stage has no idle timer.
std::optional<Millis> IdleTime(Stage stage, const Policy& policy) {
  switch (stage) {
    case Stage::kStarted:
    case Stage::kBrowsing:
      return policy.idle_browse;
    case Stage::kCarting:
      return policy.idle_cart;
    case Stage::kReviewing:
    case Stage::kPaying:
      return policy.idle_review;
    case Stage::kIdle:
    case Stage::kCompleted:
    case Stage::kClosed:
    case Stage::kUnpaidSubmitted:
    case Stage::kPaymentUnknown:
    case Stage::kSuspended:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Next> NextAlarm(const Journey& journey, const Policy& policy) {
  // The card terminal owns the time while money is under way (odoo#120548 is the other way).
  if (!journey.IsOpen() || journey.payment_pending || !policy.abandons_by_idling) {
    return std::nullopt;
  }
  if (journey.stage == Stage::kUnpaidSubmitted) {
    return Next{journey.stage_since + policy.unpaid, Alarm::kUnpaid};
  }
  const std::optional<Millis> idle = IdleTime(journey.stage, policy);
  if (!idle) return std::nullopt;
  const int factor = journey.accessibility ? policy.accessibility_factor : 1;
  Next next{};
  if (journey.warned) {
    next = {journey.warning_from + policy.warning * factor, Alarm::kGiveUp};
  } else {
    next = {std::max(journey.last_activity, journey.stage_since) + *idle * factor, Alarm::kWarn};
  }
  if (journey.page_lost) next.at = std::max(next.at, journey.page_lost_at + policy.page_lost_grace);
  return next;
}

void Warn(const Journey& journey, MonoTime now, std::vector<Draft>& out) {
  event::Record data;
  data.Set(Key::kElapsedMs, BoundedElapsed(journey.last_activity, now).count());
  out.push_back({EventType::kIdleWarned, std::move(data)});
  out.push_back(AtRisk(journey, event::Risk::kIdleWarned, now));
}

}  // namespace

std::optional<MonoTime> Deadline(const Journey& journey, const Policy& policy) {
  const std::optional<Next> next = NextAlarm(journey, policy);
  return next ? std::optional(next->at) : std::nullopt;
}

std::vector<Draft> OnDeadline(const Journey& journey, MonoTime now, const Policy& policy) {
  std::vector<Draft> out;
  const std::optional<Next> next = NextAlarm(journey, policy);
  if (!next || now < next->at) return out;
  switch (next->alarm) {
    case Alarm::kWarn:
      Warn(journey, now, out);
      break;
    case Alarm::kGiveUp: {
      const Evidence evidence = journey.page_lost ? Evidence::kPageLost : Evidence::kIdleTimeout;
      AppendAbandoned(journey, Classify(journey), evidence, now, out);
      break;
    }
    case Alarm::kUnpaid:
      AppendAbandoned(journey, Outcome::kAbandonedUnpaid, Evidence::kUnpaidTimeout, now, out);
      break;
  }
  return out;
}

std::vector<Draft> OnRestart(const Journey& journey, const Policy& /*policy*/) {
  std::vector<Draft> out;
  if (journey.IsOpen() && journey.payment_pending && journey.stage != Stage::kPaymentUnknown) {
    AppendPaymentUnknown(journey, out);
  }
  return out;
}

void RebaseMono(Journey& journey, std::uint32_t boot, MonoTime now) {
  const MonoTime base = BoundedTime(now);
  const Millis shift = base - journey.last_activity;
  // What came after the last activity lies at now: the time while the terminal was off counts for
  // nothing. A warning that never was stays so.
  const auto moved = [base, shift](MonoTime time) {
    return std::min(BoundedTime(time + shift), base);
  };
  journey.started_mono = moved(journey.started_mono);
  journey.stage_since = moved(journey.stage_since);
  if (journey.warned_at != MonoTime()) journey.warned_at = moved(journey.warned_at);
  journey.warning_from = moved(journey.warning_from);
  journey.page_lost_at = moved(journey.page_lost_at);
  journey.closed_mono = moved(journey.closed_mono);
  journey.last_activity = base;
  journey.boot = boot;
}

}  // namespace trayline::journey
