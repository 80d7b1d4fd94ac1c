#include "tests/fakes/scripted_mqtt.h"
#include "tests/ports/mqtt_client/mqtt_client_suite.h"

namespace trayline::mqtt {
namespace {

class ScriptedWorld final : public World {
 public:
  std::unique_ptr<MqttClient> Make() override { return broker_.Make(); }
  std::string Uri() override { return "tcp://scripted:1883"; }
  void CutAll() override { broker_.CutAll(); }

 private:
  fakes::ScriptedBroker broker_;
};

INSTANTIATE_TEST_SUITE_P(ScriptedBroker, MqttClientSuite, ::testing::Values(WorldMaker([] {
                           return std::make_unique<ScriptedWorld>();
                         })));

using fakes::Fate;
using fakes::MqttMessage;
using fakes::ScriptedBroker;

class ScriptedFaults : public ::testing::Test {
 protected:
  ScriptedFaults() : reader_(broker_.Make()), writer_(broker_.Make()) {
    ConnectOptions options;
    options.client_id = "reader";
    EXPECT_TRUE(reader_->Connect(options, heard_.AsHandlers()).ok());
    EXPECT_TRUE(reader_->Subscribe("#", 1).ok());
    options.client_id = "writer";
    EXPECT_TRUE(writer_->Connect(options, {}).ok());
  }
  std::vector<std::string> Heards() {
    std::vector<std::string> payloads;
    for (const auto& message : heard_.Messages(0)) payloads.push_back(message.payload);
    return payloads;
  }

  ScriptedBroker broker_;
  Heard heard_;
  std::unique_ptr<MqttClient> reader_;
  std::unique_ptr<MqttClient> writer_;
};

TEST_F(ScriptedFaults, DropsDoublesAndHoldsAsTold) {
  broker_.SetFate([](const MqttMessage& message) {
    if (message.payload == "lost") return Fate::kDrop;
    if (message.payload == "twice") return Fate::kTwice;
    return message.payload.starts_with("late") ? Fate::kHold : Fate::kDeliver;
  });
  for (const char* payload : {"lost", "late1", "twice", "late2", "plain"}) {
    ASSERT_TRUE(writer_->Publish("t", payload, 1, false).ok());
  }
  EXPECT_EQ(Heards(), (std::vector<std::string>{"twice", "twice", "plain"}));
  ASSERT_EQ(broker_.Held().size(), 2U);
  broker_.ReleaseHeld(1);
  broker_.ReleaseHeld();
  EXPECT_EQ(Heards(), (std::vector<std::string>{"twice", "twice", "plain", "late2", "late1"}));
  EXPECT_EQ(broker_.Published().size(), 5U);
}

TEST_F(ScriptedFaults, RefusesConnectionsAndCountsAttempts) {
  broker_.RefuseConnections(Error{Errc::kRetryLater, "away"});
  auto client = broker_.Make();
  ConnectOptions options;
  options.client_id = "third";
  EXPECT_EQ(client->Connect(options, {}).error().text, "away");
  EXPECT_EQ(broker_.attempts(), 3U);
  EXPECT_EQ(broker_.connects(), 2U);
}

TEST_F(ScriptedFaults, ForgetsRetainedMessagesInACrash) {
  ASSERT_TRUE(writer_->Publish("kept", "x", 1, true).ok());
  EXPECT_EQ(broker_.Retained("kept"), "x");
  broker_.Crash();
  EXPECT_EQ(broker_.Retained("kept"), std::nullopt);
  EXPECT_FALSE(writer_->IsConnected());
  EXPECT_EQ(heard_.Losses(1), 1);
}

TEST(TopicFilters, MatchLikeTheStandardSays) {
  using fakes::TopicMatches;
  EXPECT_TRUE(TopicMatches("a/b", "a/b"));
  EXPECT_TRUE(TopicMatches("a/+", "a/b"));
  EXPECT_FALSE(TopicMatches("a/+", "a/b/c"));
  EXPECT_TRUE(TopicMatches("a/#", "a/b/c"));
  EXPECT_TRUE(TopicMatches("a/#", "a"));
  EXPECT_FALSE(TopicMatches("a/b", "a"));
  EXPECT_FALSE(TopicMatches("a", "a/b"));
  EXPECT_FALSE(TopicMatches("#", "$SYS/x"));
}

}  // namespace
}  // namespace trayline::mqtt
