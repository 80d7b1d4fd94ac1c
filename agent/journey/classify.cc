// What a journey was, seen from its end: how deep an abandonment, and which late events are still
// about it. Pure.
#include <algorithm>

#include "agent/journey/bounds.h"
#include "agent/journey/machine.h"

namespace trayline::journey {
namespace {

using event::EventType;
using event::Key;

// domain.md, classification: fewer touches than this within this time are no visit.
constexpr std::uint32_t kAccidentalTouches = 2;
constexpr Millis kAccidentalTime{5'000};

}  // namespace

Outcome Classify(const Journey& journey) {
  if (journey.payment_attempts > 0) return Outcome::kAbandonedPayment;
  if (journey.deepest == Stage::kPaying) return Outcome::kAbandonedCheckout;
  if (journey.ever_line) return Outcome::kAbandonedCart;
  // A host that reports no touches shows them by what was looked at.
  const std::uint32_t touches = std::max(journey.touches, journey.views);
  const Millis stayed = BoundedElapsed(journey.started_mono, journey.last_activity);
  const bool accidental = touches < kAccidentalTouches && stayed < kAccidentalTime;
  return accidental ? Outcome::kAccidental : Outcome::kAbandonedBrowse;
}

bool MayBeRevised(const Journey& journey, MonoTime now, const Policy& policy) {
  return !journey.IsOpen() && BoundedTime(now) - journey.closed_mono <= policy.relink;
}

bool TakesLate(const Journey& journey, EventType type, const event::Record& data, MonoTime now,
               const Policy& policy) {
  if (!MayBeRevised(journey, now, policy)) return false;
  switch (type) {
    case EventType::kPurchase: {
      const auto transaction = data.Text(Key::kTransactionId);
      const bool same = transaction && !journey.transaction_id.empty() &&
                        BoundedText(*transaction, kJourneyTextMax) == journey.transaction_id;
      return !journey.purchased || same;
    }
    case EventType::kPaymentStarted:
    case EventType::kPaymentFailed:
    case EventType::kPaymentUnknown:
    case EventType::kPaymentReconciled:
    case EventType::kPaymentApproved:
      return !journey.approved;
    case EventType::kRefund:
      return true;
    default:
      return false;
  }
}

bool TakesUnreferenced(const Journey& journey, EventType type) {
  if (!journey.IsOpen()) return false;
  switch (journey.stage) {
    case Stage::kSuspended:
      return type == EventType::kOrderResumed;
    case Stage::kUnpaidSubmitted:
    case Stage::kPaymentUnknown:
      break;
    default:
      return type != EventType::kJourneyStarted;
  }
  switch (type) {
    case EventType::kPurchase:
    case EventType::kRefund:
    case EventType::kOrderSubmitted:
    case EventType::kOrderCancelled:
    case EventType::kPaymentStarted:
    case EventType::kPaymentFailed:
    case EventType::kPaymentUnknown:
    case EventType::kPaymentReconciled:
    case EventType::kPaymentApproved:
    case EventType::kTouched:
    case EventType::kIdleWarned:
    case EventType::kIdleExtended:
    case EventType::kStartOver:
    case EventType::kPageLost:
    case EventType::kPageRestored:
      return true;
    default:
      return false;
  }
}

}  // namespace trayline::journey
