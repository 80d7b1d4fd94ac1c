// Names in a folder that survive a power cut. Any thread. Blocks on the disk.
#ifndef TRAYLINE_AGENT_JOURNAL_FOLDER_H_
#define TRAYLINE_AGENT_JOURNAL_FOLDER_H_

#include <string>

#include "agent/base/result.h"

namespace trayline::journal {

// Renamed and the folder synced; a file of the name to is replaced. kFull or kRetryLater.
Status RenameDurably(const std::string& from, const std::string& to);

// The folder in which path lies, synced. kRetryLater.
Status SyncFolderOf(const std::string& path);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_FOLDER_H_
