#include "agent/journal/shed.h"

#include <algorithm>
#include <string>
#include <utility>

#include "agent/journal/options.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using event::QuotaClass;
using sqlite::Row;
using sqlite::Visit;

namespace {

// What may be given up, in this order.
constexpr std::array kShedOrder = {QuotaClass::kBrowsing, QuotaClass::kOffer};
// A piece is written anew as a whole: rows and bytes of bodies that it has at most, but for one
// row. It is in memory once.
constexpr std::size_t kPieceRows = 2048;
constexpr std::size_t kPieceBytes = 512ULL * 1024;
// A closed journey's rows that were passed over while it was open are looked at again after so many
// new rows; sooner when there is no room at all.
constexpr std::uint64_t kAgainRows = kKeepRows;
constexpr std::uint64_t kAgainRowsInsisting = kRetentionEveryEvents;

constexpr std::size_t IndexOf(QuotaClass quota) { return static_cast<std::size_t>(quota); }

}  // namespace

// A stretch of rows without a gap between its bounds but for voids.
struct Shedder::Piece {
  Sequence first;
  Sequence last;
  std::vector<ports::StoredEvent> kept;
  std::vector<ports::VoidRun> given_up;
  std::uint64_t rows_given_up = 0;
  std::size_t rows = 0;
  std::size_t bytes = 0;
};

QuotaClass QuotaClassOf(event::EventType type) {
  const event::TypeSpec* spec = event::FindType(type);
  return spec == nullptr ? QuotaClass::kOrder : spec->quota;
}

Status Shedder::Prepare() {
  if (Status status = closed_.Prepare(); !status.ok()) return status;
  struct Line {
    std::optional<sqlite::Statement>& statement;
    const char* sql;
  };
  const std::array lines = {
      Line{scan_,
           "SELECT sequence, type, journey FROM event WHERE sequence BETWEEN ? AND ? "
           "ORDER BY sequence LIMIT ?"},
      Line{read_,
           "SELECT sequence, type, journey, stream, number, digest, body FROM event "
           "WHERE sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?"},
      Line{remove_, "DELETE FROM event WHERE sequence BETWEEN ? AND ?"},
      Line{insert_,
           "INSERT INTO event(sequence, type, journey, stream, number, digest, body) "
           "VALUES(?, ?, ?, ?, ?, ?, ?)"},
  };
  for (const Line& line : lines) {
    auto statement = database_.Prepare(line.sql);
    if (!statement.ok()) return statement.error();
    line.statement = std::move(*statement);
  }
  return {};
}

void Shedder::Forget() {
  closed_.Forget();
  passes_ = {};
}

Result<Shedder::Step> Shedder::Take(const Field& field, bool insist) {
  Step step;
  if (field.limit < field.first) return step;
  if (closed_.seen() < field.last) {
    if (Status status = closed_.Look(field.first, field.last); !status.ok()) return status.error();
    if (closed_.seen() < field.last) {
      step.more = true;
      return step;
    }
  }
  for (const QuotaClass quota : kShedOrder) {
    Pass& pass = passes_[IndexOf(quota)];
    pass.next = std::max(pass.next, field.first);
    BeginAnewIfDue(pass, field.limit, insist);
    if (pass.next > field.limit) continue;
    step.more = true;
    const auto found = Find(quota, field.limit, pass);
    if (!found.ok()) return found.error();
    pass.next = found->next;
    if (!found->at) return step;
    auto piece = ReadPiece(quota, *found->at, field.limit, pass);
    if (!piece.ok()) return piece.error();
    // Passed also when it cannot be written: the next step tries another piece, not this for ever.
    pass.next = piece->last.Next();
    if (Status status = Rewrite(*piece); !status.ok()) {
      pass.lowest_skipped = pass.lowest_skipped == Sequence{}
                                ? piece->first
                                : std::min(pass.lowest_skipped, piece->first);
      return status.error();
    }
    step.shed[IndexOf(quota)] = piece->rows_given_up;
    return step;
  }
  return step;
}

