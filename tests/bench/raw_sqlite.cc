#include "tests/bench/raw_sqlite.h"

#include <sqlite3.h>

#include <chrono>

namespace trayline::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Raw {
 public:
  explicit Raw(const std::string& path) { sqlite3_open(path.c_str(), &database_); }
  ~Raw() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  bool Do(const std::string& sql) {
    return sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  bool Prepare(const char* sql) {
    return sqlite3_prepare_v2(database_, sql, -1, &insert_, nullptr) == SQLITE_OK;
  }
  void Bind(int column, std::uint64_t value) {
    sqlite3_bind_int64(insert_, column, static_cast<sqlite3_int64>(value));
  }
  void Bind(int column, const std::string& bytes) {
    sqlite3_bind_blob(insert_, column, bytes.data(), static_cast<int>(bytes.size()), nullptr);
  }
  bool Insert() {
    const bool done = sqlite3_step(insert_) == SQLITE_DONE;
    sqlite3_reset(insert_);
    return done;
  }
  [[nodiscard]] Error Failure() const {
    return Error{Errc::kRetryLater, std::string("raw SQLite: ") + sqlite3_errmsg(database_)};
  }

 private:
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

template <typename BindRow>
Result<double> Measure(Raw& raw, const std::vector<ports::StoredEvent>& rows, std::size_t rows_each,
                       BindRow bind_row) {
  const auto started = Clock::now();
  for (std::size_t i = 0; i < rows.size();) {
    if (!raw.Do("BEGIN IMMEDIATE")) return raw.Failure();
    for (std::size_t k = 0; k < rows_each && i < rows.size(); ++k, ++i) {
      bind_row(rows[i]);
      if (!raw.Insert()) return raw.Failure();
    }
    if (!raw.Do("COMMIT")) return raw.Failure();
  }
  const std::chrono::duration<double> took = Clock::now() - started;
  return static_cast<double>(rows.size()) / took.count();
}

}  // namespace

Result<double> RawJournalRate(const std::string& path, const std::vector<ports::StoredEvent>& rows,
                              std::size_t rows_each) {
  Raw raw(path);
  if (!raw.Do("PRAGMA page_size=1024; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
              "CREATE TABLE event(sequence INTEGER PRIMARY KEY, journey INTEGER, type INTEGER,"
              " body BLOB, stream INTEGER, number INTEGER, digest INTEGER)") ||
      !raw.Prepare("INSERT INTO event VALUES(?,?,?,?,?,?,?)")) {
    return raw.Failure();
  }
  return Measure(raw, rows, rows_each, [&raw](const ports::StoredEvent& row) {
    raw.Bind(1, row.sequence.value);
    raw.Bind(2, row.journey);
    raw.Bind(3, static_cast<std::uint64_t>(row.type));
    raw.Bind(4, row.body);
    raw.Bind(5, row.stream);
    raw.Bind(6, row.number);
    raw.Bind(7, row.digest);
  });
}

Result<double> RawHqRate(const std::string& path, const std::vector<ports::StoredEvent>& rows,
                         std::size_t rows_each) {
  Raw raw(path);
  if (!raw.Do("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
              "CREATE TABLE event(terminal_id INTEGER NOT NULL, epoch INTEGER NOT NULL,"
              " sequence INTEGER NOT NULL, type INTEGER NOT NULL, journey INTEGER,"
              " arrived_ms INTEGER NOT NULL, body BLOB NOT NULL,"
              " PRIMARY KEY(terminal_id, epoch, sequence)) STRICT, WITHOUT ROWID") ||
      !raw.Prepare("INSERT INTO event VALUES(?,?,?,?,?,?,?)")) {
    return raw.Failure();
  }
  constexpr std::uint64_t kArrivedMs = 1'795'348'800'000;
  return Measure(raw, rows, rows_each, [&raw](const ports::StoredEvent& row) {
    raw.Bind(1, 1);
    raw.Bind(2, 1'795'348'800);
    raw.Bind(3, row.sequence.value);
    raw.Bind(4, static_cast<std::uint64_t>(row.type));
    raw.Bind(5, row.journey);
    raw.Bind(6, kArrivedMs);
    raw.Bind(7, row.body);
  });
}

}  // namespace trayline::bench
