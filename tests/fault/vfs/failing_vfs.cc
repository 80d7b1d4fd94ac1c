#include "tests/fault/vfs/failing_vfs.h"

#include <sqlite3.h>

#include "agent/base/check.h"

namespace trayline::fault {

namespace {

// SQLite allocates szOsFile bytes: this, then what the real VFS wants for its own file.
struct ShimFile {
  sqlite3_file base;
  FailingVfs* owner;
  sqlite3_file* real;
};

ShimFile& ShimOf(sqlite3_file* file) { return *reinterpret_cast<ShimFile*>(file); }
sqlite3_file* RealOf(sqlite3_file* file) { return ShimOf(file).real; }
const sqlite3_io_methods& MethodsOf(sqlite3_file* file) { return *RealOf(file)->pMethods; }

int Close(sqlite3_file* file) { return MethodsOf(file).xClose(RealOf(file)); }

int Read(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  if (const int code = ShimOf(file).owner->Next(Operation::kRead); code != SQLITE_OK) return code;
  return MethodsOf(file).xRead(RealOf(file), into, amount, offset);
}

int Write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  if (const int code = ShimOf(file).owner->Next(Operation::kWrite); code != SQLITE_OK) return code;
  return MethodsOf(file).xWrite(RealOf(file), from, amount, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  return MethodsOf(file).xTruncate(RealOf(file), size);
}

int Sync(sqlite3_file* file, int flags) {
  if (const int code = ShimOf(file).owner->Next(Operation::kSync); code != SQLITE_OK) return code;
  return MethodsOf(file).xSync(RealOf(file), flags);
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return MethodsOf(file).xFileSize(RealOf(file), size);
}
int Lock(sqlite3_file* file, int level) { return MethodsOf(file).xLock(RealOf(file), level); }
int Unlock(sqlite3_file* file, int level) { return MethodsOf(file).xUnlock(RealOf(file), level); }
int CheckReservedLock(sqlite3_file* file, int* result) {
  return MethodsOf(file).xCheckReservedLock(RealOf(file), result);
}
int FileControl(sqlite3_file* file, int operation, void* argument) {
  if (operation == SQLITE_FCNTL_LAST_ERRNO && ShimOf(file).owner->last_errno() != 0) {
    *static_cast<int*>(argument) = ShimOf(file).owner->last_errno();
    return SQLITE_OK;
  }
  return MethodsOf(file).xFileControl(RealOf(file), operation, argument);
}
int SectorSize(sqlite3_file* file) { return MethodsOf(file).xSectorSize(RealOf(file)); }
int DeviceCharacteristics(sqlite3_file* file) {
  return MethodsOf(file).xDeviceCharacteristics(RealOf(file));
}
int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** memory) {
  return MethodsOf(file).xShmMap(RealOf(file), page, size, extend, memory);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  return MethodsOf(file).xShmLock(RealOf(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) { MethodsOf(file).xShmBarrier(RealOf(file)); }
int ShmUnmap(sqlite3_file* file, int remove) {
  return MethodsOf(file).xShmUnmap(RealOf(file), remove);
}

// Version 2: with shared memory, as WAL needs it; without memory mapping, so that every byte comes
// through here.
constexpr sqlite3_io_methods kMethods = {2,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         ShmMap,
                                         ShmLock,
                                         ShmBarrier,
                                         ShmUnmap,
                                         nullptr,
                                         nullptr};

}  // namespace

struct FailingVfs::Registration {
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  FailingVfs* owner = nullptr;

  static Registration& Of(sqlite3_vfs* vfs) { return *static_cast<Registration*>(vfs->pAppData); }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                  int* out_flags) {
    Registration& self = Of(vfs);
    ShimFile& shim = ShimOf(file);
    shim.owner = self.owner;
    shim.real = reinterpret_cast<sqlite3_file*>(&shim + 1);
    shim.base.pMethods = nullptr;  // SQLite closes the file only when this is set
    const int code = self.real->xOpen(self.real, name, shim.real, flags, out_flags);
    if (shim.real->pMethods != nullptr) shim.base.pMethods = &kMethods;
    return code;
  }
  static int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    return Of(vfs).real->xDelete(Of(vfs).real, name, sync_folder);
  }
  static int Access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
    return Of(vfs).real->xAccess(Of(vfs).real, name, flags, result);
  }
  static int FullPathname(sqlite3_vfs* vfs, const char* name, int size, char* out) {
    return Of(vfs).real->xFullPathname(Of(vfs).real, name, size, out);
  }
  static int Randomness(sqlite3_vfs* vfs, int size, char* out) {
    return Of(vfs).real->xRandomness(Of(vfs).real, size, out);
  }
  static int Sleep(sqlite3_vfs* vfs, int microseconds) {
    return Of(vfs).real->xSleep(Of(vfs).real, microseconds);
  }
  static int CurrentTime(sqlite3_vfs* vfs, double* time) {
    return Of(vfs).real->xCurrentTime(Of(vfs).real, time);
  }
  static int GetLastError(sqlite3_vfs* vfs, int size, char* out) {
    return Of(vfs).real->xGetLastError(Of(vfs).real, size, out);
  }
};

FailingVfs::FailingVfs(const std::string& name)
    : name_(name), registration_(std::make_unique<Registration>()) {
  Registration& self = *registration_;
  self.real = sqlite3_vfs_find(nullptr);
  self.owner = this;
  self.vfs.iVersion = 1;
  self.vfs.szOsFile = static_cast<int>(sizeof(ShimFile)) + self.real->szOsFile;
  self.vfs.mxPathname = self.real->mxPathname;
  self.vfs.zName = name_.c_str();
  self.vfs.pAppData = &self;
  self.vfs.xOpen = Registration::Open;
  self.vfs.xDelete = Registration::Delete;
  self.vfs.xAccess = Registration::Access;
  self.vfs.xFullPathname = Registration::FullPathname;
  self.vfs.xRandomness = Registration::Randomness;
  self.vfs.xSleep = Registration::Sleep;
  self.vfs.xCurrentTime = Registration::CurrentTime;
  self.vfs.xGetLastError = Registration::GetLastError;
  TRAYLINE_CHECK(sqlite3_vfs_find(name_.c_str()) == nullptr);
  TRAYLINE_CHECK(sqlite3_vfs_register(&self.vfs, 0) == SQLITE_OK);
}

FailingVfs::~FailingVfs() { sqlite3_vfs_unregister(&registration_->vfs); }

int FailingVfs::Next(Operation operation) {
  if (const int code = faults_.Next(operation); code != SQLITE_OK) return code;
  if (operation == Operation::kWrite) ++writes_;
  if (operation == Operation::kSync) ++syncs_;
  return SQLITE_OK;
}

}  // namespace trayline::fault