void Shedder::BeginAnewIfDue(Pass& pass, Sequence limit, bool insist) const {
  if (pass.next <= limit || pass.lowest_skipped == Sequence{}) return;
  const std::uint64_t wait = insist ? kAgainRowsInsisting : kAgainRows;
  if (limit.value < pass.looked_at.value + wait) return;
  pass.next = std::min(pass.next, pass.lowest_skipped);
  pass.lowest_skipped = Sequence{};
  pass.looked_at = limit;
}

bool Shedder::IsForShedding(QuotaClass quota, event::EventType type, std::uint64_t journey,
                            Sequence at, Pass& pass) const {
  if (class_of_(type) != quota) return false;
  if (journey == 0 || closed_.Contains(journey)) return true;
  if (pass.lowest_skipped == Sequence{} || at < pass.lowest_skipped) pass.lowest_skipped = at;
  return false;
}

// Looks, without the bodies, for the next row of the class.
Result<Shedder::Found> Shedder::Find(QuotaClass quota, Sequence limit, Pass& pass) {
  Found found;
  std::uint64_t rows = 0;
  Status status = scan_->ForEach({pass.next.value, limit.value, ClosedJourneys::kPieceRows},
                                 [&](const Row& row) {
                                   const Sequence at{row.Unsigned(0)};
                                   const auto type = static_cast<event::EventType>(row.Unsigned(1));
                                   found.next = at.Next();
                                   ++rows;
                                   if (!IsForShedding(quota, type, row.Unsigned(2), at, pass))
                                     return Visit::kContinue;
                                   found.at = found.next = at;
                                   return Visit::kStop;
                                 });
  if (!status.ok()) return status.error();
  if (!found.at && rows < ClosedJourneys::kPieceRows) found.next = limit.Next();
  return found;
}

Result<Shedder::Piece> Shedder::ReadPiece(QuotaClass quota, Sequence from, Sequence limit,
                                          Pass& pass) {
  Piece piece;
  piece.first = piece.last = from;
  Status status = read_->ForEach({from.value, limit.value, kPieceRows}, [&, this](const Row& row) {
    ports::StoredEvent event;
    event.sequence = Sequence{row.Unsigned(0)};
    event.type = static_cast<event::EventType>(row.Unsigned(1));
    event.journey = row.Unsigned(2);
    piece.bytes += row.Blob(6).size();
    if (piece.rows > 0 && piece.bytes > kPieceBytes) return Visit::kStop;
    ++piece.rows;
    piece.last = event.sequence;
    if (IsForShedding(quota, event.type, event.journey, event.sequence, pass)) {
      ++piece.rows_given_up;
      std::vector<ports::VoidRun>& runs = piece.given_up;
      if (!runs.empty() && runs.back().first.value + runs.back().count == piece.last.value) {
        ++runs.back().count;
      } else {
        runs.push_back({piece.last, 1, quota, ports::VoidReason::kQuota});
      }
      return Visit::kContinue;
    }
    event.stream = static_cast<std::uint32_t>(row.Unsigned(3));
    event.number = row.Unsigned(4);
    event.digest = row.Unsigned(5);
    event.body = row.Blob(6);
    piece.kept.push_back(std::move(event));
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  return piece;
}

// Deleting single rows leaves their pages half empty, and nothing is ever inserted there again: the
// rows that stay are written anew, close together. Deleting first makes the room for it.
Status Shedder::Rewrite(const Piece& piece) {
  auto transaction = sqlite::Transaction::Begin(database_);
  if (!transaction.ok()) return transaction.error();
  Status status = remove_->Run({piece.first.value, piece.last.value});
  for (const ports::StoredEvent& event : piece.kept) {
    if (!status.ok()) return status;
    status = insert_->Run({event.sequence.value, static_cast<std::uint16_t>(event.type),
                           sqlite::Bind::NullIfZero(event.journey),
                           sqlite::Bind::NullIfZero(event.stream),
                           sqlite::Bind::NullIfZero(event.number),
                           sqlite::Bind::NullIfZero(event.digest), sqlite::Bind::Blob(event.body)});
  }
  for (const ports::VoidRun& run : piece.given_up) {
    if (!status.ok()) return status;
    status = voids_.Add(run);
  }
  if (!status.ok()) return status;
  return transaction->Commit();
}

}  // namespace trayline::journal
