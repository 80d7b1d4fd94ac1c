// Pages of the journal's events, as the local API gives them out. One thread.
#ifndef TRAYLINE_FIRMWARE_CLI_EVENT_PAGES_H_
#define TRAYLINE_FIRMWARE_CLI_EVENT_PAGES_H_

#include <cstdint>

#include "firmware/cli/agent_client.h"

namespace trayline::cli {

// Events in one request: the API's limit. A page may hold fewer though more follow, because the API
// bounds its bytes too: only an empty page is the end.
inline constexpr std::uint64_t kPageMax = 1000;

struct Page {
  std::uint64_t epoch = 0;
  Json events;             // a list
  std::uint64_t last = 0;  // sequence number of the last of them; what was asked for when empty
};

// The events behind after, at most limit; waits in the agent for up to wait_ms until there is one.
Result<Page> ReadPage(AgentClient& agent, std::uint64_t after, std::uint64_t limit,
                      std::uint64_t wait_ms);

// Where the journal stands.
struct JournalEnds {
  std::uint64_t epoch = 0;
  std::uint64_t last = 0;
  std::int64_t pid = 0;  // of the agent
};
Result<JournalEnds> ReadEnds(AgentClient& agent);

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_EVENT_PAGES_H_
