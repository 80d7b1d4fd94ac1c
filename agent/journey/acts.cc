#include "agent/journey/acts.h"

namespace trayline::journey {

using event::EventType;

bool IsStepForward(EventType type) {
  switch (type) {
    case EventType::kAddToCart:
    case EventType::kViewCart:
    case EventType::kBeginCheckout:
    case EventType::kAddPaymentInfo:
    case EventType::kOrderSubmitted:
    case EventType::kPaymentStarted:
    case EventType::kPaymentApproved:
    case EventType::kPurchase:
      return true;
    default:
      return false;
  }
}

bool IsTouchpoint(EventType type) {
  switch (type) {
    case EventType::kJourneyStarted:
    case EventType::kViewItemList:
    case EventType::kSelectItem:
    case EventType::kViewItem:
    case EventType::kSearch:
    case EventType::kRemoveFromCart:
    case EventType::kUpdateCartLine:
    case EventType::kViewPromotion:
    case EventType::kSelectPromotion:
    case EventType::kCancelRequested:
    case EventType::kPaymentFailed:
      return true;
    default:
      return IsStepForward(type);
  }
}

bool IsGuestAct(EventType type) {
  switch (type) {
    // The machine's answers, whether or not anybody waits for them.
    case EventType::kPaymentFailed:
    case EventType::kPaymentApproved:
      return false;
    case EventType::kOrderResumed:
    case EventType::kTouched:
    case EventType::kIdleExtended:
    case EventType::kPageRestored:
      return true;
    default:
      return IsTouchpoint(type);
  }
}

}  // namespace trayline::journey
