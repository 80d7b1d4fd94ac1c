// PowerVfs as the tables of functions that SQLite calls.
#include <sqlite3.h>

#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "agent/base/check.h"
#include "tests/fault/vfs/power_handle.h"
#include "tests/fault/vfs/power_vfs.h"

namespace trayline::fault {

namespace {

constexpr int kPathMax = 512;
// Noon of 2026-11-22 as a Julian day. Time stands still; SQLite shows it to nobody here.
constexpr double kNow = 2461367.0;

}  // namespace

struct PowerVfs::Glue {
  // SQLite allocates it raw and frees it without a word.
  struct File {
    sqlite3_file base;
    PowerVfs* owner;
    Handle* handle;
  };

  sqlite3_vfs vfs{};

  static PowerVfs& Of(sqlite3_vfs* vfs) { return *static_cast<PowerVfs*>(vfs->pAppData); }
  static PowerVfs& Of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->owner; }
  static Handle& HandleOf(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->handle; }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                  int* out_flags) {
    auto& opened = *reinterpret_cast<File*>(file);
    opened.base.pMethods = nullptr;  // SQLite closes the file only when this is set
    std::unique_ptr<Handle> handle;
    const int code = Of(vfs).Open(name, flags, handle);
    if (code != SQLITE_OK) return code;
    opened.owner = &Of(vfs);
    opened.handle = handle.release();
    opened.base.pMethods = &kMethods;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  static int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    return Of(vfs).Delete(name, sync_folder != 0);
  }
  static int Access(sqlite3_vfs* vfs, const char* name, int /*flags*/, int* result) {
    bool there = false;
    const int code = Of(vfs).Access(name, there);
    *result = there ? 1 : 0;
    return code;
  }
  static int FullPathname(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
    const std::size_t length = std::strlen(name);
    if (length >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
    std::memcpy(out, name, length + 1);
    return SQLITE_OK;
  }
  static int Randomness(sqlite3_vfs* vfs, int size, char* out) {
    Of(vfs).FillRandom(out, size);
    return size;
  }
  // Only a connection that waits for another thread's lock sleeps.
  static int Sleep(sqlite3_vfs* /*vfs*/, int microseconds) {
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    return microseconds;
  }
  static int CurrentTime(sqlite3_vfs* /*vfs*/, double* time) {
    *time = kNow;
    return SQLITE_OK;
  }
  static int GetLastError(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) { return 0; }

  static int Close(sqlite3_file* file) {
    Of(file).Close(std::unique_ptr<Handle>(&HandleOf(file)));
    return SQLITE_OK;
  }
  static int Read(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
    return Of(file).Read(HandleOf(file), static_cast<char*>(into), amount, offset);
  }
  static int Write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
    return Of(file).Write(HandleOf(file), static_cast<const char*>(from), amount, offset);
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    return Of(file).Truncate(HandleOf(file), size);
  }
  static int Sync(sqlite3_file* file, int /*flags*/) { return Of(file).Sync(HandleOf(file)); }
  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    std::int64_t bytes = 0;
    const int code = Of(file).FileSize(HandleOf(file), bytes);
    *size = bytes;
    return code;
  }
  static int Lock(sqlite3_file* file, int level) { return Of(file).Lock(HandleOf(file), level); }
  static int Unlock(sqlite3_file* file, int level) {
    return Of(file).Unlock(HandleOf(file), level);
  }
  static int CheckReservedLock(sqlite3_file* file, int* result) {
    bool reserved = false;
    const int code = Of(file).CheckReservedLock(HandleOf(file), reserved);
    *result = reserved ? 1 : 0;
    return code;
  }
  static int FileControl(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) {
    return SQLITE_NOTFOUND;
  }
  static int SectorSize(sqlite3_file* /*file*/) { return static_cast<int>(kSectorBytes); }
  // Nothing is claimed that the traits do not say: no atomic write, no safe append, no order.
  static int DeviceCharacteristics(sqlite3_file* file) {
    return Of(file).traits_.powersafe_overwrite ? SQLITE_IOCAP_POWERSAFE_OVERWRITE : 0;
  }
  static int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
    void* found = nullptr;
    const int code = Of(file).ShmMap(HandleOf(file), region, size, extend != 0, found);
    *memory = found;
    return code;
  }
  static int ShmLock(sqlite3_file* file, int first, int count, int flags) {
    return Of(file).ShmLock(HandleOf(file), first, count, flags);
  }
  static void ShmBarrier(sqlite3_file* file) { Of(file).Barrier(); }
  static int ShmUnmap(sqlite3_file* file, int /*remove*/) {
    Of(file).ShmUnmap(HandleOf(file));
    return SQLITE_OK;
  }

  // Version 2: with shared memory, as WAL needs it; without memory mapping.
  static constexpr sqlite3_io_methods kMethods = {2,
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
};

PowerVfs::PowerVfs(const std::string& name, std::uint64_t seed, const PowerTraits& traits)
    : name_(name), traits_(traits), random_(seed), glue_(std::make_unique<Glue>()) {
  sqlite3_vfs& vfs = glue_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = static_cast<int>(sizeof(Glue::File));
  vfs.mxPathname = kPathMax;
  vfs.zName = name_.c_str();
  vfs.pAppData = this;
  vfs.xOpen = Glue::Open;
  vfs.xDelete = Glue::Delete;
  vfs.xAccess = Glue::Access;
  vfs.xFullPathname = Glue::FullPathname;
  vfs.xRandomness = Glue::Randomness;
  vfs.xSleep = Glue::Sleep;
  vfs.xCurrentTime = Glue::CurrentTime;
  vfs.xGetLastError = Glue::GetLastError;
  TRAYLINE_CHECK(sqlite3_vfs_find(name_.c_str()) == nullptr);
  TRAYLINE_CHECK(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

PowerVfs::~PowerVfs() { sqlite3_vfs_unregister(&glue_->vfs); }

}  // namespace trayline::fault
