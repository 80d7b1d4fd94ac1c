// Backend: the agent as the local API sees it, implemented by the main that wires both. It keeps
// the API away from the core thread: each call posts there and waits, or reads a copy. Called on
// the HTTP threads, several at a time. AgentStatus is plain values, because the agent does not know
// who carries its events away (sync does).
#ifndef TRAYLINE_AGENT_API_BACKEND_H_
#define TRAYLINE_AGENT_API_BACKEND_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/engine/engine.h"
#include "agent/event/event.h"
#include "agent/event/spec.h"
#include "agent/event/vocabulary.h"
#include "agent/journey/journey.h"
#include "agent/ports/event_store.h"

namespace trayline::api {

// The way to headquarters.
struct UplinkFacts {
  std::string state = "offline";  // or connecting, waiting_for_hq, connected, refused_epoch
  std::string broker;             // "mqtts://host:8883"; empty when none is configured
  std::int64_t protocol = 5;      // of MQTT
  std::uint64_t connects = 0;     // since start, as are all counts here
  std::uint64_t frames_sent = 0;
  std::uint64_t events_sent = 0;
  std::uint64_t events_resent = 0;
  std::uint64_t acks = 0;
  std::uint64_t rewinds = 0;                   // times that HQ asked for an earlier event
  std::optional<std::int64_t> last_ack_age_s;  // nullopt: none since start
  bool hq_present = false;
  std::uint64_t closed_epochs = 0;  // earlier epochs of which HQ lacks something
  std::uint64_t closed_aside = 0;   // of these, not taken: HQ has another history of them
  std::uint64_t damaged = 0;        // events that could not be read and went as void
  std::string refusal;              // why HQ does not take this journal; empty while it does
};

// The journal's storage.
struct StorageFacts {
  event::StorageState state = event::StorageState::kOk;
  std::string reason;             // one line; empty when ok
  std::uint64_t file_bytes = 0;   // database and WAL on disk
  std::uint64_t used_bytes = 0;   // of them in use
  std::uint64_t quota_bytes = 0;  // what they may come to
  std::uint64_t free_bytes = 0;   // on the file system
  bool reserve_held = false;
  std::array<std::uint64_t, 3> shed{};  // unsent events given up since start, by event::QuotaClass
};

struct AgentStatus {
  std::string version;
  event::DeviceClass device = event::DeviceClass::kKiosk;
  std::int64_t pid = 0;
  WallTime started;
  std::int64_t uptime_s = 0;
  event::ClockState clock = event::ClockState::kUnsynced;
  std::int64_t clock_speed = 1;
  ports::OutboxState journal;
  StorageFacts storage;
  engine::EngineStatus engine;
  UplinkFacts uplink;
  // The doors of this API and what came through them since start.
  std::string http_address;
  std::string unix_socket;
  std::uint64_t http_requests = 0;
  std::uint64_t http_refused = 0;
};

// How long Record may keep a host waiting before it is told to come again.
inline constexpr Millis kRecordDeadline{5'000};

class Backend {
 public:
  virtual ~Backend() = default;

  // Blocks until the answer is there, at most kRecordDeadline; then kRetryLater, and whether the
  // batch is recorded is not known: the host sends it again under the same ids. items is never
  // empty, at most engine::kBatchMax.
  virtual Result<engine::RecordAnswer> Record(engine::RecordBatch batch) = 0;
  // Copies, oldest first. kRetryLater when the core does not answer.
  virtual Result<std::vector<journey::Journey>> OpenJourneys(std::size_t limit) = 0;
  // kNotFound when it is not in memory; kRetryLater when the core does not answer.
  virtual Result<journey::Journey> FindJourney(JourneyId id) = 0;
  // kRetryLater when the core does not answer.
  virtual Result<AgentStatus> Status() = 0;
  // Of the journal that the event reader reads. From memory, does not block.
  virtual Epoch JournalEpoch() = 0;
};

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_BACKEND_H_
