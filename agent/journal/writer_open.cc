// How a Writer comes to be: the database made or opened, its identity settled.
#include <algorithm>
#include <utility>

#include "agent/journal/checkpoint.h"
#include "agent/journal/closed.h"
#include "agent/journal/epoch_file.h"
#include "agent/journal/files.h"
#include "agent/journal/journal_id.h"
#include "agent/journal/salvage.h"
#include "agent/journal/schema.h"
#include "agent/journal/window_store.h"
#include "agent/journal/writer.h"
#include "agent/sqlite/migrate.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using sqlite::Row;
using sqlite::Visit;

namespace {

// SQLite throws a WAL away when the database beside it is empty. The journal never makes that
// state; a hand or a broken file system does, and the WAL may hold events.
Status CheckNoOrphanedWal(const Options& options) {
  if (FileBytes(options.path) == 0 && FileBytes(options.path + "-wal") > 0) {
    return Error{Errc::kCorrupt, options.path + " is missing or empty, but its WAL is not"};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Writer>> Writer::Open(const Options& options, ports::Clock& clock,
                                             ports::Random& random, Log& log) {
  if (Status status = FinishRecovery(options, log); !status.ok()) return status.error();
  if (Status status = CheckNoOrphanedWal(options); !status.ok()) return status.error();
  auto database = sqlite::Database::Open(WriterOptions(options));
  if (!database.ok()) return database.error();
  std::unique_ptr<Writer> writer(new Writer(options, clock, random, log, std::move(*database)));
  if (Status status = writer->Establish(); !status.ok()) return status.error();
  return writer;
}

Status Writer::Establish() {
  auto known = ReadEpochFile(EpochPath());
  if (!known.ok()) {
    // Recording must go on. The journal id still tells HQ two databases of one epoch apart.
    log_.Error("journal.epoch_file_unreadable", {{"text", known.error().text}});
    known = Epoch{};
  }
  if (Status status = sqlite::Migrate(database_, JournalSchema()); !status.ok()) return status;
  if (Status status = ReadBounds(); !status.ok()) return status;
  const auto rows = database_.ReadInt("SELECT count(*) FROM journal");
  if (!rows.ok()) return rows.error();
  if (*rows == 0) {
    if (last_ != Sequence{}) return Error{Errc::kCorrupt, "the row of the journal is missing"};
    if (Status status = MakeJournalRow(*known); !status.ok()) return status;
  }
  if (Status status = ReadJournalRow(); !status.ok()) return status;
  if (identity_.epoch > *known && *rows != 0) {
    if (Status status = WriteEpochFile(EpochPath(), identity_.epoch); !status.ok()) return status;
  }
  if (Status status = LeaveUnsureEpoch(*known); !status.ok()) return status;
  auto closed = ReadClosedEpochs(database_);
  if (!closed.ok()) return closed.error();
  closed_ = std::move(*closed);
  if (Status status = CountOpen(); !status.ok()) return status;
  if (Status status = Prepare(); !status.ok()) return status;
  if (Status status = PruneOldWindow(database_, identity_.epoch); !status.ok()) return status;
  return PruneForeignKeys();
}

// Going on would give away numbers that HQ has seen with other contents, or may have.
Status Writer::LeaveUnsureEpoch(Epoch known) {
  using Kind = ports::Incident::Kind;
  if (identity_.epoch < known) {
    log_.Error("journal.older_than_epoch_file",
               {{"epoch", identity_.epoch.value}, {"highest", known.value}});
    return BeginEpoch({}, opened_acked_, Kind::kOlderFile,
                      "an older database was put back: its epoch is " +
                          std::to_string(identity_.epoch.value) + ", the epoch file knows " +
                          std::to_string(known.value));
  }
  const Sequence told = std::max(opened_acked_, checkpoint_at_);
  if (told <= last_) return {};
  log_.Error("journal.last_events_missing", {{"known", told.value}, {"last", last_.value}});
  return BeginEpoch({}, opened_acked_, Kind::kSalvaged,
                    "the last events are missing: there were " + std::to_string(told.value) +
                        ", the last one here is " + std::to_string(last_.value));
}

Status Writer::ReadBounds() {
  const auto first = database_.ReadInt(
      "SELECT min(at) FROM (SELECT min(sequence) AS at FROM event UNION ALL "
      "SELECT min(first) FROM void_run)");
  if (!first.ok()) return first.error();
  const auto last = database_.ReadInt(
      "SELECT max(at) FROM (SELECT max(sequence) AS at FROM event UNION ALL "
      "SELECT max(first + count - 1) FROM void_run)");
  if (!last.ok()) return last.error();
  const bool empty = *first == 0 && *last == 0;
  if (!empty && (*first < 1 || *last < *first)) {
    return Error{Errc::kCorrupt, "events from " + std::to_string(*first) + " to " +
                                     std::to_string(*last) + " cannot be"};
  }
  first_ = Sequence{static_cast<std::uint64_t>(*first)};
  last_ = Sequence{static_cast<std::uint64_t>(*last)};
  // Positions given up belong to the journal as events do.
  const auto first_void = database_.ReadInt("SELECT min(first) FROM void_run");
  if (!first_void.ok()) return first_void.error();
  const auto last_void =
      database_.ReadInt("SELECT first + count - 1 FROM void_run ORDER BY first DESC LIMIT 1");
  if (!last_void.ok()) return last_void.error();
  if (*first_void != 0) {
    const Sequence lowest{static_cast<std::uint64_t>(*first_void)};
    first_ = first_ == Sequence{} ? lowest : std::min(first_, lowest);
    last_ = std::max(last_, Sequence{static_cast<std::uint64_t>(*last_void)});
  }
  const auto found = ReadCheckpoint(database_);
  if (!found.ok()) return found.error();
  // A damaged checkpoint protects nothing: until a new one is written, all events must stay.
  checkpoint_at_ = found->checkpoint ? found->checkpoint->at : Sequence{};
  if (found->damaged) log_.Error("journal.checkpoint_damaged");
  return {};
}

Status Writer::MakeJournalRow(Epoch known) {
  // Never one that was used before, not even when the wall clock stands in 1970 or HQ repeats one.
  const Epoch lowest = known.Next();
  const std::int64_t now_s = std::max<std::int64_t>(ToMs(clock_.Wall()) / 1000, 0);
  const Epoch wanted =
      options_.epoch != Epoch{} ? options_.epoch : Epoch{static_cast<std::uint64_t>(now_s)};
  identity_.epoch = std::max(wanted, lowest);
  identity_.journal_id = MakeJournalId(random_);
  if (Status status = WriteEpochFile(EpochPath(), identity_.epoch); !status.ok()) return status;
  auto insert = database_.Prepare(
      "INSERT INTO journal(one, epoch, journal_id, opens, boot, boot_id, clean, acked) "
      "VALUES(1, ?, ?, 0, 0, '', 1, 0)");
  if (!insert.ok()) return insert.error();
  return insert->Run({identity_.epoch.value, identity_.journal_id});
}

Status Writer::ReadJournalRow() {
  auto select = database_.Prepare(
      "SELECT epoch, journal_id, opens, boot, boot_id, clean, acked, hq_generation FROM journal");
  if (!select.ok()) return select.error();
  Status status = select->ForEach({}, [this](const Row& row) {
    identity_.epoch = Epoch{row.Unsigned(0)};
    identity_.journal_id = std::string(row.Text(1));
    identity_.opens = row.Unsigned(2) + 1;
    identity_.new_boot = row.Text(4) != options_.boot_id;
    identity_.boot = static_cast<std::uint32_t>(row.Unsigned(3)) + (identity_.new_boot ? 1U : 0U);
    identity_.clean_stop = row.Int(5) != 0;
    opened_acked_ = Sequence{row.Unsigned(6)};
    hq_generation_ = row.Unsigned(7);
    return Visit::kStop;
  });
  return status;
}

Status Writer::CountOpen() {
  auto update = database_.Prepare("UPDATE journal SET opens = ?, boot = ?, boot_id = ?, clean = 0");
  if (!update.ok()) return update.error();
  return update->Run({identity_.opens, identity_.boot, options_.boot_id});
}

}  // namespace trayline::journal
