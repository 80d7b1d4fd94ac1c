#include "agent/journal/writer.h"

#include <array>
#include <utility>

#include "agent/journal/checkpoint.h"
#include "agent/journal/closed.h"
#include "agent/journal/files.h"
#include "agent/journal/writer_statements.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using sqlite::Bind;

namespace {

constexpr const char* kInsertEvent =
    "INSERT INTO event(sequence, type, journey, stream, number, digest, body) "
    "VALUES(?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kInsertForeignKey =
    "INSERT OR REPLACE INTO foreign_key(stream, id, digest, first, last, journey_epoch, journey, "
    "recorded_utc_ms, epoch) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kWriteCheckpoint =
    "INSERT INTO checkpoint(one, at, digest, state) VALUES(1, ?, ?, ?) "
    "ON CONFLICT(one) DO UPDATE SET at = excluded.at, digest = excluded.digest, "
    "state = excluded.state";

}  // namespace

Writer::Writer(const Options& options, ports::Clock& clock, ports::Random& random, Log& log,
               sqlite::Database database)
    : options_(options),
      clock_(clock),
      random_(random),
      log_(log),
      database_(std::move(database)),
      age_marks_(database_, clock, options.retention_days),
      voids_(database_),
      shedder_(database_, voids_) {}
Writer::~Writer() = default;

Status Writer::Prepare() {
  struct Line {
    std::optional<sqlite::Statement> Statements::*statement;
    const char* sql;
  };
  const std::array lines = {
      Line{&Statements::insert_event, kInsertEvent},
      Line{&Statements::insert_stream, "INSERT INTO stream(stream, name) VALUES(?, ?)"},
      Line{&Statements::insert_foreign_key, kInsertForeignKey},
      Line{&Statements::write_checkpoint, kWriteCheckpoint},
      Line{&Statements::write_cursors, "UPDATE journal SET acked = ?, hq_generation = ?"},
      Line{&Statements::delete_events, "DELETE FROM event WHERE sequence <= ?"},
      Line{&Statements::step_end,
           "SELECT sequence FROM event WHERE sequence >= ? ORDER BY sequence LIMIT 1 OFFSET ?"},
      Line{&Statements::probe_insert,
           "INSERT INTO void_run(first, count, quota, reason) VALUES(?, 1, 0, 0)"},
      Line{&Statements::probe_delete, "DELETE FROM void_run WHERE first = ?"},
      Line{&Statements::page_count, "PRAGMA page_count"},
      Line{&Statements::free_pages, "PRAGMA freelist_count"},
  };
  statements_ = std::make_unique<Statements>();
  for (const Line& line : lines) {
    auto statement = database_.Prepare(line.sql);
    if (!statement.ok()) return statement.error();
    (*statements_).*line.statement = std::move(*statement);
  }
  if (Status status = age_marks_.Prepare(); !status.ok()) return status;
  if (Status status = voids_.Prepare(); !status.ok()) return status;
  return shedder_.Prepare();
}

Writer::Committed Writer::Commit(std::span<const ports::Transaction* const> group,
                                 const std::optional<Cursors>& cursors) {
  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return {transaction.error()};
  Sequence last = last_;
  Sequence first = first_;
  Sequence checkpoint_at = checkpoint_at_;
  std::size_t foreign_keys = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const ports::Transaction& part = *group[i];
    if (Status status = WriteTransaction(part); !status.ok()) return Failed(group, status, i);
    if (!part.events.empty()) {
      if (first == Sequence{}) first = part.events.front().sequence;
      last = part.events.back().sequence;
    }
    if (part.checkpoint) checkpoint_at = part.checkpoint->at;
    foreign_keys += part.foreign_keys.size();
  }
  const bool marks = last != last_ && age_marks_.IsDue(last);
  if (Status status = WriteCursorAndMark(last, cursors, marks); !status.ok()) {
    return Failed(group, status, 0);
  }
  if (Status status = transaction->Commit(); !status.ok()) return Failed(group, status, 0);
  first_ = first;
  last_ = last;
  checkpoint_at_ = checkpoint_at;
  foreign_keys_since_prune_ += foreign_keys;
  if (marks) age_marks_.Committed(last);
  return {};
}

