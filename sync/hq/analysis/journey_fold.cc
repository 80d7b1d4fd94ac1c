#include "sync/hq/analysis/journey_fold.h"

#include <algorithm>
#include <utility>

namespace trayline::hq {
namespace {

using event::Outcome;
using event::Stage;

bool IsWhereAGuestStands(Stage stage) {
  switch (stage) {
    case Stage::kStarted:
    case Stage::kBrowsing:
    case Stage::kCarting:
    case Stage::kReviewing:
    case Stage::kPaying:
    case Stage::kUnpaidSubmitted:
    case Stage::kPaymentUnknown:
      return true;
    case Stage::kIdle:
    case Stage::kCompleted:
    case Stage::kClosed:
    case Stage::kSuspended:
      return false;
  }
  return false;
}

// Where a lost journey is counted: one of browsing, carting, reviewing, paying, unpaid_submitted.
Stage LostStage(Outcome outcome, Stage resting) {
  if (outcome == Outcome::kAbandonedUnpaid) return Stage::kUnpaidSubmitted;
  if (resting == Stage::kPaymentUnknown) return Stage::kPaying;
  return resting <= Stage::kStarted ? Stage::kBrowsing : resting;
}

Stage ShownStage(const journey::Journey& journey, Stage resting) {
  if (!journey.outcome) return journey.stage;
  if (*journey.outcome == Outcome::kCompleted) return Stage::kCompleted;
  return IsLost(*journey.outcome) ? LostStage(*journey.outcome, resting) : resting;
}

// What was sold when completed, what was lost when closed otherwise, the cart while open.
std::int64_t ValueOf(const journey::Journey& journey) {
  std::int64_t value = journey.cart.ValueMinor();
  if (journey.outcome) {
    const bool sold = *journey.outcome == Outcome::kCompleted && journey.purchase_value_minor > 0;
    value = sold ? journey.purchase_value_minor : journey.closing_value_minor;
  }
  return std::clamp<std::int64_t>(value, 0, kRowValueMaxMinor);
}

}  // namespace

FoldedJourney::FoldedJourney(TerminalKey terminal, JourneyId id) : terminal_(terminal) {
  journey_.id = id;
}

Result<FoldedJourney> FoldedJourney::FromRow(const JourneyRow& row) {
  auto state = journey::DecodeJourney(row.state);
  if (!state.ok()) return state.error();
  FoldedJourney out(row.terminal, row.id);
  out.journey_ = std::move(*state);
  out.resting_ = row.resting;
  out.began_ = row.started;
  out.first_ = row.first;
  out.last_ = row.last;
  return out;
}

void FoldedJourney::Take(const event::Event& event, Position place) {
  if (journey_.events == 0) {
    began_ = event.time;
    first_ = place;
  }
  last_ = place;
  journey::Fold(journey_, event);
  if (journey_.started != WallTime()) began_ = journey_.started;
  if (journey_.IsOpen() && IsWhereAGuestStands(journey_.stage)) resting_ = journey_.stage;
}

JourneyRow FoldedJourney::ToRow() const {
  const bool closed = !journey_.IsOpen();
  JourneyRow row;
  row.terminal = terminal_;
  row.id = journey_.id;
  row.outcome = journey_.outcome;
  row.evidence = journey_.evidence;
  row.stage = ShownStage(journey_, resting_);
  row.resting = resting_;
  row.deepest = journey_.deepest;
  row.revision = journey_.revision;
  row.training = journey_.training;
  row.at_risk = journey_.at_risk;
  row.value_minor = ValueOf(journey_);
  row.currency = journey_.currency;
  row.lines =
      closed ? journey_.closing_lines : static_cast<std::int64_t>(journey_.cart.lines().size());
  row.adds = journey_.adds;
  row.removes = journey_.removes;
  row.cycles = journey_.cycles;
  row.payment_failures = journey_.payment_failures;
  row.events = journey_.events;
  row.started = began_;
  row.updated = journey_.last_wall;
  if (closed) row.closed = journey_.closed_wall;
  row.day_time = closed ? journey_.closed_wall : journey_.last_wall;
  row.first = first_;
  row.last = last_;
  row.state = journey::EncodeJourney(journey_);
  return row;
}

}  // namespace trayline::hq
