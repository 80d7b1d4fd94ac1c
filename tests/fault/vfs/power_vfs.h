// PowerVfs: a disk and an operating system in memory as SQLite sees them, made for thousands of
// power cuts a minute. What was synced survives a cut; of everything since, each 512-byte sector of
// each write survives, is lost or turns to garbage by chance, and so do truncations, creations and
// deletions. Databases opened with its name live in it. Everything follows from the seed and the
// order of the calls. Any thread; must outlive every connection that was opened with its name.
#ifndef TRAYLINE_TESTS_FAULT_VFS_POWER_VFS_H_
#define TRAYLINE_TESTS_FAULT_VFS_POWER_VFS_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "agent/base/mutex.h"
#include "tests/fault/vfs/connection_locks.h"
#include "tests/fault/vfs/fault_switch.h"
#include "tests/fault/vfs/power_disk.h"

namespace trayline::fault {

// Counted since the beginning.
struct PowerCounts {
  std::uint64_t operations = 0;  // that change the disk: write, truncate, sync, create, delete
  std::uint64_t writes = 0;
  std::uint64_t syncs = 0;  // asked for, also those that a lying disk only acknowledges
  std::uint64_t faults = 0;
  std::uint64_t cuts = 0;
  std::uint64_t sectors_lost = 0;
  std::uint64_t names_lost = 0;  // creations and deletions that a cut has undone
};

// Which syncs are acknowledged without being done: the controls of a crash test.
enum class Lies { kNone, kAboutTheWal, kAboutAllSyncs };

class PowerVfs {
 public:
  // Registers a VFS of this name, which no other may have.
  PowerVfs(const std::string& name, std::uint64_t seed, const PowerTraits& traits = {});
  ~PowerVfs();
  PowerVfs(const PowerVfs&) = delete;
  PowerVfs& operator=(const PowerVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // The power goes and comes back. Every handle that is open now gives SQLITE_IOERR for everything
  // but closing; the shared memory and all locks are gone; who opens from now on sees what has
  // survived.
  void PowerCut() EXCLUDES(mutex_);
  // The power goes in the middle of the n-th operation from now on, from 1 (see
  // PowerCounts::operations), and stays away until PowerOn: until then opening fails too.
  void CutAt(std::uint64_t operation) EXCLUDES(mutex_);
  // The power is there, and no cut is set.
  void PowerOn() EXCLUDES(mutex_);
  [[nodiscard]] bool powered() const EXCLUDES(mutex_);
  // The file that the last cut hit in the middle of an operation; empty when it came between two.
  [[nodiscard]] std::string cut_file() const EXCLUDES(mutex_);
  // The end of the process, as of a SIGKILL: handles, shared memory and locks as in a power cut,
  // but what was written is there. Still unsynced, a later cut may lose it.
  void KillProcess() EXCLUDES(mutex_);

  void LieAboutSyncs(Lies lies) EXCLUDES(mutex_);

  // As FailingVfs. A write that fails has written the first part of its bytes, by chance. For a
  // sync that fails see PowerTraits.
  void Fail(Operation operation, Fault fault, std::int64_t after = 0) {
    switch_.Fail(operation, fault, after);
  }
  // Each operation of the kind fails by chance, so many in a million; 0: none. Heal ends it too.
  void FailSometimes(Operation operation, Fault fault, std::uint32_t per_million) EXCLUDES(mutex_);
  void Heal() EXCLUDES(mutex_);

  // Whole files, beside all connections. Written ones are durable at once.
  [[nodiscard]] std::optional<std::string> ReadFile(const std::string& name) const EXCLUDES(mutex_);
  void WriteFile(const std::string& name, const std::string& contents) EXCLUDES(mutex_);
  void DeleteFile(const std::string& name) EXCLUDES(mutex_);
  // False when there is no such file.
  bool Copy(const std::string& from, const std::string& to) EXCLUDES(mutex_);
  // All files as they are seen now.
  [[nodiscard]] Snapshot Take() const EXCLUDES(mutex_);
  // Puts another disk in: handles end as in KillProcess.
  void Restore(const Snapshot& snapshot) EXCLUDES(mutex_);

  [[nodiscard]] PowerCounts counts() const EXCLUDES(mutex_);

 private:
  struct Handle;
  struct Glue;  // SQLite's functions, in power_vfs_glue.cc

  // SQLite's operations, with its result codes.
  int Open(const char* name, int flags, std::unique_ptr<Handle>& out) EXCLUDES(mutex_);
  void Close(std::unique_ptr<Handle> handle) EXCLUDES(mutex_);
  int Read(const Handle& handle, char* into, int amount, std::int64_t offset) EXCLUDES(mutex_);
  int Write(const Handle& handle, const char* from, int amount, std::int64_t offset)
      EXCLUDES(mutex_);
  int Truncate(const Handle& handle, std::int64_t size) EXCLUDES(mutex_);
  int Sync(Handle& handle) EXCLUDES(mutex_);
  int Delete(const std::string& name, bool sync_folder) EXCLUDES(mutex_);
  int FileSize(const Handle& handle, std::int64_t& size) EXCLUDES(mutex_);
  int Access(const std::string& name, bool& there) EXCLUDES(mutex_);
  int Lock(Handle& handle, int level) EXCLUDES(mutex_);
  int Unlock(Handle& handle, int level) EXCLUDES(mutex_);
  int CheckReservedLock(const Handle& handle, bool& reserved) EXCLUDES(mutex_);
  int ShmLock(Handle& handle, int first, int count, int flags) EXCLUDES(mutex_);
  int ShmMap(Handle& handle, int region, int size, bool extend, void*& memory) EXCLUDES(mutex_);
  void ShmUnmap(Handle& handle) EXCLUDES(mutex_);
  void Barrier() EXCLUDES(mutex_);
  void FillRandom(char* out, int size) EXCLUDES(mutex_);

  [[nodiscard]] bool IsAlive(const Handle& handle) const REQUIRES(mutex_);
  int NextFault(Operation operation) REQUIRES(mutex_);
  bool IsCut(const std::string& name) REQUIRES(mutex_);
  void PowerOff() REQUIRES(mutex_);
  void EndHandles() REQUIRES(mutex_);
  [[nodiscard]] bool LiesAbout(bool wal) const REQUIRES(mutex_);

  struct Chance {
    Fault fault = Fault::kIoError;
    std::uint32_t per_million = 0;
  };

  const std::string name_;
  const PowerTraits traits_;
  FaultSwitch switch_;
  mutable Mutex mutex_;
  std::mt19937_64 random_ GUARDED_BY(mutex_);
  PowerDisk disk_ GUARDED_BY(mutex_);
  // Of the files that are open; shared by their handles, so that those of a dead process keep
  // their own.
  std::map<const PowerFile*, std::weak_ptr<ConnectionLocks>> locks_ GUARDED_BY(mutex_);
  std::uint64_t life_ GUARDED_BY(mutex_) = 0;  // handles of another life are dead
  bool powered_ GUARDED_BY(mutex_) = true;
  std::optional<std::uint64_t> cut_at_ GUARDED_BY(mutex_);  // PowerCounts::operations by then
  std::string cut_file_ GUARDED_BY(mutex_);
  Lies lies_ GUARDED_BY(mutex_) = Lies::kNone;
  std::array<Chance, 3> chances_ GUARDED_BY(mutex_);  // by Operation
  PowerCounts counts_ GUARDED_BY(mutex_);
  std::unique_ptr<Glue> glue_;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_VFS_POWER_VFS_H_
