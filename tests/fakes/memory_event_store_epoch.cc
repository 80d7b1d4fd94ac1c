// The epochs of a MemoryEventStore: cursors, generations, closed epochs and how a new one begins.
#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "agent/event/event.h"
#include "agent/event/key.h"
#include "tests/fakes/memory_event_store.h"

namespace trayline::fakes {

using ports::StoredEvent;
using ports::WindowEntry;

namespace {

std::string Moved(const StoredEvent& event, Epoch from, Epoch to) {
  auto decoded = event::DecodeBody(event.body, from, event.sequence, event.type, event.journey);
  if (!decoded.ok()) return event.body;
  if (!decoded->data.Has(event::Key::kOriginEpoch)) {
    decoded->data.Set(event::Key::kOriginEpoch, static_cast<std::int64_t>(from.value));
    decoded->data.Set(event::Key::kOriginSequence, static_cast<std::int64_t>(event.sequence.value));
  }
  return event::EncodeBody(*decoded, to);
}

// The journey of an entry, with epoch 0 when it is the journal's own.
JourneyId JourneyOf(const StoredEvent& event, Epoch epoch) {
  JourneyId journey{{}, event.journey};
  const auto decoded =
      event::DecodeBody(event.body, epoch, event.sequence, event.type, event.journey);
  if (decoded.ok() && decoded->journey.epoch != epoch) journey.epoch = decoded->journey.epoch;
  return journey;
}

}  // namespace

void MemoryEventStore::Acknowledge(Epoch epoch, Sequence watermark) {
  MutexLock lock(mutex_);
  if (epoch == epoch_) {
    if (watermark <= Last() && watermark > acked_) acked_ = watermark;
    return;
  }
  for (Closed& closed : closed_) {
    if (closed.epoch.epoch != epoch || watermark <= closed.epoch.acked) continue;
    closed.epoch.acked = std::min(watermark, closed.epoch.last);
  }
  DropClosed();
}

void MemoryEventStore::Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) {
  MutexLock lock(mutex_);
  if (epoch != epoch_ || generation <= hq_generation_) return;
  hq_generation_ = generation;
  acked_ = std::min(acked_, watermark);
}

void MemoryEventStore::NoteGeneration(std::uint64_t generation) {
  MutexLock lock(mutex_);
  hq_generation_ = std::max(hq_generation_, generation);
}

void MemoryEventStore::BeginEpoch(Epoch wanted, std::function<void(Status)> done) {
  {
    MutexLock lock(mutex_);
    if (!epoch_request_) epoch_request_.emplace(wanted, std::exchange(done, nullptr));
  }
  if (done) {
    done(Error{Errc::kRetryLater, "another epoch is about to begin"});
  } else if (options_.commit_at_once) {
    RunOnce();
  }
}

bool MemoryEventStore::ChangeEpochIfAsked() {
  std::function<void(Status)> done;
  std::optional<Error> failed;
  {
    MutexLock lock(mutex_);
    if (!epoch_request_) return false;
    done = std::move(epoch_request_->second);
    failed = std::exchange(fail_next_, std::nullopt);
    if (!failed) ChangeEpoch(epoch_request_->first);
    epoch_request_.reset();
  }
  done(failed ? Status(*failed) : Status());
  return true;
}

void MemoryEventStore::ChangeEpoch(Epoch wanted) {
  const Epoch old = epoch_;
  for (const StoredEvent& event : events_) journeys_ = std::max(journeys_, event.journey);
  KeepRecords(old);
  FoldCheckpoint(old);
  epoch_ = std::max(wanted, old.Next());
  journal_id_ = std::to_string(epoch_.value);
  journal_id_.insert(0, 32 - journal_id_.size(), 'e');
  Renumber(old);
  acked_ = {};
  incident_ = ports::Incident{ports::Incident::Kind::kRefused, old, events_.size(), 0, "refused"};
  RefuseFromNowOn(Error{Errc::kRetryLater, "submitted before another epoch began"});
}

void MemoryEventStore::KeepRecords(Epoch old) {
  std::vector<WindowEntry> kept;
  for (WindowEntry entry : Window()) {
    if (entry.epoch == Epoch{} && entry.first > acked_) continue;
    if (entry.epoch == Epoch{}) entry.epoch = old;
    if (!entry.journey.IsNone() && entry.journey.epoch == Epoch{}) entry.journey.epoch = old;
    kept.push_back(entry);
  }
  old_window_ = std::move(kept);
  for (ports::ForeignKey& key : foreign_keys_) {
    if (!key.journey.IsNone() && key.journey.epoch == Epoch{}) key.journey.epoch = old;
    if (key.epoch != Epoch{}) continue;
    if (key.first <= acked_) {
      key.epoch = old;
    } else {
      key.first.value -= acked_.value;
      key.last.value -= acked_.value;
    }
  }
}

void MemoryEventStore::FoldCheckpoint(Epoch old) {
  const Sequence at = checkpoint_ ? checkpoint_->at : Sequence{};
  if (at != Sequence{}) {
    for (Closed& closed : closed_) closed.folded = closed.epoch.last;
  }
  if (at < acked_) {
    Closed closed{{old, journal_id_, at.Next(), acked_, acked_}, {}, {}, at};
    std::copy_if(events_.begin(), events_.end(), std::back_inserter(closed.events),
                 [at, acked = acked_](const StoredEvent& event) {
                   return event.sequence > at && event.sequence <= acked;
                 });
    closed_.push_back(std::move(closed));
  }
  if (checkpoint_) checkpoint_->at.value = at > acked_ ? at.value - acked_.value : 0;
}

