// Progress: a bar on standard error while something takes long; a line each tenth when standard
// error is no terminal. Any thread may report.
#ifndef TRAYLINE_FIRMWARE_CLI_PROGRESS_H_
#define TRAYLINE_FIRMWARE_CLI_PROGRESS_H_

#include <cstdint>
#include <string>

#include "agent/base/mutex.h"

namespace trayline::cli {

class Progress {
 public:
  // what is counted: "events". quiet prints nothing.
  Progress(std::uint64_t total, std::string what, bool quiet);

  void Advance(std::uint64_t by) EXCLUDES(mutex_);
  // Ends the bar's line.
  void Finish() EXCLUDES(mutex_);

 private:
  void Draw() REQUIRES(mutex_);

  const std::uint64_t total_;
  const std::string what_;
  const bool quiet_;
  const bool terminal_;
  Mutex mutex_;
  std::uint64_t done_ GUARDED_BY(mutex_) = 0;
  std::uint64_t drawn_ GUARDED_BY(mutex_) = 0;  // parts of a hundred, or tenths
};

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_PROGRESS_H_
