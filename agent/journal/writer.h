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

#include "agent/base/ids.h"
#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/journal/options.h"
#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"
#include "agent/ports/random.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

// What is the same from Open to Close.
struct Identity {
  Epoch epoch;
  std::string journal_id;
  std::uint64_t opens = 0;
  std::uint32_t boot = 0;
  bool new_boot = true;
  bool clean_stop = true;
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

  struct Committed {
    Status status;
    std::size_t failed_part = 0;  // of a failed group: the transaction that could not be written
  };
  // Writes group in one transaction, with the cursor if given; all of it or nothing. Its events
  // must follow on last().
  Committed Commit(std::span<const ports::Transaction* const> group, std::optional<Sequence> acked);

  // Makes the cursor durable, in a commit of its own.
  Status WriteAcked(Sequence acked);

  struct Retained {
    std::uint64_t deleted = 0;
    bool more = false;  // there is more to delete: call again soon
  };
  // One step of the retention: deletes old rows that HQ has (see README.md) and writes the cursor
  // with them. pressed: there is no room, so age and size do not protect them.
  Result<Retained> Retain(Sequence acked, bool pressed);

  // Bytes of database and WAL on disk; 0 for a file that is not there.
  [[nodiscard]] std::uint64_t BytesOnDisk() const;

  // The cursor and the mark of a clean stop; then the WAL moves into the database.
  Status CloseInOrder(Sequence acked);

 private:
  struct Statements;

  Writer(const Options& options, ports::Clock& clock, Log& log, sqlite::Database database);

  Status Establish(ports::Random& random);
  Status ReadBounds();
  Status MakeJournalRow(Epoch known, ports::Random& random);
  Status ReadJournalRow();
  Status CountOpen();
  Status Prepare();

  Status WriteCursorAndMark(Sequence last, std::optional<Sequence> acked, bool marks);
  Status WriteTransaction(const ports::Transaction& transaction);
  Status WriteForeignKeys(const ports::Transaction& transaction);
  [[nodiscard]] std::string EpochPath() const { return options_.path + ".epoch"; }
  [[nodiscard]] bool WantsAgeMark(Sequence last) const;
  Status PruneForeignKeys();
  Result<Sequence> DeletableByAge();
  Result<bool> IsOversized();

  const Options options_;
  ports::Clock& clock_;
  Log& log_;
  sqlite::Database database_;
  std::unique_ptr<Statements> statements_;
  Identity identity_;
  Sequence first_;  // lowest kept, 0 when none
  Sequence last_;   // highest ever committed
  Sequence opened_acked_;
  Sequence checkpoint_at_;  // of a sound checkpoint
  std::optional<MonoTime> marked_;
  Sequence marked_at_;
  std::size_t foreign_keys_since_prune_ = 0;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_WRITER_H_
