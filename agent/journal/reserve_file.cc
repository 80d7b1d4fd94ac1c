#include "agent/journal/reserve_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "agent/journal/files.h"

namespace trayline::journal {

namespace {

constexpr ::mode_t kMode = 0600;
constexpr std::int64_t kStatBlock = 512;  // st_blocks counts in these

}  // namespace

ReserveFile::ReserveFile(std::string path, std::int64_t bytes)
    : path_(std::move(path)), bytes_(bytes), held_(IsWhole()) {
  // One of another size, or one that a crash left half made, reserves nothing.
  if (!held_) Release();
}

bool ReserveFile::IsWhole() const {
  struct stat found {};
  if (bytes_ == 0 || ::stat(path_.c_str(), &found) != 0) return false;
  return found.st_size == bytes_ && found.st_blocks * kStatBlock >= bytes_;
}

Status ReserveFile::Make() {
  if (held_ || bytes_ == 0) return {};
  const auto free_bytes = FreeBytes(path_);
  if (!free_bytes.ok()) return free_bytes.error();
  if (*free_bytes <= 2 * static_cast<std::uint64_t>(bytes_)) {
    return Error{Errc::kFull, "no room for the reserve " + path_};
  }
  const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  if (file < 0) {
    return Error{Errc::kRetryLater, path_ + ": " + std::generic_category().message(errno)};
  }
  // Where the file system cannot allocate without writing, the C library writes.
  const int failure = ::posix_fallocate(file, 0, bytes_);
  ::close(file);
  if (failure != 0) {
    Release();
    return Error{Errc::kRetryLater, path_ + ": " + std::generic_category().message(failure)};
  }
  held_ = true;
  return {};
}

void ReserveFile::Release() {
  ::unlink(path_.c_str());  // not there is as good
  held_ = false;
}

}  // namespace trayline::journal
