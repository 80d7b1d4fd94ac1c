#include "agent/journal/epoch_change.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "agent/event/event.h"
#include "agent/event/key.h"
#include "agent/journal/checkpoint.h"
#include "agent/journal/closed.h"
#include "agent/journal/incident.h"
#include "agent/journal/window_store.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using ports::WindowEntry;
using sqlite::Bind;
using sqlite::Row;
using sqlite::Visit;

namespace {

Status RunWith(sqlite::Database& database, const char* sql, std::initializer_list<Bind> binds) {
  auto statement = database.Prepare(sql);
  if (!statement.ok()) return statement.error();
  return statement->Run(binds);
}

constexpr std::int64_t kPagesNoLimit = 1'073'741'823;  // SQLite's own

// A pragma that has another value while this object lives.
class Setting {
 public:
  Setting(sqlite::Database& database, const std::string& name, std::int64_t value)
      : database_(database), pragma_("PRAGMA " + name) {
    const auto before = database.ReadInt(pragma_);
    before_ = before.ok() ? *before : value;
    static_cast<void>(database.ReadInt(pragma_ + "=" + std::to_string(value)));
  }
  ~Setting() { static_cast<void>(database_.ReadInt(pragma_ + "=" + std::to_string(before_))); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;

 private:
  sqlite::Database& database_;
  const std::string pragma_;
  std::int64_t before_;
};

// One transaction's work; its methods run once, in the order in which Run calls them.
class Change {
 public:
  Change(sqlite::Database& database, const EpochChange& change)
      : database_(database), change_(change), cut_(change.acked) {}

  Status Run() {
    for (const auto step :
         {&Change::Measure, &Change::KeepWindows, &Change::KeepForeignKeys, &Change::FoldCheckpoint,
          &Change::Renumber, &Change::ShiftVoids, &Change::ShiftAgeMarks, &Change::WriteIdentity,
          &Change::TellIncident}) {
      if (Status status = (this->*step)(); !status.ok()) return status;
    }
    return {};
  }

 private:
  Status Measure();
  Status KeepWindows();
  Status KeepForeignKeys();
  Status FoldCheckpoint();
  Status CarryFolded(Sequence at);
  Status Renumber();
  Result<std::vector<ports::StoredEvent>> ReadPiece(sqlite::Statement& select, Sequence after);
  Status MovePiece(sqlite::Statement& remove, sqlite::Statement& insert, Sequence after,
                   const std::vector<ports::StoredEvent>& piece);
  [[nodiscard]] std::string BodyOf(const ports::StoredEvent& event) const;
  Status ShiftVoids();
  Status ShiftAgeMarks();
  Status WriteIdentity();
  Status TellIncident();

