// The suite that every MqttClient passes. A test program makes a World (a broker and a way to break
// a connection) and instantiates MqttClientSuite with it.
#ifndef TRAYLINE_TESTS_PORTS_MQTT_CLIENT_MQTT_CLIENT_SUITE_H_
#define TRAYLINE_TESTS_PORTS_MQTT_CLIENT_MQTT_CLIENT_SUITE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/mutex.h"
#include "sync/mqtt/client.h"

namespace trayline::mqtt {

inline constexpr Millis kPatience{20'000};  // only ever waited in full by a failing test

class World {
 public:
  virtual ~World() = default;
  virtual std::unique_ptr<MqttClient> Make() = 0;
  virtual std::string Uri() = 0;
  // Breaks every connection so that the broker and the clients notice.
  virtual void CutAll() = 0;
};

// What a client's handlers got, waited for.
class Heard {
 public:
  struct Message {
    std::string topic;
    std::string payload;
    bool retained = false;
    friend bool operator==(const Message&, const Message&) = default;
  };

  Handlers AsHandlers() {
    return {[this](std::string_view topic, std::string_view payload, bool retained) {
              MutexLock lock(mutex_);
              messages_.push_back({std::string(topic), std::string(payload), retained});
              changed_.NotifyAll();
            },
            [this](const std::string&) {
              MutexLock lock(mutex_);
              ++losses_;
              changed_.NotifyAll();
            }};
  }
  // The messages once there are count of them, or fewer when the patience ends.
  std::vector<Message> Messages(std::size_t count) {
    MutexLock lock(mutex_);
    while (messages_.size() < count && changed_.WaitFor(mutex_, kPatience)) continue;
    return messages_;
  }
  int Losses(int count) {
    MutexLock lock(mutex_);
    while (losses_ < count && changed_.WaitFor(mutex_, kPatience)) continue;
    return losses_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::vector<Message> messages_ GUARDED_BY(mutex_);
  int losses_ GUARDED_BY(mutex_) = 0;
};

using WorldMaker = std::function<std::unique_ptr<World>()>;

class MqttClientSuite : public ::testing::TestWithParam<WorldMaker> {
 protected:
  MqttClientSuite() : world_(GetParam()()) {}

  ConnectOptions Named(const std::string& client_id) {
    ConnectOptions options;
    options.uri = world_->Uri();
    options.client_id = client_id;
    return options;
  }
  std::unique_ptr<MqttClient> Connected(const std::string& client_id, Heard& heard) {
    auto client = world_->Make();
    const Status status = client->Connect(Named(client_id), heard.AsHandlers());
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().text);
    return client;
  }

  std::unique_ptr<World> world_;
  Heard heard_;   // of the first client
  Heard heard2_;  // of the second
};

TEST_P(MqttClientSuite, DeliversAMessageToASubscriber) {
  auto reader = Connected("reader", heard_);
  ASSERT_TRUE(reader->Subscribe("a/+/c", 1).ok());
  auto writer = Connected("writer", heard2_);
  std::string bytes("\0\x01 any \xff bytes", 14);
  ASSERT_TRUE(writer->Publish("a/b/c", bytes, 1, false).ok());
  ASSERT_TRUE(writer->Publish("a/b/d", "not wanted", 1, false).ok());
  ASSERT_TRUE(writer->Publish("a/x/c", "", 0, false).ok());
  const std::vector<Heard::Message> expected{{"a/b/c", bytes, false}, {"a/x/c", "", false}};
  EXPECT_EQ(heard_.Messages(2), expected);
}

TEST_P(MqttClientSuite, KeepsTheOrderOfOneTopic) {
  auto reader = Connected("reader", heard_);
  ASSERT_TRUE(reader->Subscribe("n", 1).ok());
  auto writer = Connected("writer", heard2_);
  constexpr std::size_t kCount = 200;
  for (std::size_t i = 0; i < kCount; ++i) {
    while (!writer->Publish("n", std::to_string(i), 1, false).ok()) {
      ASSERT_TRUE(writer->Drain(kPatience));
    }
  }
  const auto messages = heard_.Messages(kCount);
  ASSERT_EQ(messages.size(), kCount);
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ(messages[i].payload, std::to_string(i));
}

TEST_P(MqttClientSuite, GivesRetainedMessagesToALateSubscriber) {
  auto writer = Connected("writer", heard2_);
  ASSERT_TRUE(writer->Publish("state", "old", 1, true).ok());
  ASSERT_TRUE(writer->Publish("state", "new", 1, true).ok());
  ASSERT_TRUE(writer->Drain(kPatience));
  auto reader = Connected("reader", heard_);
  ASSERT_TRUE(reader->Subscribe("state", 1).ok());
  const auto messages = heard_.Messages(1);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0], (Heard::Message{"state", "new", true}));
}

