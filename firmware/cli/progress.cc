#include "firmware/cli/progress.h"

#include <unistd.h>

#include <cstdio>

#include "firmware/cli/text.h"

namespace trayline::cli {
namespace {

constexpr std::uint64_t kBarWidth = 40;

}  // namespace

Progress::Progress(std::uint64_t total, std::string what, bool quiet)
    : total_(total), what_(std::move(what)), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::Advance(std::uint64_t by) {
  MutexLock lock(mutex_);
  done_ += by;
  const std::uint64_t parts = terminal_ ? 100 : 10;
  const std::uint64_t now = total_ == 0 ? parts : done_ * parts / total_;
  if (quiet_ || now == drawn_) return;
  drawn_ = now;
  Draw();
}

void Progress::Draw() {
  const std::uint64_t percent = total_ == 0 ? 100 : done_ * 100 / total_;
  const std::string done = Count(static_cast<std::int64_t>(done_));
  const std::string total = Count(static_cast<std::int64_t>(total_));
  if (!terminal_) {
    std::fprintf(stderr, "%3d %%  %s of %s %s\n", static_cast<int>(percent), done.c_str(),
                 total.c_str(), what_.c_str());
    return;
  }
  const std::uint64_t filled = percent * kBarWidth / 100;
  std::string bar(filled, '#');
  bar.append(kBarWidth - filled, '.');
  std::fprintf(stderr, "\r[%s] %3d %%  %s of %s %s ", bar.c_str(), static_cast<int>(percent),
               done.c_str(), total.c_str(), what_.c_str());
  std::fflush(stderr);
}

void Progress::Finish() {
  MutexLock lock(mutex_);
  if (!quiet_ && terminal_) std::fputc('\n', stderr);
}

}  // namespace trayline::cli
