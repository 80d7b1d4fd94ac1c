// Database: one connection to one SQLite file, the only way that Trayline reaches SQLite. A
// connection belongs to one thread at a time (it is opened without SQLite's own mutexes); several
// connections to one file, on several threads, are fine. Owns the connection; statements made from
// it keep it open as long as they live.
#ifndef TRAYLINE_AGENT_SQLITE_DATABASE_H_
#define TRAYLINE_AGENT_SQLITE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/sqlite/statement.h"

struct sqlite3;

namespace trayline::sqlite {

enum class Access {
  kReadOnly,
  kReadWrite,  // the file must be there
  kCreate,     // read and write; a missing or empty file becomes a new database
};

struct OpenOptions {
  std::string path;
  Access access = Access::kCreate;
  // Bytes of a page of a new database; a power of two, 512..65536. An older file keeps its own.
  std::int64_t page_size = 4096;
  // Wait this long for another connection's lock; 0..60,000 ms.
  Millis busy_timeout{5000};
  // KiB of pages kept in memory at most; 16..1,048,576.
  std::int64_t cache_kib = 2048;
  // A commit that leaves the WAL longer than this many pages moves it into the database; 1..1e6.
  std::int64_t wal_autocheckpoint_pages = 1000;
  // Bytes that the WAL file is cut down to when it starts anew; 0..1e9.
  std::int64_t wal_limit_bytes = 4'194'304;
  // Pages that the database may have at most; beyond it writing gives kFull. 0: no limit of ours.
  std::int64_t pages_max = 0;
  // Name of a registered VFS (fault tests); empty for the operating system's.
  std::string vfs;
};

class Database {
 public:
  // Opens, sets WAL with synchronous FULL (a commit that has returned survives a power cut) and
  // auto_vacuum NONE, and reads the header; for writing it also moves what is in the WAL into the
  // database, see README.md. kRejected names an option that is out of range;
  // kCorrupt: the file is not a database; it is left as it is. Other Errc as in error.h. Blocks on
  // the disk.
  static Result<Database> Open(const OpenOptions& options);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // Runs one or several statements without parameters or results: schema and pragmas.
  Status Execute(const std::string& sql);
  // kRejected when sql is not exactly one statement that fits the schema.
  Result<Statement> Prepare(std::string_view sql);
  // Prepares and reads the first column of the first row, 0 when there is none: pragmas and counts.
  Result<std::int64_t> ReadInt(std::string_view sql);

  // Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changes() const;
  // Rowid of the last INSERT.
  [[nodiscard]] std::int64_t last_row_id() const;
  // True between BEGIN and COMMIT or ROLLBACK.
  [[nodiscard]] bool in_transaction() const;

  // Moves the whole WAL into the database and cuts the WAL file to nothing. kRetryLater while a
  // reader holds an older state.
  Status CheckpointAndTruncate();

 private:
  friend class Transaction;
  struct Closer {
    void operator()(sqlite3* connection) const;
  };
  struct TransactionStatements;

  explicit Database(sqlite3* connection);
  Status Configure(const OpenOptions& options);
  Status MakeWalGood();
  Status BeginTransaction(bool write);
  Status CommitTransaction();
  Status RollBackTransaction();

  std::unique_ptr<sqlite3, Closer> connection_;
  // Begin, commit and rollback, prepared once: they are part of every commit.
  std::unique_ptr<TransactionStatements> transaction_;
};

}  // namespace trayline::sqlite

#endif  // TRAYLINE_AGENT_SQLITE_DATABASE_H_
