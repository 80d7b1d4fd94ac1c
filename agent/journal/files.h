// What the journal asks of files beside SQLite. Any thread.
#ifndef TRAYLINE_AGENT_JOURNAL_FILES_H_
#define TRAYLINE_AGENT_JOURNAL_FILES_H_

#include <cstdint>
#include <string>

namespace trayline::journal {

// Size of a file in bytes; 0 when it is not there. Asks the disk.
std::uint64_t FileBytes(const std::string& path);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_FILES_H_
