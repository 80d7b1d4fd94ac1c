#include "agent/journal/salvage_target.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "agent/event/event.h"
#include "agent/journal/checkpoint.h"
#include "agent/journal/closed.h"
#include "agent/journal/incident.h"
#include "agent/journal/schema.h"
#include "agent/journal/window_store.h"
#include "agent/sqlite/migrate.h"

namespace trayline::journal {

using ports::WindowEntry;
using sqlite::Bind;

namespace {

// Rows in a transaction: bounds the WAL.
constexpr std::size_t kBatchRows = 4096;

Result<std::uint64_t> ReadCount(sqlite::Database& database, const char* sql,
                                std::initializer_list<Bind> binds) {
  auto select = database.Prepare(sql);
  if (!select.ok()) return select.error();
  const auto value = select->ReadInt(binds);
  if (!value.ok()) return value.error();
  return static_cast<std::uint64_t>(value->value_or(0));
}

Status RunWith(sqlite::Database& database, const char* sql, std::initializer_list<Bind> binds) {
  auto statement = database.Prepare(sql);
  if (!statement.ok()) return statement.error();
  return statement->Run(binds);
}

}  // namespace

// All of them are there after Prepare.
struct SalvageTarget::Statements {
  std::optional<sqlite::Statement> event;
  std::optional<sqlite::Statement> same_event;
  std::optional<sqlite::Statement> void_run;
  std::optional<sqlite::Statement> stream;
  std::optional<sqlite::Statement> foreign_key;
};

SalvageTarget::SalvageTarget(sqlite::Database database) : database_(std::move(database)) {}
SalvageTarget::~SalvageTarget() = default;

Result<std::unique_ptr<SalvageTarget>> SalvageTarget::Make(const Options& options,
                                                           const std::string& path) {
  sqlite::OpenOptions open = WriterOptions(options);
  open.path = path;
  open.pages_max = 0;  // what is salvaged is kept, whatever the quota says
  auto database = sqlite::Database::Open(open);
  if (!database.ok()) return database.error();
  if (Status status = sqlite::Migrate(*database, JournalSchema()); !status.ok()) {
    return status.error();
  }
  std::unique_ptr<SalvageTarget> target(new SalvageTarget(std::move(*database)));
  if (Status status = target->Prepare(); !status.ok()) return status.error();
  return target;
}

Status SalvageTarget::Prepare() {
  struct Line {
    std::optional<sqlite::Statement> Statements::*statement;
    const char* sql;
  };
  const std::array lines = {
      Line{&Statements::event,
           "INSERT OR IGNORE INTO closed_event(epoch, sequence, type, journey, body) "
           "VALUES(?, ?, ?, ?, ?)"},
      Line{&Statements::same_event,
           "SELECT type = ? AND journey IS ? AND body = ? FROM closed_event "
           "WHERE epoch = ? AND sequence = ?"},
      Line{&Statements::void_run,
           "INSERT OR IGNORE INTO closed_void(epoch, first, count, quota, reason) "
           "VALUES(?, ?, ?, ?, ?)"},
      Line{&Statements::stream, "INSERT OR IGNORE INTO stream(stream, name) VALUES(?, ?)"},
      Line{&Statements::foreign_key,
           "INSERT OR IGNORE INTO foreign_key(stream, id, digest, first, last, journey_epoch, "
           "journey, recorded_utc_ms, epoch) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"},
  };
  statements_ = std::make_unique<Statements>();
  for (const Line& line : lines) {
    auto statement = database_.Prepare(line.sql);
    if (!statement.ok()) return statement.error();
    (*statements_).*line.statement = std::move(*statement);
  }
  return {};
}

// Called before each row.
Status SalvageTarget::Count() {
  if (batch_ && in_batch_ == kBatchRows) {
    Status status = batch_->Commit();
    batch_.reset();
    if (!status.ok()) return status;
  }
  if (!batch_) {
    auto begun = sqlite::Transaction::Begin(database_);
    if (!begun.ok()) return begun.error();
    batch_.emplace(std::move(*begun));
    in_batch_ = 0;
  }
  ++in_batch_;
  return {};
}

// Of two rows with one number the first stays; they differ only in a file that was damaged in a way
// that no page shows.
Status SalvageTarget::AddEvent(Epoch epoch, const ports::StoredEvent& event) {
  if (Status status = Count(); !status.ok()) return status;
  const auto type = static_cast<std::uint16_t>(event.type);
  Status status =
      statements_->event->Run({epoch.value, event.sequence.value, type,
                               Bind::NullIfZero(event.journey), Bind::Blob(event.body)});
  if (!status.ok() || database_.changes() != 0) return status;
  const auto same =
      statements_->same_event->ReadInt({type, Bind::NullIfZero(event.journey),
                                        Bind::Blob(event.body), epoch.value, event.sequence.value});
  if (!same.ok()) return same.error();
  if (same->value_or(0) == 0) ++differing_;
  return {};
}

Status SalvageTarget::AddVoid(Epoch epoch, const ports::VoidRun& run) {
  if (Status status = Count(); !status.ok()) return status;
  return statements_->void_run->Run({epoch.value, run.first.value, run.count,
                                     static_cast<std::uint8_t>(run.quota),
                                     static_cast<std::uint8_t>(run.reason)});
}

Status SalvageTarget::AddClosedEpoch(const SalvagedClosedEpoch& closed) {
  if (Status status = Count(); !status.ok()) return status;
  const auto known = ReadCount(database_, "SELECT count(*) FROM closed_epoch WHERE epoch = ?",
                               {closed.closed.epoch.value});
  if (!known.ok()) return known.error();
  if (*known != 0) return {};
  return WriteClosedEpoch(database_, closed.closed, closed.folded);
}

Status SalvageTarget::AddStream(const ports::StreamName& stream) {
  if (Status status = Count(); !status.ok()) return status;
  return statements_->stream->Run({stream.stream, stream.name});
}

Status SalvageTarget::AddForeignKey(const ports::ForeignKey& key) {
  if (Status status = Count(); !status.ok()) return status;
  return statements_->foreign_key->Run({key.stream, key.id, key.digest, key.first.value,
                                        key.last.value, Bind::NullIfZero(key.journey.epoch.value),
                                        Bind::NullIfZero(key.journey.number), ToMs(key.recorded),
                                        key.epoch.value});
}

// Null when the window of the stream is full of newer ones.
WindowEntry* SalvageTarget::RecordOf(std::uint32_t stream, std::uint64_t number) {
  Records& records = windows_[stream];
  const auto found = records.find(number);
  if (found != records.end()) return &found->second;
  if (records.size() == ports::kStreamWindow) {
    if (number < records.begin()->first) return nullptr;
    records.erase(records.begin());
  }
  return &records[number];
}

void SalvageTarget::NoteRecord(Epoch epoch, const ports::StoredEvent& event) {
  if (event.stream == 0) return;
  WindowEntry* record = RecordOf(event.stream, event.number);
  if (record == nullptr || (record->epoch != Epoch{} && record->epoch != epoch)) return;
  const bool is_new = record->epoch == Epoch{};
  record->stream = event.stream;
  record->number = event.number;
  record->epoch = epoch;
  if (event.digest != 0) record->digest = event.digest;
  const bool earlier = is_new || event.sequence < record->first;
  if (event.journey != 0 && (earlier || record->journey.IsNone())) {
    const auto decoded =
        event::DecodeBody(event.body, epoch, event.sequence, event.type, event.journey);
    record->journey = decoded.ok() ? decoded->journey : JourneyId{epoch, event.journey};
  }
  record->first = is_new ? event.sequence : std::min(record->first, event.sequence);
  record->last = std::max(record->last, event.sequence);
}

void SalvageTarget::NoteWindow(const WindowEntry& entry) {
  WindowEntry* record = RecordOf(entry.stream, entry.number);
  if (record != nullptr && record->epoch == Epoch{}) *record = entry;
}

Result<SalvageTarget::Counts> SalvageTarget::End(const Ending& ending) {
  if (batch_) {
    Status status = batch_->Commit();
    batch_.reset();
    if (!status.ok()) return status.error();
  }
  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.error();
  if (Status status = FillStreams(); !status.ok()) return status.error();
  if (Status status = WriteWindows(); !status.ok()) return status.error();
  if (Status status = CloseOrphans(ending.old.epoch); !status.ok()) return status.error();
  if (ending.checkpoint && ending.checkpoint->at != Sequence{}) {
    // It was written in the old epoch, by an engine that had folded them.
    Status status = database_.Execute("UPDATE closed_epoch SET folded = last");
    if (!status.ok()) return status.error();
  }
  auto counts = CloseOld(ending);
  if (!counts.ok()) return counts.error();
  if (Status status = WriteIdentity(ending, *counts); !status.ok()) return status.error();
  if (Status status = transaction->Commit(); !status.ok()) return status.error();
  return *counts;
}

Status SalvageTarget::WriteWindows() {
  std::vector<WindowEntry> entries;
  for (const auto& [stream, records] : windows_) {
    for (const auto& [number, entry] : records) {
      if (entry.digest != 0) entries.push_back(entry);
    }
  }
  return WriteOldWindow(database_, entries);
}

// The engine numbers its streams without a hole. A name that is lost is replaced by one that no
// host can have.
Status SalvageTarget::FillStreams() {
  const auto named = ReadCount(database_, "SELECT max(stream) FROM stream", {});
  if (!named.ok()) return named.error();
  const std::uint64_t used = windows_.empty() ? 0 : windows_.rbegin()->first;
  for (std::uint64_t stream = 1; stream <= std::max(*named, used); ++stream) {
    Status status = statements_->stream->Run({stream, "?lost-" + std::to_string(stream)});
    if (!status.ok()) return status;
  }
  return {};
}

// Closed epochs of which only rows were found, and ends of closed epochs that were not.
Status SalvageTarget::CloseOrphans(Epoch old) {
  Status status = RunWith(
      database_,
      "INSERT INTO closed_epoch(epoch, journal_id, first, last, acked, folded) "
      "SELECT epoch, '', min(sequence), max(sequence), min(sequence) - 1, 0 FROM closed_event "
      "WHERE epoch <> ? AND epoch NOT IN (SELECT epoch FROM closed_epoch) GROUP BY epoch",
      {old.value});
  if (!status.ok()) return status;
  // A void run up to the last position: HQ's watermark must come there.
  return RunWith(
      database_,
      "INSERT OR IGNORE INTO closed_void(epoch, first, count, quota, reason) "
      "SELECT epoch, highest + 1, last - highest, 0, ? FROM (SELECT epoch, last, max(acked, "
      "coalesce((SELECT max(sequence) FROM closed_event AS e WHERE e.epoch = c.epoch), 0), "
      "coalesce((SELECT max(first + count - 1) FROM closed_void AS v WHERE v.epoch = c.epoch), 0)) "
      "AS highest FROM closed_epoch AS c) WHERE highest < last",
      {static_cast<std::uint8_t>(ports::VoidReason::kDamaged)});
}

// What is known of the positions of the old epoch, from what was found and what HQ and the engine
// had.
Result<SalvageTarget::Extent> SalvageTarget::MeasureOld(const Ending& ending) {
  const std::uint64_t epoch = ending.old.epoch.value;
  const auto first = ReadCount(
      database_,
      "SELECT min(at) FROM (SELECT min(sequence) AS at FROM closed_event WHERE epoch = ?1 "
      "UNION ALL SELECT min(first) FROM closed_void WHERE epoch = ?1)",
      {epoch});
  if (!first.ok()) return first.error();
  const auto found = ReadCount(
      database_,
      "SELECT max(at) FROM (SELECT max(sequence) AS at FROM closed_event WHERE epoch = ?1 "
      "UNION ALL SELECT max(first + count - 1) FROM closed_void WHERE epoch = ?1)",
      {epoch});
  if (!found.ok()) return found.error();
  Extent extent;
  // Of a cursor that is not known the first position that was found tells as much as there is.
  const std::uint64_t below = *first == 0 ? 0 : *first - 1;
  extent.acked = ending.old_known ? ending.old.acked.value : below;
  extent.first = *first == 0 ? extent.acked + 1 : *first;
  extent.found = std::max(*found, extent.acked);
  extent.last = std::max(extent.found, ending.checkpoint ? ending.checkpoint->at.value : 0);
  return extent;
}

Result<SalvageTarget::Counts> SalvageTarget::CloseOld(const Ending& ending) {
  const auto extent = MeasureOld(ending);
  if (!extent.ok()) return extent.error();
  const std::uint64_t epoch = ending.old.epoch.value;
  const auto carried =
      ReadCount(database_, "SELECT count(*) FROM closed_event WHERE epoch = ? AND sequence > ?",
                {epoch, extent->acked});
  if (!carried.ok()) return carried.error();
  const auto given_up =
      ReadCount(database_,
                "SELECT sum(first + count - 1 - max(first - 1, ?2)) FROM closed_void "
                "WHERE epoch = ?1 AND first + count - 1 > ?2",
                {epoch, extent->acked});
  if (!given_up.ok()) return given_up.error();
  const std::uint64_t unsent = extent->last - extent->acked;
  const std::uint64_t known = *carried + *given_up;
  const Counts counts{*carried, unsent > known ? unsent - known : 0};
  if (extent->found < extent->last) {
    Status status = RunWith(database_, "INSERT INTO closed_void VALUES(?, ?, ?, 0, ?)",
                            {epoch, extent->found + 1, extent->last - extent->found,
                             static_cast<std::uint8_t>(ports::VoidReason::kDamaged)});
    if (!status.ok()) return status.error();
  }
  if (extent->last < extent->first) return counts;  // nothing is left of it
  const ports::ClosedEpoch closed{ending.old.epoch, ending.old.journal_id, Sequence{extent->first},
                                  Sequence{extent->last}, Sequence{extent->acked}};
  if (Status status = WriteClosedEpoch(database_, closed, ending.folded); !status.ok()) {
    return status.error();
  }
  return counts;
}

Status SalvageTarget::WriteIdentity(const Ending& ending, const Counts& counts) {
  Status status =
      RunWith(database_,
              "INSERT INTO journal(one, epoch, journal_id, opens, boot, boot_id, clean, acked, "
              "hq_generation) VALUES(1, ?, ?, ?, ?, ?, 0, 0, ?)",
              {ending.epoch.value, ending.journal_id, ending.old.opens, ending.old.boot,
               ending.old.boot_id, ending.old.hq_generation});
  if (!status.ok()) return status;
  if (ending.checkpoint) {
    const ports::Checkpoint moved{Sequence{}, ending.checkpoint->state};
    status = RunWith(database_, "INSERT INTO checkpoint(one, at, digest, state) VALUES(1, 0, ?, ?)",
                     {CheckpointDigest(moved), Bind::Blob(moved.state)});
    if (!status.ok()) return status;
  }
  IncidentRow row{ending.epoch, Sequence{}, ending.journeys, ending.wall, {}};
  row.incident = {ports::Incident::Kind::kSalvaged, ending.old_known ? ending.old.epoch : Epoch{},
                  counts.carried, counts.lost, ending.reason};
  return WriteIncident(database_, row);
}

Status SalvageTarget::Close() { return database_.CheckpointAndTruncate(); }

}  // namespace trayline::journal