TEST_P(MqttClientSuite, DrainWaitsUntilEverythingWasAnswered) {
  auto client = Connected("one", heard_);
  EXPECT_TRUE(client->Drain(kPatience));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(client->Publish("t", "x", 1, false).ok());
  EXPECT_TRUE(client->Drain(kPatience));
}

TEST_P(MqttClientSuite, TellsALossOnceAndRefusesToPublishAfterIt) {
  auto client = Connected("one", heard_);
  EXPECT_TRUE(client->IsConnected());
  world_->CutAll();
  EXPECT_EQ(heard_.Losses(1), 1);
  EXPECT_FALSE(client->IsConnected());
  const Status published = client->Publish("t", "x", 1, false);
  ASSERT_FALSE(published.ok());
  EXPECT_EQ(published.error().code, Errc::kRetryLater);
  EXPECT_FALSE(client->Subscribe("t", 1).ok());
  client->Close();
  EXPECT_EQ(heard_.Losses(1), 1);
}

TEST_P(MqttClientSuite, PublishesTheWillWhenTheConnectionBreaks) {
  Heard watch;
  ConnectOptions options = Named("mortal");
  options.will = Will{"will/topic", "gone", true};
  auto mortal = world_->Make();
  ASSERT_TRUE(mortal->Connect(options, heard_.AsHandlers()).ok());
  world_->CutAll();
  ASSERT_EQ(heard_.Losses(1), 1);
  auto watcher = Connected("watcher", watch);
  ASSERT_TRUE(watcher->Subscribe("will/#", 1).ok());
  const auto messages = watch.Messages(1);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].payload, "gone");
}

TEST_P(MqttClientSuite, PublishesNoWillAfterAnOrderlyClose) {
  auto watcher = Connected("watcher", heard_);
  ASSERT_TRUE(watcher->Subscribe("#", 1).ok());
  ConnectOptions options = Named("orderly");
  options.will = Will{"will/topic", "gone", true};
  auto client = world_->Make();
  ASSERT_TRUE(client->Connect(options, heard2_.AsHandlers()).ok());
  client->Close();
  EXPECT_FALSE(client->IsConnected());
  auto later = Connected("later", heard2_);
  ASSERT_TRUE(later->Publish("after", "it", 1, false).ok());
  const auto messages = heard_.Messages(1);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].topic, "after");
}

TEST_P(MqttClientSuite, ASecondClientOfTheSameNameTakesOver) {
  auto first = Connected("same", heard_);
  auto second = Connected("same", heard2_);
  EXPECT_EQ(heard_.Losses(1), 1);
  EXPECT_FALSE(first->IsConnected());
  EXPECT_TRUE(second->IsConnected());
}

TEST_P(MqttClientSuite, ConnectsOnceOnly) {
  auto client = Connected("one", heard_);
  const Status again = client->Connect(Named("one"), heard_.AsHandlers());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Errc::kRejected);
  EXPECT_TRUE(client->IsConnected());
}

TEST_P(MqttClientSuite, RefusesWrongTopicsAndNames) {
  auto client = Connected("one", heard_);
  EXPECT_EQ(client->Publish("a/+", "x", 1, false).error().code, Errc::kRejected);
  EXPECT_EQ(client->Publish("", "x", 1, false).error().code, Errc::kRejected);
  EXPECT_EQ(client->Subscribe("", 1).error().code, Errc::kRejected);
  auto nameless = world_->Make();
  EXPECT_EQ(nameless->Connect(Named(""), {}).error().code, Errc::kRejected);
}

TEST_P(MqttClientSuite, IsHarmlessBeforeConnecting) {
  auto client = world_->Make();
  EXPECT_EQ(client->Publish("t", "x", 1, false).error().code, Errc::kRetryLater);
  EXPECT_EQ(client->Subscribe("t", 1).error().code, Errc::kRetryLater);
  EXPECT_TRUE(client->Drain(Millis(0)));
  EXPECT_FALSE(client->IsConnected());
  EXPECT_EQ(client->ProtocolVersion(), 0);
  client->Close();
  client->Close();
}

TEST_P(MqttClientSuite, CallsNoHandlerAfterClose) {
  auto writer = Connected("writer", heard2_);
  for (int round = 0; round < 20; ++round) {
    auto heard = std::make_unique<Heard>();
    auto reader = Connected("reader", *heard);
    ASSERT_TRUE(reader->Subscribe("busy", 1).ok());
    for (int i = 0; i < 5; ++i) static_cast<void>(writer->Publish("busy", "x", 1, false));
    reader->Close();
    heard.reset();  // a handler called now would touch freed memory
  }
  EXPECT_TRUE(writer->Drain(kPatience));
}

}  // namespace trayline::mqtt

#endif  // TRAYLINE_TESTS_PORTS_MQTT_CLIENT_MQTT_CLIENT_SUITE_H_
