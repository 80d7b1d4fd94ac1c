#include "sync/hq/analysis/overview.h"

#include <algorithm>
#include <map>
#include <utility>

namespace trayline::hq {
namespace {

using event::Outcome;
using event::Stage;

constexpr std::array<Stage, 6> kFunnel{Stage::kStarted,   Stage::kBrowsing, Stage::kCarting,
                                       Stage::kReviewing, Stage::kPaying,   Stage::kCompleted};

std::uint64_t Distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

bool CountsAsLost(const JourneyGroup& group) {
  return !group.training && group.outcome && IsLost(*group.outcome);
}

void AddTo(Amount& amount, const JourneyGroup& group) {
  amount.journeys += group.journeys;
  amount.value_minor += group.value_minor;
}

// A journey that ended before anything had a price has no currency and no value. It is counted with
// the currency that most journeys have, so that it is not lost from sight.
std::int64_t MainCurrency(const std::vector<JourneyGroup>& groups) {
  std::map<std::int64_t, std::uint64_t> journeys;
  for (const JourneyGroup& group : groups) {
    if (group.currency != 0) journeys[group.currency] += group.journeys;
  }
  const auto most =
      std::max_element(journeys.begin(), journeys.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == journeys.end() ? 0 : most->first;
}

std::int64_t CurrencyOf(const JourneyGroup& group, std::int64_t main) {
  return group.currency == 0 && group.value_minor == 0 ? main : group.currency;
}

std::vector<Loss> LossesOf(const OverviewRows& rows, std::int64_t main) {
  std::map<std::int64_t, Loss> losses;
  const auto loss_in = [&losses, &rows](std::int64_t currency) -> Loss& {
    const auto [at, added] = losses.try_emplace(currency);
    if (added) {
      at->second.total.currency = currency;
      for (Amount& amount : at->second.by_stage) amount.currency = currency;
      if (rows.last_week_known) at->second.last_week = Amount{.currency = currency};
    }
    return at->second;
  };
  for (const JourneyGroup& group : rows.today) {
    if (!CountsAsLost(group)) continue;
    Loss& loss = loss_in(CurrencyOf(group, main));
    AddTo(loss.total, group);
    const auto* stage = std::find(kLostStages.begin(), kLostStages.end(), group.stage);
    const auto index = static_cast<std::size_t>(stage - kLostStages.begin());
    if (index < kLostStages.size()) AddTo(loss.by_stage[index], group);
  }
  for (const JourneyGroup& group : rows.last_week) {
    if (CountsAsLost(group)) AddTo(*loss_in(CurrencyOf(group, main)).last_week, group);
  }
  std::vector<Loss> out;
  out.reserve(losses.size());
  for (const auto& [currency, loss] : losses) out.push_back(loss);
  return out;
}

void AddValue(std::vector<Amount>& values, const JourneyGroup& group, std::int64_t main) {
  const std::int64_t currency = CurrencyOf(group, main);
  auto at = std::find_if(values.begin(), values.end(),
                         [currency](const Amount& amount) { return amount.currency == currency; });
  if (at == values.end()) at = values.insert(values.end(), Amount{.currency = currency});
  AddTo(*at, group);
}

bool Reached(const JourneyGroup& group, Stage stage) {
  if (stage == Stage::kStarted || group.outcome == Outcome::kCompleted) return true;
  return stage != Stage::kCompleted && group.deepest >= stage;
}

}  // namespace

Overview MakeOverview(const OverviewRows& rows) {
  Overview out;
  const std::int64_t main = MainCurrency(rows.today);
  out.lost = LossesOf(rows, main);
  for (const Stage stage : kFunnel) out.funnel.push_back({stage, 0});
  // Outcomes in the order of the vocabulary, open journeys last.
  std::map<std::size_t, OutcomeCount> outcomes;
  for (const JourneyGroup& group : rows.today) {
    if (group.training) {
      out.training += group.journeys;
      continue;
    }
    out.journeys += group.journeys;
    const std::size_t place =
        group.outcome ? static_cast<std::size_t>(*group.outcome) : event::kOutcomeNames.size();
    OutcomeCount& count = outcomes[place];
    count.outcome = group.outcome;
    count.journeys += group.journeys;
    AddValue(count.values, group, main);
    if (group.outcome == Outcome::kCompleted) AddValue(out.sold, group, main);
    for (FunnelStep& step : out.funnel) {
      if (Reached(group, step.stage)) step.journeys += group.journeys;
    }
  }
  outcomes.try_emplace(event::kOutcomeNames.size());  // "open" is always told
  for (auto& [place, count] : outcomes) out.outcomes.push_back(std::move(count));
  out.reconciliation = Reconcile(rows.logs);
  return out;
}

std::uint64_t DifferenceOf(const LogCounts& counts) {
  const LogRow& log = counts.log;
  const ProjectionRow& projection = counts.projection;
  return Distance(log.watermark.value, log.received + log.voided + log.quarantined) +
         Distance(log.received,
                  projection.in_journeys + projection.outside_journeys + counts.waiting);
}

Reconciliation Reconcile(const std::vector<LogCounts>& logs) {
  Reconciliation out;
  for (const LogCounts& counts : logs) {
    const std::uint64_t difference = DifferenceOf(counts);
    out.difference += difference;
    if (difference != 0 && (out.terminals.empty() || out.terminals.back() != counts.terminal)) {
      out.terminals.push_back(counts.terminal);
    }
    out.watermarks += counts.log.watermark.value;
    out.received += counts.log.received;
    out.voided += counts.log.voided;
    out.quarantined += counts.log.quarantined;
    out.in_journeys += counts.projection.in_journeys;
    out.outside_journeys += counts.projection.outside_journeys;
    out.waiting += counts.waiting;
  }
  return out;
}

}  // namespace trayline::hq
