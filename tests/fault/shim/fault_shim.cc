#include "tests/fault/shim/fault_shim.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <new>

namespace trayline::fault {

Result<std::unique_ptr<FaultShim>> FaultShim::Make(const std::string& control_file,
                                                   const std::string& folder) {
  if (folder.size() >= kShimFolderMax || !folder.starts_with('/') || folder.ends_with('/')) {
    return Error{Errc::kRejected, "'" + folder + "' is no folder that the shim can hold"};
  }
  const int fd = open(control_file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return Error{Errc::kFull, "cannot make " + control_file};
  const bool sized = ftruncate(fd, sizeof(ShimControl)) == 0;
  void* memory = sized
                     ? mmap(nullptr, sizeof(ShimControl), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                     : MAP_FAILED;
  close(fd);
  if (memory == MAP_FAILED) {
    unlink(control_file.c_str());
    return Error{Errc::kFull, "cannot map " + control_file};
  }
  auto* control = new (memory) ShimControl;
  std::copy(folder.begin(), folder.end(), control->folder.begin());
  control->magic = kShimMagic;
  return std::unique_ptr<FaultShim>(new FaultShim(control_file, control));
}

FaultShim::~FaultShim() {
  munmap(control_, sizeof(ShimControl));
  unlink(file_.c_str());
}

std::vector<std::string> FaultShim::Command() const {
  std::vector<std::string> words{"/usr/bin/env", "LD_PRELOAD=" TRAYLINE_SHIM_LIBRARY,
                                 std::string(kShimVariable) + "=" + file_};
#ifdef __SANITIZE_ADDRESS__
  // Its run time refuses to be loaded second, though that does no harm here: the shim passes calls
  // on to the next library, which is the sanitizer's.
  const char* options = std::getenv("ASAN_OPTIONS");
  words.push_back(std::string("ASAN_OPTIONS=verify_asan_link_order=0:") +
                  (options == nullptr ? "" : options));
#endif
  return words;
}

void FaultShim::SetClockOffset(Millis offset) { control_->clock_offset_ms = offset.count(); }

// No call between the two may fail by the scope of another fault.
void FaultShim::Set(ShimScope scope, int error) {
  control_->storage_errno = 0;
  control_->scope = scope;
  control_->storage_errno = error;
}

void FaultShim::FailStorage(int error) { Set(ShimScope::kEverything, error); }

void FaultShim::FillDisk() { Set(ShimScope::kGrowth, ENOSPC); }

void FaultShim::FailSyncs(int error) { Set(ShimScope::kSyncs, error); }

void FaultShim::HealStorage() { control_->storage_errno = 0; }

}  // namespace trayline::fault
