#include "agent/journal/window_store.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "agent/event/event.h"
#include "agent/journal/options.h"
#include "agent/journal/window.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using ports::WindowEntry;
using sqlite::Bind;
using sqlite::Row;
using sqlite::Visit;

namespace {

// The journey of a row, with epoch 0 when it is the journal's own or cannot be told.
JourneyId JourneyOf(const Row& row, Epoch epoch, bool may_be_older) {
  JourneyId journey{{}, row.Unsigned(1)};
  if (!may_be_older || journey.IsNone()) return journey;
  const auto event =
      event::DecodeBody(row.Blob(5), epoch, Sequence{row.Unsigned(0)},
                        static_cast<event::EventType>(row.Unsigned(6)), journey.number);
  if (event.ok() && event->journey.epoch != epoch) journey.epoch = event->journey.epoch;
  return journey;
}

Result<std::vector<WindowEntry>> ReadNew(sqlite::Database& database, Epoch epoch) {
  const auto incidents = database.ReadInt("SELECT count(*) FROM incident");
  if (!incidents.ok()) return incidents.error();
  const bool may_be_older = *incidents != 0;
  auto select = database.Prepare(
      "SELECT sequence, journey, stream, number, digest, body, type FROM event "
      "ORDER BY sequence DESC LIMIT ?");
  if (!select.ok()) return select.error();
  WindowBuilder window;
  const Status status = select->ForEach({kWindowScanRows}, [&](const Row& row) {
    const auto stream = static_cast<std::uint32_t>(row.Unsigned(2));
    if (stream != 0) {
      window.Add(stream, row.Unsigned(3), row.Unsigned(4), Sequence{row.Unsigned(0)},
                 static_cast<event::EventType>(row.Unsigned(6)),
                 JourneyOf(row, epoch, may_be_older));
    }
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  return window.Build();
}

Result<std::vector<WindowEntry>> ReadOld(sqlite::Database& database) {
  auto select = database.Prepare(
      "SELECT stream, number, digest, first, last, journey_epoch, journey, epoch FROM old_window");
  if (!select.ok()) return select.error();
  std::vector<WindowEntry> entries;
  const Status status = select->ForEach({}, [&entries](const Row& row) {
    entries.push_back({static_cast<std::uint32_t>(row.Unsigned(0)), row.Unsigned(1),
                       row.Unsigned(2), Sequence{row.Unsigned(3)}, Sequence{row.Unsigned(4)},
                       JourneyId{Epoch{row.Unsigned(5)}, row.Unsigned(6)}, Epoch{row.Unsigned(7)}});
    return Visit::kContinue;
  });
  if (!status.ok()) return status.error();
  return entries;
}

}  // namespace

Result<std::vector<WindowEntry>> ReadWindow(sqlite::Database& database, Epoch epoch) {
  auto entries = ReadNew(database, epoch);
  if (!entries.ok()) return entries.error();
  auto old = ReadOld(database);
  if (!old.ok()) return old.error();
  if (old->empty()) return std::move(*entries);
  // Of a number that both know the new rows are whole and count.
  std::map<std::uint32_t, std::map<std::uint64_t, WindowEntry>> streams;
  for (const auto* part : {&*entries, &*old}) {
    for (const WindowEntry& entry : *part) streams[entry.stream].emplace(entry.number, entry);
  }
  std::vector<WindowEntry> merged;
  for (auto& [stream, records] : streams) {
    while (records.size() > ports::kStreamWindow) records.erase(records.begin());
    for (auto& [number, entry] : records) merged.push_back(entry);
  }
  return merged;
}

Status WriteOldWindow(sqlite::Database& database, const std::vector<WindowEntry>& entries) {
  if (Status status = database.Execute("DELETE FROM old_window"); !status.ok()) return status;
  auto insert = database.Prepare(
      "INSERT INTO old_window(stream, number, digest, epoch, first, last, journey_epoch, journey) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert.ok()) return insert.error();
  for (const WindowEntry& entry : entries) {
    Status status =
        insert->Run({entry.stream, entry.number, entry.digest, entry.epoch.value, entry.first.value,
                     entry.last.value, Bind::NullIfZero(entry.journey.epoch.value),
                     Bind::NullIfZero(entry.journey.number)});
    if (!status.ok()) return status;
  }
  return {};
}

Status PruneOldWindow(sqlite::Database& database, Epoch epoch) {
  const auto count = database.ReadInt("SELECT count(*) FROM old_window");
  if (!count.ok()) return count.error();
  if (*count == 0) return {};
  auto window = ReadWindow(database, epoch);
  if (!window.ok()) return window.error();
  std::erase_if(*window, [](const WindowEntry& entry) { return entry.epoch == Epoch{}; });
  if (window->size() == static_cast<std::size_t>(*count)) return {};
  auto transaction = sqlite::Transaction::Begin(database);
  if (!transaction.ok()) return transaction.error();
  if (Status status = WriteOldWindow(database, *window); !status.ok()) return status;
  return transaction->Commit();
}

}  // namespace trayline::journal
