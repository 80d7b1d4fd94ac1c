#include "agent/journey/drafts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "agent/journey/bounds.h"

namespace trayline::journey {
namespace {

using event::EventType;
using event::Key;
using event::Record;

std::int64_t NextRevision(const Journey& journey) {
  return std::min(journey.revision, kFeatureMax - 1) + std::int64_t{1};
}

std::int64_t LineCount(const Journey& journey) {
  return static_cast<std::int64_t>(journey.cart.lines().size());
}

std::int64_t EndValueMinor(const Journey& journey, Outcome outcome) {
  const bool sold = outcome == Outcome::kCompleted && journey.purchased;
  return sold ? journey.purchase_value_minor : journey.cart.ValueMinor();
}

// What abandoned and closed both say.
Record Ending(const Journey& journey, Outcome outcome, Evidence evidence) {
  Record data;
  data.Set(Key::kOutcome, outcome)
      .Set(Key::kEvidence, evidence)
      .Set(Key::kValueMinor, EndValueMinor(journey, outcome))
      .Set(Key::kLineCount, LineCount(journey))
      .Set(Key::kRevision, NextRevision(journey));
  if (journey.currency != 0) data.Set(Key::kCurrency, journey.currency);
  return data;
}

}  // namespace

Draft Irregular(Stage stage, EventType type, std::string_view reason) {
  Record data;
  data.Set(Key::kStage, stage)
      .Set(Key::kEventType, type)
      .Set(Key::kReasonText, std::string(reason));
  return {EventType::kIrregular, std::move(data)};
}

Draft StageChanged(Stage from, Stage to) {
  Record data;
  data.Set(Key::kFromStage, from).Set(Key::kStage, to);
  return {EventType::kJourneyStageChanged, std::move(data)};
}

Draft AtRisk(const Journey& journey, event::Risk risk, MonoTime now) {
  Record data;
  data.Set(Key::kRisk, risk)
      .Set(Key::kAdds, std::int64_t{journey.adds})
      .Set(Key::kRemoves, std::int64_t{journey.removes})
      .Set(Key::kCycles, std::int64_t{journey.cycles})
      .Set(Key::kElapsedMs, BoundedElapsed(journey.started_mono, now).count())
      .Set(Key::kValueMinor, journey.cart.ValueMinor())
      .Set(Key::kHighestValueMinor, journey.highest_value_minor)
      .Set(Key::kLineCount, LineCount(journey));
  return {EventType::kJourneyAtRisk, std::move(data)};
}

void AppendPaymentUnknown(const Journey& journey, std::vector<Draft>& out) {
  out.push_back({EventType::kPaymentUnknown, Record()});
  if (journey.stage != Stage::kPaymentUnknown) {
    out.push_back(StageChanged(journey.stage, Stage::kPaymentUnknown));
  }
}

Draft Closed(const Journey& journey, Outcome outcome, Evidence evidence, MonoTime now) {
  Record data = Ending(journey, outcome, evidence);
  data.Set(Key::kStage, journey.deepest)
      .Set(Key::kElapsedMs, BoundedElapsed(journey.started_mono, now).count());
  return {EventType::kJourneyClosed, std::move(data)};
}

void AppendAbandoned(const Journey& journey, Outcome outcome, Evidence evidence, MonoTime now,
                     std::vector<Draft>& out) {
  Record data = Ending(journey, outcome, evidence);
  data.Set(Key::kStage, journey.stage).Set(Key::kLastTouchpoint, journey.last_touchpoint);
  out.push_back({EventType::kJourneyAbandoned, std::move(data)});
  out.push_back(Closed(journey, outcome, evidence, now));
}

Draft RevisedToCompleted(const Journey& journey, Evidence evidence) {
  Record data;
  data.Set(Key::kOutcome, Outcome::kCompleted)
      .Set(Key::kEvidence, evidence)
      .Set(Key::kRevision, NextRevision(journey))
      .Set(Key::kValueMinor, EndValueMinor(journey, Outcome::kCompleted));
  if (journey.outcome) data.Set(Key::kPreviousOutcome, *journey.outcome);
  if (journey.currency != 0) data.Set(Key::kCurrency, journey.currency);
  return {EventType::kJourneyOutcomeRevised, std::move(data)};
}

}  // namespace trayline::journey
