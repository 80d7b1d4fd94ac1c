// Journeys as JSON: lists, and one journey with its cart and its events.
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "agent/event/event.h"
#include "agent/event/json_form.h"
#include "agent/journey/journey.h"
#include "sync/hq/api/json_views.h"
#include "sync/hq/api/json_words.h"

namespace trayline::hq {
namespace {

using Json = nlohmann::ordered_json;

Json EntryJson(const JourneyEntry& entry) {
  const JourneyRow& row = entry.row;
  const auto [code, decimals] = CurrencyWord(row.currency);
  Json json = {{"key", JourneyKeyText(entry.terminal, row.id)},
               {"terminal", ToText(entry.terminal)},
               {"id", ToText(row.id)},
               {"outcome", nullptr},
               {"evidence", nullptr},
               {"stage", StageWord(row.stage)},
               {"deepest", StageWord(row.deepest)},
               {"revision", row.revision},
               {"value_minor", row.value_minor},
               {"currency", code},
               {"decimals", decimals},
               {"lines", row.lines},
               {"adds", row.adds},
               {"removes", row.removes},
               {"cycles", row.cycles},
               {"payment_failures", row.payment_failures},
               {"started", FormatRfc3339(row.started, 0)},
               {"updated", FormatRfc3339(row.updated, 0)},
               {"closed", nullptr},
               {"training", row.training},
               {"at_risk", row.at_risk},
               {"events", row.events}};
  if (row.outcome) {
    json["outcome"] = OutcomeWord(*row.outcome);
    json["evidence"] = std::string(WordName(row.evidence, event::kEvidenceNames));
  }
  if (row.closed) json["closed"] = FormatRfc3339(*row.closed, 0);
  return json;
}

Json CartJson(const journey::Cart& cart) {
  Json lines = Json::array();
  for (const journey::CartLine& line : cart.lines()) {
    lines.push_back({{"line_id", line.line_id},
                     {"item_id", line.item_id},
                     {"item_name", line.item_name},
                     {"quantity", line.quantity},
                     {"value_minor", line.ValueMinor()}});
  }
  return lines;
}

// The word with this number; null when none was said or it is a newer writer's.
template <std::size_t N>
Json WordOrNull(std::int64_t number, const std::array<std::string_view, N>& names) {
  if (number < 0 || static_cast<std::size_t>(number) >= N) return nullptr;
  return std::string(names[static_cast<std::size_t>(number)]);
}

Json EventJson(const JourneyHistory& history, const EventRow& row, const event::Event& event,
               const journey::Journey& after) {
  Json json = event::ToJson(event, history.journey.terminal, row.epoch, event::Audience::kOutside);
  json["arrived"] = FormatRfc3339(row.arrived, 0);
  json["cart_value_minor"] = after.cart.ValueMinor();
  return json;
}

template <typename T>
bool TakeNumber(std::string_view& text, char end, T& out) {
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()));
  if (end == '\0') return text.empty();
  if (text.empty() || text.front() != end) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string JourneyKeyText(const TerminalId& terminal, JourneyId id) {
  return ToText(terminal) + "/" + ToText(id);
}

std::string CursorText(const JourneyCursor& cursor) {
  return std::to_string(cursor.started_utc_ms) + "." + std::to_string(cursor.terminal.value) + "." +
         std::to_string(cursor.id.epoch.value) + "." + std::to_string(cursor.id.number);
}

Result<JourneyCursor> ParseCursor(std::string_view text) {
  JourneyCursor cursor;
  std::string_view rest = text;
  if (TakeNumber(rest, '.', cursor.started_utc_ms) &&
      TakeNumber(rest, '.', cursor.terminal.value) &&
      TakeNumber(rest, '.', cursor.id.epoch.value) && TakeNumber(rest, '\0', cursor.id.number)) {
    return cursor;
  }
  return Error{Errc::kRejected,
               "'" + std::string(text.substr(0, 80)) + "' is not a cursor that this API has given"};
}

Json JourneyPageJson(const JourneyPage& page) {
  Json list = Json::array();
  for (const JourneyEntry& entry : page.journeys) list.push_back(EntryJson(entry));
  Json json = {{"journeys", std::move(list)}, {"next", nullptr}};
  if (page.next) json["next"] = CursorText(*page.next);
  return json;
}

Result<Json> JourneyHistoryJson(const JourneyHistory& history) {
  auto state = journey::DecodeJourney(history.journey.row.state);
  if (!state.ok()) return state.error().In("reading the state of the journey");
  Json journey = EntryJson(history.journey);
  journey["cart"] = CartJson(state->cart);
  journey["order_mode"] = WordOrNull(state->order_mode, event::kOrderModeNames);
  journey["channel"] = WordOrNull(state->channel, event::kChannelNames);
  journey["entry_source"] = WordOrNull(state->entry_source, event::kEntrySourceNames);
  journey["cancel_reason"] = nullptr;
  if (state->cancel_reason) {
    journey["cancel_reason"] =
        std::string(WordName(*state->cancel_reason, event::kCancelReasonNames));
  }
  Json events = Json::array();
  journey::Journey so_far;
  so_far.id = history.journey.row.id;
  for (const EventRow& row : history.events) {
    auto event = event::DecodeBody(row.body, row.epoch, row.sequence, row.type, row.journey);
    if (!event.ok()) continue;
    journey::Fold(so_far, *event);
    events.push_back(EventJson(history, row, *event, so_far));
  }
  return Json{{"journey", std::move(journey)}, {"events", std::move(events)}};
}

}  // namespace trayline::hq
