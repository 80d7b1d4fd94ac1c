#include <array>
#include <cstddef>
#include <initializer_list>
#include <vector>

#include "sync/wire/vocabulary.h"

namespace trayline::wire {
namespace {

using event::EventType;
using event::Key;

// How it was made: tests/bench/wire_dictionary.cc.
constexpr auto kDictionary = std::to_array<unsigned char>({
#include "sync/wire/dictionary_1.inc"
});

constexpr Tag Int(Key key) { return TagOf(key, ValueKind::kInt); }
constexpr Tag Text(Key key) { return TagOf(key, ValueKind::kText); }
constexpr Tag List(Key key) { return TagOf(key, ValueKind::kList); }

constexpr std::size_t kRowTags = 8;
struct Row {
  Owner owner = kElement;
  std::array<Tag, kRowTags> tags{};
  std::size_t count = 0;
};

constexpr Row RowOf(Owner owner, std::initializer_list<Tag> tags) {
  Row row{.owner = owner, .tags = {}, .count = 0};
  for (const Tag tag : tags) row.tags[row.count++] = tag;
  return row;
}
constexpr Row Of(EventType type, std::initializer_list<Tag> tags) {
  return RowOf(OwnerOf(type), tags);
}
constexpr Row Element(std::initializer_list<Tag> tags) { return RowOf(kElement, tags); }

constexpr Tag kLines = List(Key::kLines);
constexpr Tag kLineId = Text(Key::kLineId);
constexpr Tag kItemId = Text(Key::kItemId);
constexpr Tag kItemName = Text(Key::kItemName);
constexpr Tag kCategory = Text(Key::kItemCategory);
constexpr Tag kPrice = Int(Key::kUnitPriceMinor);
constexpr Tag kQuantity = Int(Key::kQuantity);
constexpr Tag kDiscount = Int(Key::kDiscountMinor);
constexpr Tag kModifiers = List(Key::kModifiers);
constexpr Tag kModifier = Text(Key::kModifierId);
constexpr Tag kModifierPrice = Int(Key::kPriceMinor);
constexpr Tag kIndex = Int(Key::kIndex);
constexpr Tag kListId = Text(Key::kItemListId);
constexpr Tag kCart = Int(Key::kCartRevision);
constexpr Tag kValue = Int(Key::kValueMinor);
constexpr Tag kCurrency = Int(Key::kCurrency);
constexpr Tag kTax = Int(Key::kTaxMinor);
constexpr Tag kLineCount = Int(Key::kLineCount);
constexpr Tag kEntry = Int(Key::kEntrySource);
constexpr Tag kLocale = Text(Key::kLocale);
constexpr Tag kMode = Int(Key::kOrderMode);
constexpr Tag kChannel = Int(Key::kChannel);
constexpr Tag kStage = Int(Key::kStage);
constexpr Tag kFromStage = Int(Key::kFromStage);
constexpr Tag kRisk = Int(Key::kRisk);
constexpr Tag kOutcome = Int(Key::kOutcome);
constexpr Tag kPreviousOutcome = Int(Key::kPreviousOutcome);
constexpr Tag kEvidence = Int(Key::kEvidence);
constexpr Tag kRevision = Int(Key::kRevision);
constexpr Tag kAdds = Int(Key::kAdds);
constexpr Tag kRemoves = Int(Key::kRemoves);
constexpr Tag kCycles = Int(Key::kCycles);
constexpr Tag kElapsed = Int(Key::kElapsedMs);
constexpr Tag kTouchpoint = Int(Key::kLastTouchpoint);
constexpr Tag kListName = Text(Key::kItemListName);
constexpr Tag kTransaction = Text(Key::kTransactionId);
constexpr Tag kTicket = Text(Key::kTicket);
constexpr Tag kMethod = Text(Key::kPaymentMethod);
constexpr Tag kReason = Int(Key::kReason);
constexpr Tag kBy = Int(Key::kBy);
constexpr Tag kAttempt = Int(Key::kAttempt);

using T = EventType;

// The order is the number on the wire: only ever frozen, never changed.
constexpr std::array kShapes{
    // The first 64 take a byte in a column, so these are the everyday ones.
    Element({kModifier}),
    Element({kItemId, kItemName}),
    Element({kItemId, kItemName, kPrice}),
    Element({kLineId, kItemId, kItemName, kPrice, kQuantity}),
    Element({kLineId, kItemId, kItemName, kPrice, kQuantity, kModifiers}),
    Element({kLineId, kItemId, kItemName, kPrice, kQuantity, kDiscount}),
    Element({kLineId, kItemId, kItemName, kPrice, kQuantity, kDiscount, kModifiers}),
    Element({kLineId, kItemId, kPrice, kQuantity}),
    Element({kLineId, kItemId, kPrice, kQuantity, kModifiers}),
    Element({kLineId, kQuantity}),
    Element({kLineId}),
    Of(T::kJourneyStarted, {kCurrency, kChannel}),
    Of(T::kJourneyStarted, {kCurrency, kEntry, kChannel}),
    Of(T::kJourneyStarted, {kCurrency, kEntry, kMode, kChannel}),
    Of(T::kJourneyStarted, {kCurrency, kEntry, kLocale, kChannel}),
    Of(T::kJourneyStarted, {kCurrency, kEntry, kLocale, kMode, kChannel}),
    Of(T::kJourneyStageChanged, {kStage, kFromStage}),
    Of(T::kJourneyAtRisk, {kValue, kLineCount, kRisk, kAdds, kRemoves, kCycles, kElapsed}),
    Of(T::kJourneyAbandoned,
       {kValue, kCurrency, kLineCount, kStage, kOutcome, kEvidence, kRevision, kTouchpoint}),
    Of(T::kJourneyClosed,
       {kValue, kCurrency, kLineCount, kStage, kOutcome, kEvidence, kRevision, kElapsed}),
    Of(T::kViewItemList, {}),
    Of(T::kViewItemList, {kListId}),
    Of(T::kSelectItem, {kLines}),
    Of(T::kSelectItem, {kLines, kListId}),
    Of(T::kViewItem, {kLines}),
    Of(T::kAddToCart, {kLines, kCart}),
    Of(T::kAddToCart, {kLines, kCart, kValue}),
    Of(T::kAddToCart, {kLines, kListId, kCart}),
    Of(T::kRemoveFromCart, {kLines, kCart}),
    Of(T::kUpdateCartLine, {kLines, kCart}),
    Of(T::kViewCart, {}),
    Of(T::kViewCart, {kValue}),
    Of(T::kViewCart, {kCart, kValue}),
    Of(T::kViewCart, {kCart, kValue, kLineCount}),
    Of(T::kBeginCheckout, {}),
    Of(T::kBeginCheckout, {kValue}),
    Of(T::kBeginCheckout, {kCart, kValue}),
    Of(T::kBeginCheckout, {kCart, kValue, kLineCount}),
    Of(T::kPurchase, {kValue, kTransaction}),
    Of(T::kPurchase, {kCart, kValue, kTransaction}),
    Of(T::kPurchase, {kValue, kLineCount, kTransaction}),
    Of(T::kPurchase, {kCart, kValue, kLineCount, kTransaction}),
    Of(T::kPaymentStarted, {}),
    Of(T::kPaymentStarted, {kAttempt}),
    Of(T::kPaymentStarted, {kValue, kAttempt}),
    Of(T::kPaymentStarted, {kMethod, kAttempt}),
    Of(T::kPaymentStarted, {kValue, kMethod, kAttempt}),
    Of(T::kPaymentApproved, {}),
    Of(T::kPaymentApproved, {kAttempt}),
    Of(T::kPaymentApproved, {kValue}),
    Of(T::kPaymentApproved, {kValue, kAttempt}),
    Of(T::kPaymentApproved, {kValue, kMethod, kAttempt}),
    Of(T::kTouched, {}),
    Of(T::kTouched, {Int(Key::kCount)}),
    Of(T::kIdleWarned, {}),
    Of(T::kIdleWarned, {kElapsed}),
    // The others.
    Element({kModifier, kModifierPrice}),
    Element({kQuantity, kModifier}),
    Element({kQuantity, kModifier, kModifierPrice}),
    Element({kItemId}),
    Element({kItemId, kItemName, kCategory, kPrice}),
    Element({kItemId, kItemName, kPrice, kIndex}),
    Element({kLineId, kItemId, kItemName, kCategory, kPrice, kQuantity}),
    Element({kLineId, kItemId, kItemName, kCategory, kPrice, kQuantity, kModifiers}),
    Element({kLineId, kItemId, kItemName, kQuantity}),
    Element({kLineId, kItemId, kQuantity}),
    Element({kLineId, kItemId}),
    Of(T::kJourneyOutcomeRevised,
       {kValue, kCurrency, kOutcome, kPreviousOutcome, kEvidence, kRevision}),
    Of(T::kViewItemList, {kListId, kListName}),
    Of(T::kViewItemList, {kListName}),
    Of(T::kViewItem, {kLines, kListId}),
    Of(T::kViewItem, {kLines, kValue}),
    Of(T::kSearch, {Text(Key::kSearchTerm)}),
    Of(T::kRemoveFromCart, {kLines, kCart, kValue}),
    Of(T::kUpdateCartLine, {kLines, kCart, kValue}),
    Of(T::kAddPaymentInfo, {kMethod}),
    Of(T::kAddPaymentInfo, {kValue, kMethod}),
    Of(T::kPurchase, {kValue, kCurrency, kTransaction}),
    Of(T::kPurchase, {kValue, kTax, kTransaction}),
    Of(T::kPurchase, {kLines, kValue, kTransaction}),
    Of(T::kPurchase, {kLines, kValue, kCurrency, kTransaction}),
    Of(T::kPurchase, {kLines, kValue, kCurrency, kTax, kTransaction}),
    Of(T::kOrderSubmitted, {kValue, kTicket}),
    Of(T::kOrderSuspended, {}),
    Of(T::kOrderResumed, {}),
    Of(T::kCancelRequested, {}),
    Of(T::kCancelRequested, {kBy}),
    Of(T::kOrderCancelled, {}),
    Of(T::kOrderCancelled, {kBy}),
    Of(T::kOrderCancelled, {kReason, kBy}),
    Of(T::kPaymentFailed, {kAttempt, Text(Key::kFailureCode)}),
    Of(T::kPaymentFailed, {kAttempt, Text(Key::kFailureCode), Int(Key::kHardDecline)}),
    Of(T::kPaymentUnknown, {}),
    Of(T::kIdleExtended, {}),
    Of(T::kStartOver, {}),
    Of(T::kSystemStarted, {Text(Key::kAgentVersion), Text(Key::kBootId), Int(Key::kCleanStop),
                           Int(Key::kOpenJourneys)}),
    Of(T::kConnectivityChanged, {Int(Key::kConnected)}),
    Of(T::kIrregular, {kStage, Int(Key::kEventType), Text(Key::kReasonText)}),
};

}  // namespace

std::vector<Shape> KnownShapes1() {
  std::vector<Shape> shapes;
  shapes.reserve(kShapes.size());
  for (const Row& row : kShapes) {
    shapes.push_back({row.owner, {row.tags.begin(), row.tags.begin() + row.count}});
  }
  return shapes;
}

std::string_view Dictionary1() {
  return {reinterpret_cast<const char*>(kDictionary.data()), kDictionary.size()};
}

}  // namespace trayline::wire
