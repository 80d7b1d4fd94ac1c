// Writer: the only writable connection to the journal's database and all statements that change it.
// It decides nothing about who waits or is refused; Journal does. The store thread, after Open.
// Every method blocks on the disk; Errc as in agent/sqlite/error.h.
#ifndef TRAYLINE_AGENT_JOURNAL_WRITER_H_
#define TRAYLINE_AGENT_JOURNAL_WRITER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/journal/age_marks.h"
#include "agent/journal/options.h"
#include "agent/journal/shed.h"
#include "agent/journal/void_runs.h"
#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"
#include "agent/ports/random.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

// Who this journal is. epoch and journal_id are the same until another epoch begins, the rest until
// Close.
struct Identity {
  Epoch epoch;
  std::string journal_id;
  std::uint64_t opens = 0;
  std::uint32_t boot = 0;
  bool new_boot = true;
  bool clean_stop = true;
};

// What HQ has told and the journal keeps.
struct Cursors {
  Sequence acked;
  std::uint64_t hq_generation = 0;
  std::vector<std::pair<Epoch, Sequence>> closed;  // of closed epochs, those that have moved
};

class Writer {
 public:
  // Opens or makes the database, makes the epoch durable, counts the open and clears the mark of a
  // clean stop. kCorrupt: the file is damaged; nothing in it has been changed.
  static Result<std::unique_ptr<Writer>> Open(const Options& options, ports::Clock& clock,
                                              ports::Random& random, Log& log);
  ~Writer();

  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] Sequence first() const { return first_; }
  [[nodiscard]] Sequence last() const { return last_; }
  // The cursor as it was on disk at Open.
  [[nodiscard]] Sequence opened_acked() const { return opened_acked_; }

  // As they were on disk at Open or when the epoch began.
  [[nodiscard]] std::uint64_t hq_generation() const { return hq_generation_; }
  [[nodiscard]] const std::vector<ports::ClosedEpoch>& closed() const { return closed_; }
  // True when the checkpoint stands within the present epoch, and so covers the closed ones.
  [[nodiscard]] bool CoversClosed() const { return checkpoint_at_ != Sequence{}; }

  // Leaves the present epoch for another, at least wanted; see ChangeEpoch. identity(), first() and
  // last() are the new ones after it. On an error the old epoch goes on, whole; kRejected when
  // wanted cannot be a number of ours.
  Status BeginEpoch(Epoch wanted, Sequence acked, ports::Incident::Kind kind,
                    const std::string& text);
  // Deletes a piece of a closed epoch; false when there is nothing more of it.
  Result<bool> DropClosed(Epoch epoch);

  struct Committed {
    Status status;
    std::size_t failed_part = 0;  // of a failed group: the transaction that could not be written
    // Of a group that found no room: the quota would have had it, the device has not.
    bool device_full = false;
  };
  // Writes group in one transaction, with the cursor if given; all of it or nothing. Its events
  // must follow on last().
  Committed Commit(std::span<const ports::Transaction* const> group,
                   const std::optional<Cursors>& cursors);

  // Makes the cursors durable, in a commit of its own.
  Status WriteCursors(const Cursors& cursors);

  struct Retained {
    std::uint64_t deleted = 0;  // events
    bool moved = false;         // first() has risen
    bool more = false;          // there is more to delete: call again soon
  };
  // One step of the retention: deletes old rows that HQ has (see README.md) and writes the
  // cursors with them. pressed: there is no room, so age and size do not protect them.
  Result<Retained> Retain(const Cursors& cursors, bool pressed);

  // One step of giving up unsent events (see README.md). insist: there is no room at all.
  Result<Shedder::Step> Shed(bool insist);
  // There is room again: lets go of the memory that giving up needs.
  void ForgetShedding() { shedder_.Forget(); }
  Result<std::uint64_t> CountVoidRuns() { return voids_.Count(); }

  // Room in the database, in pages.
  struct Room {
    std::int64_t pages = 0;
    std::int64_t free_pages = 0;  // of them unused
    std::int64_t limit = 0;       // pages that the quota leaves
    [[nodiscard]] std::int64_t used() const { return pages - free_pages; }
    [[nodiscard]] std::int64_t available() const { return limit - used(); }
    [[nodiscard]] bool IsUsed(std::int64_t percent) const {
      return used() * 100 >= limit * percent;
    }
  };
  Result<Room> MeasureRoom();
  // Upper bound of the pages that group needs.
  static std::int64_t PagesFor(std::span<const ports::Transaction* const> group);

  // A write that changes nothing but reaches the disk: does it work again?
  Status Probe();
  // Moves the WAL into the database and cuts its file. kRetryLater while a reader holds an older
  // state.
  Status CutWal() { return database_.CheckpointAndTruncate(); }

  // Bytes of database and WAL on disk; 0 for a file that is not there.
  [[nodiscard]] std::uint64_t BytesOnDisk() const;

  // The cursors and the mark of a clean stop; then the WAL moves into the database.
  Status CloseInOrder(const Cursors& cursors);

 private:
  struct Statements;

  Writer(const Options& options, ports::Clock& clock, ports::Random& random, Log& log,
         sqlite::Database database);

  Status Establish();
  Status ReadBounds();
  Status MakeJournalRow(Epoch known);
  Status ReadJournalRow();
  Status LeaveUnsureEpoch(Epoch known);
  Status CountOpen();
  Status Prepare();

  Committed Failed(std::span<const ports::Transaction* const> group, const Status& status,
                   std::size_t part);
  Status WriteCursorAndMark(Sequence last, const std::optional<Cursors>& cursors, bool marks);
  Status PutCursors(const Cursors& cursors);
  Status WriteTransaction(const ports::Transaction& transaction);
  Status WriteForeignKeys(const ports::Transaction& transaction);
  [[nodiscard]] std::string EpochPath() const { return options_.path + ".epoch"; }
  Status PruneForeignKeys();
  [[nodiscard]] Sequence HighestDeletable() const;
  Result<Sequence> EndOfStep(Sequence wanted);
  bool IsDeviceFull(std::span<const ports::Transaction* const> group);
  Result<bool> IsOversized();

  const Options options_;
  ports::Clock& clock_;
  ports::Random& random_;
  Log& log_;
  sqlite::Database database_;
  std::unique_ptr<Statements> statements_;
  AgeMarks age_marks_;
  VoidRuns voids_;
  Shedder shedder_;
  Identity identity_;
  Sequence first_;  // lowest kept, event or void, 0 when none
  Sequence last_;   // highest ever committed
  Sequence opened_acked_;
  std::uint64_t hq_generation_ = 0;
  std::vector<ports::ClosedEpoch> closed_;
  Sequence checkpoint_at_;  // of a sound checkpoint
  std::size_t foreign_keys_since_prune_ = 0;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_WRITER_H_
