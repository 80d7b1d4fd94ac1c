#include "agent/sqlite/migrate.h"

#include <cctype>
#include <string_view>

#include "agent/sqlite/transaction.h"

namespace trayline::sqlite {

namespace {

// True when sql holds word by itself, in any case.
bool HoldsWord(std::string_view sql, std::string_view word) {
  std::string current;
  for (std::size_t i = 0; i <= sql.size(); ++i) {
    const auto c =
        i < sql.size() ? static_cast<unsigned char>(sql[i]) : static_cast<unsigned char>(' ');
    if (std::isalnum(c) != 0 || c == '_') {
      current.push_back(static_cast<char>(std::toupper(c)));
      continue;
    }
    if (current == word) return true;
    current.clear();
  }
  return false;
}

Status CheckOnlyExpands(std::string_view sql) {
  for (const std::string_view word : {"DROP", "RENAME", "DELETE"}) {
    if (HoldsWord(sql, word)) {
      return Error{Errc::kRejected,
                   "a migration only expands, but this one says " + std::string(word)};
    }
  }
  return {};
}

// One change of the schema and the version that it leads to, whole or not at all.
Status Apply(Database& database, const std::string& sql, std::int64_t version) {
  auto transaction = Transaction::Begin(database);
  if (!transaction.ok()) return transaction.error();
  if (Status status = database.Execute(sql); !status.ok()) return status;
  const std::string mark = "PRAGMA user_version=" + std::to_string(version);
  if (Status status = database.Execute(mark); !status.ok()) return status;
  return transaction->Commit();
}

Result<std::string> Lines(Database& database, std::string_view sql) {
  auto statement = database.Prepare(sql);
  if (!statement.ok()) return statement.error();
  std::string lines;
  const Status status = statement->ForEach({}, [&lines](const Row& row) {
    lines.append(row.Text(0)).push_back('\n');
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  return lines;
}

}  // namespace

Result<std::int64_t> SchemaVersion(Database& database) {
  auto version = database.ReadInt("PRAGMA user_version");
  // Only damage makes it negative; the steps are counted by it.
  if (version.ok() && *version < 0) {
    return Error{Errc::kCorrupt, "the schema's version is " + std::to_string(*version)};
  }
  return version;
}

Status MigrateByStepsTo(Database& database, const Schema& schema, std::int64_t version) {
  const auto from = SchemaVersion(database);
  if (!from.ok()) return from.error();
  for (std::int64_t i = *from; i < version; ++i) {
    const std::string step = schema.steps[static_cast<std::size_t>(i)];
    if (Status status = CheckOnlyExpands(step); !status.ok()) {
      return status.error().In("migration to version " + std::to_string(i + 1));
    }
    if (Status status = Apply(database, step, i + 1); !status.ok()) {
      return status.error().In("migration to version " + std::to_string(i + 1));
    }
  }
  return {};
}

Status Migrate(Database& database, const Schema& schema) {
  const auto present = static_cast<std::int64_t>(schema.steps.size());
  const auto from = SchemaVersion(database);
  if (!from.ok()) return from.error();
  if (*from == 0) return Apply(database, schema.now, present);
  return MigrateByStepsTo(database, schema, present);
}

Result<std::string> SchemaText(Database& database) {
  auto tables = Lines(database,
                      "SELECT t.name || ' wr=' || t.wr || ' strict=' || t.strict || ': ' || c.name "
                      "|| ' ' || c.type "
                      "|| ' notnull=' || c.\"notnull\" || ' default=' || coalesce(c.dflt_value, "
                      "'-') || ' pk=' || c.pk "
                      "FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c "
                      "WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%' "
                      "ORDER BY t.name, c.cid");
  if (!tables.ok()) return tables.error();
  // Indexes that a UNIQUE or a PRIMARY KEY made have no text; their columns stand for them.
  auto indexes =
      Lines(database,
            "SELECT m.tbl_name || ' index ' || CASE WHEN m.sql IS NULL THEN '' ELSE m.name END || "
            "' unique=' || i.\"unique\" || ' partial=' || i.partial || ': ' || "
            "(SELECT group_concat(coalesce(x.name, '?')) FROM pragma_index_info(i.name) AS x) "
            "FROM sqlite_schema AS m JOIN pragma_index_list(m.tbl_name) AS i ON i.name = m.name "
            "WHERE m.type = 'index' ORDER BY 1");
  if (!indexes.ok()) return indexes.error();
  return *tables + *indexes;
}

}  // namespace trayline::sqlite