void MemoryEventStore::Renumber(Epoch old) {
  std::erase_if(events_,
                [acked = acked_](const StoredEvent& event) { return event.sequence <= acked; });
  for (StoredEvent& event : events_) {
    event.body = Moved(event, old, epoch_);
    event.sequence.value -= acked_.value;
  }
  std::erase_if(voids_, [acked = acked_](const ports::VoidRun& run) {
    return run.first.value + run.count <= acked.value + 1;
  });
  for (ports::VoidRun& run : voids_) {
    const std::uint64_t end = run.first.value + run.count;
    run.first = Sequence{std::max(run.first.value, acked_.value + 1) - acked_.value};
    run.count = end - acked_.value - run.first.value;
  }
}

void MemoryEventStore::DropClosed() {
  if (!checkpoint_ || checkpoint_->at == Sequence{}) return;
  std::erase_if(closed_,
                [](const Closed& closed) { return closed.epoch.acked >= closed.epoch.last; });
}

void MemoryEventStore::AddClosed(ports::ClosedEpoch closed, std::vector<StoredEvent> events,
                                 std::vector<ports::VoidRun> voids, Sequence folded) {
  MutexLock lock(mutex_);
  closed_.push_back({std::move(closed), std::move(events), std::move(voids), folded});
  std::sort(closed_.begin(), closed_.end(), [](const Closed& left, const Closed& right) {
    return left.epoch.epoch < right.epoch.epoch;
  });
}

void MemoryEventStore::SetIncident(ports::Incident incident) {
  MutexLock lock(mutex_);
  incident_ = std::move(incident);
}

void MemoryEventStore::LoadEpochs(ports::CommittedState& state) {
  state.incident = incident_;
  if (!state.checkpoint || state.checkpoint->at == Sequence{}) {
    for (const Closed& closed : closed_) {
      for (const StoredEvent& event : closed.events) {
        if (event.sequence > closed.folded) state.carried.push_back({closed.epoch.epoch, event});
      }
    }
  }
  state.journeys = journeys_;
  const auto note = [&state](std::uint64_t journey) {
    state.journeys = std::max(state.journeys, journey);
  };
  for (const ports::CarriedEvent& event : state.carried) note(event.event.journey);
  for (const StoredEvent& event : state.tail) note(event.journey);
  for (const WindowEntry& entry : state.window) note(entry.journey.number);
  for (const ports::ForeignKey& key : state.foreign_keys) note(key.journey.number);
}

std::vector<WindowEntry> MemoryEventStore::Window() const {
  std::map<std::uint32_t, std::map<std::uint64_t, WindowEntry>> streams;
  for (WindowEntry entry : NewWindow()) {
    const auto row = std::find_if(events_.begin(), events_.end(), [&entry](const auto& event) {
      return event.sequence >= entry.first && event.journey == entry.journey.number;
    });
    if (row != events_.end()) entry.journey = JourneyOf(*row, epoch_);
    if (entry.digest != 0) streams[entry.stream].emplace(entry.number, entry);
  }
  for (const WindowEntry& entry : old_window_) streams[entry.stream].emplace(entry.number, entry);
  std::vector<WindowEntry> window;
  for (auto& [stream, records] : streams) {
    while (records.size() > ports::kStreamWindow) records.erase(records.begin());
    for (const auto& [number, entry] : records) window.push_back(entry);
  }
  return window;
}

namespace {

// What stands at next, without an event before before: a part of a run that is known, else damage.
ports::VoidRun VoidPiece(const std::vector<ports::VoidRun>& voids, std::uint64_t next,
                         std::uint64_t before) {
  ports::VoidRun piece{Sequence{next}, 1};
  piece.reason = ports::VoidReason::kDamaged;
  std::uint64_t end = before;
  for (const ports::VoidRun& run : voids) {
    const std::uint64_t run_end = run.first.value + run.count;
    if (run.first.value <= next && next < run_end) {
      piece.quota = run.quota;
      piece.reason = run.reason;
      end = std::min(end, run_end);
    } else if (run.first.value > next) {
      end = std::min(end, run.first.value);
    }
  }
  piece.count = end - next;
  return piece;
}

}  // namespace

Result<ports::JournalRange> MemoryEventStore::ReadRange(Epoch epoch, Sequence after,
                                                        std::size_t limit, std::size_t max_bytes) {
  MutexLock lock(mutex_);
  const auto closed = std::find_if(closed_.begin(), closed_.end(), [epoch](const Closed& one) {
    return one.epoch.epoch == epoch && one.epoch.acked < one.epoch.last;
  });
  if (epoch != epoch_ && closed == closed_.end()) {
    return Error{Errc::kNotFound, "no such epoch here"};
  }
  const auto& rows = epoch == epoch_ ? events_ : closed->events;
  ports::JournalRange range;
  range.covered = after;
  std::vector<ports::VoidRun> voids = epoch == epoch_ ? voids_ : closed->voids;
  std::size_t bytes = 0;
  // Up to before, by the runs that are known and otherwise as damage; false when there are too
  // many.
  const auto fill = [&range, &voids, limit](std::uint64_t before) {
    while (range.covered.value + 1 < before) {
      if (range.voids.size() == limit) return false;
      range.voids.push_back(VoidPiece(voids, range.covered.value + 1, before));
      range.covered.value += range.voids.back().count;
    }
    return true;
  };
  bool more = false;
  for (const StoredEvent& event : rows) {
    if (event.sequence <= after) continue;
    bytes += event.body.size();
    more = range.events.size() == limit || (!range.events.empty() && bytes > max_bytes) ||
           !fill(event.sequence.value);
    if (more) break;
    range.events.push_back(event);
    range.covered = event.sequence;
  }
  if (!more && !voids.empty()) fill(voids.back().first.value + voids.back().count);
  return range;
}

}  // namespace trayline::fakes
