// The uplink with Paho on a real mosquitto behind the fault proxy: brokers are killed, connections
// reset, swallowed and refused while a backlog drains. Whatever happens, HQ ends with every event
// once and in order, and the journal's cursor never passes what HQ has.
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "sync/mqtt/paho_client.h"
#include "sync/uplink/uplink.h"
#include "sync/wire/topics.h"
#include "tests/fakes/model_hq.h"
#include "tests/fakes/uplink_world.h"
#include "tests/fault/broker/test_broker.h"
#include "tests/fault/proxy/fault_proxy.h"

// Paho 1.3.12 does not free messages that were queued when their connection broke (sync/mqtt's
// README, P17). Read by LeakSanitizer, where it is there; ours are still reported.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:libpaho-mqtt3as";
}

namespace trayline::uplink {
namespace {

using fault::FaultProxy;
using fault::ProxyMode;
using fault::TestBroker;

constexpr Millis kPatience{60'000};  // only ever waited in full by a failing test

class SteadyClock final : public ports::Clock {
 public:
  WallTime Wall() override { return WallFromMs(1'795'348'800'000); }
  MonoTime Mono() override {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return MonoTime(std::chrono::duration_cast<Millis>(since));
  }
  std::int32_t OffsetMinutes() override { return 0; }
  event::ClockState State() override { return event::ClockState::kSynced; }
};

class UplinkFaults : public ::testing::Test {
 protected:
  UplinkFaults() {
    auto started = TestBroker::Start();
    EXPECT_TRUE(started.ok()) << started.error().text;
    broker = *std::move(started);
    auto relay = FaultProxy::Start(0, broker->port());
    EXPECT_TRUE(relay.ok());
    proxy = *std::move(relay);
    world.options.uri = "tcp://127.0.0.1:" + std::to_string(proxy->port());
    world.options.keep_alive = Millis(1'000);
    world.options.connect_timeout = Millis(5'000);
    // Shorter spans than in a store, so that the tests are not about waiting.
    world.options.session.retry_first = Millis(300);
    world.options.session.retry_max = Millis(2'000);
    world.options.session.reconnect_max = Millis(400);
  }
  ~UplinkFaults() override {
    world.Stop();
    StopHq();
  }

  // HQ stands beside the broker: the proxy breaks the terminal's network only.
  void StartHq(bool silent = false) {
    hq = std::make_unique<fakes::ModelHq>(
        fakes::ModelHq::Options{.uri = broker->uri(),
                                .terminal = fakes::KioskOne(),
                                .epoch = world.epoch(),
                                .generation = 1,
                                .boot = "boot-" + std::to_string(++boots),
                                .silent = silent},
        clients.AsFunction(), store);
    hq_thread = std::jthread([this](const std::stop_token& stop) { hq->Run(stop); });
  }
  void StopHq() {
    if (!hq_thread.joinable()) return;
    hq_thread.request_stop();
    hq_thread.join();
    hq.reset();
  }
  void ExpectAllOnceAndInOrder(std::uint64_t count) {
    ASSERT_TRUE(world.outbox.WaitForAcked(count, kPatience)) << "HQ has " << store.Watermark();
    const auto content = store.Read();
    ASSERT_EQ(content.events.size(), count);
    for (std::uint64_t i = 0; i < count; ++i) {
      ASSERT_EQ(content.events[i], fakes::PlainEvent(i + 1, world.epoch()));
    }
    EXPECT_EQ(world.store.State().acked, Sequence{count});
  }

  SteadyClock clock;
  mqtt::PahoClientFactory clients;
  std::unique_ptr<TestBroker> broker;
  std::unique_ptr<FaultProxy> proxy;
  fakes::ModelHqStore store;
  std::unique_ptr<fakes::ModelHq> hq;
  std::jthread hq_thread;
  int boots = 0;
  fakes::UplinkWorld world{clock};
};

TEST_F(UplinkFaults, DrainsABacklog) {
  constexpr std::uint64_t kEvents = 50'000;
  world.Commit(kEvents);
  StartHq();
  const MonoTime begun = clock.Mono();
  world.Start(clients.AsFunction());
  ExpectAllOnceAndInOrder(kEvents);
  RecordProperty("milliseconds", static_cast<int>((clock.Mono() - begun).count()));
}

TEST_F(UplinkFaults, SurvivesABrokerThatIsKilledWhileDraining) {
  constexpr std::uint64_t kEvents = 60'000;
  world.Commit(kEvents);
  StartHq();
  world.Start(clients.AsFunction());
  for (std::uint64_t mark : {5'000U, 20'000U, 40'000U}) {
    ASSERT_TRUE(store.WaitForWatermark(mark, kPatience));
    broker->Kill();
    ASSERT_TRUE(broker->Restart().ok());
  }
  ExpectAllOnceAndInOrder(kEvents);
  EXPECT_GE(world.uplink->status().counts.connects, 2U);
}

TEST_F(UplinkFaults, SurvivesResetConnections) {
  constexpr std::uint64_t kEvents = 60'000;
  constexpr std::uint64_t kSeed = 20'261'122;
  std::mt19937_64 random(kSeed);
  world.Commit(kEvents);
  StartHq();
  world.Start(clients.AsFunction());
  for (int cut = 0; cut < 6; ++cut) {
    const std::uint64_t more = store.Watermark() + 1 + random() % 5'000;
    ASSERT_TRUE(store.WaitForWatermark(std::min(more, kEvents), kPatience)) << "seed " << kSeed;
    proxy->CutOnce();
  }
  ExpectAllOnceAndInOrder(kEvents);
}

TEST_F(UplinkFaults, SurvivesABlackHole) {
  constexpr std::uint64_t kEvents = 40'000;
  world.Commit(kEvents);
  StartHq();
  world.Start(clients.AsFunction());
  ASSERT_TRUE(store.WaitForWatermark(5'000, kPatience));
  proxy->SetMode(ProxyMode::kHole);
  while (world.uplink->status().state != UplinkState::kOffline) {
    std::this_thread::sleep_for(Millis(10));
  }
  proxy->SetMode(ProxyMode::kCut);
  proxy->SetMode(ProxyMode::kPass);
  ExpectAllOnceAndInOrder(kEvents);
}

TEST_F(UplinkFaults, AcknowledgesNothingThatHqDidNotAnswer) {
  constexpr std::uint64_t kEvents = 5'000;
  world.Commit(kEvents);
  StartHq(/*silent=*/true);
  world.Start(clients.AsFunction());
  ASSERT_TRUE(store.WaitForWatermark(1'000, kPatience));  // stored, answered with PUBACK only
  const auto sent = world.uplink->status().counts.frames_sent;
  while (world.uplink->status().counts.rewinds < 1) std::this_thread::sleep_for(Millis(10));
  EXPECT_GE(sent, 1U);
  EXPECT_LT(world.store.State().acked, Sequence{kEvents});
  hq->SetSilent(false);
  ExpectAllOnceAndInOrder(kEvents);
}

TEST_F(UplinkFaults, GoesOnWhenHqIsStoppedAndStartedAgain) {
  constexpr std::uint64_t kEvents = 60'000;
  world.Commit(kEvents);
  StartHq();
  world.Start(clients.AsFunction());
  for (std::uint64_t mark : {5'000U, 30'000U}) {
    ASSERT_TRUE(store.WaitForWatermark(mark, kPatience));
    StopHq();
    StartHq();
  }
  ExpectAllOnceAndInOrder(kEvents);
}

TEST_F(UplinkFaults, SendsFewEventsAfterTheFlush) {
  StartHq();
  world.options.session.flush = Millis(50);
  world.Start(clients.AsFunction());
  world.Commit(3);
  ExpectAllOnceAndInOrder(3);
}

TEST_F(UplinkFaults, AnOrderlyStopLeavesACleanDeathAndACutTheWill) {
  StartHq();
  world.Start(clients.AsFunction());
  world.Commit(600);
  ASSERT_TRUE(world.outbox.WaitForAcked(600, kPatience));
  proxy->CutOnce();
  ASSERT_TRUE(store.WaitForDeaths(1, kPatience));
  EXPECT_FALSE(store.Read().deaths[0].clean);
  world.Commit(600);
  ASSERT_TRUE(world.outbox.WaitForAcked(1'200, kPatience));
  world.Stop();
  ASSERT_TRUE(store.WaitForDeaths(2, kPatience));
  const auto content = store.Read();
  EXPECT_TRUE(content.deaths[1].clean);
  EXPECT_GT(content.deaths[1].birth_number, content.deaths[0].birth_number);
  EXPECT_EQ(content.deaths[1].birth_number, content.births.back().birth_number);
}

TEST_F(UplinkFaults, StopsWithoutABroker) {
  broker->Kill();
  proxy->SetMode(ProxyMode::kRefuse);
  world.Commit(10);
  world.Start(clients.AsFunction());
  while (world.uplink->status().last_error.empty()) std::this_thread::sleep_for(Millis(1));
  world.Stop();
  EXPECT_EQ(world.uplink->status().state, UplinkState::kOffline);
  EXPECT_EQ(world.store.State().acked, Sequence{0});
}

}  // namespace
}  // namespace trayline::uplink
