// The store thread's care for room: what is deleted, given up or let go so that recording goes on,
// and what the state of the storage is.
#include <algorithm>

#include "agent/journal/files.h"
#include "agent/journal/journal.h"

namespace trayline::journal {

using event::StorageState;
using Lack = StorageWatch::Lack;

namespace {

// Of a reading that tries again what failed.
constexpr std::size_t kProbeRows = 256;
constexpr std::size_t kProbeBytes = 64ULL * 1024;

bool IsFull(const Status& status) { return !status.ok() && status.error().code == Errc::kFull; }

}  // namespace

// kFull only when there was no room and nothing could be done about it.
Writer::Committed Journal::CommitWithRoom(const Group& group,
                                          const std::optional<Cursors>& cursors) {
  Lack lack = Lack::kWal;
  Writer::Committed committed;
  committed.status = KeepWithinQuota();
  if (committed.status.ok()) {
    committed = writer_->Commit(group, cursors);
    while (IsFull(committed.status) && MakeRoom(committed.device_full, group)) {
      committed = writer_->Commit(group, cursors);
    }
    lack = committed.device_full ? Lack::kDevice : Lack::kQuota;
  }
  if (committed.status.ok()) {
    Judge([](StorageWatch& watch) { watch.Recorded(); });
  } else {
    measured_.reset();  // what is told with the failure is of now
    Judge([&](StorageWatch& watch) { watch.WriteFailed(committed.status.error(), lack); });
  }
  return committed;
}

// SQLite keeps the database within its part of the quota, but the WAL grows as long as somebody
// keeps an old state open.
Status Journal::KeepWithinQuota() {
  const auto quota = static_cast<std::uint64_t>(options_.quota_bytes);
  if (file_bytes_ <= quota) return {};
  const Status cut = writer_->CutWal();
  Measure();
  if (file_bytes_ <= quota) return {};
  return Error{Errc::kFull, "the WAL cannot be cut: " + (cut.ok() ? "" : cut.error().text)};
}

// After a commit that found no room: true when there is more than there was.
bool Journal::MakeRoom(bool device_full, const Group& group) {
  const std::int64_t wanted = Writer::PagesFor(group);
  if (device_full) {
    device_scarce_ = true;
    if (reserve_.held()) {
      ReleaseReserve();
      return true;
    }
    // Unused pages are room without the device's help; if they were there, it was not for want of
    // them.
    const auto room = writer_->MeasureRoom();
    if (!room.ok() || room->free_pages >= wanted) return false;
  }
  bool made = false;
  for (;;) {
    const Freed freed = FreeSome(/*pressed=*/true, /*insist=*/true);
    made = made || freed.some;
    if (!freed.more) return made;
    const auto room = writer_->MeasureRoom();
    if (!room.ok()) return made;
    if (made && (device_full ? room->free_pages : room->available()) >= wanted) return true;
  }
}

// True when even what is young, and then what is unsent, must go.
bool Journal::IsPressed() {
  const auto room = writer_->MeasureRoom();
  if (!room.ok()) return false;
  shedding_ = room->IsUsed(shedding_ ? kShedToPercent : kShedFromPercent);
  if (!room->IsUsed(kRetentionPercent)) writer_->ForgetShedding();
  return shedding_ || (device_scarce_ && room->free_pages < kRoomPages);
}

// One step: of what HQ has, and when there is none, and no room, of what it has not.
Journal::Freed Journal::FreeSome(bool pressed, bool insist) {
  Cursors cursors;
  {
    MutexLock lock(mutex_);
    cursors = CursorsNow();
  }
  const auto retained = writer_->Retain(cursors, pressed);
  if (!retained.ok()) {
    log_.Warn("journal.retention_failed", {{"text", retained.error().text}});
    Judge([&](StorageWatch& watch) { watch.WriteFailed(retained.error(), Lack::kDevice); });
    return {};
  }
  if (retained->moved) {
    bool has_voids = false;
    {
      MutexLock lock(mutex_);
      NoteWritten(cursors);
      stats_.deleted += retained->deleted;
      has_voids = stats_.void_runs > 0;
      Publish();
    }
    if (has_voids) CountVoidRuns();
    return {true, pressed || retained->more};
  }
  return pressed ? GiveUpSome(insist) : Freed{};
}

Journal::Freed Journal::GiveUpSome(bool insist) {
  const auto step = writer_->Shed(insist);
  if (!step.ok()) {
    log_.Warn("journal.shedding_failed", {{"text", step.error().text}});
    Judge([&](StorageWatch& watch) { watch.WriteFailed(step.error(), Lack::kDevice); });
    return {};
  }
  if (step->total() > 0) {
    {
      MutexLock lock(mutex_);
      for (std::size_t i = 0; i < step->shed.size(); ++i) stats_.shed[i] += step->shed[i];
    }
    Judge([&step](StorageWatch& watch) { watch.Shed(step->shed); });
    CountVoidRuns();
  }
  return {step->total() > 0, step->more};
}

void Journal::CountVoidRuns() {
  const auto count = writer_->CountVoidRuns();
  if (!count.ok()) return;  // a figure for people; what fails here fails elsewhere too
  MutexLock lock(mutex_);
  stats_.void_runs = *count;
}

void Journal::ReleaseReserve() {
  reserve_.Release();
  reserve_tried_ = clock_.Mono();
  log_.Warn("journal.reserve_released", {{"bytes", reserve_.bytes()}});
  MutexLock lock(mutex_);
  ++stats_.reserve_releases;
}

// At most once in kLookEvery: it asks the file system, and allocates.
void Journal::MakeReserve() {
  const MonoTime now = clock_.Mono();
  if (reserve_.held() || (reserve_tried_ && now - *reserve_tried_ < kLookEvery)) return;
  reserve_tried_ = now;
  const Status status = reserve_.Make();
  if (status.ok()) {
    if (reserve_.held()) device_scarce_ = false;
  } else if (status.error().code != Errc::kFull) {
    log_.Warn("journal.reserve_not_made", {{"text", status.error().text}});
  }
}

void Journal::MeasureIfDue() {
  const MonoTime now = clock_.Mono();
  if (measured_ && now - *measured_ < kMeasureEvery) return;
  MakeReserve();
  Measure();
}

void Journal::Measure() {
  measured_ = clock_.Mono();
  StorageMeasure measure;
  measure.file_bytes = file_bytes_ = writer_->BytesOnDisk();
  measure.reserve_held = reserve_.held();
  const auto room = writer_->MeasureRoom();
  if (room.ok()) {
    measure.used_bytes = static_cast<std::uint64_t>(room->used() * kPageBytes);
    measure.database_limit_bytes = static_cast<std::uint64_t>(room->limit * kPageBytes);
  }
  const auto free_bytes = FreeBytes(options_.path);
  if (free_bytes.ok()) {
    measure.free_bytes = *free_bytes;
    const bool is_low = *free_bytes < static_cast<std::uint64_t>(options_.low_free_bytes);
    if (reserve_.bytes() == 0 && !is_low) device_scarce_ = false;
  }
  {
    MutexLock lock(mutex_);
    bytes_ = file_bytes_;
  }
  Judge([&measure](StorageWatch& watch) { watch.Measured(measure); });
}

// While the storage is not ok: is that over?
bool Journal::LookIfDue() {
  bool probes = false;
  {
    MutexLock lock(mutex_);
    if (!next_look_ || clock_.Mono() < *next_look_) return false;
    next_look_.reset();
    probes = watch_.IsAwaitingRecovery();
  }
  MakeReserve();
  if (probes) Probe();
  if (shedding_ || device_scarce_) retention_pending_ = true;
  Measure();
  return true;
}

void Journal::Probe() {
  std::optional<Sequence> failed_read_after;
  {
    MutexLock lock(mutex_);
    ++stats_.probes;
    failed_read_after = failed_read_after_;
  }
  const Status status = writer_->Probe();
  const auto room = writer_->MeasureRoom();
  const bool has_room = room.ok() && room->available() >= kRoomPages && KeepWithinQuota().ok();
  Judge([&](StorageWatch& watch) {
    if (status.ok()) {
      watch.Wrote(has_room);
    } else {
      watch.WriteFailed(status.error(), Lack::kDevice);  // it needs no page of the quota
    }
  });
  if (failed_read_after) static_cast<void>(Read(*failed_read_after, kProbeRows, kProbeBytes));
}

Result<ReaderPool::Lease> Journal::TakeReader(Sequence after) {
  auto reader = readers_.Take();
  if (!reader.ok()) NoteRead(after, reader.error());
  return reader;
}

void Journal::NoteRead(Sequence after, const std::optional<Error>& failure) {
  {
    MutexLock lock(mutex_);
    if (failure) {
      failed_read_after_ = after;
    } else if (failed_read_after_ && *failed_read_after_ == after) {
      failed_read_after_.reset();
    } else {
      return;  // nothing to tell, or what failed has not been read yet
    }
  }
  Judge([&failure](StorageWatch& watch) {
    if (failure) {
      watch.ReadFailed(*failure);
    } else {
      watch.Read();
    }
  });
}

void Journal::Judge(const std::function<void(StorageWatch&)>& change) {
  StorageStatus status;
  {
    MutexLock lock(mutex_);
    const StorageState before = watch_.state();
    change(watch_);
    ScheduleLook();
    if (watch_.state() == before) return;
    status = watch_.status();
  }
  const std::string_view name = event::WordName(status.state, event::kStorageStateNames);
  if (status.state == StorageState::kOk) {
    log_.Info("journal.storage", {{"state", name}});
  } else if (status.state == StorageState::kLow) {
    log_.Warn("journal.storage", {{"state", name}, {"reason", status.reason}});
  } else {
    log_.Error("journal.storage", {{"state", name}, {"reason", status.reason}});
  }
  work_.NotifyOne();  // the store thread may be asleep, and has something to look after now
}

void Journal::ScheduleLook() {
  if (watch_.state() == StorageState::kOk || watch_.is_corrupt()) {
    next_look_.reset();
    return;
  }
  const MonoTime due = clock_.Mono() + (watch_.IsAwaitingRecovery() ? kProbeEvery : kLookEvery);
  next_look_ = next_look_ ? std::min(*next_look_, due) : due;
}

}  // namespace trayline::journal
