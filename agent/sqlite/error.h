// How SQLite's result codes become errors of ours. Pure functions; any thread.
#ifndef TRAYLINE_AGENT_SQLITE_ERROR_H_
#define TRAYLINE_AGENT_SQLITE_ERROR_H_

#include <string_view>

#include "agent/base/result.h"

struct sqlite3;

namespace trayline::sqlite {

// code is a primary or extended result code (https://www.sqlite.org/rescode.html). FULL is kFull;
// CORRUPT, NOTADB and a corrupt file system are kCorrupt; CONSTRAINT is kConflict; a lock, the
// disk, memory or permissions are kRetryLater; what is left is a statement of ours that can never
// run: kRejected.
Errc ErrcOf(int code);

// The error of the call that has just failed on connection: "doing: SQLite's words (code)", and the
// system's words where the system refused. As ErrcOf, but an error of the disk that the system
// explains with a lack of space or a quota (ENOSPC, EDQUOT) is kFull. connection may be null.
Error ErrorOf(sqlite3* connection, int code, std::string_view doing);

}  // namespace trayline::sqlite

#endif  // TRAYLINE_AGENT_SQLITE_ERROR_H_
