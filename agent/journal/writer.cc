#include "agent/journal/writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/journal/checkpoint.h"
#include "agent/journal/files.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using sqlite::Bind;

// All of them are there after Prepare.
struct Writer::Statements {
  std::optional<sqlite::Statement> insert_event;
  std::optional<sqlite::Statement> insert_stream;
  std::optional<sqlite::Statement> insert_foreign_key;
  std::optional<sqlite::Statement> write_checkpoint;
  std::optional<sqlite::Statement> write_acked;
  std::optional<sqlite::Statement> insert_age_mark;
  std::optional<sqlite::Statement> delete_events;
  std::optional<sqlite::Statement> delete_age_marks;
  std::optional<sqlite::Statement> newest_old_mark;
  std::optional<sqlite::Statement> page_count;
  std::optional<sqlite::Statement> free_pages;
};

namespace {

constexpr const char* kInsertEvent =
    "INSERT INTO event(sequence, type, journey, stream, number, digest, body) "
    "VALUES(?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kInsertForeignKey =
    "INSERT OR REPLACE INTO foreign_key(stream, id, digest, first, last, journey_epoch, journey, "
    "recorded_utc_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kWriteCheckpoint =
    "INSERT INTO checkpoint(one, at, digest, state) VALUES(1, ?, ?, ?) "
    "ON CONFLICT(one) DO UPDATE SET at = excluded.at, digest = excluded.digest, "
    "state = excluded.state";

}  // namespace

Writer::Writer(const Options& options, ports::Clock& clock, Log& log, sqlite::Database database)
    : options_(options), clock_(clock), log_(log), database_(std::move(database)) {}
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
      Line{&Statements::write_acked, "UPDATE journal SET acked = ?"},
      Line{&Statements::insert_age_mark,
           "INSERT OR REPLACE INTO age_mark(sequence, wall_utc_ms) VALUES(?, ?)"},
      Line{&Statements::delete_events, "DELETE FROM event WHERE sequence <= ?"},
      Line{&Statements::delete_age_marks, "DELETE FROM age_mark WHERE sequence <= ?"},
      Line{&Statements::newest_old_mark,
           "SELECT max(sequence) FROM age_mark WHERE wall_utc_ms <= ?"},
      Line{&Statements::page_count, "PRAGMA page_count"},
      Line{&Statements::free_pages, "PRAGMA freelist_count"},
  };
  statements_ = std::make_unique<Statements>();
  for (const Line& line : lines) {
    auto statement = database_.Prepare(line.sql);
    if (!statement.ok()) return statement.error();
    (*statements_).*line.statement = std::move(*statement);
  }
  return {};
}

Writer::Committed Writer::Commit(std::span<const ports::Transaction* const> group,
                                 std::optional<Sequence> acked) {
  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return {transaction.error()};
  Sequence last = last_;
  Sequence first = first_;
  Sequence checkpoint_at = checkpoint_at_;
  std::size_t foreign_keys = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const ports::Transaction& part = *group[i];
    if (Status status = WriteTransaction(part); !status.ok()) return {status, i};
    if (!part.events.empty()) {
      if (first == Sequence{}) first = part.events.front().sequence;
      last = part.events.back().sequence;
    }
    if (part.checkpoint) checkpoint_at = part.checkpoint->at;
    foreign_keys += part.foreign_keys.size();
  }
  const bool marks = last != last_ && WantsAgeMark(last);
  if (Status status = WriteCursorAndMark(last, acked, marks); !status.ok()) return {status};
  if (Status status = transaction->Commit(); !status.ok()) return {status};
  first_ = first;
  last_ = last;
  checkpoint_at_ = checkpoint_at;
  foreign_keys_since_prune_ += foreign_keys;
  if (marks) {
    marked_ = clock_.Mono();
    marked_at_ = last;
  }
  return {};
}

Status Writer::WriteCursorAndMark(Sequence last, std::optional<Sequence> acked, bool marks) {
  if (acked) {
    if (Status status = WriteAcked(*acked); !status.ok()) return status;
  }
  if (!marks) return {};
  return statements_->insert_age_mark->Run({last.value, ToMs(clock_.Wall())});
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
         ToMs(key.recorded)});
    if (!status.ok()) return status;
  }
  return {};
}

