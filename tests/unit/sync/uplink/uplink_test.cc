// The uplink on its thread, over the scripted broker, with a clock that stands still: whatever
// happens here happens without a timer.
#include "sync/uplink/uplink.h"

#include <gtest/gtest.h>

#include <thread>

#include "sync/wire/topics.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/model_hq.h"
#include "tests/fakes/scripted_mqtt.h"
#include "tests/fakes/uplink_world.h"

namespace trayline::uplink {
namespace {

constexpr Millis kPatience{20'000};  // only ever waited in full by a failing test

class UplinkTest : public ::testing::Test {
 protected:
  void StartHq() {
    hq = std::make_unique<fakes::ModelHq>(
        fakes::ModelHq::Options{
            .uri = "tcp://scripted:1883", .terminal = fakes::KioskOne(), .epoch = world.epoch()},
        broker.AsFunction(), store);
    hq_thread = std::jthread([this](const std::stop_token& stop) { hq->Run(stop); });
  }
  std::optional<wire::Death> RetainedDeath() {
    const auto payload = broker.Retained(wire::UpTopic(fakes::KioskOne(), wire::UpKind::kDeath));
    if (!payload) return std::nullopt;
    auto death = wire::DecodeDeath(*payload);
    EXPECT_TRUE(death.ok());
    return *death;
  }

  fakes::ManualClock clock;
  fakes::ScriptedBroker broker;
  fakes::ModelHqStore store;
  std::unique_ptr<fakes::ModelHq> hq;
  std::jthread hq_thread;
  fakes::UplinkWorld world{clock};
};

TEST_F(UplinkTest, CarriesABacklogToHqAndMovesTheCursor) {
  world.Commit(5'000);
  StartHq();
  world.Start(broker.AsFunction());
  ASSERT_TRUE(world.outbox.WaitForAcked(5'000, kPatience));
  EXPECT_EQ(world.store.State().acked, Sequence{5'000});
  const auto content = store.Read();
  ASSERT_EQ(content.events.size(), 5'000U);
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    ASSERT_EQ(content.events[i], fakes::PlainEvent(i + 1, world.epoch()));
  }
  world.Stop();
  EXPECT_EQ(world.uplink->status().watermark, Sequence{5'000});
  EXPECT_EQ(world.uplink->status().counts.events_sent, 5'000U);
}

TEST_F(UplinkTest, PublishesABirthThatSaysWhatTheJournalIs) {
  world.Commit(42);
  world.options.clock_speed = 60;
  StartHq();
  world.Start(broker.AsFunction());
  ASSERT_TRUE(world.outbox.WaitForAcked(42, kPatience));
  const auto births = store.Read().births;
  ASSERT_EQ(births.size(), 1U);
  const wire::Birth& birth = births.front();
  EXPECT_EQ(birth.journal_id, world.store.State().journal_id);
  EXPECT_EQ(birth.epoch, world.epoch());
  EXPECT_EQ(birth.first, Sequence{1});
  EXPECT_EQ(birth.last, Sequence{42});
  EXPECT_EQ(birth.acked, Sequence{0});
  EXPECT_NE(birth.nonce, 0U);
  EXPECT_EQ(birth.clock, "synced");
  EXPECT_EQ(birth.clock_speed, 60);
  EXPECT_EQ(birth.agent_version, "0.1.0-test");
  EXPECT_EQ(birth.sent_utc_ms, fakes::kManualClockStartMs);
}

TEST_F(UplinkTest, SendsAJourneysEndWithoutWaitingForTheClock) {
  StartHq();
  world.Start(broker.AsFunction());
  world.Commit(1);
  world.CommitWith(3, event::EventType::kJourneyClosed);
  ASSERT_TRUE(world.outbox.WaitForAcked(4, kPatience));
  world.CommitWith(2, event::EventType::kJourneyClosed);
  ASSERT_TRUE(world.outbox.WaitForAcked(6, kPatience));
}

TEST_F(UplinkTest, PublishesACleanDeathWhenItStops) {
  StartHq();
  world.Commit(10);
  world.Start(broker.AsFunction());
  ASSERT_TRUE(world.outbox.WaitForAcked(10, kPatience));
  world.Stop();
  const auto death = RetainedDeath();
  ASSERT_TRUE(death.has_value());
  EXPECT_TRUE(death->clean);
  EXPECT_EQ(death->birth_number, store.Read().births.back().birth_number);
  EXPECT_EQ(world.uplink->status().state, UplinkState::kOffline);
}

TEST_F(UplinkTest, LeavesAWillWithTheNumberOfItsBirth) {
  StartHq();
  world.Commit(10);
  world.Start(broker.AsFunction());
  ASSERT_TRUE(world.outbox.WaitForAcked(10, kPatience));
  const std::uint64_t number = store.Read().births.back().birth_number;
  broker.Cut(ToUnit(fakes::KioskOne()));
  ASSERT_TRUE(store.WaitForDeaths(1, kPatience));
  const auto death = store.Read().deaths.front();
  EXPECT_FALSE(death.clean);
  EXPECT_EQ(death.birth_number, number);
}

TEST_F(UplinkTest, AcknowledgesNothingWhenOnlyTheBrokerAnswers) {
  world.Commit(2'000);
  world.Start(broker.AsFunction());
  const std::string unit = ToUnit(fakes::KioskOne());
  // A broker that says yes to everything, and bytes on the acknowledgement topic that are not HQ's.
  auto portal = broker.Make();
  mqtt::ConnectOptions options;
  options.client_id = "portal";
  ASSERT_TRUE(portal->Connect(options, {}).ok());
  while (world.uplink->status().state != UplinkState::kWaitingForHq) std::this_thread::yield();
  for (const char* payload : {"200 OK", "<html>Welcome</html>", "", "TA\x01"}) {
    ASSERT_TRUE(portal->Publish(wire::AckTopic(fakes::KioskOne()), payload, 0, false).ok());
  }
  wire::Ack foreign;
  foreign.nonce = 1;
  foreign.epoch = world.epoch();
  foreign.watermark = Sequence{2'000};
  foreign.flags = wire::kAckResume;
  ASSERT_TRUE(
      portal->Publish(wire::AckTopic(fakes::KioskOne()), wire::EncodeAck(foreign), 0, false).ok());
  while (world.uplink->status().counts.ignored_acks < 5) std::this_thread::yield();
  world.Stop();
  EXPECT_TRUE(world.outbox.Told().empty());
  EXPECT_EQ(world.store.State().acked, Sequence{0});
  EXPECT_EQ(world.uplink->status().counts.frames_sent, 0U);
}

TEST_F(UplinkTest, StopsAtOnceWithoutABroker) {
  broker.RefuseConnections(Error{Errc::kRetryLater, "no broker"});
  world.Commit(10);
  world.Start(broker.AsFunction());
  while (broker.attempts() == 0) std::this_thread::yield();
  world.Stop();
  EXPECT_EQ(world.uplink->status().state, UplinkState::kOffline);
  EXPECT_EQ(world.uplink->status().last_error, "no broker");
  EXPECT_EQ(world.uplink->status().protocol, 0);
}

TEST_F(UplinkTest, TellsItsStatus) {
  broker.SetProtocolVersion(3);
  StartHq();
  world.Commit(600);
  world.Start(broker.AsFunction());
  ASSERT_TRUE(world.outbox.WaitForAcked(600, kPatience));
  while (world.uplink->status().watermark < Sequence{600}) std::this_thread::yield();
  const UplinkStatus status = world.uplink->status();
  EXPECT_EQ(status.state, UplinkState::kConnected);
  EXPECT_EQ(UplinkStateName(status.state), "connected");
  EXPECT_EQ(status.broker, "tcp://127.0.0.1:1883");
  EXPECT_EQ(status.protocol, 3);
  EXPECT_EQ(status.counts.connects, 1U);
  EXPECT_GE(status.counts.frames_sent, 2U);
  EXPECT_GE(status.counts.acks, 2U);
  EXPECT_EQ(status.last_ack, clock.Mono());
  EXPECT_TRUE(status.hq_present);
}

}  // namespace
}  // namespace trayline::uplink
