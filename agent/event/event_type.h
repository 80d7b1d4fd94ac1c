// Event types by number. The number is family * 32 + name and is on disks and on the wire: never
// reuse one. The full name of a type is "trayline.<family>.<name>.v1".
#ifndef TRAYLINE_AGENT_EVENT_EVENT_TYPE_H_
#define TRAYLINE_AGENT_EVENT_EVENT_TYPE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trayline::event {

enum class EventType : std::uint16_t {
  // journey 1
  kJourneyStarted = 32,
  kJourneyStageChanged = 33,
  kJourneyAtRisk = 34,
  kJourneyAbandoned = 35,
  kJourneyOutcomeRevised = 36,
  kJourneyLinked = 37,
  kJourneyClosed = 38,
  // ecommerce 2
  kViewItemList = 64,
  kSelectItem = 65,
  kViewItem = 66,
  kSearch = 67,
  kAddToCart = 68,
  kRemoveFromCart = 69,
  kUpdateCartLine = 70,
  kViewCart = 71,
  kBeginCheckout = 72,
  kAddPaymentInfo = 73,
  kPurchase = 74,
  kRefund = 75,
  kViewPromotion = 76,
  kSelectPromotion = 77,
  // From hosts only, never recorded as itself: the whole cart as it is now. The agent turns it into
  // the adds, removals and updates that lead there.
  kCartSnapshot = 95,
  // order 3
  kOrderSubmitted = 96,
  kOrderSuspended = 97,
  kOrderResumed = 98,
  kCancelRequested = 99,
  kOrderCancelled = 100,
  // payment 4
  kPaymentStarted = 128,
  kPaymentFailed = 129,
  kPaymentUnknown = 130,
  kPaymentReconciled = 131,
  kPaymentApproved = 132,
  // host 5
  kTouched = 160,
  kIdleWarned = 161,
  kIdleExtended = 162,
  kStartOver = 163,
  kStaffReset = 164,
  kPageLost = 165,
  kPageRestored = 166,
  kTrainingChanged = 167,
  // system 6
  kSystemStarted = 192,
  kClockAdjusted = 193,
  kBundleActivated = 194,
  kBundleRejected = 195,
  kConnectivityChanged = 196,
  kCrashRecovered = 197,
  kStorageState = 198,
  kIrregular = 199,
  kJournalRecovered = 200,
  kEpochBegan = 201,
};

// "trayline.ecommerce.add_to_cart.v1"; "trayline.unknown.<number>.v1" for a newer type.
std::string TypeName(EventType type);
// "ecommerce.add_to_cart", for people and lists.
std::string ShortTypeName(EventType type);
// Accepts the full and the short form.
std::optional<EventType> TypeFromName(std::string_view name);

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_EVENT_TYPE_H_
