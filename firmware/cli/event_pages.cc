#include "firmware/cli/event_pages.h"

#include <algorithm>
#include <string>
#include <utility>

namespace trayline::cli {

Result<Page> ReadPage(AgentClient& agent, std::uint64_t after, std::uint64_t limit,
                      std::uint64_t wait_ms) {
  std::string path = "/v1/events?after=" + std::to_string(after) +
                     "&limit=" + std::to_string(std::min(limit, kPageMax));
  if (wait_ms > 0) path += "&wait_ms=" + std::to_string(wait_ms);
  auto answer = agent.Get(path);
  if (!answer) return answer.error();
  const auto events = answer->find("events");
  if (events == answer->end() || !events->is_array()) {
    return Error{Errc::kCorrupt, "the agent's answer holds no list of events"};
  }
  Page page{CountOf(*answer, "epoch"), std::move(*events), CountOf(*answer, "last", after)};
  if (!page.events.empty() && page.last <= after) {
    return Error{Errc::kCorrupt, "the agent gives out events that were not asked for"};
  }
  return page;
}

Result<JournalEnds> ReadEnds(AgentClient& agent) {
  const auto status = agent.Get("/v1/status");
  if (!status) return status.error();
  const Json& journal = ObjectOf(*status, "journal");
  return JournalEnds{CountOf(journal, "epoch"), CountOf(journal, "last"), NumberOf(*status, "pid")};
}

}  // namespace trayline::cli
