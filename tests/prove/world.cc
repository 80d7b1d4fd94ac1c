#include "tests/prove/world.h"

#include <utility>

namespace trayline::prove {
namespace {

using fault::MqttAction;
using fault::MqttRule;
using fault::MqttWay;

// In millionths of the messages: often enough that a run meets each hundreds of times, seldom
// enough that the link does its work in between.
constexpr std::uint32_t kSwallowed = 5'000;
constexpr std::uint32_t kSwallowedAtHq = 3'000;
constexpr std::uint32_t kDoubled = 20'000;
constexpr std::uint32_t kLateOnes = 10'000;
constexpr std::uint32_t kAcksLost = 20'000;
constexpr std::uint32_t kBirthsSwallowed = 20'000;
constexpr Millis kLateMost{60};

constexpr const char* kBatches = "tl1/up/+/+/+/b";
constexpr const char* kBirths = "tl1/up/+/+/+/birth";
constexpr const char* kAcks = "tl1/dn/+/+/ack";

// The first message that fits meets its fault for certain, so that a short run has all of them.
std::vector<MqttRule> Certain(std::vector<MqttRule> rules) {
  for (MqttRule& rule : rules) rule.next = 1;
  return rules;
}

std::vector<MqttRule> AgentWeather() {
  return {
      {.action = MqttAction::kDrop, .topic_filter = kBatches, .chance = kSwallowed},
      {.action = MqttAction::kDrop, .topic_filter = kBirths, .chance = kBirthsSwallowed},
      {.action = MqttAction::kDrop,
       .way = MqttWay::kToClient,
       .topic_filter = kAcks,
       .chance = kAcksLost},
      {.action = MqttAction::kDuplicate, .topic_filter = kBatches, .chance = kDoubled},
      {.action = MqttAction::kDuplicate,
       .way = MqttWay::kToClient,
       .topic_filter = kAcks,
       .chance = kDoubled},
      {.action = MqttAction::kDelay, .chance = kLateOnes, .delay_most = kLateMost},
  };
}

std::vector<MqttRule> HqWeather() {
  return {
      {.action = MqttAction::kDrop,
       .way = MqttWay::kToClient,
       .topic_filter = kBatches,
       .chance = kSwallowedAtHq},
      {.action = MqttAction::kDrop, .topic_filter = kAcks, .chance = kAcksLost / 2},
      {.action = MqttAction::kDuplicate,
       .way = MqttWay::kToClient,
       .topic_filter = kBatches,
       .chance = kDoubled / 2},
  };
}

std::string Uri(const fault::FaultProxy& proxy) {
  return "tcp://127.0.0.1:" + std::to_string(proxy.port());
}

// A proxy before the broker, and a shim over the folder's files.
Result<Station> MakeStation(std::uint16_t broker_port, const std::string& control,
                            const std::string& folder) {
  auto proxy = fault::FaultProxy::Start(0, broker_port);
  if (!proxy) return proxy.error();
  auto shim = fault::FaultShim::Make(control, folder);
  if (!shim) return shim.error();
  return Station{*std::move(proxy), *std::move(shim)};
}

}  // namespace

Status World::Start() {
  auto broker = fault::TestBroker::Start();
  if (!broker) return broker.error();
  broker_ = *std::move(broker);
  auto station =
      MakeStation(broker_->port(), folder_.path() + "/hq.control", folder_.path() + "/hq");
  if (!station) return station.error();
  hq_station_ = *std::move(station);
  hq_station_.proxy->SetMqttWatch(
      [this](const auto& publish, const auto& verdict) { book_.AtHq(publish, verdict); });
  hq_ = std::make_unique<system_test::Hq>(folder_, Uri(*hq_station_.proxy));
  hq_->Under(hq_station_.shim->Command());
  if (!hq_->Start()) return Error{Errc::kRetryLater, "headquarters does not start"};
  if (hq_station_.shim->attached() != 1) {
    return Error{Errc::kRetryLater, "headquarters does not run under the shim"};
  }
  terminals_.resize(kTerminals);
  for (std::size_t i = 0; i < kTerminals; ++i) {
    if (Status started = StartTerminal(i); !started.ok()) return started;
  }
  return {};
}

Status World::StartTerminal(std::size_t index) {
  Terminal& terminal = terminals_[index];
  const std::string name = "k" + std::to_string(index + 1);
  const std::string folder = folder_.path() + "/" + name;
  auto station = MakeStation(broker_->port(), folder + ".control", folder);
  if (!station) return station.error();
  static_cast<Station&>(terminal) = *std::move(station);
  terminal.unit = "demo-s001-" + name;
  terminal.proxy->SetMqttWatch(
      [this](const auto& publish, const auto& verdict) { book_.AtAgent(publish, verdict); });
  terminal.agent = std::make_unique<system_test::Agent>(folder_, name, Uri(*terminal.proxy));
  terminal.agent->Under(terminal.shim->Command());
  if (!terminal.agent->Start()) return Error{Errc::kRetryLater, name + " does not start"};
  if (terminal.shim->attached() != 1) {
    return Error{Errc::kRetryLater, name + " does not run under the shim"};
  }
  return {};
}

void World::Rules(std::size_t terminal, std::vector<MqttRule> rules) {
  terminals_[terminal].proxy->SetMqttFaults({seed_ + ++next_dice_, std::move(rules)});
}

void World::BeginWeather() {
  for (std::size_t i = 0; i < kTerminals; ++i) Rules(i, Certain(AgentWeather()));
  hq_station_.proxy->SetMqttFaults({seed_ + ++next_dice_, Certain(HqWeather())});
}

void World::LoseAcks(std::size_t terminal, std::uint64_t count) {
  auto rules = AgentWeather();
  rules.insert(rules.begin(), {.action = MqttAction::kDrop,
                               .way = MqttWay::kToClient,
                               .topic_filter = kAcks,
                               .next = count});
  Rules(terminal, std::move(rules));
}

void World::Slow(std::size_t terminal, Millis least, Millis most) {
  auto rules = AgentWeather();
  for (const MqttWay way : {MqttWay::kToBroker, MqttWay::kToClient}) {
    rules.insert(rules.begin(), {.action = MqttAction::kDelay,
                                 .way = way,
                                 .chance = 1'000'000,
                                 .delay_least = least,
                                 .delay_most = most});
  }
  Rules(terminal, std::move(rules));
}

void World::Ask(Terminal& terminal) {
  const auto status = terminal.agent->Get("/v1/status");
  if (!status) return;
  const system_test::Json& uplink = (*status)["uplink"];
  terminal.now.sent = uplink.value("events_sent", std::uint64_t{0});
  terminal.now.resent = uplink.value("events_resent", std::uint64_t{0});
  terminal.now.connects = uplink.value("connects", std::uint64_t{0});
}

void World::Poll() {
  for (Terminal& terminal : terminals_) {
    if (terminal.agent->running()) Ask(terminal);
  }
}

void World::KillAgent(std::size_t index) {
  Terminal& terminal = terminals_[index];
  Ask(terminal);
  terminal.agent->Kill();
  terminal.past.sent += terminal.now.sent;
  terminal.past.resent += terminal.now.resent;
  terminal.past.connects += terminal.now.connects;
  terminal.now = {};
}

bool World::StartAgent(std::size_t index) { return terminals_[index].agent->Start(); }

Counters World::counters() const {
  Counters sum;
  for (const Terminal& terminal : terminals_) {
    sum.sent += terminal.past.sent + terminal.now.sent;
    sum.resent += terminal.past.resent + terminal.now.resent;
    sum.connects += terminal.past.connects + terminal.now.connects;
  }
  return sum;
}

Status World::Heal() {
  for (Terminal& terminal : terminals_) {
    terminal.shim->HealStorage();
    terminal.shim->SetClockOffset(Millis(0));
    terminal.proxy->SetMqttFaults({});
    terminal.proxy->SetMode(fault::ProxyMode::kPass);
  }
  hq_station_.shim->HealStorage();
  hq_station_.proxy->SetMqttFaults({});
  hq_station_.proxy->SetMode(fault::ProxyMode::kPass);
  if (!broker_->running() && !broker_->Restart().ok()) {
    return Error{Errc::kRetryLater, "the broker does not start"};
  }
  if (!hq_->running() && !hq_->Start()) {
    return Error{Errc::kRetryLater, "headquarters does not start"};
  }
  for (std::size_t i = 0; i < kTerminals; ++i) {
    if (!terminals_[i].agent->running() && !StartAgent(i)) {
      return Error{Errc::kRetryLater, terminals_[i].unit + " does not start"};
    }
  }
  return {};
}

bool World::Drained() {
  for (Terminal& terminal : terminals_) {
    if (!terminal.agent->Drained()) return false;
  }
  return true;
}

}  // namespace trayline::prove
