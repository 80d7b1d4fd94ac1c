#include "agent/journal/journal.h"

#include <algorithm>
#include <utility>

namespace trayline::journal {

using ports::StoredEvent;

Result<std::unique_ptr<Journal>> Journal::Open(const Options& options, ports::Clock& clock,
                                               ports::Random& random, Log& log) {
  if (Status status = CheckOptions(options); !status.ok()) {
    return status.error().In("journal options");
  }
  auto writer = Writer::Open(options, clock, random, log);
  if (!writer.ok() && writer.error().code == Errc::kFull) {
    ReserveFile(options.path + ".reserve", options.reserve_bytes).Release();
    writer = Writer::Open(options, clock, random, log);
  }
  if (!writer.ok()) return writer.error().In("open journal");
  std::unique_ptr<Journal> journal(new Journal(options, clock, log, std::move(*writer)));
  const Identity& identity = journal->writer_->identity();
  log.Info("journal.opened", {{"epoch", identity.epoch.value},
                              {"opens", identity.opens},
                              {"boot", identity.boot},
                              {"clean_stop", identity.clean_stop},
                              {"last", journal->State().last.value}});
  return journal;
}

Journal::Journal(const Options& options, ports::Clock& clock, Log& log,
                 std::unique_ptr<Writer> writer)
    : options_(options),
      clock_(clock),
      log_(log),
      writer_(std::move(writer)),
      readers_(options),
      reserve_(options.path + ".reserve", options.reserve_bytes),
      watch_({options.path, static_cast<std::uint64_t>(options.quota_bytes),
              static_cast<std::uint64_t>(options.low_free_bytes), options.reserve_bytes > 0}) {
  {
    MutexLock lock(mutex_);
    PublishEpoch();
  }
  CountVoidRuns();
  MakeReserve();
  Measure();
}

Journal::~Journal() {
  std::deque<Waiting> left;
  std::optional<EpochRequest> request;
  {
    MutexLock lock(mutex_);
    stage_ = Stage::kClosed;
    left.swap(queue_);
    request.swap(epoch_request_);
  }
  if (request) request->done(Error{Errc::kRetryLater, "the journal is gone"});
  for (const Waiting& waiting : left) {
    waiting.done(Error{Errc::kRetryLater, "the journal is gone"});
  }
}

void Journal::Submit(ports::Transaction transaction, std::function<void(Status)> done) {
  const std::optional<Error> refusal = TryQueue(transaction, done);
  if (refusal) {
    done(*refusal);
  } else {
    work_.NotifyOne();
  }
}

std::optional<Error> Journal::TryQueue(ports::Transaction& transaction,
                                       std::function<void(Status)>& done) {
  MutexLock lock(mutex_);
  if (stage_ == Stage::kOpen && queue_.size() < options_.queue_max) {
    queue_.push_back({std::move(transaction), std::move(done), refusing_});
    return std::nullopt;
  }
  ++stats_.refused;
  if (stage_ != Stage::kOpen) return Error{Errc::kRetryLater, "the journal is closing"};
  // Those before it are committed; those after it would leave a gap in its place.
  if (!refusing_) {
    refusing_ = Error{Errc::kRetryLater, "a transaction before this one found the queue full"};
  }
  return Error{Errc::kRetryLater, "the journal's queue is full"};
}

Result<ports::CommittedState> Journal::Load() {
  {
    MutexLock lock(mutex_);
    RefuseFromNowOn(Error{Errc::kRetryLater, "submitted before the state was loaded"});
    while (committing_) settled_.Wait(mutex_);
  }
  // With a clock that was never set no key counts as old.
  WallTime oldest_key = WallTime::min();
  if (clock_.State() != event::ClockState::kUnsynced) {
    oldest_key = clock_.Wall() - std::chrono::days(ports::kForeignKeyDays);
  }
  auto reader = TakeReader(Sequence{});
  if (!reader.ok()) return reader.error().In("load journal");
  ports::CommittedState state;
  if (Status status = (*reader)->Load(oldest_key, state); !status.ok()) {
    NoteRead(Sequence{}, status.error());
    return status.error().In("load journal");
  }
  MutexLock lock(mutex_);
  if (epoch_changes_ % 2 != 0 || state.epoch != identity_.epoch) {
    return Error{Errc::kRetryLater, "load journal: another epoch has begun meanwhile"};
  }
  state.opens = identity_.opens;
  state.boot = identity_.boot;
  state.new_boot = identity_.new_boot;
  state.clean_stop = identity_.clean_stop;
  refusing_.reset();
  return state;
}

Result<std::vector<StoredEvent>> Journal::Read(Sequence after, std::size_t limit,
                                               std::size_t max_bytes) {
  auto reader = TakeReader(after);
  if (!reader.ok()) return reader.error().In("read journal");
  return Noted(after, (*reader)->Read(after, limit, max_bytes));
}

Result<ports::JournalRange> Journal::ReadRange(Epoch epoch, Sequence after, std::size_t limit,
                                               std::size_t max_bytes) {
  std::uint64_t changes = 0;
  bool present = false;
  {
    MutexLock lock(mutex_);
    changes = epoch_changes_;
    present = epoch == identity_.epoch;
    if (!present && !HasTail(epoch)) {
      return Error{Errc::kNotFound, "no epoch " + std::to_string(epoch.value) + " here"};
    }
  }
  auto reader = TakeReader(after);
  if (!reader.ok()) return reader.error().In("read journal");
  auto range = Noted(after, present ? (*reader)->ReadRange(after, limit, max_bytes)
                                    : (*reader)->ReadClosed(epoch, after, limit, max_bytes));
  MutexLock lock(mutex_);
  if (changes % 2 != 0 || changes != epoch_changes_) {
    return Error{Errc::kRetryLater, "read journal: another epoch begins"};
  }
  return range;
}

Result<std::vector<StoredEvent>> Journal::ReadJourney(std::uint64_t journey, std::size_t limit) {
  auto reader = TakeReader(Sequence{});
  if (!reader.ok()) return reader.error().In("read journey");
  return Noted(Sequence{}, (*reader)->ReadJourney(journey, limit));
}

ports::OutboxState Journal::State() {
  MutexLock lock(mutex_);
  ports::OutboxState state;
  state.epoch = identity_.epoch;
  state.journal_id = identity_.journal_id;
  state.opens = identity_.opens;
  state.boot = identity_.boot;
  state.first = first_;
  state.last = last_;
  state.acked = acked_;
  for (const Closed& closed : closed_) {
    if (closed.epoch.acked < closed.epoch.last) state.closed.push_back(closed.epoch);
  }
  state.hq_generation = hq_generation_;
  state.bytes = bytes_;
  state.storage = watch_.state();
  return state;
}

void Journal::SetCommitListener(std::function<void(Sequence last)> listener) {
  MutexLock lock(mutex_);
  listener_ = std::move(listener);
}

Stats Journal::stats() const {
  MutexLock lock(mutex_);
  return stats_;
}

StorageStatus Journal::storage() const {
  MutexLock lock(mutex_);
  return watch_.status();
}

void Journal::RefuseFromNowOn(const Error& error) {
  refusing_ = error;
  for (Waiting& waiting : queue_) waiting.refusal = error;
}

void Journal::Publish() {
  first_ = writer_->first();
  last_ = writer_->last();
}

}  // namespace trayline::journal
