// The incidents of the journal: how its epochs came to be, when it was not by itself. Rows are kept
// for ever, there are few. The thread of the Database. All block on the disk; Errc as in
// agent/sqlite/error.h.
#ifndef TRAYLINE_AGENT_JOURNAL_INCIDENT_H_
#define TRAYLINE_AGENT_JOURNAL_INCIDENT_H_

#include <cstdint>
#include <optional>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

struct IncidentRow {
  Epoch epoch;    // that began with it
  Sequence last;  // of that epoch then: the incident is told while nothing came above it
  std::uint64_t journeys = 0;  // highest journey number that was known to be given, 0 none
  WallTime wall;
  ports::Incident incident;
};

Status WriteIncident(sqlite::Database& database, const IncidentRow& row);

// The newest; nullopt when there never was one.
Result<std::optional<IncidentRow>> ReadNewestIncident(sqlite::Database& database);

// Two that nobody was told of one by one: first, then second. What both carry is counted once.
ports::Incident Join(const ports::Incident& first, const ports::Incident& second);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_INCIDENT_H_
