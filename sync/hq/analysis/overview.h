// The figures of the first page: what is lost now and where, what is sold, how journeys end, and
// whether it all reconciles with what the terminals sent. Money of different currencies is never
// added. Training journeys are counted and nothing else. Pure; any thread.
#ifndef TRAYLINE_SYNC_HQ_ANALYSIS_OVERVIEW_H_
#define TRAYLINE_SYNC_HQ_ANALYSIS_OVERVIEW_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/event/vocabulary.h"
#include "sync/hq/ports/hq_reader.h"

namespace trayline::hq {

// Journeys and their value in one currency (ISO 4217 number, 0 not known).
struct Amount {
  std::int64_t currency = 0;
  std::int64_t value_minor = 0;
  std::uint64_t journeys = 0;
  friend bool operator==(const Amount&, const Amount&) = default;
};

// Stages where a journey can be lost, in their order.
inline constexpr std::array<event::Stage, 5> kLostStages{
    event::Stage::kBrowsing, event::Stage::kCarting, event::Stage::kReviewing,
    event::Stage::kPaying, event::Stage::kUnpaidSubmitted};

struct Loss {
  Amount total;
  std::optional<Amount> last_week;  // none: HQ has nothing of that day
  std::array<Amount, kLostStages.size()> by_stage;
};

struct OutcomeCount {
  std::optional<event::Outcome> outcome;  // none: open
  std::uint64_t journeys = 0;
  std::vector<Amount> values;  // by currency
};

// How many journeys came at least this far. "started" holds all, "completed" those that did.
struct FunnelStep {
  event::Stage stage = event::Stage::kStarted;
  std::uint64_t journeys = 0;
};

struct Reconciliation {
  std::uint64_t difference = 0;       // 0 or something is wrong
  std::vector<TerminalId> terminals;  // those that do not reconcile
  std::uint64_t watermarks = 0;
  std::uint64_t received = 0;
  std::uint64_t voided = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t in_journeys = 0;
  std::uint64_t outside_journeys = 0;
  std::uint64_t waiting = 0;
};

struct Overview {
  std::vector<Loss> lost;    // by currency
  std::vector<Amount> sold;  // by currency
  std::vector<OutcomeCount> outcomes;
  std::vector<FunnelStep> funnel;
  std::uint64_t journeys = 0;  // without training
  std::uint64_t training = 0;
  Reconciliation reconciliation;
};

Overview MakeOverview(const OverviewRows& rows);

// |watermark - (received + void + quarantined)| + |received - (in + outside + waiting)|.
std::uint64_t DifferenceOf(const LogCounts& counts);
Reconciliation Reconcile(const std::vector<LogCounts>& logs);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_ANALYSIS_OVERVIEW_H_
