// Journal: the durable log of a terminal, behind the ports EventStore, EventReader and Outbox. It
// makes no thread: a main runs Run() on the store thread, or a test calls RunOnce(). Submit and
// Load are for the core thread, everything else may be called from any thread unless it says
// otherwise. done and the commit listener run on the store thread and must not block. The
// references must outlive the journal.
#ifndef TRAYLINE_AGENT_JOURNAL_JOURNAL_H_
#define TRAYLINE_AGENT_JOURNAL_JOURNAL_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/journal/options.h"
#include "agent/journal/reader.h"
#include "agent/journal/reserve_file.h"
#include "agent/journal/storage_status.h"
#include "agent/journal/storage_watch.h"
#include "agent/journal/writer.h"
#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"
#include "agent/ports/random.h"

namespace trayline::journal {

// Counted since Open.
struct Stats {
  std::uint64_t commits = 0;         // groups of transactions that are durable
  std::uint64_t transactions = 0;    // transactions in them
  std::uint64_t events = 0;          // events in them
  std::uint64_t failed_commits = 0;  // groups that were rolled back
  std::uint64_t refused = 0;         // transactions answered with an error
  std::uint64_t cursor_writes = 0;   // commits of nothing but the acknowledged cursor
  std::uint64_t deleted = 0;         // events that the retention has deleted
  ShedCounts shed{};                 // unsent events given up, by event::QuotaClass
  std::uint64_t void_runs = 0;       // in the journal now
  std::uint64_t probes = 0;          // tries of its own while records were refused or disks failed
  std::uint64_t reserve_releases = 0;  // the disk was full and the reserve was let go
};

class Journal final : public ports::EventStore, public ports::EventReader, public ports::Outbox {
 public:
  // Opens or makes the database. kRejected names the option that is wrong. kCorrupt: the file is
  // damaged; it is left as it is, nothing is ever deleted or wiped here. Others as in
  // agent/sqlite/error.h. Blocks on the disk.
  static Result<std::unique_ptr<Journal>> Open(const Options& options, ports::Clock& clock,
                                               ports::Random& random, Log& log);
  // Without Close before, this is what a crash leaves: nothing committed is lost, the stop is not
  // clean. What is still waiting is answered kRetryLater. Run must have returned.
  ~Journal() override;

  // EventStore. A queue of queue_max transactions is full; the one that finds it so is refused at
  // once, and all after it until Load, as after a failed commit. Transactions whose events do not
  // follow on what is committed are refused with kConflict, a bug of the caller.
  void Submit(ports::Transaction transaction, std::function<void(Status)> done) override
      EXCLUDES(mutex_);
  // Waits for a commit that is under way.
  Result<ports::CommittedState> Load() override EXCLUDES(mutex_);

  // EventReader.
  Result<std::vector<ports::StoredEvent>> Read(Sequence after, std::size_t limit,
                                               std::size_t max_bytes) override;
  Result<ports::JournalRange> ReadRange(Epoch epoch, Sequence after, std::size_t limit,
                                        std::size_t max_bytes) override;
  // Looks at the whole journal, some tenths of a second: for people who look at one journey.
  Result<std::vector<ports::StoredEvent>> ReadJourney(std::uint64_t journey,
                                                      std::size_t limit) override;

  // Outbox. The size on disk is at most a second old while events arrive.
  ports::OutboxState State() override EXCLUDES(mutex_);
  void Acknowledge(Epoch epoch, Sequence watermark) override EXCLUDES(mutex_);
  void Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) override EXCLUDES(mutex_);
  void NoteGeneration(std::uint64_t generation) override EXCLUDES(mutex_);
  void BeginEpoch(Epoch wanted, std::function<void(Status)> done) override EXCLUDES(mutex_);
  void SetCommitListener(std::function<void(Sequence last)> listener) override EXCLUDES(mutex_);

  // The store thread's whole work: commits what is submitted until Close is called, then closes the
  // database in order and returns. Sleeps while there is nothing to do.
  void Run() EXCLUDES(mutex_);

