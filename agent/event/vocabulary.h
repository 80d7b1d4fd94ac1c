// The closed word lists of event data. A word's number is its place in the list; lists only grow at
// the end, because the numbers are on disks and on the wire.
#ifndef TRAYLINE_AGENT_EVENT_VOCABULARY_H_
#define TRAYLINE_AGENT_EVENT_VOCABULARY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trayline::event {

enum class EntrySource : std::uint8_t {
  kWalkUp,
  kTableQr,
  kQrCampaign,
  kKeyword,
  kTag,
  kMenuClick,
  kStaffStart,
};
inline constexpr std::array<std::string_view, 7> kEntrySourceNames{
    "walk_up", "table_qr", "qr_campaign", "keyword", "tag", "menu_click", "staff_start"};

enum class OrderMode : std::uint8_t { kDineIn, kTakeAway, kDelivery, kPickUp };
inline constexpr std::array<std::string_view, 4> kOrderModeNames{"dine_in", "take_away", "delivery",
                                                                 "pick_up"};

enum class Channel : std::uint8_t { kKiosk, kTableTablet, kCounterPos, kOnline };
inline constexpr std::array<std::string_view, 4> kChannelNames{"kiosk", "table_tablet",
                                                               "counter_pos", "online"};

// States of a journey (domain.md, journey state machine).
enum class Stage : std::uint8_t {
  kIdle,
  kStarted,
  kBrowsing,
  kCarting,
  kReviewing,
  kPaying,
  kCompleted,
  kClosed,
  kUnpaidSubmitted,
  kPaymentUnknown,
  kSuspended,
};
inline constexpr std::array<std::string_view, 11> kStageNames{
    "idle",      "started", "browsing",         "carting",         "reviewing", "paying",
    "completed", "closed",  "unpaid_submitted", "payment_unknown", "suspended"};

enum class Outcome : std::uint8_t {
  kCompleted,
  kCancelled,
  kAbandonedBrowse,
  kAbandonedCart,
  kAbandonedCheckout,
  kAbandonedPayment,
  kAbandonedUnpaid,
  kHandedOver,
  kAccidental,
  kStaffReset,
  kSystemExit,
};
inline constexpr std::array<std::string_view, 11> kOutcomeNames{
    "completed",          "cancelled",         "abandoned_browse", "abandoned_cart",
    "abandoned_checkout", "abandoned_payment", "abandoned_unpaid", "handed_over",
    "accidental",         "staff_reset",       "system_exit"};

// What an outcome rests on.
enum class Evidence : std::uint8_t {
  kIdleTimeout,
  kWalkAway,
  kSupersededGuest,
  kCancelTap,
  kPaymentDeclined,
  kUnpaidTimeout,
  kStaffAction,
  kDaemonRestart,
  kPageLost,
  kLatePurchase,
  kLatePayment,
  kHostReport,
};
inline constexpr std::array<std::string_view, 12> kEvidenceNames{
    "idle_timeout",     "walk_away",      "superseded_guest", "cancel_tap",
    "payment_declined", "unpaid_timeout", "staff_action",     "daemon_restart",
    "page_lost",        "late_purchase",  "late_payment",     "host_report"};

enum class Risk : std::uint8_t {
  kIdleWarned,
  kCancelRequested,
  kCartEmptied,
  kPaymentDeclined,
  kRepeatedBacktrack,
};
inline constexpr std::array<std::string_view, 5> kRiskNames{
    "idle_warned", "cancel_requested", "cart_emptied", "payment_declined", "repeated_backtrack"};

enum class CancelReason : std::uint8_t {
  kChangedMind,
  kTooExpensive,
  kTooSlow,
  kItemUnavailable,
  kPaymentProblem,
  kOrderingProblem,
  kOther,
  kNotGiven,
};
inline constexpr std::array<std::string_view, 8> kCancelReasonNames{
    "changed_mind",    "too_expensive",    "too_slow", "item_unavailable",
    "payment_problem", "ordering_problem", "other",    "not_given"};

enum class Actor : std::uint8_t { kGuest, kStaff, kSystem };
inline constexpr std::array<std::string_view, 3> kActorNames{"guest", "staff", "system"};

enum class LinkKind : std::uint8_t { kHandover, kContinuation, kSplit, kMerge };
inline constexpr std::array<std::string_view, 4> kLinkKindNames{"handover", "continuation", "split",
                                                                "merge"};

enum class Resolution : std::uint8_t { kNone, kRetry, kOtherMethod, kPayAtCounter, kGaveUp };
inline constexpr std::array<std::string_view, 5> kResolutionNames{"none", "retry", "other_method",
                                                                  "pay_at_counter", "gave_up"};

// What a payment of unknown end turned out to be. kNotCharged: the guest may pay again; kFailed: it
// was declined for good.
enum class PaymentResult : std::uint8_t { kApproved, kNotCharged, kFailed };
inline constexpr std::array<std::string_view, 3> kPaymentResultNames{"approved", "not_charged",
                                                                     "failed"};

enum class StorageState : std::uint8_t { kOk, kLow, kFull, kBroken };
inline constexpr std::array<std::string_view, 4> kStorageStateNames{"ok", "low", "full", "broken"};

enum class DeviceClass : std::uint8_t { kKiosk, kTableTablet, kCounterPos };
inline constexpr std::array<std::string_view, 3> kDeviceClassNames{"kiosk", "table_tablet",
                                                                   "counter_pos"};

// The name of word in names; "unknown" for a number beyond the list.
template <typename E, std::size_t N>
constexpr std::string_view WordName(E word, const std::array<std::string_view, N>& names) {
  const auto i = static_cast<std::size_t>(word);
  return i < N ? names[i] : std::string_view("unknown");
}

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_VOCABULARY_H_
