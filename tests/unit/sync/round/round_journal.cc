#include "tests/unit/sync/round/round_journal.h"

#include <algorithm>

namespace trayline::round {
namespace {

// Journal ids must differ between disks and epochs, and be the same in each run of a test.
std::string NewJournalId() {
  static std::uint64_t count = 0;
  std::string id = std::to_string(++count);
  return std::string(32 - id.size(), '0') + id;
}

Sequence LastOf(const Disk::Log& log) { return Sequence{log.rows.size()}; }

}  // namespace

Disk NewDisk(Epoch epoch) {
  Disk disk;
  disk.epoch = epoch;
  disk.present.journal_id = NewJournalId();
  return disk;
}

std::string IdOf(const event::Event& event) {
  return std::string(event.data.TextOr(event::Key::kItemId, "none"));
}

RoundJournal::RoundJournal(Disk disk) : disk_(std::move(disk)) { ++disk_.opens; }

void RoundJournal::Record(const std::string& id) {
  event::Event event;
  event.sequence = LastOf(disk_.present).Next();
  event.journey = {disk_.epoch, event.sequence.value / 10 + 1};
  event.type = event::EventType::kAddToCart;
  event.time = WallFromMs(1'795'348'800'000);
  event.boot = 1;
  event.data.Set(event::Key::kItemId, id);
  disk_.present.rows.emplace_back(std::move(event));
  if (listener_) listener_(LastOf(disk_.present));
}

void RoundJournal::GiveUp(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t at = std::max(first, disk_.present.acked.value + 1);
       at <= std::min<std::uint64_t>(last, disk_.present.rows.size()); ++at) {
    disk_.present.rows[at - 1].reset();
  }
}

void RoundJournal::Close(Epoch next) {
  disk_.closed[disk_.epoch] = std::move(disk_.present);
  disk_.present = Disk::Log{.journal_id = NewJournalId(), .rows = {}, .acked = {}};
  disk_.epoch = next;
}

std::set<std::string> RoundJournal::Ids() const {
  std::set<std::string> ids;
  const auto add = [&ids](const Disk::Log& log) {
    for (const auto& row : log.rows) {
      if (row) ids.insert(IdOf(*row));
    }
  };
  add(disk_.present);
  for (const auto& [epoch, log] : disk_.closed) add(log);
  return ids;
}

std::set<std::string> RoundJournal::UnsentIds() const {
  std::set<std::string> ids;
  for (const auto& [epoch, log] : disk_.closed) {
    for (std::size_t at = log.acked.value; at < log.rows.size(); ++at) {
      if (log.rows[at]) ids.insert(IdOf(*log.rows[at]));
    }
  }
  return ids;
}

Result<ports::JournalRange> RoundJournal::ReadRange(Epoch epoch, Sequence after, std::size_t limit,
                                                    std::size_t) {
  const auto closed = disk_.closed.find(epoch);
  if (epoch != disk_.epoch && closed == disk_.closed.end()) {
    return Error{Errc::kNotFound, "no such epoch"};
  }
  const Disk::Log& log = epoch == disk_.epoch ? disk_.present : closed->second;
  ports::JournalRange range;
  range.covered = after;
  while (range.covered < LastOf(log) && range.events.size() < limit) {
    const auto& row = log.rows[range.covered.value];
    range.covered = range.covered.Next();
    if (row) {
      range.events.push_back(
          {range.covered, row->type, row->journey.number, event::EncodeBody(*row, epoch), 0, 0, 0});
    } else {
      range.voids.push_back(
          {range.covered, 1, event::QuotaClass::kBrowsing, ports::VoidReason::kQuota});
    }
  }
  return range;
}

Result<std::vector<ports::StoredEvent>> RoundJournal::Read(Sequence, std::size_t, std::size_t) {
  return std::vector<ports::StoredEvent>{};
}

Result<std::vector<ports::StoredEvent>> RoundJournal::ReadJourney(std::uint64_t, std::size_t) {
  return std::vector<ports::StoredEvent>{};
}

ports::OutboxState RoundJournal::State() {
  ports::OutboxState state;
  state.epoch = disk_.epoch;
  state.journal_id = disk_.present.journal_id;
  state.opens = disk_.opens;
  state.boot = 1;
  state.first = Sequence{disk_.present.rows.empty() ? 0U : 1U};
  state.last = LastOf(disk_.present);
  state.acked = disk_.present.acked;
  for (const auto& [epoch, log] : disk_.closed) {
    if (log.acked < LastOf(log)) {
      state.closed.push_back({epoch, log.journal_id, Sequence{1}, LastOf(log), log.acked});
    }
  }
  state.hq_generation = disk_.hq_generation;
  state.storage = storage;
  return state;
}

void RoundJournal::Acknowledge(Epoch epoch, Sequence watermark) {
  const auto closed = disk_.closed.find(epoch);
  if (epoch != disk_.epoch && closed == disk_.closed.end()) return;
  Disk::Log& log = epoch == disk_.epoch ? disk_.present : closed->second;
  if (watermark <= LastOf(log)) log.acked = std::max(log.acked, watermark);
}

void RoundJournal::Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) {
  if (epoch != disk_.epoch || generation <= disk_.hq_generation) return;
  disk_.hq_generation = generation;
  disk_.present.acked = std::min(disk_.present.acked, watermark);
}

void RoundJournal::NoteGeneration(std::uint64_t generation) {
  disk_.hq_generation = std::max(disk_.hq_generation, generation);
}

void RoundJournal::BeginEpoch(Epoch wanted, std::function<void(Status)> done) {
  asked_.emplace(wanted, std::move(done));
  if (!defer_) RunDeferred();
}

bool RoundJournal::RunDeferred() {
  if (!asked_) return false;
  auto [wanted, done] = *std::exchange(asked_, std::nullopt);
  Renumber(wanted);
  done({});
  return true;
}

void RoundJournal::Renumber(Epoch wanted) {
  const Epoch old = disk_.epoch;
  const Disk::Log from = std::move(disk_.present);
  disk_.epoch = std::max(wanted, old.Next());
  disk_.present = Disk::Log{.journal_id = NewJournalId(), .rows = {}, .acked = {}};
  for (std::size_t at = from.acked.value; at < from.rows.size(); ++at) {
    if (!from.rows[at]) continue;
    event::Event event = *from.rows[at];
    if (!event.data.Has(event::Key::kOriginEpoch)) {
      event.data.Set(event::Key::kOriginEpoch, static_cast<std::int64_t>(old.value));
      event.data.Set(event::Key::kOriginSequence, static_cast<std::int64_t>(at + 1));
    }
    event.sequence = LastOf(disk_.present).Next();
    disk_.present.rows.emplace_back(std::move(event));
  }
}

void RoundJournal::SetCommitListener(std::function<void(Sequence last)> listener) {
  listener_ = std::move(listener);
}

}  // namespace trayline::round