  // One round of that work, for tests and benches; not while Run runs, one thread at a time.
  // Commits (or refuses) one group; with none waiting, writes the cursor or deletes old rows if
  // that is due. False when there was nothing to do.
  bool RunOnce() EXCLUDES(mutex_);

  // Closes the door, commits what is waiting, writes the cursor and the mark of a clean stop. Waits
  // until that is done, on the store thread if Run runs, else on this one; not from a callback.
  // Reading goes on to work. An error: the stop is not clean, nothing committed is lost.
  Status Close() EXCLUDES(mutex_);

  [[nodiscard]] Stats stats() const EXCLUDES(mutex_);

  // How the storage is, from memory. Sizes are at most a second old while events arrive. Whoever
  // reads or writes changes it; while it is not ok, the store thread looks by itself whether it is
  // over.
  [[nodiscard]] StorageStatus storage() const EXCLUDES(mutex_);

 private:
  struct Waiting {
    ports::Transaction transaction;
    std::function<void(Status)> done;
    std::optional<Error> refusal;  // set: never commit it
  };
  enum class Stage { kOpen, kClosing, kClosed };
  struct Closed {
    ports::ClosedEpoch epoch;
    Sequence acked_on_disk;
  };
  struct EpochRequest {
    Epoch wanted;
    std::function<void(Status)> done;
  };

  Journal(const Options& options, ports::Clock& clock, Log& log, std::unique_ptr<Writer> writer);

  // Moves both into the queue, or says why not and leaves them.
  std::optional<Error> TryQueue(ports::Transaction& transaction, std::function<void(Status)>& done)
      EXCLUDES(mutex_);

  // Store thread; see store_thread.cc.
  bool CommitWaiting() EXCLUDES(mutex_);
  std::vector<Waiting> TakeGroup() EXCLUDES(mutex_);
  [[nodiscard]] std::size_t CountFitting(const std::vector<Waiting>& group) const;
  Writer::Committed WriteGroup(const std::vector<Waiting>& group, std::size_t count)
      EXCLUDES(mutex_);
  void Settle(const std::vector<Waiting>& group, std::size_t fitting,
              const Writer::Committed& committed) EXCLUDES(mutex_);
  static void Answer(const std::vector<Waiting>& group, std::size_t fitting,
                     const Writer::Committed& committed, const std::optional<Error>& failure);
  bool WriteCursor() EXCLUDES(mutex_);
  bool Retain() EXCLUDES(mutex_);
  bool WaitForWork() EXCLUDES(mutex_);
  void Finish() EXCLUDES(mutex_);

  // Store thread; see store_room.cc.
  struct Freed {
    bool some = false;  // there is more room than before
    bool more = false;  // there may be still more: call again
  };
  using Group = std::vector<const ports::Transaction*>;
  Writer::Committed CommitWithRoom(const Group& group, const std::optional<Cursors>& cursors)
      EXCLUDES(mutex_);
  Status KeepWithinQuota() EXCLUDES(mutex_);
  bool MakeRoom(bool device_full, const Group& group) EXCLUDES(mutex_);
  Freed FreeSome(bool pressed, bool insist) EXCLUDES(mutex_);
  Freed GiveUpSome(bool insist) EXCLUDES(mutex_);
  bool IsPressed();
  void ReleaseReserve() EXCLUDES(mutex_);
  void MakeReserve();
  void MeasureIfDue() EXCLUDES(mutex_);
  void Measure() EXCLUDES(mutex_);
  bool LookIfDue() EXCLUDES(mutex_);
  void Probe() EXCLUDES(mutex_);
  void CountVoidRuns() EXCLUDES(mutex_);

  // Any thread; see store_room.cc.
  void Judge(const std::function<void(StorageWatch&)>& change) EXCLUDES(mutex_);
  // For a reading above after.
  Result<ReaderPool::Lease> TakeReader(Sequence after) EXCLUDES(mutex_);
  void NoteRead(Sequence after, const std::optional<Error>& failure) EXCLUDES(mutex_);
  template <typename T>
  Result<T> Noted(Sequence after, Result<T> result) EXCLUDES(mutex_) {
    NoteRead(after, result.ok() ? std::nullopt : std::optional(result.error()));
    return result;
  }
  void ScheduleLook() REQUIRES(mutex_);

