// A host's batch: from the body of POST /v1/events to events that have been checked, one by one.
// Pure; any thread.
#ifndef TRAYLINE_AGENT_API_EVENT_BATCH_H_
#define TRAYLINE_AGENT_API_EVENT_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/event/host_event.h"
#include "agent/http/problem.h"

namespace trayline::api {

inline constexpr std::size_t kEventBytesMax =
    std::size_t{64} * 1024;  // of one event, written without spaces
inline constexpr std::size_t kJsonDepthMax = 16;

// One event of a batch.
struct BatchItem {
  std::string id = "null";  // what the answer repeats, as JSON: a number, a text or null
  // FNV-1a 64 of the event with sorted names and without spaces, so that a host may write the same
  // event in another order; never 0.
  std::uint64_t digest = 0;
  std::optional<event::HostEvent> event;  // none: the event is invalid
  // What is wrong with an invalid event; what was left out of a valid one.
  std::vector<event::FieldIssue> issues;
};

struct EventBatch {
  std::string host;
  std::vector<BatchItem> items;             // in the host's order, at most engine::kBatchMax
  std::vector<event::FieldIssue> left_out;  // members of the batch itself that nobody knows
};

// body is {"host", "strict", "events": [...]} or one event with "host" and "strict" beside its own
// members. The problem refuses the whole batch: bad_json, missing, wrong_type, invalid, too_large.
std::variant<EventBatch, http::Problem> ReadEventBatch(std::string_view body);

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_EVENT_BATCH_H_
