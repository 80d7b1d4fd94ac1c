// HqApi: the routes of HQ's read-only API over a HqReader, and the pages beside them. Handlers run
// on the server's threads, several at a time, and block on the disk. Holds no state of its own.
#ifndef TRAYLINE_SYNC_HQ_API_HQ_API_H_
#define TRAYLINE_SYNC_HQ_API_HQ_API_H_

#include <cstdint>
#include <functional>
#include <string>

#include "agent/base/result.h"
#include "agent/http/message.h"
#include "agent/http/router.h"
#include "agent/ports/clock.h"
#include "sync/hq/analysis/business_day.h"
#include "sync/hq/api/live_feed.h"
#include "sync/hq/ports/hq_reader.h"

namespace trayline::hq {

struct ApiOptions {
  std::string version{};
  std::string database{};  // path, for people
  DayOptions day{};
  // Folder of the built site; empty: a page that says how to build it.
  std::string web{};
  std::function<std::uint64_t()> generation{};  // any thread
};

// Adds the routes and the pages to router. reader, feed and clock must outlive it. kNotFound: the
// folder of the site cannot be opened.
Status AddRoutes(http::Router& router, const ApiOptions& options, HqReader& reader, LiveFeed& feed,
                 ports::Clock& clock);

// What every answer of this server carries: no guessing of types, no storing of figures.
void AddCommonHeaders(http::Response& response);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_API_HQ_API_H_
