// Reader: one read-only connection to the journal, and ReaderPool: the few of them, lent to whoever
// reads. Readings are short, so that the WAL can be moved into the database behind them.
#ifndef TRAYLINE_AGENT_JOURNAL_READER_H_
#define TRAYLINE_AGENT_JOURNAL_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/journal/options.h"
#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

// One thread at a time. All methods block on the disk; Errc as in agent/sqlite/error.h.
class Reader {
 public:
  static Result<std::unique_ptr<Reader>> Open(const Options& options);

  Result<std::vector<ports::StoredEvent>> Read(Sequence after, std::size_t limit,
                                               std::size_t max_bytes);
  // As ports::EventReader::ReadRange, of the present epoch, from one unchanging view.
  Result<ports::JournalRange> ReadRange(Sequence after, std::size_t limit, std::size_t max_bytes);
  // As ports::EventReader::ReadRange, of a closed epoch.
  Result<ports::JournalRange> ReadClosed(Epoch epoch, Sequence after, std::size_t limit,
                                         std::size_t max_bytes);
  // Looks at every event, in pieces: there is no index for this, it would cost each commit a page.
  // 0.05 s for 560,000 events (58 MB) on a PC, some tenths on a terminal.
  Result<std::vector<ports::StoredEvent>> ReadJourney(std::uint64_t journey, std::size_t limit);

  // Fills in all of CommittedState but what belongs to this opening of the journal, from one
  // unchanging view. Foreign keys recorded before oldest_key are left out,
  // but for the newest ports::kForeignKeysKept. kCorrupt when the events
  // from the checkpoint on are not all there.
  Status Load(WallTime oldest_key, ports::CommittedState& state);

 private:
  Reader(sqlite::Database database, sqlite::Statement read, sqlite::Statement read_journey)
      : database_(std::move(database)),
        read_(std::move(read)),
        read_journey_(std::move(read_journey)) {}

  Result<std::vector<ports::VoidRun>> VoidsAbove(Sequence after, std::size_t limit);
  Status LoadIdentity(ports::CommittedState& state);
  Status LoadTail(ports::CommittedState& state);
  Status LoadCarried(ports::CommittedState& state);
  Status LoadStreams(ports::CommittedState& state);
  Status LoadWindow(ports::CommittedState& state);
  Status LoadForeignKeys(WallTime oldest_key, ports::CommittedState& state);
  Status LoadIncident(ports::CommittedState& state);

  sqlite::Database database_;
  sqlite::Statement read_;
  sqlite::Statement read_journey_;
};

// Any thread. Must outlive its leases.
class ReaderPool {
 public:
  class Lease {
   public:
    Lease(ReaderPool& pool, std::unique_ptr<Reader> reader)
        : pool_(&pool), reader_(std::move(reader)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (reader_ != nullptr) pool_->GiveBack(std::move(reader_));
    }
    Reader* operator->() { return reader_.get(); }

   private:
    ReaderPool* pool_;
    std::unique_ptr<Reader> reader_;
  };

  explicit ReaderPool(const Options& options) : options_(options) {}

  // A connection, opened now if fewer than kReadersMax are; waits while all are lent.
  Result<Lease> Take() EXCLUDES(mutex_);

 private:
  void GiveBack(std::unique_ptr<Reader> reader) EXCLUDES(mutex_);

  const Options options_;
  Mutex mutex_;
  CondVar returned_;
  std::vector<std::unique_ptr<Reader>> idle_ GUARDED_BY(mutex_);
  std::size_t open_ GUARDED_BY(mutex_) = 0;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_READER_H_
