// FaultShim: steers the shim in the processes that were started with its environment: moves their
// wall clock, makes their disk fail. It owns the control file. Any thread; what is set is in force
// for every call that begins after it.
#ifndef TRAYLINE_TESTS_FAULT_SHIM_FAULT_SHIM_H_
#define TRAYLINE_TESTS_FAULT_SHIM_FAULT_SHIM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "tests/fault/shim/control.h"

namespace trayline::fault {

class FaultShim {
 public:
  // Makes the control file. Storage faults hit files below folder, an absolute path without links.
  // kRejected when it is none or is too long, kFull when the file cannot be made.
  static Result<std::unique_ptr<FaultShim>> Make(const std::string& control_file,
                                                 const std::string& folder);
  // Removes the file; processes that have it go on with what was set last.
  ~FaultShim();
  FaultShim(const FaultShim&) = delete;
  FaultShim& operator=(const FaultShim&) = delete;

  // Words to put before a command: "env", and the variables that load the shim.
  [[nodiscard]] std::vector<std::string> Command() const;

  // The wall clock stands so far from the true one; the monotonic clocks do not move.
  void SetClockOffset(Millis offset);
  // Every write, change of length and sync of a file fails with this errno.
  void FailStorage(int error);
  // A full disk: what makes a file longer fails with ENOSPC; the rest works.
  void FillDisk();
  // What is written stays, but every sync fails with this errno: the kill of a process then leaves
  // on the disk what it has called failed.
  void FailSyncs(int error);
  void HealStorage();

  // Calls that were made to fail.
  [[nodiscard]] std::uint64_t storage_faults() const { return control_->storage_faults; }
  // Processes that came under the shim.
  [[nodiscard]] std::uint64_t attached() const { return control_->attached; }

 private:
  void Set(ShimScope scope, int error);
  FaultShim(std::string file, ShimControl* control) : file_(std::move(file)), control_(control) {}

  const std::string file_;
  ShimControl* const control_;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_SHIM_FAULT_SHIM_H_