  sqlite::Database& database_;
  const EpochChange& change_;
  const Sequence cut_;  // rows up to here go, those above move down by it
  Sequence last_;       // in the old numbers
  std::uint64_t journeys_ = 0;
  std::uint64_t carried_ = 0;
  std::uint64_t void_positions_ = 0;
  std::uint64_t lost_ = 0;
  std::optional<IncidentRow> untold_;
};

Status Change::Measure() {
  const auto last_row = database_.ReadInt("SELECT max(sequence) FROM event");
  if (!last_row.ok()) return last_row.error();
  const auto last_void = database_.ReadInt("SELECT max(first + count - 1) FROM void_run");
  if (!last_void.ok()) return last_void.error();
  last_ = Sequence{static_cast<std::uint64_t>(std::max(*last_row, *last_void))};
  const auto journeys = database_.ReadInt("SELECT max(journey) FROM event");
  if (!journeys.ok()) return journeys.error();
  journeys_ = static_cast<std::uint64_t>(*journeys);
  auto incident = ReadNewestIncident(database_);
  if (!incident.ok()) return incident.error();
  if (*incident) {
    journeys_ = std::max(journeys_, (*incident)->journeys);
    if ((*incident)->epoch == change_.from && (*incident)->last == last_) untold_ = *incident;
  }
  return {};
}

// A record whose first row goes is kept with its old place, also when rows of it move: the digest
// is on the first row.
Status Change::KeepWindows() {
  auto window = ReadWindow(database_, change_.from);
  if (!window.ok()) return window.error();
  std::vector<WindowEntry> old;
  for (WindowEntry& entry : *window) {
    const bool stays = entry.epoch == Epoch{} && entry.first > cut_;
    if (stays) continue;
    if (entry.epoch == Epoch{}) entry.epoch = change_.from;
    if (!entry.journey.IsNone() && entry.journey.epoch == Epoch{}) {
      entry.journey.epoch = change_.from;
    }
    old.push_back(entry);
  }
  return WriteOldWindow(database_, old);
}

Status Change::KeepForeignKeys() {
  Status status = RunWith(database_,
                          "UPDATE foreign_key SET journey_epoch = ? "
                          "WHERE journey IS NOT NULL AND journey_epoch IS NULL",
                          {change_.from.value});
  if (!status.ok()) return status;
  status =
      RunWith(database_, "UPDATE foreign_key SET epoch = ?1 WHERE epoch IS NULL AND first <= ?2",
              {change_.from.value, cut_.value});
  if (!status.ok()) return status;
  return RunWith(database_,
                 "UPDATE foreign_key SET first = first - ?1, last = last - ?1 WHERE epoch IS NULL",
                 {cut_.value});
}

// The rows that the checkpoint does not hold are carried in a closed epoch, if they do not move.
Status Change::FoldCheckpoint() {
  auto found = ReadCheckpoint(database_);
  if (!found.ok()) return found.error();
  if (found->damaged) {
    if (Status status = database_.Execute("DELETE FROM checkpoint"); !status.ok()) return status;
  }
  const Sequence at = found->checkpoint ? found->checkpoint->at : Sequence{};
  if (at != Sequence{}) {
    // It covers what was carried before; at 0 it would not be known to.
    Status status = database_.Execute("UPDATE closed_epoch SET folded = last");
    if (!status.ok()) return status;
  }
  if (Status status = CarryFolded(at); !status.ok()) return status;
  if (!found->checkpoint) return {};
  // What it holds above the last row is in the state, but HQ never gets it.
  const Sequence end = std::max(last_, cut_);
  lost_ = at > end ? at.value - end.value : 0;
  ports::Checkpoint& checkpoint = *found->checkpoint;
  checkpoint.at = Sequence{at > cut_ ? std::min(at, end).value - cut_.value : 0};
  return RunWith(database_, "UPDATE checkpoint SET at = ?, digest = ?",
                 {checkpoint.at.value, CheckpointDigest(checkpoint)});
}

Status Change::CarryFolded(Sequence at) {
  if (at >= cut_) return {};
  Status status = RunWith(
      database_,
      "INSERT INTO closed_event(epoch, sequence, type, journey, body) "
      "SELECT ?, sequence, type, journey, body FROM event WHERE sequence > ? AND sequence <= ?",
      {change_.from.value, at.value, cut_.value});
  if (!status.ok() || database_.changes() == 0) return status;
  const Sequence last = std::min(last_, cut_);
  return WriteClosedEpoch(database_, {change_.from, change_.old_journal_id, at.Next(), last, last},
                          at);
}

// Upward, so that the place of each row is free: it was left by a row before it, or lies among
// those that go.
Status Change::Renumber() {
  Status status = RunWith(database_, "DELETE FROM event WHERE sequence <= ?", {cut_.value});
  if (!status.ok()) return status;
  auto select = database_.Prepare(
      "SELECT sequence, type, journey, stream, number, digest, body FROM event "
      "WHERE sequence > ? ORDER BY sequence LIMIT ?");
  if (!select.ok()) return select.error();
  auto remove = database_.Prepare("DELETE FROM event WHERE sequence > ? AND sequence <= ?");
  if (!remove.ok()) return remove.error();
  auto insert = database_.Prepare(
      "INSERT INTO event(sequence, type, journey, stream, number, digest, body) "
      "VALUES(?, ?, ?, ?, ?, ?, ?)");
  if (!insert.ok()) return insert.error();
  for (Sequence after = cut_;;) {
    const auto piece = ReadPiece(*select, after);
    if (!piece.ok()) return piece.error();
    if (piece->empty()) return {};
    if (status = MovePiece(*remove, *insert, after, *piece); !status.ok()) return status;
    after = piece->back().sequence;
    carried_ += piece->size();
  }
}

Result<std::vector<ports::StoredEvent>> Change::ReadPiece(sqlite::Statement& select,
                                                          Sequence after) {
  std::vector<ports::StoredEvent> piece;
  std::size_t bytes = 0;
  const Status status = select.ForEach({after.value, kChangePieceRows}, [&](const Row& row) {
    piece.push_back({Sequence{row.Unsigned(0)}, static_cast<event::EventType>(row.Unsigned(1)),
                     row.Unsigned(2), std::string(row.Blob(6)),
                     static_cast<std::uint32_t>(row.Unsigned(3)), row.Unsigned(4),
                     row.Unsigned(5)});
    bytes += piece.back().body.size();
    return bytes < kChangePieceBytes ? Visit::kContinue : Visit::kStop;
  });
  if (!status.ok()) return status.error();
  return piece;
}

Status Change::MovePiece(sqlite::Statement& remove, sqlite::Statement& insert, Sequence after,
                         const std::vector<ports::StoredEvent>& piece) {
  Status status = remove.Run({after.value, piece.back().sequence.value});
  if (!status.ok()) return status;
  for (const ports::StoredEvent& event : piece) {
    const std::string body = BodyOf(event);
    status = insert.Run({event.sequence.value - cut_.value, static_cast<std::uint16_t>(event.type),
                         Bind::NullIfZero(event.journey), Bind::NullIfZero(event.stream),
                         Bind::NullIfZero(event.number), Bind::NullIfZero(event.digest),
                         Bind::Blob(body)});
    if (!status.ok()) return status;
  }
  return {};
}

// A body that this program cannot read stays byte for byte: rather an event without its origin than
// none.
std::string Change::BodyOf(const ports::StoredEvent& event) const {
  auto decoded =
      event::DecodeBody(event.body, change_.from, event.sequence, event.type, event.journey);
  if (!decoded.ok()) return event.body;
  if (!decoded->data.Has(event::Key::kOriginEpoch)) {
    decoded->data.Set(event::Key::kOriginEpoch, static_cast<std::int64_t>(change_.from.value));
    decoded->data.Set(event::Key::kOriginSequence, static_cast<std::int64_t>(event.sequence.value));
  }
  std::string body = event::EncodeBody(*decoded, change_.to);
  // At the limit of fields in a record there is no room for the origin.
  const auto again = event::DecodeBody(body, change_.to, event.sequence, event.type, event.journey);
  if (again.ok()) return body;
  decoded->data.Remove(event::Key::kOriginEpoch);
  decoded->data.Remove(event::Key::kOriginSequence);
  return event::EncodeBody(*decoded, change_.to);
}

// By way of negative numbers: no run meets another on its way.
Status Change::ShiftVoids() {
  Status status =
      RunWith(database_, "DELETE FROM void_run WHERE first + count - 1 <= ?", {cut_.value});
  if (!status.ok()) return status;
  status = RunWith(database_,
                   "UPDATE void_run SET count = first + count - 1 - ?1, first = ?1 + 1 "
                   "WHERE first <= ?1",
                   {cut_.value});
  if (!status.ok()) return status;
  status = RunWith(database_, "UPDATE void_run SET first = -(first - ?)", {cut_.value});
  if (!status.ok()) return status;
  if (status = database_.Execute("UPDATE void_run SET first = -first"); !status.ok()) return status;
  const auto positions = database_.ReadInt("SELECT total(count) FROM void_run");
  if (!positions.ok()) return positions.error();
  void_positions_ = static_cast<std::uint64_t>(*positions);
  return {};
}

Status Change::ShiftAgeMarks() {
  Status status = RunWith(database_, "DELETE FROM age_mark WHERE sequence <= ?", {cut_.value});
  if (!status.ok()) return status;
  status = RunWith(database_, "UPDATE age_mark SET sequence = -(sequence - ?)", {cut_.value});
  if (!status.ok()) return status;
  return database_.Execute("UPDATE age_mark SET sequence = -sequence");
}

Status Change::WriteIdentity() {
  return RunWith(database_, "UPDATE journal SET epoch = ?, journal_id = ?, acked = 0",
                 {change_.to.value, change_.journal_id});
}

Status Change::TellIncident() {
  IncidentRow row;
  row.epoch = change_.to;
  row.last = Sequence{last_ > cut_ ? last_.value - cut_.value : 0};
  row.journeys = journeys_;
  row.wall = change_.wall;
  const std::uint64_t known = carried_ + void_positions_;
  if (row.last.value > known) lost_ += row.last.value - known;
  row.incident = {change_.kind, change_.from, carried_, lost_, change_.text};
  if (untold_) row.incident = Join(untold_->incident, row.incident);
  return WriteIncident(database_, row);
}

}  // namespace

Status ChangeEpoch(sqlite::Database& database, const EpochChange& change) {
  // Deleted rows are overwritten: a salvage that finds an old page must not take rows of one epoch
  // for rows of another. Both settings are the connection's and are put back.
  const Setting overwrites(database, "secure_delete", 1);
  const Setting unlimited(database, "max_page_count", kPagesNoLimit);
  auto transaction = sqlite::Transaction::Begin(database);
  if (!transaction.ok()) return transaction.error();
  if (Status status = Change(database, change).Run(); !status.ok()) return status;
  return transaction->Commit();
}

}  // namespace trayline::journal
