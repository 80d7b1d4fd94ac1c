#include "agent/journal/closed.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "agent/journal/range.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using ports::ClosedEpoch;
using sqlite::Row;
using sqlite::Visit;

namespace {

ports::StoredEvent EventOf(const Row& row) {
  ports::StoredEvent event;
  event.sequence = Sequence{row.Unsigned(0)};
  event.type = static_cast<event::EventType>(row.Unsigned(1));
  event.journey = row.Unsigned(2);
  event.body = row.Blob(3);
  return event;
}

Result<std::vector<ports::VoidRun>> VoidsAbove(sqlite::Database& database, Epoch epoch,
                                               Sequence after) {
  auto select = database.Prepare(
      "SELECT first, count, quota, reason FROM closed_void "
      "WHERE epoch = ? AND first + count - 1 > ? ORDER BY first");
  if (!select.ok()) return select.error();
  std::vector<ports::VoidRun> voids;
  const Status status = select->ForEach({epoch.value, after.value}, [&voids](const Row& row) {
    voids.push_back({Sequence{row.Unsigned(0)}, row.Unsigned(1),
                     static_cast<event::QuotaClass>(row.Unsigned(2)),
                     static_cast<ports::VoidReason>(row.Unsigned(3))});
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  return voids;
}

}  // namespace

Result<std::vector<ClosedEpoch>> ReadClosedEpochs(sqlite::Database& database) {
  auto select = database.Prepare(
      "SELECT epoch, journal_id, first, last, acked FROM closed_epoch ORDER BY epoch");
  if (!select.ok()) return select.error();
  std::vector<ClosedEpoch> closed;
  const Status status = select->ForEach({}, [&closed](const Row& row) {
    closed.push_back({Epoch{row.Unsigned(0)}, std::string(row.Text(1)), Sequence{row.Unsigned(2)},
                      Sequence{row.Unsigned(3)}, Sequence{row.Unsigned(4)}});
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  return closed;
}

Status WriteClosedEpoch(sqlite::Database& database, const ClosedEpoch& closed, Sequence folded) {
  auto insert = database.Prepare(
      "INSERT INTO closed_epoch(epoch, journal_id, first, last, acked, folded) "
      "VALUES(?, ?, ?, ?, ?, ?)");
  if (!insert.ok()) return insert.error();
  return insert->Run({closed.epoch.value, closed.journal_id, closed.first.value, closed.last.value,
                      closed.acked.value, folded.value});
}

Result<std::vector<ports::CarriedEvent>> ReadCarried(sqlite::Database& database) {
  auto select = database.Prepare(
      "SELECT sequence, type, journey, body, closed_event.epoch FROM closed_epoch "
      "JOIN closed_event ON closed_event.epoch = closed_epoch.epoch AND sequence > folded "
      "ORDER BY closed_event.epoch, sequence");
  if (!select.ok()) return select.error();
  std::vector<ports::CarriedEvent> carried;
  const Status status = select->ForEach({}, [&carried](const Row& row) {
    carried.push_back({Epoch{row.Unsigned(4)}, EventOf(row)});
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  return carried;
}

Result<ports::JournalRange> ReadClosedRange(sqlite::Database& database, Epoch epoch, Sequence after,
                                            std::size_t limit, std::size_t max_bytes) {
  auto view = sqlite::Transaction::Begin(database, sqlite::Transaction::Kind::kRead);
  if (!view.ok()) return view.error();
  auto select = database.Prepare(
      "SELECT sequence, type, journey, body FROM closed_event "
      "WHERE epoch = ? AND sequence > ? ORDER BY sequence");
  if (!select.ok()) return select.error();
  std::vector<ports::StoredEvent> events;
  std::size_t bytes = 0;
  bool more = false;
  Status status = select->ForEach({epoch.value, after.value}, [&](const Row& row) {
    bytes += row.Blob(3).size();
    more = events.size() == limit || (!events.empty() && bytes > max_bytes);
    if (more) return Visit::kStop;
    events.push_back(EventOf(row));
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  const auto voids = VoidsAbove(database, epoch, after);
  if (!voids.ok()) return voids.error();
  if (status = view->Commit(); !status.ok()) return status.error();
  return MergeRange(after, std::move(events), *voids, more);
}

Status WriteClosedAcked(sqlite::Database& database, Epoch epoch, Sequence acked) {
  auto update = database.Prepare("UPDATE closed_epoch SET acked = ? WHERE epoch = ?");
  if (!update.ok()) return update.error();
  return update->Run({acked.value, epoch.value});
}

Result<bool> DropClosedPiece(sqlite::Database& database, Epoch epoch) {
  constexpr std::array kDeletes = {
      "DELETE FROM closed_event WHERE epoch = ?1 AND sequence <= (SELECT max(sequence) FROM "
      "(SELECT sequence FROM closed_event WHERE epoch = ?1 ORDER BY sequence LIMIT ?2))",
      "DELETE FROM closed_void WHERE epoch = ?1 AND first <= (SELECT max(first) FROM "
      "(SELECT first FROM closed_void WHERE epoch = ?1 ORDER BY first LIMIT ?2))"};
  auto transaction = sqlite::Transaction::Begin(database);
  if (!transaction.ok()) return transaction.error();
  bool more = false;
  for (const char* sql : kDeletes) {
    if (more) break;
    auto remove = database.Prepare(sql);
    if (!remove.ok()) return remove.error();
    if (Status status = remove->Run({epoch.value, kClosedStepRows}); !status.ok()) {
      return status.error();
    }
    more = database.changes() == static_cast<std::int64_t>(kClosedStepRows);
  }
  if (!more) {
    auto remove = database.Prepare("DELETE FROM closed_epoch WHERE epoch = ?");
    if (!remove.ok()) return remove.error();
    if (Status status = remove->Run({epoch.value}); !status.ok()) return status.error();
  }
  if (Status status = transaction->Commit(); !status.ok()) return status.error();
  return more;
}

}  // namespace trayline::journal
