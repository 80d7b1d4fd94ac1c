// The store thread's side of Journal: groups are taken, committed and answered; between them the
// cursor is written and old rows go.
#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/journal/journal.h"

namespace trayline::journal {

namespace {

// What those are told that go down with another transaction: the same, if they can do the same
// about it.
Error BehindError(const Error& error) {
  const bool shared = error.code == Errc::kFull || error.code == Errc::kCorrupt;
  return Error{shared ? error.code : Errc::kRetryLater,
               "it went with another transaction: " + error.text};
}

}  // namespace

bool Journal::RunOnce() {
  if (ChangeEpochIfAsked()) return true;
  if (CommitWaiting()) return true;
  if (WriteCursor()) return true;
  if (LookIfDue()) return true;
  return Retain() || DropClosed();
}

bool Journal::CommitWaiting() {
  const std::vector<Waiting> group = TakeGroup();
  if (group.empty()) return false;
  const std::size_t fitting = CountFitting(group);
  const Writer::Committed committed =
      fitting == 0 ? Writer::Committed{} : WriteGroup(group, fitting);
  Settle(group, fitting, committed);
  return true;
}

// What can be committed together, or what must be refused together.
std::vector<Journal::Waiting> Journal::TakeGroup() {
  std::vector<Waiting> group;
  MutexLock lock(mutex_);
  std::size_t events = 0;
  while (!queue_.empty()) {
    Waiting& next = queue_.front();
    if (!group.empty()) {
      if (next.refusal.has_value() != group.front().refusal.has_value()) break;
      if (events + next.transaction.events.size() > options_.group_max_events) break;
    }
    events += next.transaction.events.size();
    group.push_back(std::move(next));
    queue_.pop_front();
  }
  committing_ = !group.empty();
  return group;
}

// How many of group, from its start, follow on what is committed.
std::size_t Journal::CountFitting(const std::vector<Waiting>& group) const {
  if (group.empty() || group.front().refusal) return 0;
  Sequence last = writer_->last();
  for (std::size_t i = 0; i < group.size(); ++i) {
    const ports::Transaction& transaction = group[i].transaction;
    for (const ports::StoredEvent& event : transaction.events) {
      if (event.sequence != last.Next()) return i;
      last = event.sequence;
    }
    if (transaction.checkpoint && transaction.checkpoint->at > last) return i;
  }
  return group.size();
}

Writer::Committed Journal::WriteGroup(const std::vector<Waiting>& group, std::size_t count) {
  std::vector<const ports::Transaction*> transactions;
  transactions.reserve(count);
  for (std::size_t i = 0; i < count; ++i) transactions.push_back(&group[i].transaction);
  std::optional<Cursors> cursor;
  {
    MutexLock lock(mutex_);
    if (CursorIsDue()) cursor = CursorsNow();
  }
  Writer::Committed committed = CommitWithRoom(transactions, cursor);
  if (committed.status.ok() && cursor) {
    MutexLock lock(mutex_);
    NoteWritten(*cursor);
    cursor_written_ = clock_.Mono();
  }
  return committed;
}

// Publishes what became of group and answers it. The first fitting of it were part of the commit,
// the one behind them does not follow on, and what is behind that one goes the same way.
void Journal::Settle(const std::vector<Waiting>& group, std::size_t fitting,
                     const Writer::Committed& committed) {
  std::optional<Error> failure;
  if (!committed.status.ok()) {
    failure = committed.status.error();
  } else if (!group.front().refusal && fitting < group.size()) {
    failure = Error{Errc::kConflict, "the events do not follow on the last committed one, " +
                                         std::to_string(writer_->last().value)};
  }
  if (failure) {
    log_.Error("journal.commit_failed",
               {{"code", ErrcName(failure->code)}, {"text", failure->text}});
  }
  std::function<void(Sequence)> listener;
  std::uint64_t events = 0;
  const std::size_t durable = committed.status.ok() ? fitting : 0;
  for (std::size_t i = 0; i < durable; ++i) events += group[i].transaction.events.size();
  {
    MutexLock lock(mutex_);
    committing_ = false;
    if (failure) RefuseFromNowOn(BehindError(*failure));
    Publish();
    if (durable > 0) listener = listener_;
    CountSettled(group.size(), durable, events, !committed.status.ok());
  }
  settled_.NotifyAll();
  Answer(group, fitting, committed, failure);
  if (listener) listener(writer_->last());
  events_since_retention_ += events;
  const bool is_full = failure && failure->code == Errc::kFull;
  // On a full device the database must not grow: what it cannot take from the WAL stays there.
  if (is_full || device_scarce_ || events_since_retention_ >= kRetentionEveryEvents) {
    retention_pending_ = true;
    Retain();
  }
  MeasureIfDue();
}

void Journal::Answer(const std::vector<Waiting>& group, std::size_t fitting,
                     const Writer::Committed& committed, const std::optional<Error>& failure) {
  // The one that is to blame; none when all of group is durable or was refused before.
  const std::size_t culprit = committed.status.ok() ? fitting : committed.failed_part;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (group[i].refusal) {
      group[i].done(*group[i].refusal);
    } else if (committed.status.ok() && i < fitting) {
      group[i].done(Status());
    } else if (i == culprit) {
      group[i].done(*failure);
    } else {
      group[i].done(BehindError(*failure));
    }
  }
}

