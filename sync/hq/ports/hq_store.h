// HqStore: what the receiver and the projection write, and read back to go on. One writer: every
// method is for the store thread and blocks on the disk. Real one: sync/hq/store. Fake:
// tests/fakes/memory_hq_store.h. One suite, tests/ports/hq_store_suite.h, passes on both.
//
// What is promised: a batch is committed whole or not at all, per terminal at least (an
// implementation that shards by store may split a batch between stores); when Commit returns ok it
// is durable, it survives a power cut; after a failure nothing of the batch is to be relied on and
// the caller loads again.
#ifndef TRAYLINE_SYNC_HQ_PORTS_HQ_STORE_H_
#define TRAYLINE_SYNC_HQ_PORTS_HQ_STORE_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "sync/hq/ports/hq_rows.h"

namespace trayline::hq {

// Everything that one transaction of the receiver brings.
struct IngestBatch {
  std::vector<TerminalRow> terminals{};  // enrolled before; replaces what is known of them
  std::vector<EventRow> events{};        // new ones; one that is there already is left as it is
  std::vector<VoidRow> voids{};
  std::vector<QuarantineRow> quarantine{};
  std::vector<LogRow> logs{};        // as they are after this batch; replaces
  std::vector<OriginRow> origins{};  // of those of events that were renumbered
  std::vector<BootRow> boots{};      // the earlier of what is known and what is given stays

  [[nodiscard]] bool Empty() const {
    return terminals.empty() && events.empty() && voids.empty() && quarantine.empty() &&
           logs.empty() && origins.empty() && boots.empty();
  }
  void Clear() {
    terminals.clear();
    events.clear();
    voids.clear();
    quarantine.clear();
    logs.clear();
    origins.clear();
    boots.clear();
  }
};

// What one step of the projection brings.
struct ProjectionBatch {
  std::vector<JourneyRow> journeys{};  // replaces rows of the same terminal and id
  std::vector<ProjectionRow> cursors{};
};

// An epoch in which events stood that are stored under another one.
struct OriginEpoch {
  TerminalKey terminal{};
  Epoch epoch{};
  friend bool operator==(const OriginEpoch&, const OriginEpoch&) = default;
};

// All that the receiver goes on from.
struct ReceiverState {
  std::vector<TerminalRow> terminals{};  // by key
  std::vector<LogRow> logs{};            // by terminal, then epoch
  std::vector<OriginEpoch> origins{};    // by terminal, then epoch
};

// A stored event and the place by which it was found.
struct KnownEvent {
  Position place{};
  EventRow row{};
};

inline constexpr std::size_t kPlacesMax = 500;  // events of a frame

class HqStore {
 public:
  virtual ~HqStore() = default;

  virtual Result<ReceiverState> LoadReceiver() = 0;
  // The row of a terminal, made when it is not there. Durable when it returns.
  virtual Result<TerminalRow> Enrol(const TerminalId& id) = 0;
  virtual Status Commit(const IngestBatch& batch) = 0;
  // Stored events that stand at one of these places or stood there first (OriginRow), in no order;
  // some places may have several, most have none. At most kPlacesMax places.
  virtual Result<std::vector<KnownEvent>> FindByPlace(TerminalKey terminal,
                                                      std::span<const Position> places) = 0;

  virtual Result<std::vector<ProjectionRow>> LoadProjection() = 0;
  // Stored events of one epoch of one terminal above after, in order, at most limit. Positions that
  // are void or in quarantine are simply not there.
  virtual Result<std::vector<EventRow>> ReadEvents(TerminalKey terminal, Epoch epoch,
                                                   Sequence after, std::size_t limit) = 0;
  // The boots of one epoch of one terminal, by number.
  virtual Result<std::vector<BootRow>> ReadBoots(TerminalKey terminal, Epoch epoch) = 0;
  // Empty when there is no such journey.
  virtual Result<std::optional<JourneyRow>> LoadJourney(TerminalKey terminal, JourneyId id) = 0;
  virtual Status CommitProjection(const ProjectionBatch& batch) = 0;
  // Forgets all journeys and cursors; events stay. For a rebuild.
  virtual Status DropProjection() = 0;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_PORTS_HQ_STORE_H_
