// Guard: who may talk to a server on loopback through a browser. Against DNS rebinding it wants a
// Host that names this machine; against cross-site requests it wants an Origin that was allowed by
// configuration. Immutable; any thread.
#ifndef TRAYLINE_AGENT_HTTP_GUARD_H_
#define TRAYLINE_AGENT_HTTP_GUARD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/http/message.h"

namespace trayline::http {

class Guard {
 public:
  struct Options {
    // Origins as a browser sends them: "https://kiosk.example", no path, no slash at the end.
    std::vector<std::string> allowed_origins;
    // Names beside 127.0.0.1, localhost and [::1] that a Host may have; without a port.
    std::vector<std::string> extra_hosts;
    // Pages that this server itself serves may call it (Origin equal to "http://" + Host).
    bool same_origin = false;
  };

  explicit Guard(Options options) : options_(std::move(options)) {}

  // The answer that ends the request: 403 host_not_allowed (TCP only; the Unix socket is guarded by
  // its permissions), 403 origin_not_allowed, or the answer to a CORS preflight. nullopt: go on.
  [[nodiscard]] std::optional<Response> Admit(const Request& request) const;

  // Adds the CORS headers when the request came from an allowed origin.
  void Finish(const Request& request, Response& response) const;

 private:
  [[nodiscard]] bool HostIsAllowed(const Request& request) const;
  [[nodiscard]] bool OriginIsAllowed(const Request& request, std::string_view origin) const;

  Options options_;
};

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_GUARD_H_
