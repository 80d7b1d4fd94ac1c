#include "agent/platform/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace trayline::platform {
namespace {

constexpr mode_t kLockMode = 0640;

std::string Reason(int code) { return std::generic_category().message(code); }

}  // namespace

Result<FileLock> FileLock::Take(const std::string& path) {
  FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kLockMode));
  if (lock.descriptor_ < 0) return Error{Errc::kRejected, path + ": " + Reason(errno)};
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
  const int code = errno;
  if (code == EWOULDBLOCK) return Error{Errc::kConflict, path + " is held by another process"};
  return Error{Errc::kRejected, "locking " + path + ": " + Reason(code)};
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace trayline::platform
