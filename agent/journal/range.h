// MergeRange: puts the rows and the void runs of a journal together into a piece without holes.
// Pure; any thread.
#ifndef TRAYLINE_AGENT_JOURNAL_RANGE_H_
#define TRAYLINE_AGENT_JOURNAL_RANGE_H_

#include <vector>

#include "agent/base/ids.h"
#include "agent/ports/event_store.h"

namespace trayline::journal {

// events: the next rows above after, in order. voids: the runs that reach above after, in order.
// more: there may be further rows above the last of events, so nothing above it is told. A position
// that is in neither, below one that is, is damage and becomes a void run of its own.
ports::JournalRange MergeRange(Sequence after, std::vector<ports::StoredEvent> events,
                               const std::vector<ports::VoidRun>& voids, bool more);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_RANGE_H_
