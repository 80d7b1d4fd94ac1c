// An open file of PowerVfs. Belongs to the connection that opened it.
#ifndef TRAYLINE_TESTS_FAULT_VFS_POWER_HANDLE_H_
#define TRAYLINE_TESTS_FAULT_VFS_POWER_HANDLE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "tests/fault/vfs/connection_locks.h"
#include "tests/fault/vfs/power_disk.h"
#include "tests/fault/vfs/power_vfs.h"

namespace trayline::fault {

struct PowerVfs::Handle {
  std::string name;  // empty: a temporary file
  PowerDisk::File file;
  std::shared_ptr<ConnectionLocks> locks;  // shared with the other handles of the file
  ConnectionLocks::Holder holder;
  std::uint64_t life = 0;
  bool wal = false;
  bool read_only = false;
  // The first sync of a new journal or WAL syncs its folder too, as SQLite does it on unix.
  bool syncs_folder = false;
  bool deletes_on_close = false;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_VFS_POWER_HANDLE_H_
