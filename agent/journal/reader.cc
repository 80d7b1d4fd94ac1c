#include "agent/journal/reader.h"

#include <string>

#include "agent/journal/closed.h"
#include "agent/journal/range.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using ports::StoredEvent;
using sqlite::Bind;
using sqlite::Row;
using sqlite::Visit;

namespace {

constexpr const char* kColumns = "sequence, type, journey, stream, number, digest, body";
// A piece of a long look through the table; the read lock is given up between two pieces.
constexpr std::int64_t kPieceRows = 16384;
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

StoredEvent EventOf(const Row& row) {
  StoredEvent event;
  event.sequence = Sequence{row.Unsigned(0)};
  event.type = static_cast<event::EventType>(row.Unsigned(1));
  event.journey = row.Unsigned(2);
  event.stream = static_cast<std::uint32_t>(row.Unsigned(3));
  event.number = row.Unsigned(4);
  event.digest = row.Unsigned(5);
  event.body = row.Blob(6);
  return event;
}

}  // namespace

Result<std::unique_ptr<Reader>> Reader::Open(const Options& options) {
  auto database = sqlite::Database::Open(ReaderOptions(options));
  if (!database.ok()) return database.error();
  auto read = database->Prepare(std::string("SELECT ") + kColumns +
                                " FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?");
  if (!read.ok()) return read.error();
  // IS, not =: journey 0 is stored as NULL.
  auto read_journey = database->Prepare(
      std::string("SELECT ") + kColumns +
      " FROM event WHERE sequence BETWEEN ? AND ? AND journey IS ? ORDER BY sequence LIMIT ?");
  if (!read_journey.ok()) return read_journey.error();
  return std::unique_ptr<Reader>(
      new Reader(std::move(*database), std::move(*read), std::move(*read_journey)));
}

Result<std::vector<StoredEvent>> Reader::Read(Sequence after, std::size_t limit,
                                              std::size_t max_bytes) {
  std::vector<StoredEvent> found;
  std::size_t bytes = 0;
  Sequence last = after;
  bool forward = true;
  Status status = read_.ForEach({after.value, limit}, [&](const Row& row) {
    bytes += row.Blob(6).size();
    if (!found.empty() && bytes > max_bytes) return Visit::kStop;
    StoredEvent event = EventOf(row);
    // A damaged page may give keys in any order; whoever reads on from the last would go in
    // circles.
    forward = event.sequence > last;
    if (!forward) return Visit::kStop;
    last = event.sequence;
    found.push_back(std::move(event));
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  if (!forward) {
    return Error{Errc::kCorrupt,
                 "events after " + std::to_string(last.value) + " are out of order"};
  }
  return found;
}

Result<ports::JournalRange> Reader::ReadRange(Sequence after, std::size_t limit,
                                              std::size_t max_bytes) {
  auto view = sqlite::Transaction::Begin(database_, sqlite::Transaction::Kind::kRead);
  if (!view.ok()) return view.error();
  auto events = Read(after, limit, max_bytes);
  if (!events.ok()) return events.error();
  bool more = events->size() == limit;
  if (!more && !events->empty()) {  // the bytes may have ended it
    auto next = Read(events->back().sequence, 1, max_bytes);
    if (!next.ok()) return next.error();
    more = !next->empty();
  }
  auto voids = VoidsAbove(after, limit);
  if (!voids.ok()) return voids.error();
  if (!voids->empty() && voids->size() == limit) {
    // There may be further runs above the last of these: the piece ends with it.
    const Sequence end{voids->back().first.value + voids->back().count};
    const auto beyond =
        std::find_if(events->begin(), events->end(),
                     [end](const StoredEvent& event) { return event.sequence >= end; });
    more = more && beyond == events->end();
    events->erase(beyond, events->end());
  }
  if (Status status = view->Commit(); !status.ok()) return status.error();
  return MergeRange(after, std::move(*events), *voids, more);
}

// The runs that reach above after, in order, at most limit. Runs do not overlap, so the one that
// begins last at or below after is the only one of the earlier ones that can.
Result<std::vector<ports::VoidRun>> Reader::VoidsAbove(Sequence after, std::size_t limit) {
  auto select = database_.Prepare(
      "SELECT first, count, quota, reason FROM void_run WHERE first >= "
      "coalesce((SELECT max(first) FROM void_run WHERE first <= ?), 0) ORDER BY first");
  if (!select.ok()) return select.error();
  std::vector<ports::VoidRun> voids;
  bool known = true;
  Status status = select->ForEach({after.value}, [&](const Row& row) {
    // Only damage gives others: they would count in tables that have no place for them.
    known = row.Unsigned(2) <= static_cast<std::uint64_t>(event::QuotaClass::kOrder) &&
            row.Unsigned(3) <= static_cast<std::uint64_t>(ports::VoidReason::kDamaged);
    if (!known) return Visit::kStop;
    const ports::VoidRun run{Sequence{row.Unsigned(0)}, row.Unsigned(1),
                             static_cast<event::QuotaClass>(row.Unsigned(2)),
                             static_cast<ports::VoidReason>(row.Unsigned(3))};
    if (run.first.value + run.count > after.value + 1) voids.push_back(run);
    return voids.size() < limit ? Visit::kContinue : Visit::kStop;
  });
  if (!status.ok()) return status.error();
  if (!known) return Error{Errc::kCorrupt, "a void run of a class or reason that nobody writes"};
  return voids;
}

Result<ports::JournalRange> Reader::ReadClosed(Epoch epoch, Sequence after, std::size_t limit,
                                               std::size_t max_bytes) {
  return ReadClosedRange(database_, epoch, after, limit, max_bytes);
}

Result<std::vector<StoredEvent>> Reader::ReadJourney(std::uint64_t journey, std::size_t limit) {
  std::vector<StoredEvent> found;
  std::int64_t from = 0;
  while (found.size() < limit) {
    // The next row that is there: a damaged journal may have a gap of 2^60 positions.
    const auto first = database_.ReadInt("SELECT min(sequence) FROM event WHERE sequence > " +
                                         std::to_string(from));
    if (!first.ok()) return first.error();
    if (*first <= from) return found;
    const std::int64_t last = *first + std::min(kPieceRows, kMax - *first);
    Status status = read_journey_.ForEach(
        {*first, last, Bind::NullIfZero(journey), limit - found.size()}, [&found](const Row& row) {
          found.push_back(EventOf(row));
          return Visit::kContinue;
        });
    if (!status.ok()) return status.error();
    from = last;
  }
  return found;
}

Result<ReaderPool::Lease> ReaderPool::Take() {
  {
    MutexLock lock(mutex_);
    while (idle_.empty() && open_ == kReadersMax) returned_.Wait(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Reader> reader = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(reader));
    }
    ++open_;
  }
  auto reader = Reader::Open(options_);
  if (reader.ok()) return Lease(*this, std::move(*reader));
  {
    MutexLock lock(mutex_);
    --open_;
  }
  returned_.NotifyOne();
  return reader.error();
}

void ReaderPool::GiveBack(std::unique_ptr<Reader> reader) {
  {
    MutexLock lock(mutex_);
    idle_.push_back(std::move(reader));
  }
  returned_.NotifyOne();
}

}  // namespace trayline::journal
