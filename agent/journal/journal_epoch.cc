// What HQ tells a Journal: its cursors, its generation, and that another epoch must begin.
#include <algorithm>
#include <utility>

#include "agent/journal/journal.h"

namespace trayline::journal {

void Journal::Acknowledge(Epoch epoch, Sequence watermark) {
  bool wakes = false;
  {
    MutexLock lock(mutex_);
    const bool moved = CursorMoved();
    if (epoch == identity_.epoch) {
      if (watermark > last_ || watermark <= acked_) return;
      acked_ = watermark;
    } else if (!AcknowledgeClosed(epoch, watermark)) {
      return;
    }
    wakes = !moved;  // else the store thread knows that a write is due some time
  }
  if (wakes) work_.NotifyOne();
}

bool Journal::AcknowledgeClosed(Epoch epoch, Sequence watermark) {
  const auto found = std::find_if(closed_.begin(), closed_.end(), [epoch](const Closed& closed) {
    return closed.epoch.epoch == epoch;
  });
  if (found == closed_.end() || watermark <= found->epoch.acked) return false;
  found->epoch.acked = std::min(watermark, found->epoch.last);
  return found->epoch.acked != found->acked_on_disk;
}

void Journal::Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) {
  {
    MutexLock lock(mutex_);
    if (epoch != identity_.epoch || generation <= hq_generation_) return;
    hq_generation_ = generation;
    acked_ = std::min(acked_, watermark);
  }
  work_.NotifyOne();
}

void Journal::NoteGeneration(std::uint64_t generation) {
  {
    MutexLock lock(mutex_);
    if (generation <= hq_generation_) return;
    hq_generation_ = generation;
  }
  work_.NotifyOne();
}

void Journal::BeginEpoch(Epoch wanted, std::function<void(Status)> done) {
  const char* refusal = nullptr;
  {
    MutexLock lock(mutex_);
    if (stage_ != Stage::kOpen) {
      refusal = "the journal is closing";
    } else if (epoch_request_) {
      refusal = "another epoch is about to begin";
    } else {
      epoch_request_ = EpochRequest{wanted, std::exchange(done, nullptr)};
    }
  }
  if (refusal != nullptr) {
    done(Error{Errc::kRetryLater, refusal});
  } else {
    work_.NotifyOne();
  }
}

// What was submitted before was made for numbers of the old epoch: it is refused.
bool Journal::ChangeEpochIfAsked() {
  std::optional<EpochRequest> request;
  Sequence acked;
  {
    MutexLock lock(mutex_);
    if (!epoch_request_) return false;
    request = std::exchange(epoch_request_, std::nullopt);
    acked = acked_;
    committing_ = true;  // Load waits
    ++epoch_changes_;
  }
  const Epoch before = writer_->identity().epoch;
  const Status status = writer_->BeginEpoch(request->wanted, acked, ports::Incident::Kind::kRefused,
                                            "headquarters refused the epoch");
  if (!status.ok()) log_.Error("journal.epoch_not_begun", {{"text", status.error().text}});
  {
    MutexLock lock(mutex_);
    committing_ = false;
    ++epoch_changes_;
    // Also after an error that came behind the commit.
    if (writer_->identity().epoch != before) {
      PublishEpoch();
      RefuseFromNowOn(Error{Errc::kRetryLater, "submitted before another epoch began"});
      bytes_ = writer_->BytesOnDisk();
    }
  }
  settled_.NotifyAll();
  request->done(status);
  return true;
}

void Journal::PublishEpoch() {
  Publish();
  identity_ = writer_->identity();
  // What has not been written yet of HQ's generation and of closed cursors stays in memory.
  hq_generation_on_disk_ = writer_->hq_generation();
  hq_generation_ = std::max(hq_generation_, hq_generation_on_disk_);
  acked_ = acked_on_disk_ = writer_->opened_acked();
  std::vector<Closed> closed;
  for (const ports::ClosedEpoch& epoch : writer_->closed()) {
    closed.push_back({epoch, epoch.acked});
    for (const Closed& known : closed_) {
      if (known.epoch.epoch == epoch.epoch) closed.back().epoch.acked = known.epoch.acked;
    }
  }
  closed_ = std::move(closed);
}

bool Journal::HasTail(Epoch epoch) const {
  return std::any_of(closed_.begin(), closed_.end(), [epoch](const Closed& closed) {
    return closed.epoch.epoch == epoch && closed.epoch.acked < closed.epoch.last;
  });
}

bool Journal::CursorMoved() const {
  return acked_ != acked_on_disk_ || hq_generation_ != hq_generation_on_disk_ ||
         std::any_of(closed_.begin(), closed_.end(), [](const Closed& closed) {
           return closed.epoch.acked != closed.acked_on_disk;
         });
}

Cursors Journal::CursorsNow() const {
  Cursors cursors{acked_, hq_generation_, {}};
  for (const Closed& closed : closed_) {
    if (closed.epoch.acked != closed.acked_on_disk) {
      cursors.closed.emplace_back(closed.epoch.epoch, closed.epoch.acked);
    }
  }
  return cursors;
}

void Journal::NoteWritten(const Cursors& cursors) {
  acked_on_disk_ = cursors.acked;
  hq_generation_on_disk_ = cursors.hq_generation;
  for (const auto& [epoch, acked] : cursors.closed) {
    for (Closed& closed : closed_) {
      if (closed.epoch.epoch == epoch) closed.acked_on_disk = acked;
    }
  }
}

// A closed epoch of which HQ has all, by the cursor on disk, and that the checkpoint covers.
const Journal::Closed* Journal::Droppable() const {
  if (closed_stuck_ || !writer_->CoversClosed()) return nullptr;
  const auto found = std::find_if(closed_.begin(), closed_.end(), [](const Closed& closed) {
    return closed.acked_on_disk >= closed.epoch.last;
  });
  return found == closed_.end() ? nullptr : &*found;
}

bool Journal::DropClosed() {
  Epoch epoch;
  {
    MutexLock lock(mutex_);
    const Closed* closed = Droppable();
    if (closed == nullptr) return false;
    epoch = closed->epoch.epoch;
  }
  const auto more = writer_->DropClosed(epoch);
  if (!more.ok()) log_.Warn("journal.closed_epoch_not_dropped", {{"text", more.error().text}});
  MutexLock lock(mutex_);
  closed_stuck_ = !more.ok();
  if (more.ok() && !*more) {
    std::erase_if(closed_, [epoch](const Closed& closed) { return closed.epoch.epoch == epoch; });
  }
  return more.ok();
}

}  // namespace trayline::journal
