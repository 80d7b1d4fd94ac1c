// The questions that the pages ask, as SQL on one connection within one read transaction. Internal
// to sync/hq/store; the thread that holds the connection.
#ifndef TRAYLINE_SYNC_HQ_STORE_QUERIES_H_
#define TRAYLINE_SYNC_HQ_STORE_QUERIES_H_

#include <vector>

#include "agent/base/result.h"
#include "agent/sqlite/database.h"
#include "sync/hq/ports/hq_reader.h"

namespace trayline::hq {

Result<std::vector<JourneyGroup>> QueryGroups(sqlite::Database& database, const TimeRange& range);
Result<bool> QueryAnyJourney(sqlite::Database& database, const TimeRange& range);
// recount: received comes from counting the rows.
Result<std::vector<LogCounts>> QueryLogs(sqlite::Database& database, bool recount);
Result<JourneyPage> QueryJourneys(sqlite::Database& database, const JourneyQuery& query);
Result<JourneyHistory> QueryJourney(sqlite::Database& database, const TerminalId& terminal,
                                    JourneyId id);
Result<std::vector<TerminalEntry>> QueryTerminals(sqlite::Database& database);
Result<std::vector<QuarantineEntry>> QueryQuarantine(sqlite::Database& database, std::size_t limit);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_STORE_QUERIES_H_
