#include "agent/sqlite/transaction.h"

#include "agent/base/check.h"

namespace trayline::sqlite {

Result<Transaction> Transaction::Begin(Database& database, Kind kind) {
  if (Status status = database.BeginTransaction(kind == Kind::kWrite); !status.ok()) {
    return status.error();
  }
  return Transaction(database);
}

Transaction::~Transaction() { RollBack(); }

Status Transaction::Commit() {
  TRAYLINE_CHECK(database_ != nullptr);
  Status status = database_->CommitTransaction();
  if (!status.ok()) RollBack();
  database_ = nullptr;
  return status;
}

void Transaction::RollBack() {
  // SQLite ends the transaction by itself after some failures; a second ROLLBACK would only hide
  // them behind "no transaction is active".
  if (database_ == nullptr || !database_->in_transaction()) return;
  // An error here changes nothing: what was not committed is not in the file, and the next Begin
  // reports a connection that cannot go on.
  static_cast<void>(database_->RollBackTransaction());
}

}  // namespace trayline::sqlite
