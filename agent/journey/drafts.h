// The agent's own events about a journey, made from its state. Only the .cc files of this module
// include it. Pure; any thread.
#ifndef TRAYLINE_AGENT_JOURNEY_DRAFTS_H_
#define TRAYLINE_AGENT_JOURNEY_DRAFTS_H_

#include <string_view>
#include <vector>

#include "agent/base/time.h"
#include "agent/journey/journey.h"
#include "agent/journey/machine.h"

namespace trayline::journey {

// reason is for people: why the pair, or the line, does not fit.
Draft Irregular(Stage stage, event::EventType type, std::string_view reason);
Draft StageChanged(Stage from, Stage to);
// With the features as they are at now.
Draft AtRisk(const Journey& journey, event::Risk risk, MonoTime now);
// payment.unknown and the stage that goes with it.
void AppendPaymentUnknown(const Journey& journey, std::vector<Draft>& out);
// closed: a completed journey with the purchase's value where one is known, any other with the
// cart's.
Draft Closed(const Journey& journey, Outcome outcome, Evidence evidence, MonoTime now);
// abandoned, then closed.
void AppendAbandoned(const Journey& journey, Outcome outcome, Evidence evidence, MonoTime now,
                     std::vector<Draft>& out);
// outcome_revised to completed.
Draft RevisedToCompleted(const Journey& journey, Evidence evidence);

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_DRAFTS_H_
