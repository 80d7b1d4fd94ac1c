// FailingVfs: the operating system as SQLite sees it, with faults on demand: a full disk, a write
// or a sync that fails. Databases opened with its name go through it to the real one. Any thread;
// must outlive every connection that was opened with its name.
#ifndef TRAYLINE_TESTS_FAULT_VFS_FAILING_VFS_H_
#define TRAYLINE_TESTS_FAULT_VFS_FAILING_VFS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/fault/vfs/fault_switch.h"

namespace trayline::fault {

class FailingVfs {
 public:
  // Registers a VFS of this name, which no other may have.
  explicit FailingVfs(const std::string& name);
  ~FailingVfs();
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // After this many more successes every operation of the kind fails, until Heal. The last call
  // counts.
  void Fail(Operation operation, Fault fault, std::int64_t after = 0) {
    faults_.Fail(operation, fault, after);
  }
  void Heal() { faults_.Heal(); }

  // Calls that reached the disk.
  [[nodiscard]] std::uint64_t writes() const { return writes_; }
  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }
  // Calls that were made to fail.
  [[nodiscard]] std::uint64_t faults() const { return faults_.faults(); }
  // The system's error of the last one; 0 before any.
  [[nodiscard]] int last_errno() const { return faults_.last_errno(); }

  // For the VFS itself: SQLite's result code of an operation that is to fail now, else 0; counts
  // it.
  int Next(Operation operation);

 private:
  struct Registration;

  const std::string name_;
  FaultSwitch faults_;
  std::atomic<std::uint64_t> writes_ = 0;
  std::atomic<std::uint64_t> syncs_ = 0;
  std::unique_ptr<Registration> registration_;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_VFS_FAILING_VFS_H_
