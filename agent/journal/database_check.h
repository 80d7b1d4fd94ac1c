// What a doctor asks of a journal's database. No journal may be open on the path. Any thread;
// blocks on the disk.
#ifndef TRAYLINE_AGENT_JOURNAL_DATABASE_CHECK_H_
#define TRAYLINE_AGENT_JOURNAL_DATABASE_CHECK_H_

#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/journal/options.h"

namespace trayline::journal {

// Findings that are told; a file that is damaged throughout has thousands.
inline constexpr std::size_t kFindingsMax = 100;

// Everything that is wrong with the database, a line each: SQLite's own integrity check, positions
// that are missing, a checkpoint whose digest does not fit. Empty: nothing is. Changes nothing but
// that SQLite moves the WAL as at every open. Reads the whole file.
// kCorrupt when it is no database at all, kNotFound when there is none; kRetryLater: the disk
// fails.
Result<std::vector<std::string>> CheckDatabase(const Options& options);

// Drops the engine's checkpoint, so that the next start folds its state from all events anew.
// kConflict when the events do not tell all of it: the first are gone, or the state came from an
// older epoch; nothing is changed then. kNotFound when there is no database.
Status DropCheckpoint(const Options& options);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_DATABASE_CHECK_H_
