#include "tests/fakes/memory_event_store.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace trayline::fakes {

using ports::StoredEvent;

void MemoryEventStore::Submit(ports::Transaction transaction, std::function<void(Status)> done) {
  if (!TryQueue(transaction, done)) {
    done(Error{Errc::kRetryLater, "the queue of the store is full"});
  } else if (options_.commit_at_once) {
    RunOnce();
  }
}

bool MemoryEventStore::TryQueue(ports::Transaction& transaction,
                                std::function<void(Status)>& done) {
  MutexLock lock(mutex_);
  if (queue_.size() < options_.queue_max) {
    queue_.push_back({std::move(transaction), std::move(done), refusing_});
    return true;
  }
  if (!refusing_) refusing_ = Error{Errc::kRetryLater, "an earlier one found the queue full"};
  return false;
}

bool MemoryEventStore::RunOnce() {
  if (ChangeEpochIfAsked()) return true;
  std::vector<Waiting> group;
  std::vector<Status> answers;
  std::function<void(Sequence)> listener;
  Sequence last;
  {
    MutexLock lock(mutex_);
    if (queue_.empty()) return false;
    std::move(queue_.begin(), queue_.end(), std::back_inserter(group));
    queue_.clear();
    const std::size_t commits_before = commits_;
    answers = CommitGroup(group);
    if (commits_ != commits_before) listener = listener_;
    last = Last();
  }
  for (std::size_t i = 0; i < group.size(); ++i) group[i].done(answers[i]);
  if (listener) listener(last);
  return true;
}

std::vector<Status> MemoryEventStore::CommitGroup(std::vector<Waiting>& group) {
  std::vector<Status> answers;
  bool committed = false;
  std::optional<Error> failed = std::exchange(fail_next_, std::nullopt);
  if (failed) RefuseFromNowOn(*failed);
  for (Waiting& waiting : group) {
    if (failed) {
      answers.emplace_back(*failed);
    } else if (waiting.refusal) {
      answers.emplace_back(*waiting.refusal);
    } else if (!Follows(waiting.transaction)) {
      failed = Error{Errc::kRetryLater, "a transaction before this one was refused"};
      RefuseFromNowOn(*failed);
      answers.emplace_back(
          Error{Errc::kConflict, "events do not follow on " + std::to_string(Last().value)});
    } else {
      Keep(std::move(waiting.transaction));
      committed = true;
      answers.emplace_back();
    }
  }
  if (committed) ++commits_;
  return answers;
}

bool MemoryEventStore::Follows(const ports::Transaction& transaction) const {
  Sequence expected = Last().Next();
  for (const StoredEvent& event : transaction.events) {
    if (event.sequence != expected) return false;
    expected = expected.Next();
  }
  return true;
}

void MemoryEventStore::Keep(ports::Transaction transaction) {
  if (!transaction.events.empty()) incident_.reset();
  std::move(transaction.events.begin(), transaction.events.end(), std::back_inserter(events_));
  std::move(transaction.streams.begin(), transaction.streams.end(), std::back_inserter(streams_));
  for (ports::ForeignKey& key : transaction.foreign_keys) KeepForeignKey(std::move(key));
  if (transaction.checkpoint) checkpoint_ = std::move(transaction.checkpoint);
  DropClosed();
}

void MemoryEventStore::KeepForeignKey(ports::ForeignKey key) {
  const WallTime oldest = key.recorded - std::chrono::days(ports::kForeignKeyDays);
  std::erase_if(foreign_keys_, [&key](const ports::ForeignKey& other) {
    return other.stream == key.stream && other.id == key.id;
  });
  foreign_keys_.push_back(std::move(key));
  const auto goes = [this, oldest]() REQUIRES(mutex_) {
    return foreign_keys_.size() > ports::kForeignKeysMax ||
           (foreign_keys_.size() > ports::kForeignKeysKept &&
            foreign_keys_.front().recorded < oldest);
  };
  while (goes()) foreign_keys_.erase(foreign_keys_.begin());
}

void MemoryEventStore::RefuseFromNowOn(const Error& error) {
  refusing_ = error;
  for (Waiting& waiting : queue_) waiting.refusal = error;
}

Sequence MemoryEventStore::Last() const {
  return events_.empty() ? Sequence{} : events_.back().sequence;
}

Result<ports::CommittedState> MemoryEventStore::Load() {
  MutexLock lock(mutex_);
  for (Waiting& waiting : queue_) {
    waiting.refusal = Error{Errc::kRetryLater, "submitted before the state was loaded"};
  }
  refusing_.reset();
  ports::CommittedState state;
  state.epoch = epoch_;
  state.journal_id = journal_id_;
  state.opens = opens_;
  state.boot = boot_;
  state.new_boot = new_boot_;
  state.clean_stop = clean_stop_;
  state.last = Last();
  state.checkpoint = checkpoint_;
  const Sequence above = checkpoint_ ? checkpoint_->at : Sequence{};
  std::copy_if(events_.begin(), events_.end(), std::back_inserter(state.tail),
               [above](const StoredEvent& event) { return event.sequence > above; });
  state.streams = streams_;
  state.window = Window();
  state.foreign_keys = foreign_keys_;
  LoadEpochs(state);
  return state;
}

