// FileLock: an exclusive lock on a file, held as long as the object lives and given back by the
// kernel however the process ends. Any thread; owned by one.
#ifndef TRAYLINE_AGENT_PLATFORM_FILE_LOCK_H_
#define TRAYLINE_AGENT_PLATFORM_FILE_LOCK_H_

#include <string>

#include "agent/base/result.h"

namespace trayline::platform {

class FileLock {
 public:
  // Makes the file when it is not there; it stays. Does not wait. kConflict: another process holds
  // it. kRejected: the file cannot be opened; the text says why.
  static Result<FileLock> Take(const std::string& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace trayline::platform

#endif  // TRAYLINE_AGENT_PLATFORM_FILE_LOCK_H_
