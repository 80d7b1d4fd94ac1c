// VoidRuns: the table of positions that hold no event any more, as the writer sees it. Runs never
// overlap; neighbours of one class and reason are one run. The thread of the Database; every method
// blocks on the disk; Errc as in agent/sqlite/error.h.
#ifndef TRAYLINE_AGENT_JOURNAL_VOID_RUNS_H_
#define TRAYLINE_AGENT_JOURNAL_VOID_RUNS_H_

#include <cstdint>
#include <optional>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

class VoidRuns {
 public:
  explicit VoidRuns(sqlite::Database& database) : database_(database) {}
  // Before all others.
  Status Prepare();

  // Within the caller's transaction. No position of run may lie in another one.
  Status Add(ports::VoidRun run);
  // Within the caller's transaction. Nothing up to cut is a void any more; a run that reaches
  // beyond it keeps its rest.
  Status DropUpTo(Sequence cut);
  // Rows of the table; looks at all of them.
  Result<std::uint64_t> Count();

 private:
  struct Statements {
    sqlite::Statement before;  // the run that begins last below a position
    sqlite::Statement at;      // the run that begins there
    sqlite::Statement insert;
    sqlite::Statement remove;
    sqlite::Statement remove_up_to;
    sqlite::Statement count;
  };

  static Result<std::optional<ports::VoidRun>> One(sqlite::Statement& select, Sequence position);
  Status Insert(const ports::VoidRun& run);

  sqlite::Database& database_;
  std::optional<Statements> statements_;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_VOID_RUNS_H_
