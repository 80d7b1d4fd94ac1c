#include "agent/api/views.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "agent/base/money.h"
#include "agent/event/event.h"
#include "agent/event/json_form.h"
#include "agent/event/vocabulary.h"

namespace trayline::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMsPerSecond = 1000;

// Texts come from checked events and from our own configuration; a byte that is not UTF-8 all the
// same must not throw.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string_view OutcomeWord(engine::RecordResult::Outcome outcome) {
  using Outcome = engine::RecordResult::Outcome;
  switch (outcome) {
    case Outcome::kRecorded:
      return "recorded";
    case Outcome::kRepeated:
      return "repeated";
    case Outcome::kNoChange:
      return "no_change";
    case Outcome::kConflict:
      return "conflict";
    case Outcome::kRejected:
      return "rejected";
  }
  return "rejected";
}

Json IssuesJson(std::span<const event::FieldIssue> issues) {
  Json list = Json::array();
  for (const event::FieldIssue& issue : issues) {
    list.push_back({{"path", issue.path}, {"code", issue.code}, {"reason", issue.reason}});
  }
  return list;
}

Json CurrencyJson(std::int64_t numeric) {
  const bool fits = numeric > 0 && numeric <= 999;
  const auto currency = CurrencyFromNumeric(static_cast<std::uint16_t>(fits ? numeric : 0));
  return currency.ok() ? Json(currency->code()) : Json(nullptr);
}

Json ResultJson(const BatchItem& item, const engine::RecordResult* recorded) {
  Json json;
  json["status"] = recorded == nullptr ? "invalid" : OutcomeWord(recorded->outcome);
  json["id"] = Json::parse(item.id, nullptr, false);
  if (recorded == nullptr) {
    json["errors"] = IssuesJson(item.issues);
    return json;
  }
  if (recorded->first.value != 0) {
    json["sequence"] = recorded->first.value;
    json["last_sequence"] = recorded->last.value;
    if (recorded->epoch.value != 0) json["epoch"] = recorded->epoch.value;
  }
  if (!recorded->journey.IsNone()) json["journey"] = ToText(recorded->journey);
  if (!item.issues.empty()) json["left_out"] = IssuesJson(item.issues);
  if (!recorded->reason.empty()) json["reason"] = recorded->reason;
  return json;
}

// One event as a CloudEvents object. One that this version cannot read is shown as far as its
// columns go, and says why: nothing of the journal is passed over in silence.
std::string EventText(const ports::StoredEvent& stored, const TerminalId& terminal, Epoch epoch) {
  const auto event =
      event::DecodeBody(stored.body, epoch, stored.sequence, stored.type, stored.journey);
  if (event.ok()) return Dump(event::ToJson(*event, terminal, epoch, event::Audience::kLocal));
  Json json;
  json["specversion"] = "1.0";
  json["id"] = std::to_string(epoch.value) + "-" + std::to_string(stored.sequence.value);
  json["type"] = event::TypeName(stored.type);
  json["source"] = ToSource(terminal);
  json["sequence"] = stored.sequence.value;
  json["epoch"] = epoch.value;
  json["unreadable"] = event.error().text;
  return Dump(json);
}

// A list without a tree of it in memory: it may hold a thousand events.
std::string EventsText(std::span<const ports::StoredEvent> events, const TerminalId& terminal,
                       Epoch epoch) {
  std::string text = "[";
  for (const ports::StoredEvent& event : events) {
    if (text.size() > 1) text += ',';
    text += EventText(event, terminal, epoch);
  }
  return text += ']';
}

Json SummaryJson(const journey::Journey& journey, MonoTime now) {
  const bool open = journey.IsOpen();
  const std::int64_t idle_ms = std::max<std::int64_t>((now - journey.last_activity).count(), 0);
  Json json;
  json["id"] = ToText(journey.id);
  json["stage"] = event::WordName(journey.stage, event::kStageNames);
  json["outcome"] =
      open ? Json(nullptr) : Json(event::WordName(*journey.outcome, event::kOutcomeNames));
  json["at_risk"] = journey.at_risk;
  json["warned"] = journey.warned;
  json["training"] = journey.training;
  json["lines"] =
      open ? static_cast<std::int64_t>(journey.cart.lines().size()) : journey.closing_lines;
  json["value_minor"] = open ? journey.cart.ValueMinor() : journey.closing_value_minor;
  json["currency"] = CurrencyJson(journey.currency);
  json["adds"] = journey.adds;
  json["removes"] = journey.removes;
  json["cycles"] = journey.cycles;
  json["touches"] = journey.touches;
  json["started"] = FormatRfc3339(journey.started, 0);
  json["idle_s"] = idle_ms / kMsPerSecond;
  json["ref"] = journey.ref;
  json["host"] = journey.host;
  return json;
}

Json CartJson(const journey::Cart& cart) {
  Json lines = Json::array();
  for (const journey::CartLine& line : cart.lines()) {
    lines.push_back({{"line_id", line.line_id},
                     {"item_id", line.item_id},
                     {"item_name", line.item_name},
                     {"quantity", line.quantity},
                     {"unit_price_minor", line.unit_price_minor},
                     {"value_minor", line.ValueMinor()}});
  }
  return lines;
}

