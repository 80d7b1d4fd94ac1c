// What a host sends, checked: from one JSON object of a batch to a HostEvent, or to the reasons why
// not. Pure; any thread.
#ifndef TRAYLINE_AGENT_EVENT_HOST_EVENT_H_
#define TRAYLINE_AGENT_EVENT_HOST_EVENT_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/event/event_type.h"
#include "agent/event/record.h"

namespace trayline::event {

// One thing that is wrong, or was left out, with where it stands. path is a JSON pointer relative
// to the event ("/data/lines/0/quantity"); code is stable ("wrong_type", "too_long",
// "out_of_range", "missing", "unknown_field", "unknown_type", "card_number", "not_for_hosts",
// "not_utf8", "unknown_word", "too_many"); reason is for people.
struct FieldIssue {
  std::string path;
  std::string code;
  std::string reason;
  friend bool operator==(const FieldIssue&, const FieldIssue&) = default;
};

inline constexpr std::size_t kHostIdMax = 64;      // bytes of a host's own event id
inline constexpr std::size_t kJourneyRefMax = 64;  // bytes of journey_ref
inline constexpr std::size_t kIssuesMax = 16;      // of one event; the last says how many more

struct HostEvent {
  // The host's own id: a number that rises within the host's stream, or a foreign text; none when
  // the host gave none (then a repetition is recorded again).
  std::variant<std::monostate, std::uint64_t, std::string> id;
  EventType type = EventType::kIrregular;
  std::string journey_ref;  // empty: none given
  Record data;
  std::vector<FieldIssue> left_out;  // fields dropped: unknown, or looking like a card number
};

// Members of the JSON object: "type" (required, full or short name), "id" (unsigned integer or
// text), "journey_ref" (text), "data" (object). Unknown fields and texts that hold a card number
// are left out and named in left_out; in strict mode an unknown field refuses the event. Everything
// else that is wrong refuses this event only: the result is then the list of issues, never empty.
std::variant<HostEvent, std::vector<FieldIssue>> ParseHostEvent(const nlohmann::json& json,
                                                                bool strict);

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_HOST_EVENT_H_
