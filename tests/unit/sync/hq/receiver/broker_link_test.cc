#include "sync/hq/receiver/broker_link.h"

#include <gtest/gtest.h>

#include "sync/wire/messages.h"
#include "sync/wire/topics.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/scripted_mqtt.h"
#include "tests/fakes/seeded_random.h"

namespace trayline::hq {
namespace {

class Link : public ::testing::Test {
 protected:
  Link() { link_.SetGeneration(3); }

  std::unique_ptr<mqtt::MqttClient> Terminal(const std::string& id) {
    auto client = broker_.Make();
    mqtt::ConnectOptions options;
    options.client_id = id;
    EXPECT_TRUE(
        client
            ->Connect(options, {.message =
                                    [this](std::string_view topic, std::string_view payload, bool) {
                                      got_.push_back({std::string(topic), std::string(payload)});
                                    },
                                .lost = [](const std::string&) {}})
            .ok());
    return client;
  }
  std::vector<Incoming> Inbox() { return inbox_.PopUpTo(100'000, Millis(0)); }
  wire::HqState Presence(std::uint32_t shard) {
    const auto text = broker_.Retained(wire::HqStateTopic(shard));
    const auto state = wire::DecodeHqState(text.value_or(""));
    EXPECT_TRUE(state.ok());
    return state.ok() ? *state : wire::HqState{};
  }

  Log log_ = NullLog();
  fakes::ScriptedBroker broker_;
  fakes::ManualClock clock_;
  fakes::SeededRandom random_{7};
  BoundedQueue<Incoming> inbox_{kInboxFrames + 2};
  BoundedQueue<Outgoing> outbox_{16};
  BrokerOptions options_{.boot = "b00t"};
  BrokerLink link_{options_, broker_.AsFunction(), clock_, random_, inbox_, outbox_, log_};
  std::vector<Outgoing> got_;
};

TEST_F(Link, TellsEveryShardThatItIsPresentAndAwayAtTheEnd) {
  link_.RunOnce(Millis(0));
  ASSERT_TRUE(link_.IsConnected());
  for (std::uint32_t shard = 0; shard < wire::kShards; ++shard) {
    EXPECT_TRUE(Presence(shard).present);
    EXPECT_EQ(Presence(shard).generation, 3U);
    EXPECT_EQ(Presence(shard).boot, "b00t");
  }
  link_.Stop();
  for (std::uint32_t shard = 0; shard < wire::kShards; ++shard) {
    EXPECT_FALSE(Presence(shard).present);
  }
  EXPECT_FALSE(link_.IsConnected());
}

TEST_F(Link, TellsAHigherGenerationAtOnce) {
  link_.RunOnce(Millis(0));
  link_.SetGeneration(4);
  link_.RunOnce(Millis(0));
  EXPECT_EQ(Presence(63).generation, 4U);
}

TEST_F(Link, TakesWhatTerminalsSayAndSendsWhatLiesInTheOutbox) {
  link_.RunOnce(Millis(0));
  const TerminalId id{"acme", "s12", "k1"};
  auto terminal = Terminal("acme-s12-k1");
  ASSERT_TRUE(terminal->Subscribe(wire::AckTopic(id), 0).ok());
  ASSERT_TRUE(terminal->Publish(wire::UpTopic(id, wire::UpKind::kBatch), "frame", 1, false).ok());
  const auto messages = Inbox();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].payload, "frame");
  ASSERT_TRUE(outbox_.TryPush({wire::AckTopic(id), "ack"}));
  link_.RunOnce(Millis(0));
  ASSERT_EQ(got_.size(), 1U);
  EXPECT_EQ(got_[0].payload, "ack");
}

TEST_F(Link, GetsRetainedBirthsWithEachConnection) {
  const TerminalId id{"acme", "s12", "k1"};
  auto terminal = Terminal("acme-s12-k1");
  ASSERT_TRUE(terminal->Publish(wire::UpTopic(id, wire::UpKind::kBirth), "birth", 1, true).ok());
  link_.RunOnce(Millis(0));
  EXPECT_EQ(Inbox().size(), 1U);
  broker_.Cut("hqrx0");
  link_.RunOnce(Millis(0));
  clock_.Advance(Millis(600));
  link_.RunOnce(Millis(0));
  EXPECT_TRUE(link_.IsConnected());
  EXPECT_EQ(Inbox().size(), 1U);
}

TEST_F(Link, WaitsLongerAfterEachFailureAndNeverForEver) {
  broker_.RefuseConnections(Error{Errc::kRetryLater, "down"});
  for (int minute = 0; minute < 60; ++minute) {
    for (int second = 0; second < 60; ++second) {
      link_.RunOnce(Millis(0));
      clock_.Advance(Millis(1000));
    }
  }
  // Without a pause it would be 3,600; a pause is 30 s on average once it has grown.
  EXPECT_LT(broker_.attempts(), 400U);
  EXPECT_GT(broker_.attempts(), 60U);
  broker_.RefuseConnections(std::nullopt);
  clock_.Advance(Millis(60'000));
  link_.RunOnce(Millis(0));
  EXPECT_TRUE(link_.IsConnected());
}

TEST_F(Link, DropsAcknowledgementsWhileThereIsNoConnection) {
  broker_.RefuseConnections(Error{Errc::kRetryLater, "down"});
  ASSERT_TRUE(outbox_.TryPush({"tl1/dn/a-b/a-b-c/ack", "ack"}));
  link_.RunOnce(Millis(0));
  EXPECT_EQ(outbox_.size(), 0U);
  EXPECT_EQ(link_.counters().dropped_acks.load(), 1U);
}

TEST_F(Link, DropsFramesWhenTheInboxIsFullAndKeepsRoomForBirths) {
  link_.RunOnce(Millis(0));
  const TerminalId id{"acme", "s12", "k1"};
  auto terminal = Terminal("acme-s12-k1");
  for (std::size_t i = 0; i < kInboxFrames + 10; ++i) {
    ASSERT_TRUE(terminal->Publish(wire::UpTopic(id, wire::UpKind::kBatch), "f", 1, false).ok());
  }
  EXPECT_EQ(link_.counters().dropped_frames.load(), 10U);
  ASSERT_TRUE(terminal->Publish(wire::UpTopic(id, wire::UpKind::kBirth), "birth", 1, true).ok());
  EXPECT_EQ(link_.counters().dropped_messages.load(), 0U);
  EXPECT_EQ(inbox_.size(), kInboxFrames + 1);
}

TEST_F(Link, SubscribesAnewWhenABirthWasDropped) {
  link_.RunOnce(Millis(0));
  const TerminalId id{"acme", "s12", "k1"};
  auto terminal = Terminal("acme-s12-k1");
  for (std::size_t i = 0; i < kInboxFrames + 5; ++i) {
    ASSERT_TRUE(terminal->Publish(wire::UpTopic(id, wire::UpKind::kDeath), "d", 1, false).ok());
  }
  ASSERT_TRUE(terminal->Publish(wire::UpTopic(id, wire::UpKind::kBirth), "birth", 1, true).ok());
  EXPECT_GT(link_.counters().dropped_messages.load(), 0U);
  Inbox();
  link_.RunOnce(Millis(0));
  clock_.Advance(Millis(600));
  link_.RunOnce(Millis(0));
  const auto messages = Inbox();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].payload, "birth");
}

TEST_F(Link, DropsWhatIsTooLarge) {
  link_.RunOnce(Millis(0));
  const TerminalId id{"acme", "s12", "k1"};
  auto terminal = Terminal("acme-s12-k1");
  ASSERT_TRUE(terminal
                  ->Publish(wire::UpTopic(id, wire::UpKind::kBatch),
                            std::string(kPayloadMax + 1, 'x'), 1, false)
                  .ok());
  EXPECT_EQ(inbox_.size(), 0U);
}

}  // namespace
}  // namespace trayline::hq
