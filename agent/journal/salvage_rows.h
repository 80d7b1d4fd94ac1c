// What a row of a damaged database is, by the shape of its columns (schema.cc), since its schema
// may be gone. Each function gives nothing for a row that is another table's or holds what cannot
// be. Pure; any thread.
#ifndef TRAYLINE_AGENT_JOURNAL_SALVAGE_ROWS_H_
#define TRAYLINE_AGENT_JOURNAL_SALVAGE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/ids.h"
#include "agent/journal/damaged_rows.h"
#include "agent/ports/event_store.h"

namespace trayline::journal {

struct SalvagedJournal {
  Epoch epoch;
  std::string journal_id;
  std::uint64_t opens = 0;
  std::uint32_t boot = 0;
  std::string boot_id;
  Sequence acked;
  std::uint64_t hq_generation = 0;
};

struct SalvagedClosedEvent {
  Epoch epoch;
  ports::StoredEvent event;
};

struct SalvagedClosedEpoch {
  ports::ClosedEpoch closed;
  Sequence folded;
};

struct SalvagedVoid {
  Epoch epoch;  // 0: of the present epoch
  ports::VoidRun run;
};

std::optional<SalvagedJournal> AsJournal(const DamagedRow& row);
// epoch is the one to decode the body with. A body of a newer version is taken as it is.
std::optional<ports::StoredEvent> AsEvent(const DamagedRow& row, Epoch epoch);
std::optional<SalvagedClosedEvent> AsClosedEvent(const DamagedRow& row);
std::optional<SalvagedClosedEpoch> AsClosedEpoch(const DamagedRow& row);
// Of void_run or closed_void.
std::optional<SalvagedVoid> AsVoid(const DamagedRow& row);
// Only with a digest that fits.
std::optional<ports::Checkpoint> AsCheckpoint(const DamagedRow& row);
std::optional<ports::StreamName> AsStream(const DamagedRow& row);
std::optional<ports::ForeignKey> AsForeignKey(const DamagedRow& row);
std::optional<ports::WindowEntry> AsOldWindow(const DamagedRow& row);
// The journeys of an incident; its other columns are history.
std::optional<std::uint64_t> AsIncidentJourneys(const DamagedRow& row);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_SALVAGE_ROWS_H_