void Journal::CountSettled(std::size_t transactions, std::size_t durable, std::uint64_t events,
                           bool failed) {
  if (durable > 0) ++stats_.commits;
  if (failed) ++stats_.failed_commits;
  stats_.transactions += durable;
  stats_.events += events;
  stats_.refused += transactions - durable;
}

bool Journal::CursorIsDue() const {
  if (!CursorMoved()) return false;
  return !cursor_written_ || clock_.Mono() - *cursor_written_ >= kCursorEvery;
}

bool Journal::WriteCursor() {
  Cursors cursors;
  {
    MutexLock lock(mutex_);
    if (!CursorIsDue()) return false;
    cursors = CursorsNow();
  }
  const Status status = writer_->WriteCursors(cursors);
  if (!status.ok()) {
    log_.Warn("journal.cursor_not_written", {{"text", status.error().text}});
    Judge([&status](StorageWatch& watch) {
      watch.WriteFailed(status.error(), StorageWatch::Lack::kDevice);
    });
  } else if (shedding_ || device_scarce_) {
    retention_pending_ = true;  // what HQ has now makes room
  }
  MutexLock lock(mutex_);
  cursor_written_ = clock_.Mono();  // after a failure too: the next try has its time
  if (status.ok()) {
    NoteWritten(cursors);
    ++stats_.cursor_writes;
  }
  return true;
}

bool Journal::Retain() {
  if (!retention_pending_) return false;
  events_since_retention_ = 0;
  const Freed freed = FreeSome(IsPressed(), /*insist=*/false);
  retention_pending_ = freed.more;
  room_changed_ = room_changed_ || freed.some;
  if (room_changed_ && !freed.more) {
    room_changed_ = false;
    Measure();
  }
  return freed.some || freed.more;
}

// False when the journal is to be closed and nothing waits.
bool Journal::WaitForWork() {
  MutexLock lock(mutex_);
  while (queue_.empty() && !epoch_request_) {
    if (stage_ != Stage::kOpen) return false;
    const MonoTime now = clock_.Mono();
    const bool looks = next_look_ && *next_look_ <= now;
    if (retention_pending_ || CursorIsDue() || Droppable() != nullptr || looks) return true;
    std::optional<MonoTime> due = next_look_;
    if (CursorMoved()) {
      const MonoTime cursor_due = *cursor_written_ + kCursorEvery;
      due = due ? std::min(*due, cursor_due) : cursor_due;
    }
    if (due) {
      work_.WaitFor(mutex_, *due - now);
    } else {
      work_.Wait(mutex_);
    }
  }
  return true;
}

void Journal::Run() {
  {
    MutexLock lock(mutex_);
    if (stage_ != Stage::kOpen || running_) return;
    running_ = true;
  }
  while (WaitForWork()) RunOnce();
  Finish();
}

Status Journal::Close() {
  {
    MutexLock lock(mutex_);
    if (stage_ == Stage::kOpen) stage_ = Stage::kClosing;
    if (running_ || stage_ == Stage::kClosed) {
      work_.NotifyAll();
      while (stage_ != Stage::kClosed) settled_.Wait(mutex_);
      return close_status_;
    }
    running_ = true;  // this thread is the store thread now
  }
  Finish();
  MutexLock lock(mutex_);
  return close_status_;
}

void Journal::Finish() {
  while (ChangeEpochIfAsked() || CommitWaiting()) {
  }
  Cursors cursors;
  {
    MutexLock lock(mutex_);
    cursors = CursorsNow();
  }
  const Status status = writer_->CloseInOrder(cursors);
  if (!status.ok()) log_.Error("journal.close_failed", {{"text", status.error().text}});
  {
    MutexLock lock(mutex_);
    if (status.ok()) NoteWritten(cursors);
    close_status_ = status;
    stage_ = Stage::kClosed;
  }
  settled_.NotifyAll();
}

}  // namespace trayline::journal