// To be called before anything else is done on the connection.
Writer::Committed Writer::Failed(std::span<const ports::Transaction* const> group,
                                 const Status& status, std::size_t part) {
  return {status, part, status.error().code == Errc::kFull && IsDeviceFull(group)};
}

Status Writer::WriteCursorAndMark(Sequence last, const std::optional<Cursors>& cursors,
                                  bool marks) {
  if (cursors) {
    if (Status status = PutCursors(*cursors); !status.ok()) return status;
  }
  if (!marks) return {};
  return age_marks_.Write(last);
}

Status Writer::WriteTransaction(const ports::Transaction& transaction) {
  for (const ports::StoredEvent& event : transaction.events) {
    Status status = statements_->insert_event->Run(
        {event.sequence.value, static_cast<std::uint16_t>(event.type),
         Bind::NullIfZero(event.journey), Bind::NullIfZero(event.stream),
         Bind::NullIfZero(event.number), Bind::NullIfZero(event.digest), Bind::Blob(event.body)});
    if (!status.ok()) return status;
  }
  for (const ports::StreamName& stream : transaction.streams) {
    Status status = statements_->insert_stream->Run({stream.stream, stream.name});
    if (!status.ok()) return status;
  }
  if (Status status = WriteForeignKeys(transaction); !status.ok()) return status;
  if (transaction.checkpoint) {
    const ports::Checkpoint& checkpoint = *transaction.checkpoint;
    return statements_->write_checkpoint->Run(
        {checkpoint.at.value, CheckpointDigest(checkpoint), Bind::Blob(checkpoint.state)});
  }
  return {};
}

Status Writer::WriteForeignKeys(const ports::Transaction& transaction) {
  for (const ports::ForeignKey& key : transaction.foreign_keys) {
    Status status = statements_->insert_foreign_key->Run(
        {key.stream, key.id, key.digest, key.first.value, key.last.value,
         Bind::NullIfZero(key.journey.epoch.value), Bind::NullIfZero(key.journey.number),
         ToMs(key.recorded), Bind::NullIfZero(key.epoch.value)});
    if (!status.ok()) return status;
  }
  return {};
}

Status Writer::WriteCursors(const Cursors& cursors) {
  if (cursors.closed.empty()) return PutCursors(cursors);
  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.error();
  if (Status status = PutCursors(cursors); !status.ok()) return status;
  return transaction->Commit();
}

Status Writer::PutCursors(const Cursors& cursors) {
  for (const auto& [epoch, acked] : cursors.closed) {
    if (Status status = WriteClosedAcked(database_, epoch, acked); !status.ok()) return status;
  }
  return statements_->write_cursors->Run({cursors.acked.value, cursors.hq_generation});
}

Status Writer::PruneForeignKeys() {
  auto by_number = database_.Prepare(
      "DELETE FROM foreign_key WHERE entry <= (SELECT max(entry) FROM foreign_key) - ?");
  if (!by_number.ok()) return by_number.error();
  if (Status status = by_number->Run({ports::kForeignKeysMax}); !status.ok()) return status;
  foreign_keys_since_prune_ = 0;
  if (clock_.State() == event::ClockState::kUnsynced) return {};
  auto by_age = database_.Prepare(
      "DELETE FROM foreign_key WHERE recorded_utc_ms < ? "
      "AND entry <= (SELECT max(entry) FROM foreign_key) - ?");
  if (!by_age.ok()) return by_age.error();
  const WallTime oldest = clock_.Wall() - std::chrono::days(ports::kForeignKeyDays);
  return by_age->Run({ToMs(oldest), ports::kForeignKeysKept});
}

std::uint64_t Writer::BytesOnDisk() const {
  return FileBytes(options_.path) + FileBytes(options_.path + "-wal");
}

Status Writer::CloseInOrder(const Cursors& cursors) {
  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.error();
  if (Status status = PutCursors(cursors); !status.ok()) return status;
  if (Status status = database_.Execute("UPDATE journal SET clean = 1"); !status.ok()) {
    return status;
  }
  if (Status status = transaction->Commit(); !status.ok()) return status;
  // Not moved because somebody reads: the next Open does it.
  static_cast<void>(database_.CheckpointAndTruncate());
  return {};
}

}  // namespace trayline::journal
