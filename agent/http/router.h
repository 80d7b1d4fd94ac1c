// Router: finds the handler of a method and a path. Built once, read only afterwards; then any
// thread may call Handle.
#ifndef TRAYLINE_AGENT_HTTP_ROUTER_H_
#define TRAYLINE_AGENT_HTTP_ROUTER_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/http/message.h"

namespace trayline::http {

using RouteHandler = std::function<Response(const Request&)>;

class Router {
 public:
  struct Route {
    std::string method;   // "GET" also answers HEAD; the server leaves the body out
    std::string pattern;  // "/v1/journeys/{id}": a {name} takes exactly one segment, never empty
    RouteHandler handler;
  };

  // When several patterns fit, the first that was added wins.
  void Add(std::string method, std::string pattern, RouteHandler handler);
  // Answers GET and HEAD of every path that no pattern fits (pages beside an API).
  void SetFallback(RouteHandler handler) { fallback_ = std::move(handler); }

  // Sets request.params and calls the handler. Without one: the problem not_found (404), or
  // method_not_allowed (405, with Allow) when the path is known for other methods.
  [[nodiscard]] Response Handle(Request& request) const;

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  RouteHandler fallback_;
};

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_ROUTER_H_
