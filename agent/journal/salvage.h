// Salvage: a database that is damaged goes into quarantine, a new one takes its place with what
// could be read of it. README.md tells what is taken. No journal may be open on the path. Any
// thread; blocks on the disk: 2.1 s for a million events in 64 MB on a PC (scripts/bench recovery).
#ifndef TRAYLINE_AGENT_JOURNAL_SALVAGE_H_
#define TRAYLINE_AGENT_JOURNAL_SALVAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/journal/options.h"
#include "agent/ports/clock.h"
#include "agent/ports/random.h"

namespace trayline::journal {

struct SalvageReport {
  Epoch old_epoch;              // of the damaged database, or the best guess
  bool epoch_known = false;     // it stood in the damaged database
  Epoch epoch;                  // of the new one
  std::uint64_t carried = 0;    // unsent events that go on
  std::uint64_t lost = 0;       // positions known to have held unsent events that could not be read
  std::uint64_t differing = 0;  // rows passed over: another of their number had been taken
  bool checkpoint = false;      // the engine's state goes on
  std::uint32_t pages = 0;      // of the damaged database
  std::vector<std::string> quarantined;  // where its files are now; nothing deletes them
};

// kCorrupt never: what cannot be read is lost and counted. kFull: the new database found no room;
// kRetryLater: the disk fails. On an error before the new database is whole the damaged one stays
// where it is; a crash after that is finished by the next Journal::Open.
Result<SalvageReport> RecoverDatabase(const Options& options, ports::Clock& clock,
                                      ports::Random& random, Log& log, std::string_view reason);

// Finishes what a crash has interrupted; Journal::Open does it first. Ok when there is nothing.
Status FinishRecovery(const Options& options, Log& log);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_SALVAGE_H_
