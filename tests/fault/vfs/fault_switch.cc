#include "tests/fault/vfs/fault_switch.h"

#include <sqlite3.h>

#include <cerrno>

namespace trayline::fault {

namespace {

int ErrnoOf(Fault fault) {
  switch (fault) {
    case Fault::kDiskFull:
      return ENOSPC;
    case Fault::kDiskQuota:
      return EDQUOT;
    case Fault::kIoError:
      break;
  }
  return EIO;
}

}  // namespace

int CodeOf(Operation operation, Fault fault) {
  // As the unix VFS does: only a write knows what a full disk is.
  if (fault == Fault::kDiskFull && operation == Operation::kWrite) return SQLITE_FULL;
  switch (operation) {
    case Operation::kRead:
      return SQLITE_IOERR_READ;
    case Operation::kWrite:
      return SQLITE_IOERR_WRITE;
    case Operation::kSync:
      return SQLITE_IOERR_FSYNC;
  }
  return SQLITE_IOERR;
}

void FaultSwitch::Fail(Operation operation, Fault fault, std::int64_t after) {
  armed_ = false;
  operation_ = operation;
  fault_ = fault;
  successes_left_ = after;
  armed_ = true;
}

void FaultSwitch::Heal() { armed_ = false; }

int FaultSwitch::Next(Operation operation) {
  if (!armed_ || operation != operation_ || successes_left_.fetch_sub(1) > 0) return SQLITE_OK;
  ++faults_;
  last_errno_ = errno = ErrnoOf(fault_);  // SQLite asks for it after the failure
  return CodeOf(operation, fault_);
}

}  // namespace trayline::fault
