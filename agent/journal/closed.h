// The closed epochs of a journal: positions of an older epoch that HQ has not acknowledged, or that
// the engine's state does not hold yet. They keep the numbers that they had. A row of closed_epoch
// tells HQ's cursor (acked) and how far the engine's checkpoint had come when the epoch was closed
// (folded); its events and void runs lie in tables of their own. The thread of the Database. All
// block on the disk; Errc as in agent/sqlite/error.h.
#ifndef TRAYLINE_AGENT_JOURNAL_CLOSED_H_
#define TRAYLINE_AGENT_JOURNAL_CLOSED_H_

#include <cstddef>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

// Rows that one step of dropping a closed epoch deletes, as the retention does.
inline constexpr std::size_t kClosedStepRows = 2048;

// Lowest epoch first; those too of which HQ has all.
Result<std::vector<ports::ClosedEpoch>> ReadClosedEpochs(sqlite::Database& database);

Status WriteClosedEpoch(sqlite::Database& database, const ports::ClosedEpoch& closed,
                        Sequence folded);

// The events above folded of all closed epochs, in order.
Result<std::vector<ports::CarriedEvent>> ReadCarried(sqlite::Database& database);

// As ports::EventReader::ReadRange, of a closed epoch, from one unchanging view.
Result<ports::JournalRange> ReadClosedRange(sqlite::Database& database, Epoch epoch, Sequence after,
                                            std::size_t limit, std::size_t max_bytes);

// HQ has all of epoch up to acked.
Status WriteClosedAcked(sqlite::Database& database, Epoch epoch, Sequence acked);

// Deletes a piece of a closed epoch, at last its row: false then, there is nothing more of it. A
// transaction of its own.
Result<bool> DropClosedPiece(sqlite::Database& database, Epoch epoch);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_CLOSED_H_
