// The fields of event data with their limits, the material of the table in spec.cc. Only spec.cc
// includes it. Constants only.
#ifndef TRAYLINE_AGENT_EVENT_SPEC_FIELDS_H_
#define TRAYLINE_AGENT_EVENT_SPEC_FIELDS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "agent/base/money.h"
#include "agent/event/record.h"
#include "agent/event/spec.h"
#include "agent/event/vocabulary.h"

namespace trayline::event {

// Bytes.
inline constexpr std::int64_t kIdMax = 64;           // as the hosts' own databases have them
inline constexpr std::int64_t kShortTextMax = 64;    // a category, a variant, a code
inline constexpr std::int64_t kTextMax = 100;        // a list's name, a campaign, a search term
inline constexpr std::int64_t kItemNameMax = 200;    // a dish in two languages
inline constexpr std::int64_t kLocaleMax = 35;       // BCP 47 asks for room for 35 characters
inline constexpr std::int64_t kReasonTextMax = 200;  // our own explanations

// Numbers.
inline constexpr std::int64_t kQuantityMax = 9'999;
inline constexpr std::int64_t kIndexMax = 99'999;
inline constexpr std::int64_t kCountMax = 1'000'000;           // of anything within a journey
inline constexpr std::int64_t kDurationMaxMs = 2'592'000'000;  // 30 days, no journey is longer
inline constexpr std::int64_t kPpmMax = 1'000'000;
inline constexpr std::int64_t kExactMax =
    (std::int64_t{1} << 53) - 1;  // exact in every JSON reader
inline constexpr std::size_t kModifiersMax = 32;
inline constexpr std::int64_t kModifierQuantityMax = 99;
inline constexpr std::int64_t kModifierPriceMaxMinor = 1'000'000'000;
// A cart at all its limits, added up in 64 bits, does not overflow.
static_assert(static_cast<std::int64_t>(kRecordListMax) * kQuantityMax <
              std::numeric_limits<std::int64_t>::max() /
                  (kMoneyMaxMinor + static_cast<std::int64_t>(kModifiersMax) *
                                        kModifierQuantityMax * kModifierPriceMaxMinor));

constexpr FieldSpec Int(Key key, std::int64_t min, std::int64_t max) {
  return {.key = key, .kind = Kind::kInt, .min = min, .max = max};
}
constexpr FieldSpec Count(Key key) { return Int(key, 0, kCountMax); }
constexpr FieldSpec Money(Key key) { return Int(key, -kMoneyMaxMinor, kMoneyMaxMinor); }
constexpr FieldSpec Bool(Key key) { return {.key = key, .kind = Kind::kBool}; }
constexpr FieldSpec Enum(Key key, std::span<const std::string_view> names) {
  return {.key = key, .kind = Kind::kEnum, .names = names};
}
constexpr FieldSpec Type(Key key) { return {.key = key, .kind = Kind::kType}; }
constexpr FieldSpec Id(Key key) { return {.key = key, .kind = Kind::kId, .max = kIdMax}; }
constexpr FieldSpec Text(Key key, std::int64_t max) {
  return {.key = key, .kind = Kind::kText, .max = max};
}
constexpr FieldSpec List(Key key, std::size_t max, std::span<const FieldSpec> children) {
  return {
      .key = key, .kind = Kind::kList, .max = static_cast<std::int64_t>(max), .children = children};
}
constexpr FieldSpec Required(FieldSpec field) {
  field.required = true;
  return field;
}
constexpr FieldSpec Local(FieldSpec field) {
  field.local = true;
  return field;
}
constexpr FieldSpec AtLeast(std::int64_t min, FieldSpec field) {
  field.min = min;
  return field;
}

// Fields that several types share.
inline constexpr FieldSpec kCurrencyField{.key = Key::kCurrency, .kind = Kind::kCurrency};
inline constexpr FieldSpec kValueField = Money(Key::kValueMinor);
inline constexpr FieldSpec kTaxField = Money(Key::kTaxMinor);
inline constexpr FieldSpec kCartRevisionField = Int(Key::kCartRevision, 0, kExactMax);
inline constexpr FieldSpec kEntrySourceField = Enum(Key::kEntrySource, kEntrySourceNames);
inline constexpr FieldSpec kOrderModeField = Enum(Key::kOrderMode, kOrderModeNames);
inline constexpr FieldSpec kChannelField = Enum(Key::kChannel, kChannelNames);
inline constexpr FieldSpec kLocaleField = Text(Key::kLocale, kLocaleMax);
inline constexpr FieldSpec kPaymentMethodField = Text(Key::kPaymentMethod, kShortTextMax);
inline constexpr FieldSpec kCancelReasonField = Enum(Key::kReason, kCancelReasonNames);
inline constexpr FieldSpec kByField = Enum(Key::kBy, kActorNames);
inline constexpr FieldSpec kHostField = Local(Text(Key::kHost, kShortTextMax));
inline constexpr FieldSpec kJourneyRefField = Local(Id(Key::kJourneyRef));

// The line object of domain.md. An update may set a quantity of 0, which removes the line.
inline constexpr std::array kModifierFields{
    Required(Id(Key::kModifierId)),
    Int(Key::kQuantity, 1, kModifierQuantityMax),
    Int(Key::kPriceMinor, -kModifierPriceMaxMinor, kModifierPriceMaxMinor),
};
constexpr auto LineFields(std::int64_t least_quantity) {
  return std::array{
      Id(Key::kLineId),
      Id(Key::kItemId),
      Text(Key::kItemName, kItemNameMax),
      Text(Key::kItemCategory, kShortTextMax),
      Text(Key::kItemVariant, kShortTextMax),
      Money(Key::kUnitPriceMinor),
      Int(Key::kQuantity, least_quantity, kQuantityMax),
      Money(Key::kDiscountMinor),
      Id(Key::kCoupon),
      Id(Key::kItemListId),
      Int(Key::kIndex, 0, kIndexMax),
      Id(Key::kPromotionId),
      List(Key::kModifiers, kModifiersMax, kModifierFields),
      Id(Key::kComboId),
  };
}
inline constexpr auto kLineFields = LineFields(1);
inline constexpr auto kUpdatedLineFields = LineFields(0);
inline constexpr FieldSpec kLinesField = List(Key::kLines, kRecordListMax, kLineFields);
inline constexpr FieldSpec kChangedLinesField = Required(AtLeast(1, kLinesField));

// journey. The agent's own types carry a picture of the journey at that moment.
inline constexpr std::array kStartedFields{
    kCurrencyField,
    kEntrySourceField,
    Text(Key::kCampaign, kTextMax),
    Text(Key::kTemplate, kTextMax),
    kLocaleField,
    Bool(Key::kAccessibilityMode),
    kOrderModeField,
    kChannelField,
    kHostField,
    kJourneyRefField,
};
inline constexpr std::array kPictureFields{
    kCartRevisionField,
    kValueField,
    kCurrencyField,
    kTaxField,
    Count(Key::kLineCount),
    kOrderModeField,
    kChannelField,
    kHostField,
    kJourneyRefField,
    Enum(Key::kStage, kStageNames),
    Enum(Key::kFromStage, kStageNames),
    Enum(Key::kRisk, kRiskNames),
    Enum(Key::kOutcome, kOutcomeNames),
    Enum(Key::kPreviousOutcome, kOutcomeNames),
    Enum(Key::kEvidence, kEvidenceNames),
    Count(Key::kRevision),
    Count(Key::kAdds),
    Count(Key::kRemoves),
    Count(Key::kCycles),
    Int(Key::kElapsedMs, 0, kDurationMaxMs),
    Count(Key::kTouches),
    Type(Key::kLastTouchpoint),
    Int(Key::kHighestValueMinor, 0, kExactMax),
    kCancelReasonField,
    kByField,
    Count(Key::kAttempt),
};
inline constexpr std::array kLinkedFields{
    Id(Key::kOtherJourney),
    Enum(Key::kLinkKind, kLinkKindNames),
    Enum(Key::kEvidence, kEvidenceNames),
    Int(Key::kScorePpm, 0, kPpmMax),
    Id(Key::kTicket),
};

// ecommerce
inline constexpr std::array kListViewFields{
    kLinesField,
    Id(Key::kItemListId),
    Text(Key::kItemListName, kTextMax),
    kCurrencyField,
};
inline constexpr std::array kItemViewFields{
    kLinesField,
    kValueField,
    kCurrencyField,
    Id(Key::kItemListId),
    Text(Key::kItemListName, kTextMax),
};
inline constexpr std::array kSearchFields{
    Required(Text(Key::kSearchTerm, kTextMax)),
    Count(Key::kCount),
};
inline constexpr std::array kPromotionFields{
    kLinesField,
    Id(Key::kPromotionId),
    Text(Key::kPromotionName, kTextMax),
    Id(Key::kItemListId),
};
inline constexpr std::array kCartChangeFields{
    kChangedLinesField, kCartRevisionField,   kValueField,
    kCurrencyField,     Id(Key::kItemListId), Text(Key::kItemListName, kTextMax),
    Id(Key::kCoupon),
};
inline constexpr std::array kCartUpdateFields{
    Required(AtLeast(1, List(Key::kLines, kRecordListMax, kUpdatedLineFields))),
    kCartRevisionField,
    kValueField,
    kCurrencyField,
    Id(Key::kCoupon),
};
inline constexpr std::array kCartViewFields{
    kLinesField,
    kCartRevisionField,
    kValueField,
    kCurrencyField,
    kTaxField,
    Money(Key::kDiscountMinor),
    Count(Key::kLineCount),
    Id(Key::kCoupon),
    kPaymentMethodField,
};
inline constexpr std::array kCartSnapshotFields{
    Required(kLinesField),  // may be empty: a cart without lines
    kValueField,           kCurrencyField, kTaxField, Money(Key::kDiscountMinor), Id(Key::kCoupon),
};
// With the mode, channel and language, for hosts that send nothing but completed orders.
inline constexpr std::array kPurchaseFields{
    kLinesField,
    kCartRevisionField,
    kValueField,
    kCurrencyField,
    kTaxField,
    Money(Key::kDiscountMinor),
    Count(Key::kLineCount),
    Id(Key::kCoupon),
    kEntrySourceField,
    kLocaleField,
    kOrderModeField,
    kChannelField,
    Id(Key::kTransactionId),
    Id(Key::kTicket),
    kPaymentMethodField,
    Id(Key::kOrderId),
};
inline constexpr std::array kRefundFields{
    kLinesField,      kValueField,         kCurrencyField,    kTaxField, Id(Key::kTransactionId),
    Id(Key::kTicket), kPaymentMethodField, Id(Key::kOrderId), kByField,
};

// order
inline constexpr std::array kOrderFields{
    kLinesField,     kValueField,      kCurrencyField,    kTaxField, Count(Key::kLineCount),
    kOrderModeField, Id(Key::kTicket), Id(Key::kOrderId), kByField,  Bool(Key::kPayAtCounter),
};
inline constexpr std::array kCancelFields{
    kValueField, kCurrencyField, Id(Key::kTicket), Id(Key::kOrderId), kCancelReasonField, kByField,
};

// payment
inline constexpr std::array kPaymentFields{
    kValueField,         kCurrencyField,    Id(Key::kTransactionId), Id(Key::kTicket),
    kPaymentMethodField, Id(Key::kOrderId), Count(Key::kAttempt),
};
inline constexpr std::array kPaymentFailedFields{
    kValueField,
    kCurrencyField,
    Id(Key::kTransactionId),
    Id(Key::kTicket),
    kPaymentMethodField,
    Id(Key::kOrderId),
    Count(Key::kAttempt),
    Text(Key::kFailureCode, kShortTextMax),
    Bool(Key::kHardDecline),
    Enum(Key::kResolution, kResolutionNames),
};
inline constexpr std::array kPaymentReconciledFields{
    kValueField,
    kCurrencyField,
    Id(Key::kTransactionId),
    Id(Key::kTicket),
    kPaymentMethodField,
    Id(Key::kOrderId),
    Count(Key::kAttempt),
    Required(Enum(Key::kResult, kPaymentResultNames)),
};

// host
inline constexpr std::array kTouchedFields{Int(Key::kCount, 1, kCountMax)};  // absent: one
inline constexpr std::array kIdleFields{Int(Key::kElapsedMs, 0, kDurationMaxMs)};
inline constexpr std::array kResetFields{kByField};
inline constexpr std::array kTrainingFields{Required(Bool(Key::kTraining))};

// system. Clocks may hold anything, so their limits are those of the type.
inline constexpr std::int64_t kClockMin = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kClockMax = std::numeric_limits<std::int64_t>::max();
inline constexpr std::array kSystemStartedFields{
    Text(Key::kAgentVersion, kShortTextMax),
    Id(Key::kBootId),
    Bool(Key::kCleanStop),
    Count(Key::kOpenJourneys),
    Int(Key::kClockSpeed, 1, kCountMax),
    Text(Key::kReasonText, kReasonTextMax),
};
inline constexpr std::array kClockAdjustedFields{
    Int(Key::kOldWallMs, kClockMin, kClockMax),
    Int(Key::kNewWallMs, kClockMin, kClockMax),
    Text(Key::kReasonText, kReasonTextMax),
};
inline constexpr std::array kCrashFields{
    Count(Key::kOpenJourneys),
    Text(Key::kReasonText, kReasonTextMax),
};
inline constexpr std::array kReasonFields{Text(Key::kReasonText, kReasonTextMax)};
inline constexpr std::array kConnectivityFields{
    Bool(Key::kConnected),
    Text(Key::kReasonText, kReasonTextMax),
};
inline constexpr std::array kStorageFields{
    Enum(Key::kStorageState, kStorageStateNames),
    Text(Key::kReasonText, kReasonTextMax),
};
// The journal goes on in another epoch: recovered from damage, or because HQ refused the old one.
inline constexpr std::array kNewEpochFields{
    Int(Key::kOldEpoch, 0, kClockMax),
    Int(Key::kCarriedEvents, 0, kClockMax),
    Int(Key::kLostEvents, 0, kClockMax),
    Text(Key::kReasonText, kReasonTextMax),
};
inline constexpr std::array kIrregularFields{
    Enum(Key::kStage, kStageNames),
    Type(Key::kEventType),
    Text(Key::kReasonText, kReasonTextMax),
};

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_SPEC_FIELDS_H_
