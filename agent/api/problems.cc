#include "agent/api/problems.h"

#include <utility>

namespace trayline::api {

using http::Problem;

Problem BadJson(std::string detail) { return {400, "bad_json", "Not JSON", std::move(detail), {}}; }

Problem TooLarge(std::string detail) {
  return {413, "too_large", "Too large", std::move(detail), {}};
}

Problem Unauthorized() {
  return {401,
          "unauthorized",
          "Unauthorized",
          "this needs the token of this terminal: Authorization: Bearer <token>",
          {}};
}

Problem NotFound(std::string detail) {
  return {404, "not_found", "Not found", std::move(detail), {}};
}

Problem UnsupportedMediaType() {
  return {415,
          "unsupported_media_type",
          "Unsupported media type",
          "the Content-Type must be application/json",
          {}};
}

Problem Stopping() { return {503, "stopping", "Stopping", "the agent is stopping", {}}; }

Problem Invalid(std::vector<http::ProblemItem> errors) {
  const http::ProblemItem& first = errors.front();
  Problem problem{400, "invalid", "Invalid request", {}, {}};
  if (first.code == "missing") {
    problem.code = first.code;
    problem.title = "Missing";
  } else if (first.code == "wrong_type") {
    problem.code = first.code;
    problem.title = "Wrong type";
  }
  problem.detail = (first.path.empty() ? "" : first.path + " ") + first.reason;
  problem.errors = std::move(errors);
  return problem;
}

Problem FromBackend(const Error& error) {
  if (error.code == Errc::kNotFound) return NotFound(error.text);
  if (error.code == Errc::kFull) return {507, "full", "Storage is full", error.text, {}};
  return {503, "retry_later", "Try again later", error.text, {}};
}

http::Response Answer(const Problem& problem) {
  http::Response response = http::ToResponse(problem);
  if (problem.status == 503) response.headers.Set("Retry-After", "1");
  if (problem.status == 401) response.headers.Set("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace trayline::api
