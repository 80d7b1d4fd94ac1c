// Reading JSON from outside within bounds: how deep, how large, no name twice in an object. The
// elements of one list of the root are handed out one after the other, so that a batch of a
// thousand events is never in memory as a tree. Pure; any thread; nothing is thrown.
#ifndef TRAYLINE_AGENT_API_JSON_READER_H_
#define TRAYLINE_AGENT_API_JSON_READER_H_

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>

#include "agent/base/result.h"

namespace trayline::api {

struct JsonLimits {
  std::size_t depth = 16;  // objects and lists inside each other
  std::size_t value_bytes =
      std::size_t{64} * 1024;   // of one element, and of everything else together
  std::size_t elements = 1024;  // of the list that is handed out
};

// root is what has been read of the root so far. element is nullopt when it is larger than
// value_bytes.
using ElementSink =
    std::function<void(const nlohmann::json& root, const std::optional<nlohmann::json>& element)>;

// The root of text. When it is an object with a list under the name list, that list stays empty and
// its elements go to sink. kRejected: not JSON (RFC 8259, UTF-8), a name twice in one object, or
// too deep; kFull: too many elements, or the rest is too large. After an error elements may have
// been handed out already.
Result<nlohmann::json> ReadJson(std::string_view text, std::string_view list,
                                const JsonLimits& limits, const ElementSink& sink);

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_JSON_READER_H_
