#include "agent/sqlite/error.h"

#include <sqlite3.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace trayline::sqlite {

namespace {

constexpr int kPrimaryMask = 0xff;         // the low byte of an extended code is its primary code
constexpr std::size_t kDoingTextMax = 96;  // a statement is recognised by its beginning

// What the system said when the WAL was last refused something; 0 when it never was.
int WalErrorOf(sqlite3* connection) {
  sqlite3_file* wal = nullptr;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  if (wal == nullptr || wal->pMethods == nullptr) return 0;
  int system = 0;
  wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &system);
  return system;
}

// The system's error behind code, 0 when there is none. SQLite keeps it with the connection for
// what fails within a statement, but not for what fails in COMMIT: there the WAL's file has it.
int SystemErrorOf(sqlite3* connection, int code) {
  const int primary = code & kPrimaryMask;
  if (connection == nullptr || (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)) return 0;
  if (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_FSYNC) {
    if (const int system = WalErrorOf(connection); system != 0) return system;
  }
  if (sqlite3_extended_errcode(connection) != code) return 0;  // of another call
  return sqlite3_system_errno(connection);
}

}  // namespace

Errc ErrcOf(int code) {
  if (code == SQLITE_IOERR_CORRUPTFS) return Errc::kCorrupt;
  switch (code & kPrimaryMask) {
    case SQLITE_FULL:
      return Errc::kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::kCorrupt;
    case SQLITE_CONSTRAINT:
      return Errc::kConflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_SCHEMA:
      return Errc::kRetryLater;
    default:
      return Errc::kRejected;
  }
}

Error ErrorOf(sqlite3* connection, int code, std::string_view doing) {
  // The connection's own words belong to its last call; they fit only when the codes agree.
  const char* words = connection != nullptr && sqlite3_extended_errcode(connection) == code
                          ? sqlite3_errmsg(connection)
                          : sqlite3_errstr(code);
  std::string text(doing.substr(0, kDoingTextMax));
  text.append(": ").append(words).append(" (").append(std::to_string(code)).append(")");
  const int system = SystemErrorOf(connection, code);
  if (system == 0) return Error{ErrcOf(code), std::move(text)};
  text.append(", ").append(std::generic_category().message(system));
  // SQLite knows a full disk only where it writes; a quota of the file system, a sync, a new or a
  // longer file (the WAL's index) find it too.
  const bool is_full = system == ENOSPC || system == EDQUOT;
  return Error{is_full ? Errc::kFull : ErrcOf(code), std::move(text)};
}

}  // namespace trayline::sqlite
