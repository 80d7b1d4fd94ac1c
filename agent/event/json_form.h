// The JSON form of a recorded event, a CloudEvents 1.0 object: what the local API, exports and HQ
// show. Pure; any thread.
#ifndef TRAYLINE_AGENT_EVENT_JSON_FORM_H_
#define TRAYLINE_AGENT_EVENT_JSON_FORM_H_

#include <nlohmann/json_fwd.hpp>

#include "agent/base/ids.h"
#include "agent/event/event.h"

namespace trayline::event {

enum class Audience {
  kLocal,    // on the terminal: every field
  kOutside,  // leaves the terminal: without local fields
};

// specversion, id "<epoch>-<sequence>", type, source, subject "journey/<id>" (when it has one),
// sequence (number), epoch (number), time (RFC 3339 with offset), boot, mono_ms, clock, training
// (only when true), bundle (16 hex digits, only when there), data. Enumerations as words, currency
// as letters, unknown keys as "key_<number>".
nlohmann::ordered_json ToJson(const Event& event, const TerminalId& terminal, Epoch epoch,
                              Audience audience);

// Only the data object, for lists.
nlohmann::ordered_json DataToJson(EventType type, const Record& data, Audience audience);

// A copy of data without the fields that never leave the terminal.
Record WithoutLocalFields(EventType type, const Record& data);

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_JSON_FORM_H_
