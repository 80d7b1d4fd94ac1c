// FaultSwitch: from the n-th call on, one kind of disk operation fails, until it is healed. Shared
// by the file systems of the fault tests. Any thread.
#ifndef TRAYLINE_TESTS_FAULT_VFS_FAULT_SWITCH_H_
#define TRAYLINE_TESTS_FAULT_VFS_FAULT_SWITCH_H_

#include <atomic>
#include <cstdint>

namespace trayline::fault {

enum class Operation { kRead, kWrite, kSync };
// kDiskQuota: the file system's quota of this user, which SQLite does not tell from a bad disk.
enum class Fault { kDiskFull, kIoError, kDiskQuota };

// SQLite's result code of an operation that fails in this way.
int CodeOf(Operation operation, Fault fault);

class FaultSwitch {
 public:
  // After this many more successes every operation of the kind fails, until Heal. The last call
  // counts.
  void Fail(Operation operation, Fault fault, std::int64_t after);
  void Heal();

  // SQLite's result code of an operation that is to fail now, else 0; counts it.
  int Next(Operation operation);

  // Operations that were made to fail.
  [[nodiscard]] std::uint64_t faults() const { return faults_; }
  // The system's error of the last one; 0 before any.
  [[nodiscard]] int last_errno() const { return last_errno_; }

 private:
  std::atomic<bool> armed_ = false;
  std::atomic<Operation> operation_ = Operation::kWrite;
  std::atomic<Fault> fault_ = Fault::kDiskFull;
  std::atomic<std::int64_t> successes_left_ = 0;
  std::atomic<std::uint64_t> faults_ = 0;
  std::atomic<int> last_errno_ = 0;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_VFS_FAULT_SWITCH_H_
