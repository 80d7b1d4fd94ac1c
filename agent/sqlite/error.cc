#include "agent/sqlite/error.h"

#include <sqlite3.h>

#include <string>

namespace trayline::sqlite {

namespace {

constexpr int kPrimaryMask = 0xff;         // the low byte of an extended code is its primary code
constexpr std::size_t kDoingTextMax = 96;  // a statement is recognised by its beginning

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
  return Error{ErrcOf(code), std::move(text)};
}

}  // namespace trayline::sqlite
