// What `trayline record` takes: one event, a list of events, a document of the local API
// ({"host", "strict", "events": [...]}), or one event a line. Pure.
#ifndef TRAYLINE_FIRMWARE_CLI_EVENT_INPUT_H_
#define TRAYLINE_FIRMWARE_CLI_EVENT_INPUT_H_

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "firmware/cli/fields.h"

namespace trayline::cli {

// Its moves are noexcept in name only: ordered_json's map could throw when memory ends.
struct EventInput {  // NOLINT(bugprone-exception-escape)
  std::string host;  // of the document; empty when it names none
  bool strict = false;
  Json events;  // a list of at least one
};

// kRejected: it is not JSON of that shape, with the line; or there is no event in it.
Result<EventInput> ParseEvents(std::string_view text);

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_EVENT_INPUT_H_
