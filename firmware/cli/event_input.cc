#include "firmware/cli/event_input.h"

#include <utility>

namespace trayline::cli {
namespace {

constexpr const char* kBlank = " \t\r\n";

// The library's words for a document that is none, without its own prefix: "parse error at line 3,
// column 7: ...".
Result<Json> ParseJson(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::string_view words = error.what();
    const auto behind = words.find("] ");
    return Error{Errc::kRejected, "is not JSON: " + std::string(behind == std::string_view::npos
                                                                    ? words
                                                                    : words.substr(behind + 2))};
  }
}

// Several documents can only be told from one broken document by how the first line ends.
bool LooksLikeLines(std::string_view text) {
  const auto end = text.find('\n');
  const auto first = text.substr(0, end);
  const auto last = first.find_last_not_of(kBlank);
  return end != std::string_view::npos && text.front() == '{' && last != 0 &&
         last != std::string_view::npos && first[last] == '}';
}

Result<Json> ParseLines(std::string_view text) {
  Json events = Json::array();
  for (int number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.find_first_not_of(kBlank) == std::string_view::npos) continue;
    auto event = ParseJson(line);
    const std::string where = "line " + std::to_string(number);
    if (!event) return event.error().In(where);
    if (!event->is_object()) return Error{Errc::kRejected, where + " is no JSON object"};
    events.push_back(std::move(event).value());
  }
  return events;
}

}  // namespace

Result<EventInput> ParseEvents(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return Error{Errc::kRejected, "there is no event to record"};
  }
  EventInput input;
  Result<Json> document = ParseJson(text);
  if (!document && LooksLikeLines(text.substr(first))) document = ParseLines(text);
  if (!document) return document.error();
  if (document->is_object() && document->contains("events")) {
    input.host = TextOf(*document, "host");
    input.strict = FlagOf(*document, "strict");
    document = ListOf(*document, "events");
  } else if (document->is_object()) {
    input.host = TextOf(*document, "host");
    document->erase("host");
    document = Json::array({std::move(document).value()});
  }
  input.events = std::move(document).value();
  if (!input.events.is_array()) {
    return Error{Errc::kRejected, "must be an event, a list of events, or one event a line"};
  }
  if (input.events.empty()) return Error{Errc::kRejected, "there is no event to record"};
  return input;
}

}  // namespace trayline::cli
