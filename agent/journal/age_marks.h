// AgeMarks: notes of the wall-clock time at which the journal had come to a sequence, so that the
// retention knows what is old. They count only among themselves: when the wall clock has stepped,
// they are thrown away and begin anew, and what is there grows old from then on. The thread of the
// Database; Errc as in agent/sqlite/error.h.
#ifndef TRAYLINE_AGENT_JOURNAL_AGE_MARKS_H_
#define TRAYLINE_AGENT_JOURNAL_AGE_MARKS_H_

#include <cstdint>
#include <optional>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/ports/clock.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

class AgeMarks {
 public:
  // Both must outlive it. days: age from which an event is old.
  AgeMarks(sqlite::Database& database, ports::Clock& clock, std::int64_t days)
      : database_(database), clock_(clock), days_(days) {}
  // Before all others.
  Status Prepare();

  // True when a commit up to last should have a note. Never while the clock has not been set.
  [[nodiscard]] bool IsDue(Sequence last) const;
  // Within the caller's transaction.
  Status Write(Sequence last);
  // The transaction of Write has been committed.
  void Committed(Sequence last);

  // The highest sequence that is old; 0 when none is or the clock cannot tell. Blocks on the disk.
  Result<Sequence> NewestOld();
  // Within the caller's transaction.
  Status DropUpTo(Sequence cut);
  // The marks were rewritten: the next commit is to have one.
  void Forget() { marked_.reset(); }

 private:
  struct Statements {
    sqlite::Statement insert;
    sqlite::Statement newest_old;
    sqlite::Statement newest;
    sqlite::Statement remove_up_to;
    sqlite::Statement remove_all;
  };
  struct Moment {
    WallTime wall;
    MonoTime mono;
  };

  Status DropAllIfStepped(const Moment& now);
  Result<bool> HasStepped(const Moment& now);

  sqlite::Database& database_;
  ports::Clock& clock_;
  const std::int64_t days_;
  std::optional<Statements> statements_;
  std::optional<Moment> known_;    // when the clock was looked at last and was set
  std::optional<Moment> written_;  // the same, by Write, until it is committed
  std::optional<MonoTime> marked_;
  Sequence marked_at_;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_AGE_MARKS_H_
