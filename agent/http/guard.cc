#include "agent/http/guard.h"

#include <algorithm>
#include <array>

#include "agent/http/problem.h"

namespace trayline::http {
namespace {

constexpr std::array<std::string_view, 3> kLoopbackHosts{"127.0.0.1", "localhost", "[::1]"};
// How long a browser may keep the answer to a preflight.
constexpr std::string_view kPreflightSeconds = "600";

// "name" of "name" and "name:7311"; the colons of an IPv6 address stand inside brackets. nullopt
// when what follows the name is not a port.
std::optional<std::string_view> HostName(std::string_view host) {
  std::size_t end = host.find(':');
  if (host.starts_with('[')) {
    const std::size_t bracket = host.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    end = bracket + 1 == host.size() ? std::string_view::npos : bracket + 1;
  }
  if (end == std::string_view::npos) return host;
  const std::string_view port = host.substr(end);
  const bool fits = port.size() >= 2 && port.size() <= 6 && port.front() == ':' &&
                    port.find_first_not_of("0123456789", 1) == std::string_view::npos;
  if (!fits) return std::nullopt;
  return host.substr(0, end);
}

Response Forbidden(std::string code, std::string title, std::string detail) {
  return ToResponse({403, std::move(code), std::move(title), std::move(detail), {}});
}

Response PreflightAnswer(const Request& request) {
  Response response;
  response.status = 204;
  response.headers.Set("Access-Control-Allow-Methods", "GET, HEAD, POST");
  response.headers.Set("Access-Control-Allow-Headers", "Authorization, Content-Type");
  response.headers.Set("Access-Control-Max-Age", kPreflightSeconds);
  // Private Network Access: a public page asks before it may reach loopback.
  if (request.headers.Find("Access-Control-Request-Private-Network") == "true") {
    response.headers.Set("Access-Control-Allow-Private-Network", "true");
  }
  return response;
}

}  // namespace

bool Guard::HostIsAllowed(const Request& request) const {
  const auto host = request.headers.Find("Host");
  const auto name = host ? HostName(*host) : std::nullopt;
  if (!name) return false;
  const auto same = [&](std::string_view allowed) { return SameWord(*name, allowed); };
  return std::any_of(kLoopbackHosts.begin(), kLoopbackHosts.end(), same) ||
         std::any_of(options_.extra_hosts.begin(), options_.extra_hosts.end(), same);
}

bool Guard::OriginIsAllowed(const Request& request, std::string_view origin) const {
  const auto& allowed = options_.allowed_origins;
  if (std::find(allowed.begin(), allowed.end(), origin) != allowed.end()) return true;
  const auto host = request.headers.Find("Host");
  return options_.same_origin && host && SameWord(origin, "http://" + std::string(*host));
}

std::optional<Response> Guard::Admit(const Request& request) const {
  if (request.peer == Peer::kTcp && !HostIsAllowed(request)) {
    return Forbidden("host_not_allowed", "Host not allowed",
                     "the Host header must name this machine: 127.0.0.1, localhost or [::1]");
  }
  const auto origin = request.headers.Find("Origin");
  if (!origin) return std::nullopt;
  if (!OriginIsAllowed(request, *origin)) {
    return Forbidden("origin_not_allowed", "Origin not allowed",
                     "pages of this Origin are not in allowed_origins of the configuration");
  }
  if (request.method == "OPTIONS" && request.headers.Find("Access-Control-Request-Method")) {
    return PreflightAnswer(request);
  }
  return std::nullopt;
}

void Guard::Finish(const Request& request, Response& response) const {
  const auto origin = request.headers.Find("Origin");
  if (!origin || !OriginIsAllowed(request, *origin)) return;
  response.headers.Set("Access-Control-Allow-Origin", *origin);
  response.headers.Set("Access-Control-Expose-Headers", "Retry-After");
  response.headers.Add("Vary", "Origin");
}

}  // namespace trayline::http