Json JournalJson(const AgentStatus& status) {
  const ports::OutboxState& journal = status.journal;
  const std::uint64_t waiting = journal.last.value - std::min(journal.acked, journal.last).value;
  return {{"epoch", journal.epoch.value},
          {"journal_id", journal.journal_id},
          {"opens", journal.opens},
          {"first", journal.first.value},
          {"last", journal.last.value},
          {"acked", journal.acked.value},
          {"waiting", waiting},
          {"bytes", journal.bytes},
          {"storage", event::WordName(status.storage.state, event::kStorageStateNames)}};
}

Json StorageJson(const StorageFacts& storage) {
  return {{"state", event::WordName(storage.state, event::kStorageStateNames)},
          {"reason", storage.reason},
          {"file_bytes", storage.file_bytes},
          {"used_bytes", storage.used_bytes},
          {"quota_bytes", storage.quota_bytes},
          {"free_bytes", storage.free_bytes},
          {"reserve_held", storage.reserve_held},
          {"shed_browsing", storage.shed[0]},
          {"shed_offer", storage.shed[1]},
          {"shed_order", storage.shed[2]}};
}

Json UplinkJson(const UplinkFacts& uplink) {
  return {{"state", uplink.state},
          {"broker", uplink.broker},
          {"protocol", uplink.protocol},
          {"connects", uplink.connects},
          {"frames_sent", uplink.frames_sent},
          {"events_sent", uplink.events_sent},
          {"events_resent", uplink.events_resent},
          {"acks", uplink.acks},
          {"rewinds", uplink.rewinds},
          {"last_ack_age_s", uplink.last_ack_age_s ? Json(*uplink.last_ack_age_s) : Json(nullptr)},
          {"hq_present", uplink.hq_present},
          {"closed_epochs", uplink.closed_epochs},
          {"closed_aside", uplink.closed_aside},
          {"damaged", uplink.damaged},
          {"refusal", uplink.refusal}};
}

}  // namespace

std::string HealthJson(const AgentStatus& status, const TerminalId& terminal) {
  const bool ok = status.storage.state == event::StorageState::kOk && status.engine.storage_ok;
  return Dump({{"status", ok ? "ok" : "degraded"},
               {"version", status.version},
               {"terminal", ToText(terminal)},
               {"epoch", status.journal.epoch.value},
               {"uptime_s", status.uptime_s},
               {"storage", event::WordName(status.storage.state, event::kStorageStateNames)},
               {"storage_reason", status.storage.reason},
               {"uplink", status.uplink.state},
               {"clock_speed", status.clock_speed}});
}

std::string StatusJson(const AgentStatus& status, const TerminalId& terminal) {
  Json json;
  json["version"] = status.version;
  json["terminal"] = ToText(terminal);
  json["device_class"] = event::WordName(status.device, event::kDeviceClassNames);
  json["pid"] = status.pid;
  json["started"] = FormatRfc3339(status.started, 0);
  json["uptime_s"] = status.uptime_s;
  json["clock"] = {{"state", event::WordName(status.clock, event::kClockStateNames)},
                   {"speed", status.clock_speed}};
  json["journal"] = JournalJson(status);
  json["storage"] = StorageJson(status.storage);
  json["engine"] = {{"open_journeys", status.engine.open_journeys},
                    {"recorded", status.engine.recorded},
                    {"irregular", status.engine.irregular},
                    {"refused", status.engine.refused},
                    {"reloads", status.engine.reloads},
                    {"clock_changes", status.engine.clock_changes}};
  json["uplink"] = UplinkJson(status.uplink);
  json["api"] = {{"http", status.http_address},
                 {"unix", status.unix_socket},
                 {"requests", status.http_requests},
                 {"refused", status.http_refused}};
  return Dump(json);
}

std::string ResultsJson(const EventBatch& batch, Epoch epoch,
                        std::span<const engine::RecordResult> recorded) {
  std::string text = "{\"epoch\":" + std::to_string(epoch.value) + ",\"results\":[";
  std::size_t next = 0;
  for (const BatchItem& item : batch.items) {
    if (&item != &batch.items.front()) text += ',';
    text += Dump(ResultJson(item, item.event ? &recorded[next++] : nullptr));
  }
  text += ']';
  if (!batch.left_out.empty()) text += ",\"left_out\":" + Dump(IssuesJson(batch.left_out));
  return text += '}';
}

std::string EventsJson(std::span<const ports::StoredEvent> events, const TerminalId& terminal,
                       Epoch epoch, Sequence after) {
  const Sequence last = events.empty() ? after : events.back().sequence;
  return "{\"epoch\":" + std::to_string(epoch.value) +
         ",\"events\":" + EventsText(events, terminal, epoch) +
         ",\"last\":" + std::to_string(last.value) + "}";
}

std::string JourneysJson(std::span<const journey::Journey> journeys, MonoTime now) {
  std::string text = "{\"journeys\":[";
  for (const journey::Journey& journey : journeys) {
    if (&journey != &journeys.front()) text += ',';
    text += Dump(SummaryJson(journey, now));
  }
  return text += "]}";
}

std::string JourneyJson(const journey::Journey& journey, MonoTime now,
                        std::span<const ports::StoredEvent> events, bool more,
                        const TerminalId& terminal, Epoch epoch) {
  Json json = SummaryJson(journey, now);
  json["cart"] = CartJson(journey.cart);
  if (more) json["more_events"] = true;
  std::string text = Dump(json);
  text.pop_back();
  return text += ",\"events\":" + EventsText(events, terminal, epoch) + "}";
}

}  // namespace trayline::api
