#include "agent/journal/salvage_rows.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <string_view>

#include "agent/event/event.h"
#include "agent/journal/checkpoint.h"

namespace trayline::journal {

namespace {

constexpr std::size_t kJournalIdBytes = 32;
constexpr std::size_t kBootIdBytesMax = 64;
// Far above what the engine takes, each.
constexpr std::uint64_t kStreamMax = 1024;
constexpr std::size_t kStreamNameBytesMax = 1024;
constexpr std::size_t kForeignIdBytesMax = 4096;
// Numbers that count events, epochs or journeys stay far below this; what does not is damage.
constexpr std::int64_t kCountMax = std::numeric_limits<std::int64_t>::max() / 2;

// What the columns of a row must be: '0' NULL, 'i' an integer, 'n' an integer or NULL, 't' a text,
// 'b' a blob.
bool HasShape(const DamagedRow& row, bool has_key, std::string_view shape) {
  if (row.has_key != has_key || row.columns.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool fits = shape[i] == '0'   ? row.IsNull(i)
                      : shape[i] == 'i' ? row.Int(i).has_value()
                      : shape[i] == 'n' ? row.IntOrNull(i).has_value()
                      : shape[i] == 't' ? row.Text(i) != nullptr
                                        : row.Blob(i) != nullptr;
    if (!fits) return false;
  }
  return true;
}

// All of the columns hold counts.
bool AreCounts(const DamagedRow& row, std::initializer_list<std::size_t> columns) {
  return std::all_of(columns.begin(), columns.end(), [&row](std::size_t column) {
    const std::int64_t value = row.IntOrNull(column).value_or(-1);
    return value >= 0 && value <= kCountMax;
  });
}

std::uint64_t Unsigned(const DamagedRow& row, std::size_t column) {
  return static_cast<std::uint64_t>(row.IntOrNull(column).value_or(0));
}

bool IsStream(std::uint64_t value) { return value <= kStreamMax; }

// type, and a body that is one.
bool IsEvent(const ports::StoredEvent& event, std::uint64_t type, Epoch epoch) {
  if (event.sequence == Sequence{} || type == 0) return false;
  if (type > std::numeric_limits<std::uint16_t>::max()) return false;
  const auto decoded =
      event::DecodeBody(event.body, epoch, event.sequence, event.type, event.journey);
  return decoded.ok() || decoded.error().code == Errc::kRejected;
}

std::optional<ports::VoidRun> RunOf(const DamagedRow& row, std::uint64_t first,
                                    std::size_t column) {
  const ports::VoidRun run{Sequence{first}, Unsigned(row, column),
                           static_cast<event::QuotaClass>(Unsigned(row, column + 1)),
                           static_cast<ports::VoidReason>(Unsigned(row, column + 2))};
  if (first == 0 || run.count == 0 || Unsigned(row, column + 1) > 2 ||
      Unsigned(row, column + 2) > 1) {
    return std::nullopt;
  }
  return run;
}

}  // namespace

std::optional<SalvagedJournal> AsJournal(const DamagedRow& row) {
  // The last column came with version 2.
  if (!HasShape(row, true, "0itiitii") && !HasShape(row, true, "0itiitiii")) return std::nullopt;
  if (row.key != 1 || !AreCounts(row, {1, 3, 4, 7})) return std::nullopt;
  const std::string& id = *row.Text(2);
  if (Unsigned(row, 1) == 0 || id.size() != kJournalIdBytes ||
      row.Text(5)->size() > kBootIdBytesMax || Unsigned(row, 4) > UINT32_MAX) {
    return std::nullopt;
  }
  return SalvagedJournal{Epoch{Unsigned(row, 1)},
                         id,
                         Unsigned(row, 3),
                         static_cast<std::uint32_t>(Unsigned(row, 4)),
                         *row.Text(5),
                         Sequence{Unsigned(row, 7)},
                         Unsigned(row, 8)};
}

std::optional<ports::StoredEvent> AsEvent(const DamagedRow& row, Epoch epoch) {
  if (!HasShape(row, true, "0innnnb") || row.key <= 0 || row.key > kCountMax) return std::nullopt;
  if (!AreCounts(row, {1}) || !IsStream(Unsigned(row, 3))) return std::nullopt;
  ports::StoredEvent event{Sequence{static_cast<std::uint64_t>(row.key)},
                           static_cast<event::EventType>(Unsigned(row, 1)),
                           Unsigned(row, 2),
                           *row.Blob(6),
                           static_cast<std::uint32_t>(Unsigned(row, 3)),
                           Unsigned(row, 4),
                           Unsigned(row, 5)};
  if (!IsEvent(event, Unsigned(row, 1), epoch)) return std::nullopt;
  return event;
}

std::optional<SalvagedClosedEvent> AsClosedEvent(const DamagedRow& row) {
  if (!HasShape(row, false, "iiinb") || !AreCounts(row, {0, 1, 2})) return std::nullopt;
  SalvagedClosedEvent found{Epoch{Unsigned(row, 0)}, {}};
  found.event.sequence = Sequence{Unsigned(row, 1)};
  found.event.type = static_cast<event::EventType>(Unsigned(row, 2));
  found.event.journey = Unsigned(row, 3);
  found.event.body = *row.Blob(4);
  if (!IsEvent(found.event, Unsigned(row, 2), found.epoch)) return std::nullopt;
  return found;
}

std::optional<SalvagedClosedEpoch> AsClosedEpoch(const DamagedRow& row) {
  if (!HasShape(row, true, "0tiiii") || !AreCounts(row, {2, 3, 4, 5})) return std::nullopt;
  if (row.key <= 0 || row.key > kCountMax) return std::nullopt;
  return SalvagedClosedEpoch{
      {Epoch{static_cast<std::uint64_t>(row.key)}, *row.Text(1), Sequence{Unsigned(row, 2)},
       Sequence{Unsigned(row, 3)}, Sequence{Unsigned(row, 4)}},
      Sequence{Unsigned(row, 5)}};
}

std::optional<SalvagedVoid> AsVoid(const DamagedRow& row) {
  const bool present = HasShape(row, true, "0iii");
  if (!present && !HasShape(row, false, "iiiii")) return std::nullopt;
  const auto run = present ? RunOf(row, static_cast<std::uint64_t>(row.key), 1)
                           : RunOf(row, Unsigned(row, 1), 2);
  const Epoch epoch{present ? 0 : Unsigned(row, 0)};
  const std::int64_t first = present ? row.key : row.Int(1).value_or(0);
  if (!run || first <= 0 || first > kCountMax || run->count > kCountMax) return std::nullopt;
  return SalvagedVoid{epoch, *run};
}

std::optional<ports::Checkpoint> AsCheckpoint(const DamagedRow& row) {
  if (!HasShape(row, true, "0iib") || row.key != 1) return std::nullopt;
  ports::Checkpoint checkpoint{Sequence{Unsigned(row, 1)}, *row.Blob(3)};
  if (CheckpointDigest(checkpoint) != Unsigned(row, 2)) return std::nullopt;
  return checkpoint;
}

std::optional<ports::StreamName> AsStream(const DamagedRow& row) {
  if (!HasShape(row, true, "0t") || row.key <= 0 || row.Text(1)->size() > kStreamNameBytesMax ||
      !IsStream(static_cast<std::uint64_t>(row.key))) {
    return std::nullopt;
  }
  return ports::StreamName{static_cast<std::uint32_t>(row.key), *row.Text(1)};
}

std::optional<ports::ForeignKey> AsForeignKey(const DamagedRow& row) {
  // The last column came with version 2.
  if (!HasShape(row, true, "0itiiinni") && !HasShape(row, true, "0itiiinnin")) return std::nullopt;
  if (!AreCounts(row, {1, 4, 5, 6}) || !IsStream(Unsigned(row, 1)) ||
      row.Text(2)->size() > kForeignIdBytesMax) {
    return std::nullopt;
  }
  return ports::ForeignKey{static_cast<std::uint32_t>(Unsigned(row, 1)),
                           *row.Text(2),
                           Unsigned(row, 3),
                           Sequence{Unsigned(row, 4)},
                           Sequence{Unsigned(row, 5)},
                           JourneyId{Epoch{Unsigned(row, 6)}, Unsigned(row, 7)},
                           WallFromMs(row.Int(8).value_or(0)),
                           Epoch{Unsigned(row, 9)}};
}

std::optional<ports::WindowEntry> AsOldWindow(const DamagedRow& row) {
  if (!HasShape(row, false, "iiiiiinn") || !AreCounts(row, {0, 3, 4, 5, 6})) return std::nullopt;
  if (!IsStream(Unsigned(row, 0)) || Unsigned(row, 3) == 0) return std::nullopt;
  return ports::WindowEntry{static_cast<std::uint32_t>(Unsigned(row, 0)),
                            Unsigned(row, 1),
                            Unsigned(row, 2),
                            Sequence{Unsigned(row, 4)},
                            Sequence{Unsigned(row, 5)},
                            JourneyId{Epoch{Unsigned(row, 6)}, Unsigned(row, 7)},
                            Epoch{Unsigned(row, 3)}};
}

std::optional<std::uint64_t> AsIncidentJourneys(const DamagedRow& row) {
  if (!HasShape(row, true, "0iiiiiitii") || !AreCounts(row, {9})) return std::nullopt;
  return Unsigned(row, 9);
}

}  // namespace trayline::journal
