// Transaction: BEGIN now, and COMMIT, or ROLLBACK when it goes out of scope: no path leaves one
// open. One at a time on a connection. The thread of its Database, which must outlive it.
#ifndef TRAYLINE_AGENT_SQLITE_TRANSACTION_H_
#define TRAYLINE_AGENT_SQLITE_TRANSACTION_H_

#include <utility>

#include "agent/base/result.h"
#include "agent/sqlite/database.h"

namespace trayline::sqlite {

class Transaction {
 public:
  enum class Kind {
    kWrite,  // takes the write lock at once, so that it cannot fail for another writer later
    kRead,   // one unchanging view of the database, from its first read on
  };

  // kRetryLater when another connection keeps the lock beyond the busy timeout; kConflict when a
  // transaction is open already on this connection. May block for the busy timeout.
  static Result<Transaction> Begin(Database& database, Kind kind = Kind::kWrite);

  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // Durable once it has returned ok. On an error nothing of it remains: it is rolled back. Blocks
  // on the disk. Only once.
  Status Commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  void RollBack();

  Database* database_;  // null once it has ended or moved on
};

}  // namespace trayline::sqlite

#endif  // TRAYLINE_AGENT_SQLITE_TRANSACTION_H_
