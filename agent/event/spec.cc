#include "agent/event/spec.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "agent/event/spec_fields.h"

namespace trayline::event {
namespace {

constexpr auto kHost = Origin::kHost;
constexpr auto kOwn = Origin::kOwn;
// Given up first: what a guest looked at and how often the network came and went. Orders, money,
// and what the state of an open journey is derived from stay to the last.
constexpr auto kBrowsing = QuotaClass::kBrowsing;
constexpr auto kOrder = QuotaClass::kOrder;
constexpr std::span<const FieldSpec> kNone{};

// clang-format off
constexpr std::array kTypes{
    TypeSpec{EventType::kJourneyStarted, "journey", "started", kHost, kOrder, kStartedFields},
    TypeSpec{EventType::kJourneyStageChanged, "journey", "stage_changed", kOwn, kOrder, kPictureFields},
    TypeSpec{EventType::kJourneyAtRisk, "journey", "at_risk", kOwn, kOrder, kPictureFields},
    TypeSpec{EventType::kJourneyAbandoned, "journey", "abandoned", kOwn, kOrder, kPictureFields},
    TypeSpec{EventType::kJourneyOutcomeRevised, "journey", "outcome_revised", kOwn, kOrder, kPictureFields},
    TypeSpec{EventType::kJourneyLinked, "journey", "linked", kOwn, kOrder, kLinkedFields},
    TypeSpec{EventType::kJourneyClosed, "journey", "closed", kOwn, kOrder, kPictureFields},

    TypeSpec{EventType::kViewItemList, "ecommerce", "view_item_list", kHost, kBrowsing, kListViewFields},
    TypeSpec{EventType::kSelectItem, "ecommerce", "select_item", kHost, kBrowsing, kListViewFields},
    TypeSpec{EventType::kViewItem, "ecommerce", "view_item", kHost, kBrowsing, kItemViewFields},
    TypeSpec{EventType::kSearch, "ecommerce", "search", kHost, kBrowsing, kSearchFields},
    TypeSpec{EventType::kAddToCart, "ecommerce", "add_to_cart", kHost, kOrder, kCartChangeFields},
    TypeSpec{EventType::kRemoveFromCart, "ecommerce", "remove_from_cart", kHost, kOrder, kCartChangeFields},
    TypeSpec{EventType::kUpdateCartLine, "ecommerce", "update_cart_line", kHost, kOrder, kCartUpdateFields},
    TypeSpec{EventType::kViewCart, "ecommerce", "view_cart", kHost, kOrder, kCartViewFields},
    TypeSpec{EventType::kBeginCheckout, "ecommerce", "begin_checkout", kHost, kOrder, kCartViewFields},
    TypeSpec{EventType::kAddPaymentInfo, "ecommerce", "add_payment_info", kHost, kOrder, kCartViewFields},
    TypeSpec{EventType::kPurchase, "ecommerce", "purchase", kHost, kOrder, kPurchaseFields},
    TypeSpec{EventType::kRefund, "ecommerce", "refund", kHost, kOrder, kRefundFields},
    TypeSpec{EventType::kViewPromotion, "ecommerce", "view_promotion", kHost, kBrowsing, kPromotionFields},
    TypeSpec{EventType::kSelectPromotion, "ecommerce", "select_promotion", kHost, kBrowsing, kPromotionFields},
    TypeSpec{EventType::kCartSnapshot, "ecommerce", "cart_snapshot", kHost, kOrder, kCartSnapshotFields},

    TypeSpec{EventType::kOrderSubmitted, "order", "submitted", kHost, kOrder, kOrderFields},
    TypeSpec{EventType::kOrderSuspended, "order", "suspended", kHost, kOrder, kOrderFields},
    TypeSpec{EventType::kOrderResumed, "order", "resumed", kHost, kOrder, kOrderFields},
    TypeSpec{EventType::kCancelRequested, "order", "cancel_requested", kHost, kOrder, kCancelFields},
    TypeSpec{EventType::kOrderCancelled, "order", "cancelled", kHost, kOrder, kCancelFields},

    TypeSpec{EventType::kPaymentStarted, "payment", "started", kHost, kOrder, kPaymentFields},
    TypeSpec{EventType::kPaymentFailed, "payment", "failed", kHost, kOrder, kPaymentFailedFields},
    TypeSpec{EventType::kPaymentUnknown, "payment", "unknown", kHost, kOrder, kPaymentFields},
    TypeSpec{EventType::kPaymentReconciled, "payment", "reconciled", kHost, kOrder, kPaymentReconciledFields},
    TypeSpec{EventType::kPaymentApproved, "payment", "approved", kHost, kOrder, kPaymentFields},

    TypeSpec{EventType::kTouched, "host", "touched", kHost, kBrowsing, kTouchedFields},
    TypeSpec{EventType::kIdleWarned, "host", "idle_warned", kHost, kOrder, kIdleFields},
    TypeSpec{EventType::kIdleExtended, "host", "idle_extended", kHost, kOrder, kIdleFields},
    TypeSpec{EventType::kStartOver, "host", "start_over", kHost, kOrder, kResetFields},
    TypeSpec{EventType::kStaffReset, "host", "staff_reset", kHost, kOrder, kResetFields},
    TypeSpec{EventType::kPageLost, "host", "page_lost", kHost, kOrder, kNone},
    TypeSpec{EventType::kPageRestored, "host", "page_restored", kHost, kOrder, kNone},
    TypeSpec{EventType::kTrainingChanged, "host", "training_changed", kHost, kOrder, kTrainingFields},

    TypeSpec{EventType::kSystemStarted, "system", "started", kOwn, kOrder, kSystemStartedFields},
    TypeSpec{EventType::kClockAdjusted, "system", "clock_adjusted", kOwn, kOrder, kClockAdjustedFields},
    TypeSpec{EventType::kBundleActivated, "system", "bundle_activated", kOwn, kOrder, kReasonFields},
    TypeSpec{EventType::kBundleRejected, "system", "bundle_rejected", kOwn, kOrder, kReasonFields},
    TypeSpec{EventType::kConnectivityChanged, "system", "connectivity_changed", kOwn, kBrowsing, kConnectivityFields},
    TypeSpec{EventType::kCrashRecovered, "system", "crash_recovered", kOwn, kOrder, kCrashFields},
    TypeSpec{EventType::kStorageState, "system", "storage_state", kOwn, kOrder, kStorageFields},
    TypeSpec{EventType::kIrregular, "system", "irregular", kOwn, kBrowsing, kIrregularFields},
    TypeSpec{EventType::kJournalRecovered, "system", "journal_recovered", kOwn, kOrder, kNewEpochFields},
    TypeSpec{EventType::kEpochBegan, "system", "epoch_began", kOwn, kOrder, kNewEpochFields},
};
// clang-format on

constexpr bool RisesByNumber() {
  for (std::size_t i = 1; i < kTypes.size(); ++i) {
    if (kTypes[i - 1].type >= kTypes[i].type) return false;
  }
  return true;
}
static_assert(RisesByNumber());

}  // namespace

std::span<const TypeSpec> AllTypes() { return kTypes; }

const TypeSpec* FindType(EventType type) {
  const auto* spec =
      std::lower_bound(kTypes.begin(), kTypes.end(), type,
                       [](const TypeSpec& row, EventType wanted) { return row.type < wanted; });
  return spec == kTypes.end() || spec->type != type ? nullptr : spec;
}

const FieldSpec* FindField(std::span<const FieldSpec> fields, Key key) {
  for (const FieldSpec& field : fields) {
    if (field.key == key) return &field;
  }
  return nullptr;
}

}  // namespace trayline::event
