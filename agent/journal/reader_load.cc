// What a Reader loads for the engine.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "agent/journal/checkpoint.h"
#include "agent/journal/closed.h"
#include "agent/journal/incident.h"
#include "agent/journal/reader.h"
#include "agent/journal/window_store.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

using sqlite::Row;
using sqlite::Visit;

namespace {

// Rows of the tail that are read at once.
constexpr std::size_t kTailPieceRows = 4096;

}  // namespace

Status Reader::Load(WallTime oldest_key, ports::CommittedState& state) {
  auto view = sqlite::Transaction::Begin(database_, sqlite::Transaction::Kind::kRead);
  if (!view.ok()) return view.error();
  if (Status status = LoadIdentity(state); !status.ok()) return status;
  if (Status status = LoadTail(state); !status.ok()) return status;
  if (Status status = LoadCarried(state); !status.ok()) return status;
  if (Status status = LoadStreams(state); !status.ok()) return status;
  if (Status status = LoadWindow(state); !status.ok()) return status;
  if (Status status = LoadForeignKeys(oldest_key, state); !status.ok()) return status;
  if (Status status = LoadIncident(state); !status.ok()) return status;
  return view->Commit();
}

// From the same view as the rows: another epoch may begin meanwhile.
Status Reader::LoadIdentity(ports::CommittedState& state) {
  auto select = database_.Prepare("SELECT epoch, journal_id FROM journal");
  if (!select.ok()) return select.error();
  return select->ForEach({}, [&state](const Row& row) {
    state.epoch = Epoch{row.Unsigned(0)};
    state.journal_id = std::string(row.Text(1));
    return Visit::kStop;
  });
}

Status Reader::LoadTail(ports::CommittedState& state) {
  auto found = ReadCheckpoint(database_);
  if (!found.ok()) return found.error();
  state.checkpoint = std::move(found->checkpoint);
  state.last = state.checkpoint ? state.checkpoint->at : Sequence{};
  const auto voids = VoidsAbove(state.last, SIZE_MAX);
  if (!voids.ok()) return voids.error();
  auto run = voids->begin();
  // Given up in its place: nothing is missing there.
  const auto pass_voids = [&state, &voids, &run] {
    for (; run != voids->end() && run->first <= state.last.Next(); ++run) {
      state.last = std::max(state.last, Sequence{run->first.value + run->count - 1});
    }
  };
  bool whole = true;
  for (bool more = true; more && whole;) {
    const Sequence after = state.tail.empty() ? state.last : state.tail.back().sequence;
    auto piece = Read(after, kTailPieceRows, SIZE_MAX);
    if (!piece.ok()) return piece.error();
    more = !piece->empty();
    for (ports::StoredEvent& event : *piece) {
      pass_voids();
      whole = event.sequence == state.last.Next();
      if (!whole) break;
      state.last = event.sequence;
      state.tail.push_back(std::move(event));
    }
  }
  pass_voids();
  if (whole && run == voids->end()) return {};
  return Error{Errc::kCorrupt, "events after " + std::to_string(state.last.value) + " are missing" +
                                   (found->damaged ? " and the checkpoint is damaged" : "")};
}

// A checkpoint within the present epoch was written by an engine that had folded them.
Status Reader::LoadCarried(ports::CommittedState& state) {
  if (state.checkpoint && state.checkpoint->at != Sequence{}) return {};
  auto carried = ReadCarried(database_);
  if (!carried.ok()) return carried.error();
  state.carried = std::move(*carried);
  return {};
}

Status Reader::LoadStreams(ports::CommittedState& state) {
  auto select = database_.Prepare("SELECT stream, name FROM stream ORDER BY stream");
  if (!select.ok()) return select.error();
  return select->ForEach({}, [&state](const Row& row) {
    state.streams.push_back(
        {static_cast<std::uint32_t>(row.Unsigned(0)), std::string(row.Text(1))});
    return Visit::kContinue;
  });
}

Status Reader::LoadWindow(ports::CommittedState& state) {
  auto window = ReadWindow(database_, state.epoch);
  if (!window.ok()) return window.error();
  state.window = std::move(*window);
  return {};
}

Status Reader::LoadForeignKeys(WallTime oldest_key, ports::CommittedState& state) {
  auto select = database_.Prepare(
      "SELECT stream, id, digest, first, last, journey_epoch, journey, recorded_utc_ms, epoch "
      "FROM foreign_key WHERE recorded_utc_ms >= ? "
      "OR entry > (SELECT max(entry) FROM foreign_key) - ? ORDER BY entry DESC LIMIT ?");
  if (!select.ok()) return select.error();
  Status status =
      select->ForEach({ToMs(oldest_key), ports::kForeignKeysKept, ports::kForeignKeysMax},
                      [&state](const Row& row) {
                        state.foreign_keys.push_back(
                            {static_cast<std::uint32_t>(row.Unsigned(0)), std::string(row.Text(1)),
                             row.Unsigned(2), Sequence{row.Unsigned(3)}, Sequence{row.Unsigned(4)},
                             JourneyId{Epoch{row.Unsigned(5)}, row.Unsigned(6)},
                             WallFromMs(row.Int(7)), Epoch{row.Unsigned(8)}});
                        return Visit::kContinue;
                      });
  if (!status.ok()) return status;
  std::reverse(state.foreign_keys.begin(), state.foreign_keys.end());  // oldest first
  return {};
}

Status Reader::LoadIncident(ports::CommittedState& state) {
  auto found = ReadNewestIncident(database_);
  if (!found.ok()) return found.error();
  if (*found) {
    state.journeys = (*found)->journeys;
    const bool told = (*found)->epoch != state.epoch || (*found)->last != state.last;
    if (!told) state.incident = std::move((*found)->incident);
  }
  const auto note = [&state](std::uint64_t journey) {
    state.journeys = std::max(state.journeys, journey);
  };
  for (const ports::CarriedEvent& event : state.carried) note(event.event.journey);
  for (const ports::StoredEvent& event : state.tail) note(event.journey);
  for (const ports::WindowEntry& entry : state.window) note(entry.journey.number);
  for (const ports::ForeignKey& key : state.foreign_keys) note(key.journey.number);
  return {};
}

}  // namespace trayline::journal
