// Engine: the use cases of a terminal, one command at a time on the core thread. It owns the open
// journeys, gives events their numbers, submits them to the store, and answers only when they are
// durable. Whatever it holds in memory is derived from what is committed: when a commit fails it
// reloads. Every method is for the core thread; none blocks but Start and a reload.
#ifndef TRAYLINE_AGENT_ENGINE_ENGINE_H_
#define TRAYLINE_AGENT_ENGINE_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/event/host_event.h"
#include "agent/journey/journey.h"
#include "agent/journey/policy.h"
#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"

namespace trayline::engine {

inline constexpr std::size_t kBatchMax = 1024;   // events in one record call
inline constexpr std::size_t kHostNameMax = 32;  // bytes of a host's name

struct RecordItem {
  event::HostEvent event;
  std::uint64_t digest = 0;  // of the body as the host sent it, never 0
};

// Events of one host in its order. host is [a-z0-9_.-]{1,32}.
struct RecordBatch {
  std::string host;
  std::vector<RecordItem> items;
};

struct RecordResult {
  enum class Outcome {
    kRecorded,  // durable now: first..last are its numbers
    kRepeated,  // was durable before: the same numbers as then
    kNoChange,  // nothing to record (a snapshot of the cart that is there already)
    kConflict,  // this id has been recorded with another body
    kRejected,  // this id is below the stream's high water and no longer known
  };
  Outcome outcome = Outcome::kRecorded;
  Sequence first;
  Sequence last;
  JourneyId journey;
  std::string reason;  // for kConflict and kRejected
  Epoch epoch{};       // that first and last count in, when it is not the answer's; 0 else
};

struct RecordAnswer {
  Status status;  // kRetryLater, kFull: nothing of the batch is recorded, results is empty
  Epoch epoch;
  std::vector<RecordResult> results;  // one for each item
};

struct EngineStatus {
  Epoch epoch;
  Sequence last;
  std::size_t open_journeys = 0;
  std::uint64_t recorded = 0;       // events since start
  std::uint64_t irregular = 0;      // pairs that the table does not list, since start
  std::uint64_t refused = 0;        // conflicts and rejected ids, since start
  std::uint64_t reloads = 0;        // failed commits, since start
  std::uint64_t clock_changes = 0;  // since start
  bool storage_ok = true;
};

struct StartInfo {
  std::string agent_version;
  std::string boot_id;
  std::int64_t clock_speed = 1;
};

struct Options {
  journey::Policy policy;
  std::int64_t currency = 840;  // ISO 4217 number, for journeys whose host names none
  event::Channel channel = event::Channel::kKiosk;
  std::size_t checkpoint_every = 512;  // events; 64..65536. Bounds what a start must replay
  Millis clock_step{500};  // the wall clock was set when it differs by this much; 1 ms or more
};

// True for [a-z0-9_.-]{1,32}.
bool IsHostName(std::string_view name);

class Engine {
 public:
  // The references must outlive the engine. post runs a function on the core thread later.
  Engine(const Options& options, ports::EventStore& store, ports::Clock& clock, Log& log,
         std::function<void(std::function<void()>)> post);
  ~Engine();

  // Loads what is committed, records system.started (and what follows for open journeys).
  Status Start(const StartInfo& info);

  // reply is called on the core thread, once: when everything is durable, or at once when refused.
  void Record(RecordBatch batch, std::function<void(RecordAnswer)> reply);

  // The uplink's connection came or went; recorded as system.connectivity_changed.
  void NoteConnectivity(bool connected);

  // How the storage is has changed, to a state in which an event can be written; recorded as
  // system.storage_state.
  void NoteStorage(event::StorageState state, const std::string& reason);

  // What the store holds was rewritten under the engine (another epoch began): reads it again as
  // soon as nothing is under way. Hosts are told to come again meanwhile.
  void Reload();

  // Call at or after NextDeadline().
  void Tick();
  [[nodiscard]] std::optional<MonoTime> NextDeadline() const;

  // A copy of each open journey, oldest first, at most limit.
  [[nodiscard]] std::vector<journey::Journey> OpenJourneys(std::size_t limit) const;
  // An open or recently closed journey.
  [[nodiscard]] std::optional<journey::Journey> Find(JourneyId id) const;
  [[nodiscard]] std::optional<journey::Journey> FindByRef(std::string_view host,
                                                          std::string_view ref) const;
  [[nodiscard]] EngineStatus status() const;

  // Writes a last checkpoint; done is called on the core thread when it is durable or has failed.
  // Records nothing afterwards: later calls are answered kRetryLater.
  void Stop(std::function<void()> done);
  // Transactions submitted and not yet answered.
  [[nodiscard]] std::size_t InFlight() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trayline::engine

#endif  // TRAYLINE_AGENT_ENGINE_ENGINE_H_
