#include "agent/event/key.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace trayline::event {
namespace {

struct Row {
  std::string_view name;
  Key key;
};

// Ordered by name, for reading JSON. "id" stands apart: it is a name inside a modifier only.
constexpr std::array kRows{
    Row{"accessibility_mode", Key::kAccessibilityMode},
    Row{"adds", Key::kAdds},
    Row{"agent_version", Key::kAgentVersion},
    Row{"attempt", Key::kAttempt},
    Row{"boot_id", Key::kBootId},
    Row{"by", Key::kBy},
    Row{"campaign", Key::kCampaign},
    Row{"carried_events", Key::kCarriedEvents},
    Row{"cart_revision", Key::kCartRevision},
    Row{"channel", Key::kChannel},
    Row{"clean_stop", Key::kCleanStop},
    Row{"clock_speed", Key::kClockSpeed},
    Row{"combo_id", Key::kComboId},
    Row{"connected", Key::kConnected},
    Row{"count", Key::kCount},
    Row{"coupon", Key::kCoupon},
    Row{"currency", Key::kCurrency},
    Row{"cycles", Key::kCycles},
    Row{"discount_minor", Key::kDiscountMinor},
    Row{"elapsed_ms", Key::kElapsedMs},
    Row{"entry_source", Key::kEntrySource},
    Row{"event_type", Key::kEventType},
    Row{"evidence", Key::kEvidence},
    Row{"failure_code", Key::kFailureCode},
    Row{"from_stage", Key::kFromStage},
    Row{"hard_decline", Key::kHardDecline},
    Row{"highest_value_minor", Key::kHighestValueMinor},
    Row{"host", Key::kHost},
    Row{"index", Key::kIndex},
    Row{"item_category", Key::kItemCategory},
    Row{"item_id", Key::kItemId},
    Row{"item_list_id", Key::kItemListId},
    Row{"item_list_name", Key::kItemListName},
    Row{"item_name", Key::kItemName},
    Row{"item_variant", Key::kItemVariant},
    Row{"journey_ref", Key::kJourneyRef},
    Row{"last_touchpoint", Key::kLastTouchpoint},
    Row{"line_count", Key::kLineCount},
    Row{"line_id", Key::kLineId},
    Row{"lines", Key::kLines},
    Row{"link_kind", Key::kLinkKind},
    Row{"locale", Key::kLocale},
    Row{"lost_events", Key::kLostEvents},
    Row{"modifiers", Key::kModifiers},
    Row{"new_wall_ms", Key::kNewWallMs},
    Row{"old_epoch", Key::kOldEpoch},
    Row{"old_wall_ms", Key::kOldWallMs},
    Row{"open_journeys", Key::kOpenJourneys},
    Row{"order_id", Key::kOrderId},
    Row{"order_mode", Key::kOrderMode},
    Row{"origin_epoch", Key::kOriginEpoch},
    Row{"origin_sequence", Key::kOriginSequence},
    Row{"other_journey", Key::kOtherJourney},
    Row{"outcome", Key::kOutcome},
    Row{"pay_at_counter", Key::kPayAtCounter},
    Row{"payment_method", Key::kPaymentMethod},
    Row{"previous_outcome", Key::kPreviousOutcome},
    Row{"price_minor", Key::kPriceMinor},
    Row{"promotion_id", Key::kPromotionId},
    Row{"promotion_name", Key::kPromotionName},
    Row{"quantity", Key::kQuantity},
    Row{"reason", Key::kReason},
    Row{"reason_text", Key::kReasonText},
    Row{"removes", Key::kRemoves},
    Row{"resolution", Key::kResolution},
    Row{"result", Key::kResult},
    Row{"revision", Key::kRevision},
    Row{"risk", Key::kRisk},
    Row{"score_ppm", Key::kScorePpm},
    Row{"search_term", Key::kSearchTerm},
    Row{"stage", Key::kStage},
    Row{"storage_state", Key::kStorageState},
    Row{"tax_minor", Key::kTaxMinor},
    Row{"template", Key::kTemplate},
    Row{"ticket", Key::kTicket},
    Row{"touches", Key::kTouches},
    Row{"training", Key::kTraining},
    Row{"transaction_id", Key::kTransactionId},
    Row{"unit_price_minor", Key::kUnitPriceMinor},
    Row{"value_minor", Key::kValueMinor},
};

constexpr std::string_view kModifierIdName = "id";

constexpr bool IsOrdered() {
  for (std::size_t i = 1; i < kRows.size(); ++i) {
    if (kRows[i - 1].name >= kRows[i].name) return false;
  }
  return true;
}
static_assert(IsOrdered());

constexpr std::size_t kNumbers = 128;  // above the highest key

// Names by number, empty where there is no key.
constexpr std::array<std::string_view, kNumbers> MakeNames() {
  std::array<std::string_view, kNumbers> names{};
  for (const Row& row : kRows) names[static_cast<std::size_t>(row.key)] = row.name;
  names[static_cast<std::size_t>(Key::kModifierId)] = kModifierIdName;
  return names;
}
constexpr auto kNames = MakeNames();

}  // namespace

std::string KeyName(Key key) {
  const auto number = static_cast<std::size_t>(key);
  if (number < kNumbers && !kNames[number].empty()) return std::string(kNames[number]);
  return "key_" + std::to_string(number);
}

std::optional<Key> KeyFromName(std::string_view name, bool in_modifier) {
  if (in_modifier && name == kModifierIdName) return Key::kModifierId;
  const auto row =
      std::lower_bound(kRows.begin(), kRows.end(), name,
                       [](const Row& r, std::string_view wanted) { return r.name < wanted; });
  if (row == kRows.end() || row->name != name) return std::nullopt;
  return row->key;
}

}  // namespace trayline::event
