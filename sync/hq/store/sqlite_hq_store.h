// SqliteHqStore: HqStore in one SQLite file, WAL with synchronous FULL. One thread (the store
// thread); pages read through SqliteHqReader on connections of their own. Owns its connection.
#ifndef TRAYLINE_SYNC_HQ_STORE_SQLITE_HQ_STORE_H_
#define TRAYLINE_SYNC_HQ_STORE_SQLITE_HQ_STORE_H_

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "sync/hq/ports/hq_store.h"

namespace trayline::hq {

struct SqliteHqOptions {
  std::string path;  // made when it is not there
  std::string vfs;   // of fault tests; empty otherwise
  // 32 hex digits of chance, given to a new database as its identity; an older one keeps its own.
  std::string new_database_id;
};

class SqliteHqStore : public HqStore {
 public:
  // Opens or makes the file and brings it to this version's tables. kCorrupt: it is none of ours or
  // damaged; it is left as it is. Blocks on the disk.
  static Result<std::unique_ptr<SqliteHqStore>> Open(const SqliteHqOptions& options);
  ~SqliteHqStore() override;
  SqliteHqStore(const SqliteHqStore&) = delete;
  SqliteHqStore& operator=(const SqliteHqStore&) = delete;

  // Identity of this database; another one means that events were lost or replaced.
  [[nodiscard]] const std::string& database_id() const;

  Result<ReceiverState> LoadReceiver() override;
  Result<TerminalRow> Enrol(const TerminalId& id) override;
  Status Commit(const IngestBatch& batch) override;
  Result<std::vector<KnownEvent>> FindByPlace(TerminalKey terminal,
                                              std::span<const Position> places) override;
  Result<std::vector<ProjectionRow>> LoadProjection() override;
  Result<std::vector<EventRow>> ReadEvents(TerminalKey terminal, Epoch epoch, Sequence after,
                                           std::size_t limit) override;
  Result<std::vector<BootRow>> ReadBoots(TerminalKey terminal, Epoch epoch) override;
  Result<std::optional<JourneyRow>> LoadJourney(TerminalKey terminal, JourneyId id) override;
  Status CommitProjection(const ProjectionBatch& batch) override;
  Status DropProjection() override;

 private:
  struct Impl;
  explicit SqliteHqStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_STORE_SQLITE_HQ_STORE_H_
