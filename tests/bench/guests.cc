#include "tests/bench/guests.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "agent/http/client.h"
#include "firmware/replay/plan.h"

namespace trayline::bench {
namespace {

constexpr std::size_t kBatch = 500;  // host events of a request; the API takes 1,024

}  // namespace

Result<Guests> Guests::Open(const std::string& tsv_path, std::uint64_t seed) {
  std::ifstream file(tsv_path, std::ios::binary);
  if (!file) return Error{Errc::kNotFound, tsv_path + ": cannot be read"};
  std::ostringstream text;
  text << file.rdbuf();
  auto orders = replay::ParseChipotle(text.view());
  if (!orders) return orders.error().In(tsv_path);
  return Guests(*std::move(orders), seed);
}

// All orders once more, with another seed.
void Guests::Plan() {
  planned_ = nlohmann::json::array();
  played_ = 0;
  const auto turns = replay::PlanRush(orders_, 1, replay::Rates{}, seed_++);
  for (const replay::Turn& turn : turns[0]) {
    for (const replay::Step& step : turn.visit.steps) {
      planned_.push_back({{"type", step.type}, {"data", step.data}});
    }
  }
}

nlohmann::json Guests::Next(std::size_t count) {
  nlohmann::json events = nlohmann::json::array();
  while (events.size() < count) {
    if (played_ == planned_.size()) Plan();
    nlohmann::json event = std::move(planned_[played_++]);
    event["id"] = next_id_++;
    events.push_back(std::move(event));
  }
  return events;
}

Result<std::uint64_t> Guests::Feed(AgentProcess& agent, std::uint64_t last) {
  http::ClientOptions options;
  options.address = agent.address();
  http::Client client(options);
  for (;;) {
    const auto status = agent.ReadStatus();
    if (!status.ok()) return status.error();
    const auto now = (*status)["journal"]["last"].get<std::uint64_t>();
    if (now >= last) return now;
    const std::size_t count = std::min<std::uint64_t>(kBatch, last - now);
    const nlohmann::json body{{"host", "kiosk-ui"}, {"events", Next(count)}};
    const auto response = client.Post("/v1/events", body.dump(), agent.token());
    if (!response.ok()) return response.error();
    if (response->status != 200) {
      return Error{Errc::kRetryLater, "the agent answered " + std::to_string(response->status) +
                                          ": " + response->body};
    }
  }
}

}  // namespace trayline::bench
