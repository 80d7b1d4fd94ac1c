// Migrations: how a database file comes to the schema that the program knows. Versions count from
// 1; PRAGMA user_version holds the file's. Migrations only expand (new tables, columns, indexes),
// so that version N of the program opens what N + 1 has written: an update may be rolled back. The
// thread of the Database.
#ifndef TRAYLINE_AGENT_SQLITE_MIGRATE_H_
#define TRAYLINE_AGENT_SQLITE_MIGRATE_H_

#include <cstdint>
#include <span>
#include <string>

#include "agent/base/result.h"
#include "agent/sqlite/database.h"

namespace trayline::sqlite {

// The schema twice: as it is now, for a new file and for readers, and as the steps that led here,
// for older files. A test of each schema holds the two equal (SchemaText).
struct Schema {
  const char* now;  // SQL of the present version
  // steps[i] leads from version i to i + 1; steps[0] makes version 1 in an empty file. The present
  // version is their number.
  std::span<const char* const> steps;
};

// Version of the file; 0 for an empty one. kCorrupt when it is negative, which nobody writes.
Result<std::int64_t> SchemaVersion(Database& database);

// Brings the file to the schema's version, each step in a transaction of its own; an empty file
// gets schema.now. A file of a newer version is left as it is. kRejected when a step would drop,
// rename or delete. Must not be called within a transaction.
Status Migrate(Database& database, const Schema& schema);

// Runs the steps up to version only, also on an empty file; for tests of older files.
Status MigrateByStepsTo(Database& database, const Schema& schema, std::int64_t version);

// What the file holds, in comparable form: for each table its columns, for each index its text, in
// order of names.
Result<std::string> SchemaText(Database& database);

}  // namespace trayline::sqlite

#endif  // TRAYLINE_AGENT_SQLITE_MIGRATE_H_
