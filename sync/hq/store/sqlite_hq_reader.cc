#include "sync/hq/store/sqlite_hq_reader.h"

#include <utility>

#include "agent/sqlite/transaction.h"
#include "sync/hq/store/queries.h"

namespace trayline::hq {
namespace {

constexpr std::int64_t kReaderCacheKib = 8'192;

}  // namespace

// A connection for one call, given back when it goes out of scope.
class SqliteHqReader::Lease {
 public:
  Lease(SqliteHqReader& owner, std::unique_ptr<sqlite::Database> database)
      : owner_(&owner), database_(std::move(database)) {}
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (database_) owner_->GiveBack(std::move(database_));
  }

  // Runs query in one read transaction.
  template <typename Query>
  auto Read(Query query) -> decltype(query(std::declval<sqlite::Database&>())) {
    auto view = sqlite::Transaction::Begin(*database_, sqlite::Transaction::Kind::kRead);
    if (!view.ok()) return view.error();
    return query(*database_);
  }

 private:
  SqliteHqReader* owner_;
  std::unique_ptr<sqlite::Database> database_;
};

Result<SqliteHqReader::Lease> SqliteHqReader::Borrow() {
  {
    MutexLock lock(mutex_);
    if (!idle_.empty()) {
      auto database = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(database));
    }
  }
  auto database = sqlite::Database::Open({.path = path_,
                                          .access = sqlite::Access::kReadOnly,
                                          .cache_kib = kReaderCacheKib,
                                          .vfs = {}});
  if (!database.ok()) return database.error().In("opening " + path_ + " for reading");
  return Lease(*this, std::make_unique<sqlite::Database>(std::move(*database)));
}

void SqliteHqReader::GiveBack(std::unique_ptr<sqlite::Database> database) {
  MutexLock lock(mutex_);
  if (idle_.size() < kIdleReadersMax) idle_.push_back(std::move(database));
}

Result<OverviewRows> SqliteHqReader::Overview(const OverviewQuery& query) {
  auto lease = Borrow();
  if (!lease.ok()) return lease.error();
  return lease->Read([&query](sqlite::Database& database) -> Result<OverviewRows> {
    OverviewRows rows;
    auto today = QueryGroups(database, query.today);
    if (!today.ok()) return today.error();
    auto last_week = QueryGroups(database, query.last_week);
    if (!last_week.ok()) return last_week.error();
    auto known = QueryAnyJourney(database, query.last_week_whole);
    if (!known.ok()) return known.error();
    auto logs = QueryLogs(database, false);
    if (!logs.ok()) return logs.error();
    return OverviewRows{.today = std::move(*today),
                        .last_week = std::move(*last_week),
                        .last_week_known = *known,
                        .logs = std::move(*logs)};
  });
}

Result<JourneyPage> SqliteHqReader::Journeys(const JourneyQuery& query) {
  auto lease = Borrow();
  if (!lease.ok()) return lease.error();
  return lease->Read(
      [&query](sqlite::Database& database) { return QueryJourneys(database, query); });
}

Result<JourneyHistory> SqliteHqReader::Journey(const TerminalId& terminal, JourneyId id) {
  auto lease = Borrow();
  if (!lease.ok()) return lease.error();
  return lease->Read(
      [&terminal, id](sqlite::Database& database) { return QueryJourney(database, terminal, id); });
}

Result<std::vector<TerminalEntry>> SqliteHqReader::Terminals() {
  auto lease = Borrow();
  if (!lease.ok()) return lease.error();
  return lease->Read([](sqlite::Database& database) { return QueryTerminals(database); });
}

Result<std::vector<QuarantineEntry>> SqliteHqReader::Quarantine(std::size_t limit) {
  auto lease = Borrow();
  if (!lease.ok()) return lease.error();
  return lease->Read(
      [limit](sqlite::Database& database) { return QueryQuarantine(database, limit); });
}

Result<std::vector<LogCounts>> SqliteHqReader::Reconcile() {
  auto lease = Borrow();
  if (!lease.ok()) return lease.error();
  return lease->Read([](sqlite::Database& database) { return QueryLogs(database, true); });
}

}  // namespace trayline::hq
