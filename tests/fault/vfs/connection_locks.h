// ConnectionLocks: the locks and the shared memory of one database file among the connections of
// one process, as SQLite's file systems promise them. One thread at a time.
#ifndef TRAYLINE_TESTS_FAULT_VFS_CONNECTION_LOCKS_H_
#define TRAYLINE_TESTS_FAULT_VFS_CONNECTION_LOCKS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace trayline::fault {

// SQLITE_SHM_NLOCK, the slots of the WAL's shared memory.
inline constexpr int kShmSlots = 8;

class ConnectionLocks {
 public:
  // What one connection holds. It stays where it is while it holds something.
  struct Holder {
    int level = 0;  // SQLITE_LOCK_NONE .. SQLITE_LOCK_EXCLUSIVE
    bool mapped = false;
    std::array<bool, kShmSlots> shared{};
    std::array<bool, kShmSlots> exclusive{};
  };

  // The rules of sqlite3_io_methods: one RESERVED beside many SHARED; PENDING lets no new SHARED
  // in; EXCLUSIVE is alone. SQLITE_OK or SQLITE_BUSY.
  int Lock(Holder& holder, int level);
  // Down to SQLITE_LOCK_SHARED or SQLITE_LOCK_NONE.
  void Unlock(Holder& holder, int level);
  [[nodiscard]] bool IsReserved() const { return writer_ != nullptr; }

  // Lock or unlock of count slots from first on; flags as in xShmLock.
  int ShmLock(Holder& holder, int first, int count, int flags);
  // The region, zeros when it is new; null when it is not there and extend is false. It stays until
  // the last holder has let go.
  void* ShmMap(Holder& holder, int region, int size, bool extend);
  void ShmUnmap(Holder& holder);

 private:
  void ShmUnlock(Holder& holder, int slot);

  int shared_ = 0;            // holders at SHARED or above
  Holder* writer_ = nullptr;  // the one at RESERVED or above
  int mapped_ = 0;            // holders of the shared memory
  std::array<int, kShmSlots> shm_shared_{};
  std::array<Holder*, kShmSlots> shm_exclusive_{};
  std::vector<std::unique_ptr<char[]>> regions_;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_VFS_CONNECTION_LOCKS_H_