  // Cursors and epochs; see journal_epoch.cc.
  bool ChangeEpochIfAsked() EXCLUDES(mutex_);
  void PublishEpoch() REQUIRES(mutex_);
  bool DropClosed() EXCLUDES(mutex_);
  [[nodiscard]] const Closed* Droppable() const REQUIRES(mutex_);
  [[nodiscard]] bool HasTail(Epoch epoch) const REQUIRES(mutex_);
  [[nodiscard]] bool CursorMoved() const REQUIRES(mutex_);
  [[nodiscard]] Cursors CursorsNow() const REQUIRES(mutex_);
  void NoteWritten(const Cursors& cursors) REQUIRES(mutex_);
  bool AcknowledgeClosed(Epoch epoch, Sequence watermark) REQUIRES(mutex_);

  void RefuseFromNowOn(const Error& error) REQUIRES(mutex_);
  [[nodiscard]] bool CursorIsDue() const REQUIRES(mutex_);
  void CountSettled(std::size_t transactions, std::size_t durable, std::uint64_t events,
                    bool failed) REQUIRES(mutex_);
  void Publish() REQUIRES(mutex_);

  const Options options_;
  ports::Clock& clock_;
  Log& log_;
  const std::unique_ptr<Writer> writer_;  // store thread
  ReaderPool readers_;

  // Store thread only.
  std::uint64_t events_since_retention_ = 0;
  bool retention_pending_ = true;  // look once after Open
  bool room_changed_ = false;      // by the retention, since it was measured
  std::optional<MonoTime> measured_;
  ReserveFile reserve_;
  std::optional<MonoTime> reserve_tried_;  // when it was made, let go, or could not be made
  bool shedding_ = false;                  // from kShedFromPercent down to kShedToPercent
  bool device_scarce_ = false;             // the device was full, and has not recovered
  std::uint64_t file_bytes_ = 0;           // as measured last

  mutable Mutex mutex_;
  CondVar work_;     // the store thread waits for work
  CondVar settled_;  // Load waits for the end of a commit, Close for the end of Run
  std::deque<Waiting> queue_ GUARDED_BY(mutex_);
  std::optional<Error> refusing_ GUARDED_BY(mutex_);
  std::function<void(Sequence)> listener_ GUARDED_BY(mutex_);
  Stage stage_ GUARDED_BY(mutex_) = Stage::kOpen;
  bool running_ GUARDED_BY(mutex_) = false;
  bool committing_ GUARDED_BY(mutex_) = false;
  Status close_status_ GUARDED_BY(mutex_);
  Sequence first_ GUARDED_BY(mutex_);
  Sequence last_ GUARDED_BY(mutex_);
  Sequence acked_ GUARDED_BY(mutex_);
  Sequence acked_on_disk_ GUARDED_BY(mutex_);
  std::optional<MonoTime> cursor_written_ GUARDED_BY(mutex_);
  std::uint64_t bytes_ GUARDED_BY(mutex_) = 0;
  std::uint64_t hq_generation_ GUARDED_BY(mutex_) = 0;
  StorageWatch watch_ GUARDED_BY(mutex_);
  std::optional<MonoTime> next_look_ GUARDED_BY(mutex_);          // while the storage is not ok
  std::optional<Sequence> failed_read_after_ GUARDED_BY(mutex_);  // to be tried again
  std::uint64_t hq_generation_on_disk_ GUARDED_BY(mutex_) = 0;
  Identity identity_ GUARDED_BY(mutex_);
  std::vector<Closed> closed_ GUARDED_BY(mutex_);  // lowest epoch first
  std::optional<EpochRequest> epoch_request_ GUARDED_BY(mutex_);
  // Counts the beginnings and ends of changes: odd while one is under way.
  std::uint64_t epoch_changes_ GUARDED_BY(mutex_) = 0;
  bool closed_stuck_ GUARDED_BY(mutex_) = false;  // dropping failed; the next start tries again
  Stats stats_ GUARDED_BY(mutex_);
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_JOURNAL_H_
