// What the local API shows: agent, journeys and events as JSON texts. Pure; any thread.
#ifndef TRAYLINE_AGENT_API_VIEWS_H_
#define TRAYLINE_AGENT_API_VIEWS_H_

#include <span>
#include <string>
#include <vector>

#include "agent/api/backend.h"
#include "agent/api/event_batch.h"
#include "agent/base/ids.h"
#include "agent/base/time.h"
#include "agent/engine/engine.h"
#include "agent/journey/journey.h"
#include "agent/ports/event_store.h"

namespace trayline::api {

std::string HealthJson(const AgentStatus& status, const TerminalId& terminal);
std::string StatusJson(const AgentStatus& status, const TerminalId& terminal);

// The answer to a batch: one result for each item, in order. recorded has one for each valid item.
std::string ResultsJson(const EventBatch& batch, Epoch epoch,
                        std::span<const engine::RecordResult> recorded);

// {"epoch", "events": [...], "last"}; last is after when there are none.
std::string EventsJson(std::span<const ports::StoredEvent> events, const TerminalId& terminal,
                       Epoch epoch, Sequence after);

// {"journeys": [...]}; now tells how long each has been idle.
std::string JourneysJson(std::span<const journey::Journey> journeys, MonoTime now);
// The summary with its cart and events; more: there are events beyond those shown.
std::string JourneyJson(const journey::Journey& journey, MonoTime now,
                        std::span<const ports::StoredEvent> events, bool more,
                        const TerminalId& terminal, Epoch epoch);

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_VIEWS_H_
