#include "agent/http/router.h"

#include <algorithm>
#include <optional>

#include "agent/http/problem.h"

namespace trayline::http {
namespace {

// Takes the first segment off path, which begins with '/'.
std::string_view TakeSegment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool IsParameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// The parameters when path fits pattern.
std::optional<std::vector<NameValue>> Match(std::string_view pattern, std::string_view path) {
  std::vector<NameValue> params;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = TakeSegment(pattern);
    const std::string_view given = TakeSegment(path);
    if (!IsParameter(wanted)) {
      if (wanted != given) return std::nullopt;
      continue;
    }
    auto decoded = PercentDecode(given, false);
    if (!decoded || decoded->empty()) return std::nullopt;
    params.emplace_back(wanted.substr(1, wanted.size() - 2), *std::move(decoded));
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return params;
}

bool Answers(std::string_view route_method, std::string_view method) {
  return route_method == method || (route_method == "GET" && method == "HEAD");
}

Response NotFound(std::string_view path) {
  return ToResponse({404,
                     "not_found",
                     "Not found",
                     "there is nothing at '" + std::string(path.substr(0, 200)) + "'",
                     {}});
}

Response MethodNotAllowed(const Request& request, const std::string& allow) {
  Response response = ToResponse({405,
                                  "method_not_allowed",
                                  "Method not allowed",
                                  "'" + request.path.substr(0, 200) + "' answers only to " + allow,
                                  {}});
  response.headers.Set("Allow", allow);
  return response;
}

}  // namespace

void Router::Add(std::string method, std::string pattern, RouteHandler handler) {
  routes_.push_back({std::move(method), std::move(pattern), std::move(handler)});
}

Response Router::Handle(Request& request) const {
  std::string allow;
  for (const Route& route : routes_) {
    auto params = Match(route.pattern, request.path);
    if (!params) continue;
    if (Answers(route.method, request.method)) {
      request.params = *std::move(params);
      return route.handler(request);
    }
    if (!allow.empty()) allow += ", ";
    allow += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (!allow.empty()) return MethodNotAllowed(request, allow);
  if (!fallback_) return NotFound(request.path);
  if (!Answers("GET", request.method)) return MethodNotAllowed(request, "GET, HEAD");
  return fallback_(request);
}

}  // namespace trayline::http
