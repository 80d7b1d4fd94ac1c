// How a Writer leaves its epoch for another, and how closed epochs go.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "agent/journal/closed.h"
#include "agent/journal/epoch_change.h"
#include "agent/journal/epoch_file.h"
#include "agent/journal/journal_id.h"
#include "agent/journal/writer.h"

namespace trayline::journal {

Status Writer::BeginEpoch(Epoch wanted, Sequence acked, ports::Incident::Kind kind,
                          const std::string& text) {
  // SQLite's numbers are signed, and one more must follow.
  if (wanted.value >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return Error{Errc::kRejected, "epoch " + std::to_string(wanted.value) + " is too high"};
  }
  const auto known = ReadEpochFile(EpochPath());
  const Epoch highest = std::max(identity_.epoch, known.ok() ? *known : Epoch{});
  EpochChange change{.from = identity_.epoch,
                     .old_journal_id = identity_.journal_id,
                     .to = std::max(wanted, highest.Next()),
                     .journal_id = MakeJournalId(random_),
                     .acked = acked,
                     .kind = kind,
                     .text = text,
                     .wall = clock_.Wall()};
  // First the file: an epoch that is in the database is never above it.
  if (Status status = WriteEpochFile(EpochPath(), change.to); !status.ok()) return status;
  if (Status status = ChangeEpoch(database_, change); !status.ok()) return status;
  identity_.epoch = change.to;
  identity_.journal_id = change.journal_id;
  opened_acked_ = {};
  age_marks_.Forget();
  shedder_.Forget();
  // The WAL has become as long as the database. If somebody reads, a later commit cuts it.
  static_cast<void>(database_.CheckpointAndTruncate());
  log_.Warn("journal.epoch_began",
            {{"epoch", identity_.epoch.value}, {"old_epoch", change.from.value}, {"text", text}});
  if (Status status = ReadBounds(); !status.ok()) return status;
  auto closed = ReadClosedEpochs(database_);
  if (!closed.ok()) return closed.error();
  closed_ = std::move(*closed);
  return {};
}

Result<bool> Writer::DropClosed(Epoch epoch) { return DropClosedPiece(database_, epoch); }

}  // namespace trayline::journal
