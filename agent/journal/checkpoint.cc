#include "agent/journal/checkpoint.h"

#include <utility>

#include "agent/base/hash.h"

namespace trayline::journal {

std::uint64_t CheckpointDigest(const ports::Checkpoint& checkpoint) {
  return Fnv1a64(checkpoint.state, kFnv64Offset ^ checkpoint.at.value);
}

Result<ReadCheckpointResult> ReadCheckpoint(sqlite::Database& database) {
  auto select = database.Prepare("SELECT at, digest, state FROM checkpoint");
  if (!select.ok()) return select.error();
  ReadCheckpointResult result;
  const Status status = select->ForEach({}, [&result](const sqlite::Row& row) {
    ports::Checkpoint found{Sequence{row.Unsigned(0)}, std::string(row.Blob(2))};
    result.damaged = CheckpointDigest(found) != row.Unsigned(1);
    if (!result.damaged) result.checkpoint = std::move(found);
    return sqlite::Visit::kStop;
  });
  if (!status.ok()) return status.error();
  return result;
}

}  // namespace trayline::journal
