#include "tests/fault/vfs/power_vfs.h"

#include <sqlite3.h>

#include <atomic>
#include <string_view>
#include <utility>

#include "tests/fault/vfs/power_handle.h"

namespace trayline::fault {

namespace {

constexpr std::uint64_t kMillion = 1'000'000;
constexpr int kFolderSyncers =
    SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;

}  // namespace

void PowerVfs::PowerCut() {
  MutexLock lock(mutex_);
  if (powered_) {
    cut_file_.clear();
    PowerOff();
  }
  powered_ = true;
  cut_at_.reset();
}

void PowerVfs::CutAt(std::uint64_t operation) {
  MutexLock lock(mutex_);
  cut_at_ = counts_.operations + operation;
}

void PowerVfs::PowerOn() {
  MutexLock lock(mutex_);
  powered_ = true;
  cut_at_.reset();
}

bool PowerVfs::powered() const {
  MutexLock lock(mutex_);
  return powered_;
}

std::string PowerVfs::cut_file() const {
  MutexLock lock(mutex_);
  return cut_file_;
}

void PowerVfs::KillProcess() {
  MutexLock lock(mutex_);
  EndHandles();
}

void PowerVfs::LieAboutSyncs(Lies lies) {
  MutexLock lock(mutex_);
  lies_ = lies;
}

void PowerVfs::FailSometimes(Operation operation, Fault fault, std::uint32_t per_million) {
  MutexLock lock(mutex_);
  chances_.at(static_cast<std::size_t>(operation)) = {fault, per_million};
}

void PowerVfs::Heal() {
  switch_.Heal();
  MutexLock lock(mutex_);
  chances_ = {};
}

std::optional<std::string> PowerVfs::ReadFile(const std::string& name) const {
  MutexLock lock(mutex_);
  const PowerDisk::File file = disk_.Find(name);
  if (file == nullptr) return std::nullopt;
  return file->seen();
}

void PowerVfs::WriteFile(const std::string& name, const std::string& contents) {
  MutexLock lock(mutex_);
  disk_.Put(name, contents);
}

void PowerVfs::DeleteFile(const std::string& name) {
  MutexLock lock(mutex_);
  disk_.Erase(name);
}

bool PowerVfs::Copy(const std::string& from, const std::string& to) {
  MutexLock lock(mutex_);
  const PowerDisk::File file = disk_.Find(from);
  if (file == nullptr) return false;
  disk_.Put(to, file->seen());
  return true;
}

Snapshot PowerVfs::Take() const {
  MutexLock lock(mutex_);
  return disk_.Take();
}

void PowerVfs::Restore(const Snapshot& snapshot) {
  MutexLock lock(mutex_);
  EndHandles();
  disk_.Restore(snapshot);
}

PowerCounts PowerVfs::counts() const {
  MutexLock lock(mutex_);
  PowerCounts counts = counts_;
  counts.faults += switch_.faults();
  return counts;
}

bool PowerVfs::IsAlive(const Handle& handle) const { return powered_ && handle.life == life_; }

int PowerVfs::NextFault(Operation operation) {
  if (const int code = switch_.Next(operation); code != SQLITE_OK) return code;
  const Chance& chance = chances_.at(static_cast<std::size_t>(operation));
  if (chance.per_million == 0 || random_() % kMillion >= chance.per_million) return SQLITE_OK;
  ++counts_.faults;
  return CodeOf(operation, chance.fault);
}

// Counts an operation that changes the disk. True when the power has gone in the middle of it.
bool PowerVfs::IsCut(const std::string& name) {
  ++counts_.operations;
  if (!cut_at_ || counts_.operations < *cut_at_) return false;
  cut_file_ = name;
  PowerOff();
  return true;
}

void PowerVfs::PowerOff() {
  const PowerDisk::Lost lost = disk_.Cut(traits_, random_);
  ++counts_.cuts;
  counts_.sectors_lost += lost.sectors;
  counts_.names_lost += lost.names;
  EndHandles();
  powered_ = false;
}

void PowerVfs::EndHandles() {
  ++life_;
  locks_.clear();
}

bool PowerVfs::LiesAbout(bool wal) const {
  return lies_ == Lies::kAboutAllSyncs || (lies_ == Lies::kAboutTheWal && wal);
}

int PowerVfs::Open(const char* name, int flags, std::unique_ptr<Handle>& out) {
  MutexLock lock(mutex_);
  if (!powered_) return SQLITE_IOERR;
  auto handle = std::make_unique<Handle>();
  handle->life = life_;
  handle->wal = (flags & SQLITE_OPEN_WAL) != 0;
  handle->read_only = (flags & SQLITE_OPEN_READONLY) != 0;
  handle->deletes_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  if (name == nullptr) {
    handle->file = std::make_shared<PowerFile>();
  } else {
    handle->name = name;
    handle->file = disk_.Find(handle->name);
    const bool there = handle->file != nullptr;
    if (there && (flags & SQLITE_OPEN_EXCLUSIVE) != 0) return SQLITE_CANTOPEN;
    if (!there) {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      handle->file = disk_.Create(handle->name);
      handle->syncs_folder = (flags & kFolderSyncers) != 0;
      if (IsCut(handle->name)) return SQLITE_IOERR;
    }
  }
  std::weak_ptr<ConnectionLocks>& known = locks_[handle->file.get()];
  handle->locks = known.lock();
  if (handle->locks == nullptr) {
    handle->locks = std::make_shared<ConnectionLocks>();
    known = handle->locks;
  }
  out = std::move(handle);
  return SQLITE_OK;
}

void PowerVfs::Close(std::unique_ptr<Handle> handle) {
  MutexLock lock(mutex_);
  handle->locks->ShmUnmap(handle->holder);
  handle->locks->Unlock(handle->holder, SQLITE_LOCK_NONE);
  if (!IsAlive(*handle)) return;
  if (handle->deletes_on_close && !handle->name.empty()) disk_.Remove(handle->name);
  handle->locks.reset();
  const auto known = locks_.find(handle->file.get());
  if (known != locks_.end() && known->second.expired()) locks_.erase(known);
}

int PowerVfs::Read(const Handle& handle, char* into, int amount, std::int64_t offset) {
  MutexLock lock(mutex_);
  if (!IsAlive(handle)) return SQLITE_IOERR_READ;
  if (const int code = NextFault(Operation::kRead); code != SQLITE_OK) return code;
  const auto wanted = static_cast<std::size_t>(amount);
  const std::size_t there = handle.file->Read(static_cast<std::size_t>(offset), into, wanted);
  if (there == wanted) return SQLITE_OK;
  std::fill(into + there, into + wanted, '\0');  // SQLite relies on it
  return SQLITE_IOERR_SHORT_READ;
}

int PowerVfs::Write(const Handle& handle, const char* from, int amount, std::int64_t offset) {
  MutexLock lock(mutex_);
  if (!IsAlive(handle) || handle.read_only) return SQLITE_IOERR_WRITE;
  std::string_view bytes(from, static_cast<std::size_t>(amount));
  const int fault = NextFault(Operation::kWrite);
  if (fault != SQLITE_OK) bytes = bytes.substr(0, random_() % (bytes.size() + 1));
  handle.file->Write(static_cast<std::size_t>(offset), bytes);
  if (IsCut(handle.name)) return SQLITE_IOERR_WRITE;
  if (fault == SQLITE_OK) ++counts_.writes;
  return fault;
}

int PowerVfs::Truncate(const Handle& handle, std::int64_t size) {
  MutexLock lock(mutex_);
  if (!IsAlive(handle) || handle.read_only) return SQLITE_IOERR_TRUNCATE;
  handle.file->Truncate(static_cast<std::size_t>(size));
  return IsCut(handle.name) ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

int PowerVfs::Sync(Handle& handle) {
  MutexLock lock(mutex_);
  if (!IsAlive(handle)) return SQLITE_IOERR_FSYNC;
  if (const int code = NextFault(Operation::kSync); code != SQLITE_OK) {
    if (traits_.forgets_failed_syncs) {
      counts_.sectors_lost += handle.file->ForgetUnsynced(traits_, random_);
    }
    return code;
  }
  // Before it, so that a part of what it should have written is lost.
  if (IsCut(handle.name)) return SQLITE_IOERR_FSYNC;
  ++counts_.syncs;
  if (LiesAbout(handle.wal)) return SQLITE_OK;
  disk_.SyncFile(handle.name, *handle.file);
  if (std::exchange(handle.syncs_folder, false)) disk_.SyncFolder(handle.name);
  return SQLITE_OK;
}

int PowerVfs::Delete(const std::string& name, bool sync_folder) {
  MutexLock lock(mutex_);
  if (!powered_) return SQLITE_IOERR_DELETE;
  if (!disk_.Remove(name)) return SQLITE_IOERR_DELETE_NOENT;
  if (IsCut(name)) return SQLITE_IOERR_DELETE;
  if (sync_folder && !LiesAbout(false)) disk_.SyncFolder(name);
  return SQLITE_OK;
}

int PowerVfs::FileSize(const Handle& handle, std::int64_t& size) {
  MutexLock lock(mutex_);
  if (!IsAlive(handle)) return SQLITE_IOERR_FSTAT;
  size = static_cast<std::int64_t>(handle.file->seen().size());
  return SQLITE_OK;
}

// As on unix, a file without a byte does not count as being there.
int PowerVfs::Access(const std::string& name, bool& there) {
  MutexLock lock(mutex_);
  if (!powered_) return SQLITE_IOERR_ACCESS;
  const PowerDisk::File file = disk_.Find(name);
  there = file != nullptr && !file->seen().empty();
  return SQLITE_OK;
}

int PowerVfs::Lock(Handle& handle, int level) {
  MutexLock lock(mutex_);
  return IsAlive(handle) ? handle.locks->Lock(handle.holder, level) : SQLITE_IOERR_LOCK;
}

int PowerVfs::Unlock(Handle& handle, int level) {
  MutexLock lock(mutex_);
  if (!IsAlive(handle)) return SQLITE_IOERR_UNLOCK;
  handle.locks->Unlock(handle.holder, level);
  return SQLITE_OK;
}

int PowerVfs::CheckReservedLock(const Handle& handle, bool& reserved) {
  MutexLock lock(mutex_);
  if (!IsAlive(handle)) return SQLITE_IOERR_CHECKRESERVEDLOCK;
  reserved = handle.locks->IsReserved();
  return SQLITE_OK;
}

int PowerVfs::ShmLock(Handle& handle, int first, int count, int flags) {
  MutexLock lock(mutex_);
  if (!IsAlive(handle)) return SQLITE_IOERR_SHMLOCK;
  return handle.locks->ShmLock(handle.holder, first, count, flags);
}

int PowerVfs::ShmMap(Handle& handle, int region, int size, bool extend, void*& memory) {
  MutexLock lock(mutex_);
  memory = nullptr;
  if (!IsAlive(handle)) return SQLITE_IOERR_SHMMAP;
  memory = handle.locks->ShmMap(handle.holder, region, size, extend);
  return SQLITE_OK;
}

void PowerVfs::ShmUnmap(Handle& handle) {
  MutexLock lock(mutex_);
  handle.locks->ShmUnmap(handle.holder);
}

// The lock orders what other threads have written; the fence keeps the compiler from moving it.
void PowerVfs::Barrier() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  MutexLock lock(mutex_);
}

void PowerVfs::FillRandom(char* out, int size) {
  MutexLock lock(mutex_);
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(random_());
}

}  // namespace trayline::fault
