#include "tests/prove/host.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "agent/base/ids.h"

namespace trayline::prove {
namespace {

constexpr int kOk = 200;
constexpr std::uint64_t kRequestMost = 8;   // a page that sends what happened since the last time
constexpr std::uint64_t kCatchUpMost = 64;  // one that could not for a while
constexpr Millis kRetryPause{10};
constexpr Millis kPatience{8'000};  // longer than the agent itself waits for its disk

std::string ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Host::Host(HostOptions options, OrderStream stream)
    : options_(std::move(options)),
      stream_(std::move(stream)),
      dice_(options_.seed),
      began_(std::chrono::steady_clock::now()),
      thread_([this] { Run(); }) {}

Host::~Host() {
  stop_ = true;
  thread_.join();
}

std::uint64_t Host::DueNow() const {
  const auto gone =
      std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - began_).count();
  if (gone >= options_.lasts.count()) return options_.events;
  return options_.events * static_cast<std::uint64_t>(gone) /
         static_cast<std::uint64_t>(options_.lasts.count());
}

std::uint64_t Host::NextSize() {
  const std::uint64_t begun = answers_.size();
  const auto wanted =
      static_cast<std::uint64_t>(dice_.Between(1, static_cast<std::int64_t>(kRequestMost)));
  const std::uint64_t until = std::min(begun + wanted, options_.events);
  while (DueNow() < until && !stop_) std::this_thread::sleep_for(Millis(2));
  const std::uint64_t behind = DueNow() - begun;
  return std::min(std::max(until - begun, behind / 2), kCatchUpMost);
}

void Host::Run() {
  answers_.reserve(options_.events);
  while (answers_.size() < options_.events && !stop_) {
    const std::uint64_t size = NextSize();
    Json events = Json::array();
    for (std::uint64_t i = 0; i < size && answers_.size() + i < options_.events; ++i) {
      const replay::Step& step = stream_.Next();
      Json event{{"id", answers_.size() + i + 1}, {"type", step.type}};
      if (!step.data.empty()) event["data"] = step.data;
      events.push_back(std::move(event));
    }
    const std::uint64_t asked = events.size();
    const std::string body = Json{{"host", "kiosk-ui"}, {"events", std::move(events)}}.dump();
    std::optional<Json> answer;
    while (!(answer = Post(body))) {
      if (stop_) return;
      ++repeats_;
      std::this_thread::sleep_for(kRetryPause);
    }
    Note(*answer, asked);
  }
  done_ = !stop_;
}

// As a host finds it: where it is served now stands in a file.
bool Host::FindAgent() {
  const Json served =
      Json::parse(ReadWhole(options_.agent_directory + "/api.json"), nullptr, false);
  if (!served.is_object() || !served.contains("http")) return false;
  token_ = ReadWhole(options_.agent_directory + "/api.token");
  while (token_.ends_with('\n')) token_.pop_back();
  http::ClientOptions options;
  options.address = served["http"].get<std::string>();
  options.timeout = kPatience;
  client_.emplace(options);
  return true;
}

std::optional<Host::Json> Host::Post(const std::string& body) {
  if (!client_ && !FindAgent()) {
    ++failures_[0];
    return std::nullopt;
  }
  const auto response = client_->Post("/v1/events", body, token_);
  if (!response.ok()) {
    client_.reset();  // after a restart it lives at another address
    ++failures_[0];
    return std::nullopt;
  }
  if (response->status != kOk) {
    ++failures_[response->status];
    return std::nullopt;
  }
  Json json = Json::parse(response->body, nullptr, false);
  if (json.is_object() && json.contains("results")) return json;
  ++failures_[kOk];
  return std::nullopt;
}

void Host::Note(const Json& answer, std::uint64_t asked) {
  const Json& results = answer["results"];
  for (std::uint64_t i = 0; i < asked; ++i) {
    const Json result = i < results.size() ? results[i] : Json::object();
    const std::string status = result.value("status", std::string());
    Answer noted;
    noted.epoch = answer.value("epoch", std::uint64_t{0});
    if (status == "recorded" || status == "repeated") {
      noted.first = result.value("sequence", std::uint64_t{0});
      noted.last = result.value("last_sequence", noted.first);
      const auto journey = ParseJourneyId(result.value("journey", std::string()));
      if (journey.ok()) noted.journey = journey->number;
      if (status == "repeated") ++known_before_;
    } else if (status != "no_change") {
      if (first_refusal_.empty()) first_refusal_ = result.dump();
      ++refused_;
    }
    answers_.push_back(noted);
    ++answered_;
  }
}

}  // namespace trayline::prove
