#include "agent/sqlite/statement.h"

#include <sqlite3.h>

#include "agent/base/check.h"
#include "agent/sqlite/error.h"

namespace trayline::sqlite {

namespace {

// An empty text or blob needs a pointer: a null one would bind NULL.
const char* DataOf(std::string_view bytes) { return bytes.empty() ? "" : bytes.data(); }

// The bytes are not copied: they outlive the run, and the bindings are cleared when it ends.
int BindOne(sqlite3_stmt* statement, int index, const Bind& bind) {
  switch (bind.kind()) {
    case Bind::Kind::kNull:
      return sqlite3_bind_null(statement, index);
    case Bind::Kind::kInt:
      return sqlite3_bind_int64(statement, index, bind.number());
    case Bind::Kind::kText:
      return sqlite3_bind_text64(statement, index, DataOf(bind.bytes()), bind.bytes().size(),
                                 SQLITE_STATIC, SQLITE_UTF8);
    case Bind::Kind::kBlob:
      return sqlite3_bind_blob64(statement, index, DataOf(bind.bytes()), bind.bytes().size(),
                                 SQLITE_STATIC);
  }
  return SQLITE_MISUSE;
}

}  // namespace

// One use of a statement: takes it, and on every way out resets it and forgets the borrowed bytes.
class Statement::Use {
 public:
  explicit Use(Statement& owner) : owner_(owner) {
    TRAYLINE_CHECK(!owner_.in_use_);
    owner_.in_use_ = true;
  }
  ~Use() {
    // The code of a reset repeats the failure of the step, which has been reported.
    sqlite3_reset(owner_.statement_.get());
    sqlite3_clear_bindings(owner_.statement_.get());
    owner_.in_use_ = false;
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  int BindAll(std::span<const Bind> binds) {
    TRAYLINE_CHECK(static_cast<int>(binds.size()) == owner_.parameters_);
    int index = 0;
    for (const Bind& bind : binds) {
      const int code = BindOne(owner_.statement_.get(), ++index, bind);
      if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
  }

 private:
  Statement& owner_;
};

void Row::CheckColumn(int column) const { TRAYLINE_CHECK(column >= 0 && column < columns_); }

bool Row::IsNull(int column) const {
  CheckColumn(column);
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Row::Int(int column) const {
  CheckColumn(column);
  return sqlite3_column_int64(statement_, column);
}

std::string_view Row::Text(int column) const {
  CheckColumn(column);
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string_view Row::Blob(int column) const {
  CheckColumn(column);
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* connection, sqlite3_stmt* statement)
    : connection_(connection),
      statement_(statement),
      parameters_(sqlite3_bind_parameter_count(statement)) {}

Error Statement::Failure(int code) const {
  return ErrorOf(connection_, code, sqlite3_sql(statement_.get()));
}

Status Statement::Run(std::span<const Bind> binds) {
  Use use(*this);
  int code = use.BindAll(binds);
  if (code != SQLITE_OK) return Failure(code);
  do {
    code = sqlite3_step(statement_.get());
  } while (code == SQLITE_ROW);
  if (code != SQLITE_DONE) return Failure(code);
  return {};
}

Status Statement::ForEach(std::span<const Bind> binds, const RowVisitor& visit) {
  Use use(*this);
  int code = use.BindAll(binds);
  if (code != SQLITE_OK) return Failure(code);
  const Row row(statement_.get(), sqlite3_column_count(statement_.get()));
  while ((code = sqlite3_step(statement_.get())) == SQLITE_ROW) {
    if (visit(row) == Visit::kStop) return {};
  }
  if (code != SQLITE_DONE) return Failure(code);
  return {};
}

Result<std::optional<std::int64_t>> Statement::ReadInt(std::initializer_list<Bind> binds) {
  std::optional<std::int64_t> value;
  const Status status = ForEach(binds, [&value](const Row& row) {
    if (!row.IsNull(0)) value = row.Int(0);
    return Visit::kStop;
  });
  if (!status.ok()) return status.error();
  return value;
}

Result<std::optional<std::string>> Statement::ReadText(std::initializer_list<Bind> binds) {
  std::optional<std::string> value;
  const Status status = ForEach(binds, [&value](const Row& row) {
    if (!row.IsNull(0)) value = std::string(row.Text(0));
    return Visit::kStop;
  });
  if (!status.ok()) return status.error();
  return value;
}

}  // namespace trayline::sqlite
