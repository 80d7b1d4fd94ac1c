#include "firmware/cli/replay_driver.h"

#include <chrono>
#include <optional>
#include <thread>

namespace trayline::cli {
namespace {

using RealClock = std::chrono::steady_clock;

constexpr std::size_t kBatchMax = 64;  // events that are due together go in one request
constexpr Millis kRetryPause{20};
// An answer within this is the pace of a healthy terminal; a longer one is what the guest waits
// too.
constexpr Millis kUnnoticed{100};

class Driver {
 public:
  Driver(const DriverOptions& options, const std::vector<replay::Step>& timeline,
         const std::function<void(std::uint64_t)>& advance)
      : options_(options), timeline_(timeline), advance_(advance) {
    // Ids must rise from one replay to the next; civil time does.
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    next_id_ = static_cast<std::uint64_t>(std::chrono::duration_cast<Millis>(now).count()) << 20;
  }

  Result<DriverResult> Run();

 private:
  [[nodiscard]] RealClock::time_point DueAt(const replay::Step& step) const {
    return base_ + std::chrono::duration_cast<RealClock::duration>(step.at) / options_.speed;
  }
  Json Batch(std::size_t from, std::size_t& to);
  Result<Json> PostUntilAnswered(const Json& body);
  void Note(const Json& answer, std::size_t asked);

  const DriverOptions& options_;
  const std::vector<replay::Step>& timeline_;
  const std::function<void(std::uint64_t)>& advance_;
  std::optional<AgentClient> agent_;
  std::string terminal_;
  RealClock::time_point base_;
  std::uint64_t next_id_ = 0;
  DriverResult result_;
};

// The events that are due now, at least the one at from; to is behind the last.
Json Driver::Batch(std::size_t from, std::size_t& to) {
  Json events = Json::array();
  const auto now = RealClock::now();
  for (to = from; to < timeline_.size() && to - from < kBatchMax; ++to) {
    const replay::Step& step = timeline_[to];
    if (to > from && options_.keep_pace && DueAt(step) > now) break;
    Json event{{"id", next_id_++}, {"type", step.type}};
    if (!step.journey_ref.empty()) event["journey_ref"] = step.journey_ref;
    if (!step.data.empty()) event["data"] = step.data;
    events.push_back(std::move(event));
  }
  return Json{{"host", options_.host}, {"events", std::move(events)}};
}

// A host does not know whether a request that broke was served, so it sends the very same again.
Result<Json> Driver::PostUntilAnswered(const Json& body) {
  const auto started = RealClock::now();
  for (;;) {
    Error problem;
    if (!agent_) {
      auto found = AgentClient::Find(options_.target, options_.patience);
      if (found.ok()) {
        agent_.emplace(std::move(found).value());
      } else {
        problem = found.error();
      }
    }
    if (agent_) {
      auto answer = agent_->Post("/v1/events", body);
      if (answer.ok()) {
        // The guest waited as long as the kiosk did.
        const auto waited = RealClock::now() - started;
        if (waited > kUnnoticed) base_ += waited;
        return answer;
      }
      problem = answer.error();
      if (problem.code != Errc::kRetryLater && problem.code != Errc::kFull) return problem;
      agent_.reset();  // after a restart it may live at another address
    }
    ++result_.retries;
    if (RealClock::now() - started > options_.give_up) {
      return problem.In("gave up after " + std::to_string(options_.give_up.count() / 1000) + " s");
    }
    std::this_thread::sleep_for(kRetryPause);
  }
}

void Driver::Note(const Json& answer, std::size_t asked) {
  const std::uint64_t epoch = CountOf(answer, "epoch");
  const Json& results = ListOf(answer, "results");
  for (std::size_t i = 0; i < asked; ++i) {
    const Json& one = i < results.size() ? results[i] : Json();
    ++result_.sent;
    const std::string status = TextOf(one, "status");
    if (status == "recorded" || status == "repeated") {
      ++(status == "recorded" ? result_.recorded : result_.repeated);
      const std::uint64_t first = CountOf(one, "sequence");
      result_.answers.push_back({terminal_, epoch, first, CountOf(one, "last_sequence", first)});
    } else if (status == "no_change") {
      ++result_.no_change;
    } else {
      ++result_.refused;
      if (result_.first_refusal.empty()) result_.first_refusal = one.dump();
    }
  }
}

Result<DriverResult> Driver::Run() {
  auto agent = AgentClient::Find(options_.target, options_.patience);
  if (!agent) return agent.error();
  const auto status = agent->Get("/v1/status");
  if (!status) return status.error();
  terminal_ = TextOf(*status, "terminal");
  agent_.emplace(std::move(agent).value());
  base_ = RealClock::now();
  for (std::size_t from = 0; from < timeline_.size();) {
    if (options_.keep_pace) std::this_thread::sleep_until(DueAt(timeline_[from]));
    std::size_t to = from;
    const Json body = Batch(from, to);
    const auto answer = PostUntilAnswered(body);
    if (!answer) return answer.error();
    Note(*answer, to - from);
    advance_(to - from);
    from = to;
  }
  return std::move(result_);
}

}  // namespace

Result<DriverResult> Drive(const DriverOptions& options, const std::vector<replay::Step>& timeline,
                           const std::function<void(std::uint64_t)>& advance) {
  return Driver(options, timeline, advance).Run();
}

}  // namespace trayline::cli
