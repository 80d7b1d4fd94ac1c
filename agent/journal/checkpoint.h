// The engine's checkpoint as the database holds it: one row, with a digest over its position and
// state that is verified whenever it is read. The thread of the Database.
#ifndef TRAYLINE_AGENT_JOURNAL_CHECKPOINT_H_
#define TRAYLINE_AGENT_JOURNAL_CHECKPOINT_H_

#include <cstdint>
#include <optional>

#include "agent/base/result.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

struct ReadCheckpointResult {
  std::optional<ports::Checkpoint> checkpoint;  // when there is one and it is sound
  bool damaged = false;                         // there is one, but its digest does not fit
};

std::uint64_t CheckpointDigest(const ports::Checkpoint& checkpoint);

// Blocks on the disk. Errc as in agent/sqlite/error.h.
Result<ReadCheckpointResult> ReadCheckpoint(sqlite::Database& database);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_CHECKPOINT_H_
