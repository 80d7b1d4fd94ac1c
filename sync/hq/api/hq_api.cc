#include "sync/hq/api/hq_api.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "agent/http/problem.h"
#include "agent/http/static_files.h"
#include "sync/hq/analysis/overview.h"
#include "sync/hq/api/json_views.h"
#include "sync/hq/api/requests.h"

namespace trayline::hq {
namespace {

using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::string_view kNoSite =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Trayline HQ</title>"
    "</head><body>\n<h1>Trayline HQ</h1>\n<p>The receiver is running. Its pages are not built: "
    "run <code>npm ci &amp;&amp; npm run build</code> in <code>sync/hq/web</code> and start "
    "<code>trayline-hq</code> with <code>--web sync/hq/web/dist</code>.</p>\n<p>The API answers at "
    "<a href=\"/v1/overview\">/v1/overview</a>, <a href=\"/v1/journeys\">/v1/journeys</a> and "
    "<a href=\"/v1/terminals\">/v1/terminals</a>.</p>\n</body></html>\n";

// Texts come from terminals; what is not UTF-8 is shown as U+FFFD instead of throwing.
Response Answer(const Json& json) {
  return http::JsonResponse(200, json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// What all handlers use; lives in the router's closures.
struct Context {
  ApiOptions options;
  HqReader& reader;
  LiveFeed& feed;
  ports::Clock& clock;
  MonoTime started;
};

Response Health(const Context& context) {
  const auto up =
      std::chrono::duration_cast<std::chrono::seconds>(context.clock.Mono() - context.started);
  return Answer({{"status", "ok"},
                 {"version", context.options.version},
                 {"database", context.options.database},
                 {"generation", context.options.generation ? context.options.generation() : 0},
                 {"uptime_s", up.count()}});
}

Response GetOverview(const Context& context) {
  const WallTime now = context.clock.Wall();
  auto rows = context.reader.Overview(QueryAt(now, context.options.day));
  if (!rows.ok()) return Failure(rows.error());
  return Answer(OverviewJson(MakeOverview(*rows), now, context.options.day));
}

Response GetJourneys(const Context& context, const Request& request) {
  auto query = ParseJourneyQuery(request);
  if (!query.ok()) return Invalid(std::move(query.errors));
  auto page = context.reader.Journeys(query.value);
  if (!page.ok()) return Failure(page.error());
  return Answer(JourneyPageJson(*page));
}

Response GetJourney(const Context& context, const Request& request) {
  auto path = ParseJourneyPath(request);
  if (!path.ok()) return Invalid(std::move(path.errors));
  auto history = context.reader.Journey(path.value.first, path.value.second);
  if (!history.ok()) return Failure(history.error());
  auto json = JourneyHistoryJson(*history);
  if (!json.ok()) return Failure(json.error());
  return Answer(*json);
}

Response GetTerminals(const Context& context) {
  auto terminals = context.reader.Terminals();
  if (!terminals.ok()) return Failure(terminals.error());
  return Answer(TerminalsJson(*terminals));
}

Response GetQuarantine(const Context& context, const Request& request) {
  auto limit = ParseLimit(request, /*fallback=*/50, kQuarantinePageMax);
  if (!limit.ok()) return Invalid(std::move(limit.errors));
  auto frames = context.reader.Quarantine(limit.value);
  if (!frames.ok()) return Failure(frames.error());
  return Answer(QuarantineJson(*frames));
}

Response GetReconcile(const Context& context) {
  auto logs = context.reader.Reconcile();
  if (!logs.ok()) return Failure(logs.error());
  return Answer(ReconcileJson(*logs));
}

// Leaves the feed when the answer is done with, however it ends: also when it was never streamed,
// as for HEAD.
class Seat {
 public:
  explicit Seat(LiveFeed& feed) : feed_(feed) {}
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  ~Seat() { feed_.Leave(); }
  void Serve(http::StreamWriter& out) { feed_.Serve(out); }

 private:
  LiveFeed& feed_;
};

Response GetLive(const Context& context) {
  if (!context.feed.Join()) {
    Response full =
        http::ToResponse({503,
                          "too_many_streams",
                          "Too many live streams",
                          "at most " + std::to_string(kStreamsMax) + " pages can be live at a time",
                          {}});
    full.headers.Set("Retry-After", "15");
    return full;
  }
  // Shared because a std::function is copied; the last copy gives the seat back.
  auto seat = std::make_shared<Seat>(context.feed);
  Response response;
  response.content_type = "text/event-stream";
  response.stream = [seat](http::StreamWriter& out) { seat->Serve(out); };
  return response;
}

Response NoSite() {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.headers.Set("Content-Security-Policy", kContentSecurityPolicy);
  response.body = std::string(kNoSite);
  return response;
}

Response NotInApi(const Request& request) {
  return http::ToResponse({404,
                           "not_found",
                           "Not found",
                           "the API has nothing at '" + request.path.substr(0, 200) + "'",
                           {}});
}

bool IsApiPath(const Request& request) {
  return request.path == "/v1" || request.path.starts_with("/v1/");
}

Status AddPages(http::Router& router, const std::string& folder) {
  if (folder.empty()) {
    router.SetFallback(
        [](const Request& request) { return request.path == "/" ? NoSite() : NotInApi(request); });
    return {};
  }
  auto files =
      http::StaticFiles::Open({.folder = folder,
                               .index_fallback = true,
                               .content_security_policy = std::string(kContentSecurityPolicy)});
  if (!files.ok()) return files.error().In("the pages of --web");
  auto pages = std::make_shared<http::StaticFiles>(std::move(*files));
  router.SetFallback([pages](const Request& request) {
    return IsApiPath(request) ? NotInApi(request) : pages->Handle(request);
  });
  return {};
}

}  // namespace

Status AddRoutes(http::Router& router, const ApiOptions& options, HqReader& reader, LiveFeed& feed,
                 ports::Clock& clock) {
  const auto context =
      std::make_shared<const Context>(Context{options, reader, feed, clock, clock.Mono()});
  router.Add("GET", "/v1/health", [context](const Request&) { return Health(*context); });
  router.Add("GET", "/v1/overview", [context](const Request&) { return GetOverview(*context); });
  router.Add("GET", "/v1/journeys",
             [context](const Request& request) { return GetJourneys(*context, request); });
  router.Add("GET", "/v1/journeys/{tenant}/{store}/{terminal}/{id}",
             [context](const Request& request) { return GetJourney(*context, request); });
  router.Add("GET", "/v1/terminals", [context](const Request&) { return GetTerminals(*context); });
  router.Add("GET", "/v1/quarantine",
             [context](const Request& request) { return GetQuarantine(*context, request); });
  router.Add("GET", "/v1/reconcile", [context](const Request&) { return GetReconcile(*context); });
  router.Add("GET", "/v1/live", [context](const Request&) { return GetLive(*context); });
  return AddPages(router, options.web);
}

void AddCommonHeaders(http::Response& response) {
  response.headers.Set("X-Content-Type-Options", "nosniff");
  response.headers.Set("Referrer-Policy", "no-referrer");
  if (!response.headers.Find("Cache-Control")) response.headers.Set("Cache-Control", "no-store");
}

}  // namespace trayline::hq
