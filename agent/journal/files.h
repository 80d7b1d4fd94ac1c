// What the journal asks of files beside SQLite. Any thread.
#ifndef TRAYLINE_AGENT_JOURNAL_FILES_H_
#define TRAYLINE_AGENT_JOURNAL_FILES_H_

#include <cstdint>
#include <string>

#include "agent/base/result.h"

namespace trayline::journal {

// Size of a file in bytes; 0 when it is not there. Asks the disk.
std::uint64_t FileBytes(const std::string& path);

// Bytes that an unprivileged writer may still take on the file system of path's folder. Asks the
// system; kRetryLater when it does not tell.
Result<std::uint64_t> FreeBytes(const std::string& path);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_FILES_H_