bool Writer::WantsAgeMark(Sequence last) const {
  // A clock that was never set would make everything look old, or nothing.
  if (clock_.State() == event::ClockState::kUnsynced) return false;
  return !marked_ || clock_.Mono() - *marked_ >= kAgeMarkEvery ||
         last.value - marked_at_.value >= kAgeMarkEveryRows;
}

Status Writer::WriteAcked(Sequence acked) { return statements_->write_acked->Run({acked.value}); }

Result<Writer::Retained> Writer::Retain(Sequence acked, bool pressed) {
  if (foreign_keys_since_prune_ >= kForeignKeysSlack) {
    if (Status status = PruneForeignKeys(); !status.ok()) return status.error();
  }
  if (last_.value <= kKeepRows || first_ == Sequence{}) return Retained{};
  // HQ has it, no reload needs it, no window of a stream is built from it.
  const Sequence deletable = std::min({acked, checkpoint_at_, Sequence{last_.value - kKeepRows}});
  const auto old = DeletableByAge();
  if (!old.ok()) return old.error();
  const auto oversized = IsOversized();
  if (!oversized.ok()) return oversized.error();
  const Sequence wanted = pressed || *oversized ? deletable : std::min(*old, deletable);
  if (wanted < first_) return Retained{};
  const Sequence cut = std::min(wanted, Sequence{first_.value + kRetentionStepRows - 1});

  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.error();
  // The cursor goes with them: after a crash it must not point below the first event.
  Status status = WriteAcked(acked);
  if (status.ok()) status = statements_->delete_events->Run({cut.value});
  if (status.ok()) status = statements_->delete_age_marks->Run({cut.value});
  if (status.ok()) status = transaction->Commit();
  if (!status.ok()) return status.error();
  const Retained retained{cut.value - first_.value + 1, cut < wanted};
  first_ = cut.Next();
  return retained;
}

Result<Sequence> Writer::DeletableByAge() {
  if (clock_.State() == event::ClockState::kUnsynced) return Sequence{};
  const WallTime oldest = clock_.Wall() - std::chrono::days(options_.retention_days);
  const auto mark = statements_->newest_old_mark->ReadInt({ToMs(oldest)});
  if (!mark.ok()) return mark.error();
  return Sequence{static_cast<std::uint64_t>(mark->value_or(0))};
}

Result<bool> Writer::IsOversized() {
  const auto pages = statements_->page_count->ReadInt();
  if (!pages.ok()) return pages.error();
  const auto free_pages = statements_->free_pages->ReadInt();
  if (!free_pages.ok()) return free_pages.error();
  return (pages->value_or(0) - free_pages->value_or(0)) * kPageBytes > options_.retention_bytes;
}

Status Writer::PruneForeignKeys() {
  auto by_number = database_.Prepare(
      "DELETE FROM foreign_key WHERE entry <= (SELECT max(entry) FROM foreign_key) - ?");
  if (!by_number.ok()) return by_number.error();
  if (Status status = by_number->Run({ports::kForeignKeysMax}); !status.ok()) return status;
  foreign_keys_since_prune_ = 0;
  if (clock_.State() == event::ClockState::kUnsynced) return {};
  auto by_age = database_.Prepare("DELETE FROM foreign_key WHERE recorded_utc_ms < ?");
  if (!by_age.ok()) return by_age.error();
  return by_age->Run({ToMs(clock_.Wall() - std::chrono::days(ports::kForeignKeyDays))});
}

std::uint64_t Writer::BytesOnDisk() const {
  return FileBytes(options_.path) + FileBytes(options_.path + "-wal");
}

Status Writer::CloseInOrder(Sequence acked) {
  auto close = database_.Prepare("UPDATE journal SET acked = ?, clean = 1");
  if (!close.ok()) return close.error();
  if (Status status = close->Run({acked.value}); !status.ok()) return status;
  // Not moved because somebody reads: the next Open does it.
  static_cast<void>(database_.CheckpointAndTruncate());
  return {};
}

}  // namespace trayline::journal
