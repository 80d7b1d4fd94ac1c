// The parameters of requests, checked: a clear problem names the one that is wrong. Pure.
#ifndef TRAYLINE_SYNC_HQ_API_REQUESTS_H_
#define TRAYLINE_SYNC_HQ_API_REQUESTS_H_

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/ids.h"
#include "agent/http/message.h"
#include "agent/http/problem.h"
#include "sync/hq/ports/hq_reader.h"

namespace trayline::hq {

inline constexpr std::size_t kQuarantinePageMax = 500;

// Either the value or what is wrong with the request.
template <typename T>
struct Parsed {
  T value{};
  std::vector<http::ProblemItem> errors;
  [[nodiscard]] bool ok() const { return errors.empty(); }
};

// limit, outcome (a word or "open"), lost (0 or 1), terminal, stage, before.
Parsed<JourneyQuery> ParseJourneyQuery(const http::Request& request);
// limit only.
Parsed<std::size_t> ParseLimit(const http::Request& request, std::size_t fallback,
                               std::size_t most);
// The path /v1/journeys/{tenant}/{store}/{terminal}/{id}.
Parsed<std::pair<TerminalId, JourneyId>> ParseJourneyPath(const http::Request& request);

// 400 invalid with errors.
http::Response Invalid(std::vector<http::ProblemItem> errors);
// 404, 503 with Retry-After, or 500 internal.
http::Response Failure(const Error& error);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_API_REQUESTS_H_
