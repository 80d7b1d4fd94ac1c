// Statement: one prepared SQL statement. Every use binds all parameters, runs to its end and leaves
// the statement reset, whatever happened: a statement cannot be left half run, and so one failure
// cannot poison the next use. A row is seen only inside a visitor, while it exists. Not
// thread-safe: the thread that uses the Database uses its statements. A statement may outlive its
// Database object; the connection is closed when the last of them is gone.
#ifndef TRAYLINE_AGENT_SQLITE_STATEMENT_H_
#define TRAYLINE_AGENT_SQLITE_STATEMENT_H_

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace trayline::sqlite {

// One parameter. Borrows text and bytes, which must live until the call that it is passed to
// returns; nothing keeps it longer.
class Bind {
 public:
  enum class Kind : std::uint8_t { kNull, kInt, kText, kBlob };

  Bind(std::nullopt_t) {}  // NOLINT(google-explicit-constructor): NULL in a list of values
  // Unsigned numbers above the signed range are stored as the signed number of the same bits.
  template <std::integral T>
  Bind(T value)  // NOLINT(google-explicit-constructor): a value in a list of values
      : kind_(Kind::kInt), number_(static_cast<std::int64_t>(value)) {}
  Bind(std::string_view text)
      : kind_(Kind::kText), bytes_(text) {}  // NOLINT(google-explicit-constructor)
  Bind(const std::string& text)
      : kind_(Kind::kText), bytes_(text) {}  // NOLINT(google-explicit-constructor)
  Bind(const char* text)
      : kind_(Kind::kText), bytes_(text) {}  // NOLINT(google-explicit-constructor)

  static Bind Blob(std::string_view bytes) {
    Bind bind(bytes);
    bind.kind_ = Kind::kBlob;
    return bind;
  }
  // NULL for 0: a column that is mostly 0 then costs one byte.
  static Bind NullIfZero(std::uint64_t value) {
    return value == 0 ? Bind(std::nullopt) : Bind(value);
  }

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  Kind kind_ = Kind::kNull;
  std::int64_t number_ = 0;
  std::string_view bytes_;
};

// The row that a visitor is looking at. Columns count from 0; asking for one that the statement
// does not have aborts. Values are converted as SQLite does: NULL is 0 or empty.
class Row {
 public:
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;

  [[nodiscard]] bool IsNull(int column) const;
  [[nodiscard]] std::int64_t Int(int column) const;
  // The number with the same bits as was bound unsigned.
  [[nodiscard]] std::uint64_t Unsigned(int column) const {
    return static_cast<std::uint64_t>(Int(column));
  }
  // Borrowed: valid until the visitor returns or reads the same column another way.
  [[nodiscard]] std::string_view Text(int column) const;
  [[nodiscard]] std::string_view Blob(int column) const;

 private:
  friend class Statement;
  Row(sqlite3_stmt* statement, int columns) : statement_(statement), columns_(columns) {}
  void CheckColumn(int column) const;

  sqlite3_stmt* statement_;
  int columns_;
};

enum class Visit { kContinue, kStop };
using RowVisitor = std::function<Visit(const Row&)>;

class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;

  // Binds, runs to the end, resets. binds must be as many as the statement has parameters; anything
  // else is a bug and aborts. Rows that it gives are passed over. Errc as in error.h. Blocks on the
  // disk, and on another connection's lock for at most the busy timeout.
  Status Run(std::initializer_list<Bind> binds = {}) {
    return Run(std::span<const Bind>(binds.begin(), binds.size()));
  }
  Status Run(std::span<const Bind> binds);

  // The same, with visit called for each row until it says kStop. visit must not use this statement
  // again (aborts) and must not throw.
  Status ForEach(std::initializer_list<Bind> binds, const RowVisitor& visit) {
    return ForEach(std::span<const Bind>(binds.begin(), binds.size()), visit);
  }
  Status ForEach(std::span<const Bind> binds, const RowVisitor& visit);

  // The first column of the first row; nullopt when there is no row or it is NULL.
  Result<std::optional<std::int64_t>> ReadInt(std::initializer_list<Bind> binds = {});
  Result<std::optional<std::string>> ReadText(std::initializer_list<Bind> binds = {});

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  class Use;

  Statement(sqlite3* connection, sqlite3_stmt* statement);
  [[nodiscard]] Error Failure(int code) const;

  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int parameters_;
  bool in_use_ = false;
};

}  // namespace trayline::sqlite

#endif  // TRAYLINE_AGENT_SQLITE_STATEMENT_H_
