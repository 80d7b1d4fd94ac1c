// EpochFile: the highest epoch ever used on this terminal, in a small text file outside the
// database, so that a database that is lost is not followed by one with the same epoch. The file
// holds the decimal number and a line end; it is replaced whole (write, fsync, rename, fsync of the
// folder). The thread that opens the journal.
#ifndef TRAYLINE_AGENT_JOURNAL_EPOCH_FILE_H_
#define TRAYLINE_AGENT_JOURNAL_EPOCH_FILE_H_

#include <string>

#include "agent/base/ids.h"
#include "agent/base/result.h"

namespace trayline::journal {

// 0 when there is no file. kCorrupt when it holds no number; kRetryLater when it cannot be read.
Result<Epoch> ReadEpochFile(const std::string& path);

// Durable once it has returned ok; on an error the old file stays. kFull or kRetryLater.
Status WriteEpochFile(const std::string& path, Epoch epoch);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_EPOCH_FILE_H_
