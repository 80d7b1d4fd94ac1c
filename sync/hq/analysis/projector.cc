#include "sync/hq/analysis/projector.h"

#include <algorithm>
#include <utility>

#include "agent/event/event.h"
#include "sync/hq/analysis/event_time.h"

namespace trayline::hq {
namespace {

// Journeys go by HQ's view of when something happened; the event keeps what the device said.
WallTime TimeOf(const event::Event& event, WallTime arrived, std::span<const BootRow> boots) {
  const auto boot = std::find_if(boots.begin(), boots.end(),
                                 [&event](const BootRow& row) { return row.boot == event.boot; });
  if (boot == boots.end()) return CorrectedTime(event, arrived, std::nullopt);
  return boot->began ? CorrectedTime(event, arrived, boot->began) : event.time;
}

}  // namespace

Projector::Projector(const ProjectorOptions& options, HqStore& store, Log& log)
    : options_(options), store_(store), log_(log) {}

Status Projector::Start(std::span<const LogRow> logs) {
  auto cursors = store_.LoadProjection();
  if (!cursors.ok()) return cursors.error().In("reading how far journeys are made");
  logs_.clear();
  turns_.clear();
  queued_.clear();
  journeys_.clear();
  dirty_.clear();
  before_.clear();
  for (const ProjectionRow& row : *cursors) logs_[row.terminal][row.epoch].row = row;
  for (const LogRow& log : logs) OnStored(log.terminal, log.epoch, log.watermark);
  return {};
}

void Projector::OnStored(TerminalKey terminal, Epoch epoch, Sequence watermark) {
  EpochLog& log = logs_[terminal][epoch];
  log.row.terminal = terminal;
  log.row.epoch = epoch;
  log.watermark = std::max(log.watermark, watermark);
  if (log.HasWork()) Enqueue(terminal);
}

void Projector::Enqueue(TerminalKey terminal) {
  if (queued_.insert(terminal).second) turns_.push_back(terminal);
}

// A journey may go on in a later epoch, so the lower one is folded to its end first. What is added
// to a lower one after that is folded by Refold.
Projector::EpochLog* Projector::NextLog(Logs& logs) {
  for (auto& [epoch, log] : logs) {
    if (log.HasWork()) return &log;
  }
  return nullptr;
}

Result<ProjectionStep> Projector::Step() {
  ++step_;
  std::size_t left = options_.step_events;
  std::size_t turns = turns_.size();
  std::uint64_t events = 0;
  while (left > 0 && turns > 0 && !turns_.empty()) {
    const TerminalKey terminal = turns_.front();
    const std::size_t limit = turns == 1 ? left : std::min(left, options_.turn_events);
    auto read = TakeTurn(terminal, limit);
    if (!read.ok()) {
      Recover();
      return read.error();
    }
    turns_.pop_front();
    queued_.erase(terminal);
    if (NextLog(logs_[terminal]) != nullptr) Enqueue(terminal);
    events += *read;
    left -= std::max<std::size_t>(*read, 1);
    --turns;
  }
  return CommitStep(events);
}

Result<std::size_t> Projector::TakeTurn(TerminalKey terminal, std::size_t limit) {
  EpochLog* log = NextLog(logs_[terminal]);
  if (log == nullptr) return std::size_t{0};
  auto rows = store_.ReadEvents(terminal, log->row.epoch, log->row.cursor, limit);
  if (!rows.ok()) return rows.error();
  const auto boots = store_.ReadBoots(terminal, log->row.epoch);
  if (!boots.ok()) return boots.error();
  before_.emplace(std::pair(terminal, log->row.epoch), log->row);
  for (const EventRow& row : *rows) {
    if (Status status = FoldRow(*log, row, *boots); !status.ok()) return status.error();
    log->row.cursor = row.sequence;
  }
  // Nothing more is there: what is left up to the watermark is void or in quarantine.
  if (rows->size() < limit) log->row.cursor = std::max(log->row.cursor, log->watermark);
  return rows->size();
}

Status Projector::FoldRow(EpochLog& log, const EventRow& row, std::span<const BootRow> boots) {
  if (row.journey == 0) {
    ++log.row.outside_journeys;
    return {};
  }
  auto event = event::DecodeBody(row.body, row.epoch, row.sequence, row.type, row.journey);
  if (!event.ok()) {
    // It was encoded by this program or a newer one; it stays in the store for a rebuild.
    log_.Error("projection.event_unreadable", {{"terminal", row.terminal.value},
                                               {"epoch", row.epoch.value},
                                               {"sequence", row.sequence.value},
                                               {"reason", event.error().text}});
    ++log.row.outside_journeys;
    return {};
  }
  event->time = TimeOf(*event, row.arrived, boots);
  const JourneyKey key{row.terminal, event->journey};
  auto journey = Find(key);
  if (!journey.ok()) return journey.error();
  const Position place{row.epoch, row.sequence};
  if (place < (*journey)->last()) {
    if (Status status = Refold(row, key, **journey); !status.ok()) return status;
  } else {
    (*journey)->Take(*event, place);
  }
  dirty_.insert(key);
  ++log.row.in_journeys;
  return {};
}

Status Projector::Refold(const EventRow& row, const JourneyKey& key, FoldedJourney& journey) {
  const Position begin = std::min(journey.first(), Position{row.epoch, row.sequence});
  const Position end = journey.last();
  FoldedJourney anew(key.first, key.second);
  for (const auto& [epoch, log] : logs_[key.first]) {
    if (epoch < begin.epoch || epoch > end.epoch) continue;
    const auto boots = store_.ReadBoots(key.first, epoch);
    if (!boots.ok()) return boots.error();
    Sequence after{epoch == begin.epoch ? begin.sequence.value - 1 : 0};
    // What is folded of this epoch so far; of row's, row is the newest.
    const Sequence until =
        epoch == end.epoch
            ? end.sequence
            : std::max(log.row.cursor, epoch == row.epoch ? row.sequence : Sequence{});
    while (after < until) {
      auto rows = store_.ReadEvents(key.first, epoch, after, options_.turn_events);
      if (!rows.ok()) return rows.error();
      if (rows->empty()) break;
      after = rows->back().sequence;
      for (const EventRow& other : *rows) {
        if (other.sequence > until || other.journey != key.second.number) continue;
        auto event =
            event::DecodeBody(other.body, epoch, other.sequence, other.type, other.journey);
        if (!event.ok() || event->journey != key.second) continue;
        event->time = TimeOf(*event, other.arrived, *boots);
        anew.Take(*event, {epoch, other.sequence});
      }
    }
  }
  journey = std::move(anew);
  return {};
}

Result<FoldedJourney*> Projector::Find(const JourneyKey& key) {
  if (const auto found = journeys_.find(key); found != journeys_.end()) {
    found->second.used = step_;
    return &found->second.journey;
  }
  auto row = store_.LoadJourney(key.first, key.second);
  if (!row.ok()) return row.error();
  FoldedJourney journey(key.first, key.second);
  if (row->has_value()) {
    auto known = FoldedJourney::FromRow(**row);
    if (known.ok()) {
      journey = std::move(*known);
    } else {
      // Derived data: the events are whole, and a rebuild makes it right.
      log_.Error("projection.journey_unreadable", {{"terminal", key.first.value},
                                                   {"journey", ToText(key.second)},
                                                   {"reason", known.error().text}});
    }
  }
  return &journeys_.emplace(key, Cached{std::move(journey), step_}).first->second.journey;
}

Result<ProjectionStep> Projector::CommitStep(std::uint64_t events) {
  ProjectionStep step{.events = events, .changed = {dirty_.begin(), dirty_.end()}};
  ProjectionBatch batch;
  batch.journeys.reserve(dirty_.size());
  for (const JourneyKey& key : dirty_) batch.journeys.push_back(journeys_.at(key).journey.ToRow());
  for (const auto& [key, before] : before_) {
    batch.cursors.push_back(logs_.at(key.first).at(key.second).row);
  }
  if (!batch.cursors.empty()) {
    if (Status status = store_.CommitProjection(batch); !status.ok()) {
      Recover();
      return status.error();
    }
  }
  Evict();
  dirty_.clear();
  before_.clear();
  return step;
}

// Closed journeys hardly change again; of the open ones those go that were not used for long.
void Projector::Evict() {
  for (const JourneyKey& key : dirty_) {
    const auto found = journeys_.find(key);
    if (!found->second.journey.journey().IsOpen()) journeys_.erase(found);
  }
  if (journeys_.size() <= options_.cached_journeys) return;
  std::vector<std::pair<std::uint64_t, JourneyKey>> by_use;
  by_use.reserve(journeys_.size());
  for (const auto& [key, cached] : journeys_) by_use.emplace_back(cached.used, key);
  const auto half = by_use.begin() + static_cast<std::ptrdiff_t>(by_use.size() / 2);
  std::nth_element(by_use.begin(), half, by_use.end());
  for (auto at = by_use.begin(); at != half; ++at) journeys_.erase(at->second);
}

// Memory never runs ahead of the disk: back to the cursors before the step, journeys are read
// again.
void Projector::Recover() {
  for (const auto& [key, before] : before_) {
    logs_[key.first][key.second].row = before;
    Enqueue(key.first);
  }
  journeys_.clear();
  dirty_.clear();
  before_.clear();
}

}  // namespace trayline::hq
