// The keys of event data. A number, once given, is never given again nor changed: they are on disks
// and on the wire. Names are those of the JSON form (snake_case, units in the name); they follow
// GA4 where GA4 has the field.
#ifndef TRAYLINE_AGENT_EVENT_KEY_H_
#define TRAYLINE_AGENT_EVENT_KEY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace trayline::event {

enum class Key : std::uint16_t {
  // Line object (domain.md's line): what a cart line, a listed item or a sold item is.
  kLines = 1,
  kLineId = 2,
  kItemId = 3,
  kItemName = 4,
  kItemCategory = 5,
  kItemVariant = 6,
  kUnitPriceMinor = 7,
  kQuantity = 8,
  kDiscountMinor = 9,
  kCoupon = 10,
  kItemListId = 11,
  kIndex = 12,
  kPromotionId = 13,
  kModifiers = 14,
  kModifierId = 15,  // "id" inside a modifier
  kPriceMinor = 16,
  kComboId = 17,

  // Cart and value
  kCartRevision = 20,
  kValueMinor = 21,
  kCurrency = 22,  // ISO 4217 number; its letters in JSON
  kTaxMinor = 23,
  kLineCount = 24,

  // Journey
  kEntrySource = 30,
  kCampaign = 31,
  kTemplate = 32,
  kLocale = 33,
  kAccessibilityMode = 34,
  kOrderMode = 35,
  kChannel = 36,
  kHost = 37,        // local: the host's name
  kJourneyRef = 38,  // local: the host's own reference
  kStage = 39,
  kFromStage = 40,
  kRisk = 41,
  kOutcome = 42,
  kPreviousOutcome = 43,
  kEvidence = 44,
  kRevision = 45,
  kAdds = 46,
  kRemoves = 47,
  kCycles = 48,
  kElapsedMs = 49,
  kTouches = 50,
  kLastTouchpoint = 51,
  kHighestValueMinor = 52,
  kOtherJourney = 53,
  kLinkKind = 54,
  kScorePpm = 55,

  // Ecommerce beside lines
  kItemListName = 60,
  kSearchTerm = 61,
  kTransactionId = 62,
  kTicket = 63,
  kPaymentMethod = 64,
  kPromotionName = 65,

  // Order
  kOrderId = 70,
  kReason = 71,
  kBy = 72,
  kPayAtCounter = 73,

  // Payment
  kAttempt = 80,
  kFailureCode = 81,
  kHardDecline = 82,
  kResolution = 83,
  kResult = 84,

  // Host
  kCount = 90,
  kTraining = 91,

  // System
  kAgentVersion = 100,
  kBootId = 101,
  kCleanStop = 102,
  kOpenJourneys = 103,
  kOldWallMs = 104,
  kNewWallMs = 105,
  kConnected = 106,
  kStorageState = 107,
  kEventType = 108,
  kClockSpeed = 109,
  kReasonText = 110,
  kOldEpoch = 111,
  kCarriedEvents = 112,
  kLostEvents = 113,
  // Where an event stood before its journal took another epoch: any event may carry them.
  kOriginEpoch = 114,
  kOriginSequence = 115,
};

// The JSON name, "key_<number>" for one that this version does not know.
std::string KeyName(Key key);
// The key with this JSON name inside a modifier (in_modifier) or elsewhere. "id" is kModifierId
// inside a modifier only.
std::optional<Key> KeyFromName(std::string_view name, bool in_modifier);

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_KEY_H_
