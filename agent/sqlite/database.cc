#include "agent/sqlite/database.h"

#include <sqlite3.h>

#include <array>
#include <utility>

#include "agent/sqlite/error.h"

namespace trayline::sqlite {

namespace {

struct Range {
  const char* name;
  std::int64_t value;
  std::int64_t least;
  std::int64_t most;
};

Status CheckRange(const Range& range) {
  if (range.value >= range.least && range.value <= range.most) return {};
  return Error{Errc::kRejected, std::string(range.name) + " is " + std::to_string(range.value) +
                                    ", it must be " + std::to_string(range.least) + " to " +
                                    std::to_string(range.most)};
}

Status CheckOptions(const OpenOptions& options) {
  if (options.path.empty()) return Error{Errc::kRejected, "path is empty"};
  const std::array ranges = {
      Range{"page_size", options.page_size, 512, 65536},
      Range{"busy_timeout", options.busy_timeout.count(), 0, 60'000},
      Range{"cache_kib", options.cache_kib, 16, 1'048'576},
      Range{"wal_autocheckpoint_pages", options.wal_autocheckpoint_pages, 1, 1'000'000},
      Range{"wal_limit_bytes", options.wal_limit_bytes, 0, 1'000'000'000},
      Range{"pages_max", options.pages_max, 0, 1'073'741'823},
  };
  for (const Range& range : ranges) {
    if (Status status = CheckRange(range); !status.ok()) return status;
  }
  if ((options.page_size & (options.page_size - 1)) != 0) {
    return Error{Errc::kRejected, "page_size is not a power of two"};
  }
  return {};
}

int FlagsOf(Access access) {
  switch (access) {
    case Access::kReadOnly:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    case Access::kReadWrite:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    case Access::kCreate:
      break;
  }
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
}

std::string Pragma(const char* name, std::int64_t value) {
  return std::string("PRAGMA ") + name + "=" + std::to_string(value) + ";";
}

}  // namespace

struct Database::TransactionStatements {
  Statement begin_write;
  Statement begin_read;
  Statement commit;
  Statement roll_back;
};

void Database::Closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Database::Database(sqlite3* connection) : connection_(connection) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::Open(const OpenOptions& options) {
  if (Status status = CheckOptions(options); !status.ok())
    return status.error().In("open database");
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &raw, FlagsOf(options.access),
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  Database database(raw);  // a failed open may leave a connection, which must be closed
  if (code != SQLITE_OK) return ErrorOf(raw, code, "open " + options.path);
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, static_cast<int>(options.busy_timeout.count()));
  if (Status status = database.Configure(options); !status.ok()) {
    return status.error().In(options.path);
  }
  return database;
}

Status Database::Configure(const OpenOptions& options) {
  // Damage in the file, or a hand that edits its schema, must not become behaviour of ours.
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  std::string pragmas = Pragma("cache_size", -options.cache_kib);
  if (options.access != Access::kReadOnly) {
    // page_size and auto_vacuum count only before the first page is written.
    pragmas += Pragma("page_size", options.page_size) + Pragma("auto_vacuum", 0) +
               "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;" +
               Pragma("wal_autocheckpoint", options.wal_autocheckpoint_pages) +
               Pragma("journal_size_limit", options.wal_limit_bytes);
    if (options.pages_max > 0) pragmas += Pragma("max_page_count", options.pages_max);
  }
  if (Status status = Execute(pragmas); !status.ok()) return status;
  if (options.access != Access::kReadOnly) {
    auto mode = Prepare("PRAGMA journal_mode");
    if (!mode.ok()) return mode.error();
    auto name = mode->ReadText();
    if (!name.ok()) return name.error();
    if (*name != "wal") {
      return Error{Errc::kRejected, "the file system does not do WAL: journal_mode stays " +
                                        name->value_or("unknown")};
    }
  }
  // The first read of the file: what is no database shows itself here, not at the first use.
  if (auto version = ReadInt("PRAGMA schema_version"); !version.ok()) return version.error();
  if (options.access != Access::kReadOnly) {
    if (Status status = MakeWalGood(); !status.ok()) return status;
  }

  auto begin_write = Prepare("BEGIN IMMEDIATE");
  if (!begin_write.ok()) return begin_write.error();
  auto begin_read = Prepare("BEGIN");
  if (!begin_read.ok()) return begin_read.error();
  auto commit = Prepare("COMMIT");
  if (!commit.ok()) return commit.error();
  auto roll_back = Prepare("ROLLBACK");
  if (!roll_back.ok()) return roll_back.error();
  transaction_ = std::make_unique<TransactionStatements>(TransactionStatements{
      std::move(*begin_write), std::move(*begin_read), std::move(*commit), std::move(*roll_back)});
  return {};
}

// After a sync that failed, Linux takes what it could not write for clean: a process that starts
// anew reads it from memory, no later sync writes it, and a power cut leaves a hole in the WAL
// behind which everything is lost. Moved into the database the pages are written once more, and
// the WAL begins at its start.
Status Database::MakeWalGood() {
  const int code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  const int kind = code & 0xff;
  // Busy: another connection works on the file. Full: no worse than before, and whoever opens must
  // be able to read what is there.
  if (kind == SQLITE_OK || kind == SQLITE_BUSY || kind == SQLITE_FULL) return {};
  return ErrorOf(connection_.get(), code, "moving the WAL into the database");
}

Status Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return ErrorOf(connection_.get(), code, sql);
  return {};
}

Result<Statement> Database::Prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &tail);
  if (code != SQLITE_OK) return ErrorOf(connection_.get(), code, sql);
  if (raw == nullptr) return Error{Errc::kRejected, "prepare: there is no statement in the text"};
  Statement statement(connection_.get(), raw);
  const std::string_view rest(tail, static_cast<std::size_t>(sql.data() + sql.size() - tail));
  if (rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    return Error{Errc::kRejected, "prepare: more than one statement: " + std::string(sql)};
  }
  return statement;
}

Result<std::int64_t> Database::ReadInt(std::string_view sql) {
  auto statement = Prepare(sql);
  if (!statement.ok()) return statement.error();
  auto value = statement->ReadInt();
  if (!value.ok()) return value.error();
  return value->value_or(0);
}

std::int64_t Database::changes() const { return sqlite3_changes64(connection_.get()); }

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(connection_.get()); }

bool Database::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

Status Database::CheckpointAndTruncate() {
  const int code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                             nullptr, nullptr);
  if (code != SQLITE_OK) return ErrorOf(connection_.get(), code, "checkpoint");
  return {};
}

Status Database::BeginTransaction(bool write) {
  if (in_transaction()) return Error{Errc::kConflict, "begin: a transaction is open already"};
  return write ? transaction_->begin_write.Run() : transaction_->begin_read.Run();
}

Status Database::CommitTransaction() { return transaction_->commit.Run(); }

Status Database::RollBackTransaction() { return transaction_->roll_back.Run(); }

}  // namespace trayline::sqlite
