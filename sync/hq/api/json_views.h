// What HQ knows as the JSON of its API (openapi.json). Money in minor units with its currency,
// times RFC 3339 in UTC. Pure; any thread.
#ifndef TRAYLINE_SYNC_HQ_API_JSON_VIEWS_H_
#define TRAYLINE_SYNC_HQ_API_JSON_VIEWS_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "sync/hq/analysis/business_day.h"
#include "sync/hq/analysis/overview.h"
#include "sync/hq/ports/hq_reader.h"

namespace trayline::hq {

// A terminal with more than this many events still to come is "behind": more than one frame.
inline constexpr std::uint64_t kBehindEvents = 500;

// "tenant/store/terminal/epoch-number"
std::string JourneyKeyText(const TerminalId& terminal, JourneyId id);
// Text that names a place in the list of journeys, and back; kRejected when it is none.
std::string CursorText(const JourneyCursor& cursor);
Result<JourneyCursor> ParseCursor(std::string_view text);

nlohmann::ordered_json OverviewJson(const Overview& overview, WallTime now, const DayOptions& day);
nlohmann::ordered_json JourneyPageJson(const JourneyPage& page);
// kCorrupt: the journey's state is damaged.
Result<nlohmann::ordered_json> JourneyHistoryJson(const JourneyHistory& history);
nlohmann::ordered_json TerminalsJson(const std::vector<TerminalEntry>& terminals);
nlohmann::ordered_json QuarantineJson(const std::vector<QuarantineEntry>& frames);
nlohmann::ordered_json ReconcileJson(const std::vector<LogCounts>& logs);
// The data of one "changed" message of the live stream.
nlohmann::ordered_json ChangedJson(const std::vector<std::string>& journeys,
                                   const std::vector<std::string>& terminals,
                                   std::uint64_t received);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_API_JSON_VIEWS_H_
