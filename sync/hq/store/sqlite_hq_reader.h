// SqliteHqReader: HqReader on the file that SqliteHqStore writes. Any thread, several at once: each
// call borrows a read-only connection of its own and reads within one transaction. Owns the
// connections; keeps a few idle ones open.
#ifndef TRAYLINE_SYNC_HQ_STORE_SQLITE_HQ_READER_H_
#define TRAYLINE_SYNC_HQ_STORE_SQLITE_HQ_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/sqlite/database.h"
#include "sync/hq/ports/hq_reader.h"

namespace trayline::hq {

inline constexpr std::size_t kIdleReadersMax = 4;  // connections kept open between calls

class SqliteHqReader : public HqReader {
 public:
  // path: as given to SqliteHqStore, which must have made the tables. Opens nothing yet.
  explicit SqliteHqReader(std::string path) : path_(std::move(path)) {}

  Result<OverviewRows> Overview(const OverviewQuery& query) override;
  Result<JourneyPage> Journeys(const JourneyQuery& query) override;
  Result<JourneyHistory> Journey(const TerminalId& terminal, JourneyId id) override;
  Result<std::vector<TerminalEntry>> Terminals() override;
  Result<std::vector<QuarantineEntry>> Quarantine(std::size_t limit) override;
  Result<std::vector<LogCounts>> Reconcile() override;

 private:
  class Lease;
  Result<Lease> Borrow() EXCLUDES(mutex_);
  void GiveBack(std::unique_ptr<sqlite::Database> database) EXCLUDES(mutex_);

  const std::string path_;
  Mutex mutex_;
  std::vector<std::unique_ptr<sqlite::Database>> idle_ GUARDED_BY(mutex_);
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_STORE_SQLITE_HQ_READER_H_
