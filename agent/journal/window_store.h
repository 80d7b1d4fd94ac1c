// The windows of the streams as the database holds them: what the rows of the present epoch tell,
// together with old_window, which keeps what older epochs have told and is still among the newest
// ports::kStreamWindow records of its stream. The thread of the Database. All block on the disk;
// Errc as in agent/sqlite/error.h.
#ifndef TRAYLINE_AGENT_JOURNAL_WINDOW_STORE_H_
#define TRAYLINE_AGENT_JOURNAL_WINDOW_STORE_H_

#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

// By stream, then number. epoch is the journal's own; entries and journeys of it have epoch 0.
// Looks at the newest kWindowScanRows rows, and into their bodies only if the journal ever took
// another epoch: only then can a journey be of an older one.
Result<std::vector<ports::WindowEntry>> ReadWindow(sqlite::Database& database, Epoch epoch);

// Replaces old_window by entries, which name their epochs.
Status WriteOldWindow(sqlite::Database& database, const std::vector<ports::WindowEntry>& entries);

// Removes from old_window what has fallen out of its stream's window.
Status PruneOldWindow(sqlite::Database& database, Epoch epoch);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_WINDOW_STORE_H_
