// tail: the newest events, and what comes after them.
#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "firmware/cli/commands.h"
#include "firmware/cli/event_pages.h"
#include "firmware/cli/text.h"

namespace trayline::cli {
namespace {

// The API answers sooner when there is an event. Between two waits the reader of a pipe is looked
// for, so `tail -f | head` ends this long after head has.
constexpr std::uint64_t kFollowWaitMs = 5'000;
constexpr Millis kTimeout{15'000};  // of a request, its wait included
constexpr Millis kLookAgain{500};   // while the agent is away

class Follower {
 public:
  Follower(const Target& target, const TailOptions& options) : target_(target), options_(options) {}

  int Run();

 private:
  Status Connect();
  Status ShowUntil(std::uint64_t last);
  Status ShowNext(std::uint64_t wait_ms);
  bool AwaitAgent(const Error& problem);

  const Target& target_;
  const TailOptions& options_;
  std::optional<AgentClient> agent_;
  JournalEnds ends_;
  std::uint64_t after_ = 0;
  bool read_ = true;  // somebody reads what is shown
};

Status Follower::Connect() {
  auto agent = AgentClient::Find(target_, kTimeout);
  if (!agent) return agent.error();
  const auto ends = ReadEnds(*agent);
  if (!ends) return ends.error();
  ends_ = *ends;
  agent_.emplace(std::move(agent).value());
  return {};
}

Status Follower::ShowNext(std::uint64_t wait_ms) {
  const auto page = ReadPage(*agent_, after_, kPageMax, wait_ms);
  if (!page) return page.error();
  for (const Json& event : page->events) {
    if (options_.json) {
      ShowBytes(event.dump() + "\n");
    } else {
      Show(EventLine(event) + "\n");
    }
  }
  after_ = page->last;
  read_ = FlushScreen() && SomebodyReads();
  return {};
}

// What the journal held when it was asked; a page may stop short of it.
Status Follower::ShowUntil(std::uint64_t last) {
  while (after_ < last && read_) {
    const std::uint64_t before = after_;
    Status shown = ShowNext(0);
    if (!shown.ok()) return shown;
    if (after_ == before) break;  // fewer than it said: they were given up meanwhile
  }
  return {};
}

// Until the agent is back. False when the reader has gone meanwhile.
bool Follower::AwaitAgent(const Error& problem) {
  Note(problem.text);
  Note("waiting until it is back; end with Ctrl-C");
  const std::uint64_t epoch = ends_.epoch;
  for (;;) {
    if (!SomebodyReads()) return false;
    std::this_thread::sleep_for(kLookAgain);
    if (Connect().ok()) break;
  }
  Note("traylined is back (pid " + std::to_string(ends_.pid) + ")");
  if (ends_.epoch != epoch) {
    Note("its journal is another one (epoch " + std::to_string(ends_.epoch) + ", before " +
         std::to_string(epoch) + "); from its first event:");
    after_ = 0;
  }
  return true;
}

int Follower::Run() {
  const Status connected = Connect();
  if (!connected.ok()) return Complain(connected.error());
  after_ = ends_.last - std::min(ends_.last, options_.count);
  Status shown = ShowUntil(ends_.last);
  if (!options_.follow) return shown.ok() ? kDone : Complain(shown.error());
  while (read_) {
    if (!shown.ok()) {
      // What is refused for good will not come by waiting.
      const bool away = shown.error().code == Errc::kRetryLater;
      if (!away) return Complain(shown.error());
      if (!AwaitAgent(shown.error())) break;
    }
    shown = ShowNext(kFollowWaitMs);
  }
  return kDone;
}

}  // namespace

int Tail(const Target& target, const TailOptions& options) {
  return Follower(target, options).Run();
}

}  // namespace trayline::cli
