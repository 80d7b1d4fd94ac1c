#include "sync/hq/api/json_views.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "agent/base/ids.h"
#include "sync/hq/api/json_words.h"

namespace trayline::hq {
namespace {

using Json = nlohmann::ordered_json;

Json AmountJson(const Amount& amount) {
  const auto [code, decimals] = CurrencyWord(amount.currency);
  return {{"currency", code},
          {"decimals", decimals},
          {"value_minor", amount.value_minor},
          {"journeys", amount.journeys}};
}

Json LossJson(const Loss& loss) {
  Json json = AmountJson(loss.total);
  json["last_week_value_minor"] = nullptr;
  json["last_week_journeys"] = nullptr;
  if (loss.last_week) {
    json["last_week_value_minor"] = loss.last_week->value_minor;
    json["last_week_journeys"] = loss.last_week->journeys;
  }
  Json stages = Json::array();
  for (std::size_t i = 0; i < kLostStages.size(); ++i) {
    stages.push_back({{"stage", StageWord(kLostStages[i])},
                      {"value_minor", loss.by_stage[i].value_minor},
                      {"journeys", loss.by_stage[i].journeys}});
  }
  json["by_stage"] = std::move(stages);
  return json;
}

Json OutcomeJson(const OutcomeCount& count) {
  Json values = Json::array();
  for (const Amount& amount : count.values) {
    values.push_back(
        {{"currency", CurrencyWord(amount.currency).first}, {"value_minor", amount.value_minor}});
  }
  return {{"outcome", count.outcome ? OutcomeWord(*count.outcome) : "open"},
          {"journeys", count.journeys},
          {"value", std::move(values)}};
}

Json ReconciliationJson(const Reconciliation& sums) {
  Json terminals = Json::array();
  for (const TerminalId& id : sums.terminals) terminals.push_back(ToText(id));
  return {{"difference", sums.difference},     {"terminals", std::move(terminals)},
          {"received", sums.received},         {"void", sums.voided},
          {"quarantined", sums.quarantined},   {"watermarks", sums.watermarks},
          {"in_journeys", sums.in_journeys},   {"outside_journeys", sums.outside_journeys},
          {"waiting_to_be_read", sums.waiting}};
}

std::uint64_t WaitingOf(const TerminalEntry& entry) {
  const std::uint64_t known = entry.row.known_last.value;
  const std::uint64_t watermark = entry.current.watermark.value;
  return known > watermark ? known - watermark : 0;
}

// The worst that staff should know first.
const char* StateOf(const TerminalEntry& entry) {
  if (!entry.row.IsOnline()) return "away";
  if (entry.quarantined > 0) return "quarantine";
  return WaitingOf(entry) > kBehindEvents ? "behind" : "ok";
}

Json TerminalJson(const TerminalEntry& entry) {
  const TerminalRow& row = entry.row;
  const WallTime last_event = WallFromMs(entry.last_event_utc_ms);
  return {{"terminal", ToText(row.id)},
          {"online", row.IsOnline()},
          {"epoch", row.epoch.value},
          {"watermark", entry.current.watermark.value},
          {"last_seen", TimeOrNull(row.last_seen)},
          {"last_event", TimeOrNull(last_event)},
          {"waiting", WaitingOf(entry)},
          {"received", entry.received},
          {"void", entry.voided},
          {"quarantined", entry.quarantined},
          {"gaps", row.gaps},
          {"duplicates", row.duplicates},
          {"bad_frames", row.bad_frames},
          {"identity_conflicts", row.identity_conflicts},
          {"storage", row.storage},
          {"clock", row.clock},
          {"clock_speed", row.clock_speed},
          {"agent_version", row.agent_version},
          {"device_class", row.device_class},
          {"open_journeys", entry.open_journeys},
          {"state", StateOf(entry)}};
}

Json EpochJson(const LogCounts& counts) {
  return {{"epoch", counts.log.epoch.value},
          {"watermark", counts.log.watermark.value},
          {"received", counts.log.received},
          {"void", counts.log.voided},
          {"repeated", counts.repeated},
          {"quarantined", counts.log.quarantined},
          {"difference", DifferenceOf(counts)},
          {"in_journeys", counts.projection.in_journeys},
          {"outside_journeys", counts.projection.outside_journeys},
          {"waiting", counts.waiting}};
}

}  // namespace

Json OverviewJson(const Overview& overview, WallTime now, const DayOptions& day) {
  const BusinessDay today = BusinessDayAt(now, day);
  Json lost = Json::array();
  for (const Loss& loss : overview.lost) lost.push_back(LossJson(loss));
  Json sold = Json::array();
  for (const Amount& amount : overview.sold) sold.push_back(AmountJson(amount));
  Json outcomes = Json::array();
  for (const OutcomeCount& count : overview.outcomes) outcomes.push_back(OutcomeJson(count));
  Json funnel = Json::array();
  for (const FunnelStep& step : overview.funnel) {
    funnel.push_back({{"stage", StageWord(step.stage)}, {"journeys", step.journeys}});
  }
  return {{"now", FormatRfc3339(now, 0)},
          {"business_day", today.date},
          {"day_start", FormatRfc3339(today.start, 0)},
          {"offset_minutes", day.offset_minutes},
          {"lost_now", std::move(lost)},
          {"sold_today", std::move(sold)},
          {"reconciles", ReconciliationJson(overview.reconciliation)},
          {"outcomes", std::move(outcomes)},
          {"funnel", std::move(funnel)},
          {"training_journeys", overview.training},
          {"journeys_today", overview.journeys}};
}

Json TerminalsJson(const std::vector<TerminalEntry>& terminals) {
  Json list = Json::array();
  for (const TerminalEntry& entry : terminals) list.push_back(TerminalJson(entry));
  return {{"terminals", std::move(list)}};
}

Json QuarantineJson(const std::vector<QuarantineEntry>& frames) {
  Json list = Json::array();
  for (const QuarantineEntry& entry : frames) {
    const bool newer = entry.row.kind == QuarantineKind::kNewer;
    list.push_back({{"terminal", ToText(entry.terminal)},
                    {"epoch", entry.row.epoch.value},
                    {"first", entry.row.first.value},
                    {"count", entry.row.count},
                    {"kind", newer ? "newer" : "unreadable"},
                    {"reason", entry.row.reason},
                    {"arrived", FormatRfc3339(entry.row.arrived, 0)},
                    {"bytes", entry.size_bytes}});
  }
  return {{"frames", std::move(list)}};
}

// logs are ordered by terminal, so that its epochs stand together.
Json ReconcileJson(const std::vector<LogCounts>& logs) {
  Json terminals = Json::array();
  const TerminalId* last = nullptr;
  for (const LogCounts& counts : logs) {
    if (last == nullptr || *last != counts.terminal) {
      terminals.push_back({{"terminal", ToText(counts.terminal)}, {"epochs", Json::array()}});
      last = &counts.terminal;
    }
    terminals.back()["epochs"].push_back(EpochJson(counts));
  }
  return {{"terminals", std::move(terminals)}, {"difference", Reconcile(logs).difference}};
}

Json ChangedJson(const std::vector<std::string>& journeys,
                 const std::vector<std::string>& terminals, std::uint64_t received) {
  return {{"journeys", journeys}, {"terminals", terminals}, {"received", received}};
}

}  // namespace trayline::hq
