// ChangeEpoch: takes a journal's database into another epoch, in one transaction. What HQ has not
// acknowledged is renumbered from 1; README.md tells what becomes of everything else. The thread of
// the Database.
#ifndef TRAYLINE_AGENT_JOURNAL_EPOCH_CHANGE_H_
#define TRAYLINE_AGENT_JOURNAL_EPOCH_CHANGE_H_

#include <cstdint>
#include <string>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/journal/options.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

struct EpochChange {
  Epoch from;
  std::string old_journal_id;
  Epoch to;  // above every epoch that was ever used here; durable in the epoch file already
  std::string journal_id;
  Sequence acked;  // HQ has all up to here; may lie above the last row
  ports::Incident::Kind kind = ports::Incident::Kind::kRefused;
  std::string text;  // of the incident
  WallTime wall;
};

// Rows and bytes of bodies that are in memory at once.
inline constexpr std::size_t kChangePieceRows = 512;
inline constexpr std::size_t kChangePieceBytes = 256UL * 1024;

// All or nothing, also over a crash. The transaction may write as much as the database is long, so
// the WAL may for a while be as long as it: the quota does not bind here, a full disk does (kFull).
// Blocks on the disk. Errc as in agent/sqlite/error.h.
Status ChangeEpoch(sqlite::Database& database, const EpochChange& change);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_EPOCH_CHANGE_H_
