// ReserveFile: room on the file system that is kept for bad days, in a file beside the database. It
// is let go when the disk is full, so that the WAL can be written and deleting can make room. Not
// thread-safe; methods ask or write the disk.
#ifndef TRAYLINE_AGENT_JOURNAL_RESERVE_FILE_H_
#define TRAYLINE_AGENT_JOURNAL_RESERVE_FILE_H_

#include <cstdint>
#include <string>

#include "agent/base/result.h"

namespace trayline::journal {

class ReserveFile {
 public:
  // bytes 0: none is ever made. Looks whether a whole one is there.
  ReserveFile(std::string path, std::int64_t bytes);

  [[nodiscard]] bool held() const { return held_; }
  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

  // Makes it, with its blocks really allocated, if it is not there and the file system has more
  // than twice its size free. kFull: it has not. kRetryLater: the system refuses.
  Status Make();
  // Gives its blocks back.
  void Release();

 private:
  [[nodiscard]] bool IsWhole() const;

  const std::string path_;
  const std::int64_t bytes_;
  bool held_;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_RESERVE_FILE_H_
