#include "sync/hq/api/requests.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "sync/hq/api/json_views.h"

namespace trayline::hq {
namespace {

using Errors = std::vector<http::ProblemItem>;

void Refuse(Errors& errors, std::string_view name, std::string reason) {
  errors.push_back({std::string(name), "invalid", std::move(reason)});
}

std::string Quoted(std::string_view text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

// Parameters that the route does not know, and those given twice, are mistakes worth telling.
void CheckNames(const http::Request& request, std::initializer_list<std::string_view> known,
                Errors& errors) {
  for (const http::NameValue& parameter : request.query) {
    const std::string& name = parameter.first;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      Refuse(errors, name, "this route has no such parameter");
      continue;
    }
    const auto same = std::count_if(request.query.begin(), request.query.end(),
                                    [&name](const auto& other) { return other.first == name; });
    if (same > 1) Refuse(errors, name, "given more than once");
  }
}

void TakeLimit(const http::Request& request, std::size_t most, std::size_t& limit, Errors& errors) {
  const auto text = request.Query("limit");
  if (!text) return;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || end != text->data() + text->size() || limit < 1 || limit > most) {
    Refuse(errors, "limit", Quoted(*text) + " is not a number from 1 to " + std::to_string(most));
  }
}

// The place of the parameter's word in names.
template <typename E, std::size_t N>
std::optional<E> TakeWord(const http::Request& request, std::string_view name,
                          const std::array<std::string_view, N>& names, Errors& errors) {
  const auto text = request.Query(name);
  if (!text) return std::nullopt;
  const auto at = std::find(names.begin(), names.end(), *text);
  if (at != names.end()) return static_cast<E>(at - names.begin());
  std::string all;
  for (const std::string_view word : names) all += (all.empty() ? "" : ", ") + std::string(word);
  Refuse(errors, name, Quoted(*text) + " is none of: " + all);
  return std::nullopt;
}

}  // namespace

Parsed<JourneyQuery> ParseJourneyQuery(const http::Request& request) {
  Parsed<JourneyQuery> out;
  JourneyQuery& query = out.value;
  CheckNames(request, {"limit", "outcome", "lost", "terminal", "stage", "before"}, out.errors);
  TakeLimit(request, kJourneyPageMax, query.limit, out.errors);
  if (request.Query("outcome") == "open") {
    query.open = true;
  } else {
    query.outcome = TakeWord<event::Outcome>(request, "outcome", event::kOutcomeNames, out.errors);
  }
  query.stage = TakeWord<event::Stage>(request, "stage", event::kStageNames, out.errors);
  if (const auto lost = request.Query("lost")) {
    query.lost = *lost == "1";
    if (*lost != "1" && *lost != "0") {
      Refuse(out.errors, "lost", Quoted(*lost) + " is neither 0 nor 1");
    }
  }
  if (const auto text = request.Query("terminal")) {
    auto id = ParseTerminalId(*text);
    if (!id.ok()) Refuse(out.errors, "terminal", id.error().text);
    if (id.ok()) query.terminal = *id;
  }
  if (const auto text = request.Query("before")) {
    auto cursor = ParseCursor(*text);
    if (!cursor.ok()) Refuse(out.errors, "before", cursor.error().text);
    if (cursor.ok()) query.before = *cursor;
  }
  return out;
}

Parsed<std::size_t> ParseLimit(const http::Request& request, std::size_t fallback,
                               std::size_t most) {
  Parsed<std::size_t> out;
  out.value = fallback;
  CheckNames(request, {"limit"}, out.errors);
  TakeLimit(request, most, out.value, out.errors);
  return out;
}

Parsed<std::pair<TerminalId, JourneyId>> ParseJourneyPath(const http::Request& request) {
  Parsed<std::pair<TerminalId, JourneyId>> out;
  CheckNames(request, {}, out.errors);
  const std::string text = std::string(request.Param("tenant")) + "/" +
                           std::string(request.Param("store")) + "/" +
                           std::string(request.Param("terminal"));
  auto terminal = ParseTerminalId(text);
  if (!terminal.ok()) Refuse(out.errors, "terminal", terminal.error().text);
  auto id = ParseJourneyId(request.Param("id"));
  if (!id.ok()) Refuse(out.errors, "id", id.error().text);
  if (terminal.ok() && id.ok()) out.value = {std::move(*terminal), *id};
  return out;
}

http::Response Invalid(std::vector<http::ProblemItem> errors) {
  std::string detail;
  for (const http::ProblemItem& item : errors) {
    detail += (detail.empty() ? "" : "; ") + item.path + ": " + item.reason;
  }
  return http::ToResponse(
      {400, "invalid", "Invalid parameters", std::move(detail), std::move(errors)});
}

http::Response Failure(const Error& error) {
  if (error.code == Errc::kNotFound) {
    return http::ToResponse({404, "not_found", "Not found", error.text, {}});
  }
  if (error.code == Errc::kRetryLater) {
    http::Response response =
        http::ToResponse({503, "retry_later", "Try again later", error.text, {}});
    response.headers.Set("Retry-After", "1");
    return response;
  }
  return http::ToResponse({500, "internal", "Internal error", error.text, {}});
}

}  // namespace trayline::hq