std::vector<ports::WindowEntry> MemoryEventStore::NewWindow() const {
  std::map<std::uint32_t, std::deque<ports::WindowEntry>> streams;
  std::map<std::uint32_t, bool> settled;  // the journey of the newest record of a stream is its own
  for (const StoredEvent& event : events_) {
    if (event.stream == 0) continue;
    std::deque<ports::WindowEntry>& records = streams[event.stream];
    const bool is_own = !ports::MayEndAnotherJourney(event.type);
    if (records.empty() || records.back().number != event.number) {
      records.push_back({event.stream,
                         event.number,
                         event.digest,
                         event.sequence,
                         event.sequence,
                         {{}, event.journey},
                         {}});
      if (records.size() > ports::kStreamWindow) records.pop_front();
      settled[event.stream] = is_own;
    }
    records.back().last = event.sequence;
    const bool settles = is_own && !settled[event.stream];
    if (settles || records.back().journey.IsNone()) records.back().journey.number = event.journey;
    if (settles) settled[event.stream] = true;
  }
  std::vector<ports::WindowEntry> window;
  for (const auto& [stream, records] : streams) {
    window.insert(window.end(), records.begin(), records.end());
  }
  return window;
}

Result<std::vector<StoredEvent>> MemoryEventStore::Read(Sequence after, std::size_t limit,
                                                        std::size_t max_bytes) {
  MutexLock lock(mutex_);
  std::vector<StoredEvent> found;
  std::size_t bytes = 0;
  for (const StoredEvent& event : events_) {
    if (event.sequence <= after) continue;
    bytes += event.body.size();
    if (found.size() == limit || (!found.empty() && bytes > max_bytes)) break;
    found.push_back(event);
  }
  return found;
}

Result<std::vector<StoredEvent>> MemoryEventStore::ReadJourney(std::uint64_t journey,
                                                               std::size_t limit) {
  MutexLock lock(mutex_);
  std::vector<StoredEvent> found;
  for (const StoredEvent& event : events_) {
    if (found.size() == limit) break;
    if (event.journey == journey) found.push_back(event);
  }
  return found;
}

ports::OutboxState MemoryEventStore::State() {
  MutexLock lock(mutex_);
  ports::OutboxState state;
  state.epoch = epoch_;
  state.journal_id = journal_id_;
  state.opens = opens_;
  state.boot = boot_;
  state.hq_generation = hq_generation_;
  state.first = events_.empty() ? Sequence{} : events_.front().sequence;
  if (!voids_.empty()) state.first = std::min(state.first, voids_.front().first);
  state.storage = storage_;
  state.last = Last();
  state.acked = acked_;
  for (const Closed& closed : closed_) {
    if (closed.epoch.acked < closed.epoch.last) state.closed.push_back(closed.epoch);
  }
  for (const StoredEvent& event : events_) state.bytes += event.body.size();
  return state;
}

void MemoryEventStore::SetCommitListener(std::function<void(Sequence last)> listener) {
  MutexLock lock(mutex_);
  listener_ = std::move(listener);
}

void MemoryEventStore::FailNextCommit(Error error) {
  MutexLock lock(mutex_);
  fail_next_ = std::move(error);
}

void MemoryEventStore::Restart(bool clean_stop, bool new_boot) {
  MutexLock lock(mutex_);
  queue_.clear();
  refusing_.reset();
  epoch_request_.reset();
  fail_next_.reset();
  ++opens_;
  if (new_boot) ++boot_;
  new_boot_ = new_boot;
  clean_stop_ = clean_stop;
}

void MemoryEventStore::GiveUp(Sequence first, Sequence last, event::QuotaClass quota) {
  MutexLock lock(mutex_);
  std::erase_if(events_, [first, last](const StoredEvent& event) {
    return event.sequence >= first && event.sequence <= last;
  });
  voids_.push_back({first, last.value - first.value + 1, quota, ports::VoidReason::kQuota});
  std::sort(voids_.begin(), voids_.end(), [](const ports::VoidRun& one, const ports::VoidRun& two) {
    return one.first < two.first;
  });
}

void MemoryEventStore::SetStorage(event::StorageState storage) {
  MutexLock lock(mutex_);
  storage_ = storage;
}

std::vector<StoredEvent> MemoryEventStore::Events() {
  MutexLock lock(mutex_);
  return events_;
}

std::size_t MemoryEventStore::Commits() {
  MutexLock lock(mutex_);
  return commits_;
}

}  // namespace trayline::fakes
