// LocalApi: the operations of the local API (openapi.json describes them) over a Backend and the
// journal's reader. It opens no socket itself: handler() and guard() go into an http::Server.
// Immutable but for its counters; handlers run on the server's threads, several at a time.
#ifndef TRAYLINE_AGENT_API_LOCAL_API_H_
#define TRAYLINE_AGENT_API_LOCAL_API_H_

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/api/backend.h"
#include "agent/api/commit_signal.h"
#include "agent/api/event_batch.h"
#include "agent/base/ids.h"
#include "agent/base/log.h"
#include "agent/http/router.h"
#include "agent/http/server.h"
#include "agent/http/static_files.h"
#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"

namespace trayline::api {

inline constexpr std::size_t kEventsMax = 1000;  // events in one answer
inline constexpr std::size_t kEventsDefault = 100;
inline constexpr Millis kWaitMax{30'000};          // of a long poll
inline constexpr std::size_t kJourneysMax = 1024;  // journeys in one answer
inline constexpr std::size_t kJourneysDefault = 100;
inline constexpr std::size_t kTimelineMax = 4096;  // events that a journey is rebuilt from

struct LocalApiOptions {
  TerminalId terminal;
  std::string token;                         // not empty
  std::vector<std::string> allowed_origins;  // of web pages, as Guard::Options
  std::optional<http::StaticFiles> pages;    // served at / beside the API
  std::size_t waiting_max = 6;  // long polls at a time; half of the server's threads at most
};

class LocalApi {
 public:
  // What is referred to must outlive this, and this the server.
  LocalApi(LocalApiOptions options, Backend& backend, ports::EventReader& reader,
           ports::Clock& clock, CommitSignal& commits);
  LocalApi(const LocalApi&) = delete;
  LocalApi& operator=(const LocalApi&) = delete;

  [[nodiscard]] http::Handler handler();
  [[nodiscard]] http::Guard::Options guard() const;
  [[nodiscard]] const http::Router& router() const { return router_; }

  // From now on new requests are answered 503 stopping, and long polls end. Call it before the
  // server's Stop. Any thread.
  void Stop();

 private:
  void AddRoutes();
  [[nodiscard]] std::optional<http::Response> Admit(const http::Request& request) const;
  [[nodiscard]] bool HasToken(const http::Request& request) const;

  http::Response PostEvents(const http::Request& request);
  http::Response RecordBatch(EventBatch batch);
  http::Response GetEvents(const http::Request& request);
  http::Response GetHealth();
  http::Response GetStatus();
  http::Response GetMetrics();
  http::Response GetJourneys(const http::Request& request);
  http::Response GetJourney(const http::Request& request);
  // Waits for something above after; false when too many are waiting already.
  bool AwaitCommit(Sequence after, Millis wait);

  const LocalApiOptions options_;
  Backend& backend_;
  ports::EventReader& reader_;
  ports::Clock& clock_;
  CommitSignal& commits_;
  http::Router router_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_LOCAL_API_H_
