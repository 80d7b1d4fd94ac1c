#include "tests/fault/proxy/mqtt_link.h"

#include <gtest/gtest.h>

#include "tests/fault/proxy/mqtt_packets.h"

namespace trayline::fault {
namespace {

constexpr MqttWay kUp = MqttWay::kToBroker;
constexpr MqttWay kDown = MqttWay::kToClient;

class MqttLinkTest : public ::testing::Test {
 protected:
  // Connects with this version; what passed of it is forgotten.
  void Begin(int version) {
    Say(kUp, Connect(version));
    ASSERT_EQ(Heard(kUp), Connect(version));
    const std::string connack = Packet(0x20, std::string(version == 5 ? 3 : 2, '\0'));
    Say(kDown, connack);
    ASSERT_EQ(Heard(kDown), connack);
  }
  void Say(MqttWay way, const std::string& bytes) { link_.Feed(way, bytes, now_); }
  std::string Heard(MqttWay way) {
    std::string out;
    link_.Release(way, now_, out);
    return out;
  }
  void Rule(MqttRule rule) { plan_.Set({.rules = {std::move(rule)}}); }
  void PassesByteByByte(const std::string& bytes) {
    std::string heard;
    for (const char byte : bytes) {
      Say(kUp, std::string(1, byte));
      heard += Heard(kUp);
    }
    EXPECT_TRUE(heard == bytes);
  }

  MqttPlan plan_;
  MqttLink link_{plan_};
  MqttLink::Time now_{};
};

TEST_F(MqttLinkTest, PassesPacketsThatComeInSingleBytes) {
  Begin(4);
  PassesByteByByte(Publish({.qos = 1, .id = 7}) + Packet(0xC0, "") + Publish({}) +
                   Packet(0x82, Two(1) + Text("a/#") + std::string(1, '\1')));
  EXPECT_EQ(plan_.counts()[0].publishes, 2U);
  EXPECT_FALSE(link_.opaque());
}

TEST_F(MqttLinkTest, DoublesQosOneWithTheDupFlagAndOnePubackForTheSender) {
  Begin(4);
  Rule({.action = MqttAction::kDuplicate, .topic_filter = "t", .next = 1});
  Say(kUp, Publish({.qos = 1, .id = 9}));
  EXPECT_EQ(Heard(kUp), Publish({.qos = 1, .id = 9}) + Publish({.qos = 1, .id = 9, .dup = true}));
  Say(kDown, Puback(9) + Puback(9));
  EXPECT_EQ(Heard(kDown), Puback(9));
  Say(kDown, Puback(9));  // of the id's next use
  EXPECT_EQ(Heard(kDown), Puback(9));
  EXPECT_EQ(plan_.counts()[0].duplicated, 1U);
}

TEST_F(MqttLinkTest, DoublesQosZeroByRepetition) {
  Begin(4);
  Rule({.action = MqttAction::kDuplicate, .way = kDown, .next = 1});
  Say(kDown, Publish({}) + Publish({.payload = "other"}));
  EXPECT_EQ(Heard(kDown), Publish({}) + Publish({}) + Publish({.payload = "other"}));
}

TEST_F(MqttLinkTest, SwallowsQosOneAndLetsTheSenderBelieveInIt) {
  Begin(5);
  Rule({.topic_filter = "tl1/up/#", .next = 1});
  Say(kUp, Publish({.topic = "tl1/up/x", .qos = 1, .id = 0x0102, .version = 5}));
  EXPECT_EQ(Heard(kUp), "");
  EXPECT_EQ(Heard(kDown), Puback(0x0102));
  EXPECT_EQ(plan_.counts()[0].swallowed, 1U);
  EXPECT_EQ(plan_.counts()[0].dropped, 0U);
}

TEST_F(MqttLinkTest, LosesAcknowledgementsOfHeadquartersOnly) {
  Begin(5);
  Rule({.way = kDown, .topic_filter = "tl1/dn/+/+/ack", .chance = 1'000'000});
  const std::string ack = Publish({.topic = "tl1/dn/s/k/ack", .version = 5});
  const std::string state = Publish({.topic = "tl1/hq/state/07", .version = 5});
  Say(kDown, ack + state + ack + Puback(3));
  Say(kUp, ack);
  EXPECT_EQ(Heard(kDown), state + Puback(3));
  EXPECT_EQ(Heard(kUp), ack);
  EXPECT_EQ(plan_.counts()[1].dropped, 2U);
}

TEST_F(MqttLinkTest, ReadsTopicAndPayloadBehindPropertiesOfVersionFive) {
  Begin(5);
  std::string seen;
  plan_.SetWatch([&](const MqttPublish& publish, const MqttPlan::Verdict&) {
    seen += std::string(publish.topic) + "=" + std::string(publish.payload) + ";";
  });
  const std::string expiry{2, 0, 0, 0, 30};
  const std::string user = "\x26" + Text("key") + Text("value");
  const std::string alias = std::string{0x23} + Two(4);
  Say(kUp, Publish({.topic = "a", .version = 5, .properties = expiry + user}));
  Say(kUp, Publish({.topic = "b", .version = 5, .properties = user + alias}));
  Rule({.topic_filter = "b", .chance = 1'000'000});
  const std::string by_alias = Publish({.topic = "", .version = 5, .properties = alias + expiry});
  Heard(kUp);
  Say(kUp, by_alias);
  EXPECT_EQ(Heard(kUp), by_alias);  // its loss could leave later ones without a topic
  EXPECT_EQ(seen, "a=payload;b=payload;b=payload;");
}

TEST_F(MqttLinkTest, ADelayedPacketHoldsUpWhatIsBehindIt) {
  Begin(4);
  Rule({.action = MqttAction::kDelay,
        .topic_filter = "t",
        .next = 1,
        .delay_least = Millis(40),
        .delay_most = Millis(40)});
  const std::string later = Packet(0xC0, "");
  Say(kUp, Publish({}) + later);
  EXPECT_EQ(Heard(kUp), "");
  ASSERT_TRUE(link_.Due(kUp).has_value());
  EXPECT_EQ(*link_.Due(kUp) - now_, Millis(40));
  Say(kDown, Publish({}));
  EXPECT_EQ(Heard(kDown), Publish({}));
  now_ += Millis(39);
  EXPECT_EQ(Heard(kUp), "");
  now_ += Millis(1);
  EXPECT_EQ(Heard(kUp), Publish({}) + later);
  EXPECT_EQ(link_.Due(kUp), std::nullopt);
}

TEST_F(MqttLinkTest, DoublesALargePublishWhole) {
  Begin(5);
  Rule({.action = MqttAction::kDuplicate, .next = 1});
  PublishParts parts{.payload = std::string(200'000, 'z'), .qos = 1, .id = 1, .version = 5};
  const std::string large = Publish(parts);
  parts.dup = true;
  std::string heard;
  for (std::size_t at = 0; at < large.size(); at += 1'460) {
    Say(kUp, large.substr(at, 1'460));
    heard += Heard(kUp);
  }
  EXPECT_TRUE(heard == large + Publish(parts));
}

TEST_F(MqttLinkTest, PassesAHugePacketAsItComesAndKeepsAnswersOutOfIt) {
  Begin(4);
  Rule({.next = 9});
  const std::string huge = Publish({.payload = std::string(MqttLink::kPacketMax, 'z')});
  Say(kDown, huge.substr(0, 1'000));
  EXPECT_EQ(Heard(kDown), huge.substr(0, 1'000));
  Say(kUp, Publish({.qos = 1, .id = 5}));
  EXPECT_EQ(Heard(kDown), "");
  Say(kDown, huge.substr(1'000) + Puback(6));
  EXPECT_TRUE(Heard(kDown) == huge.substr(1'000) + Puback(5) + Puback(6));
}

TEST_F(MqttLinkTest, QosTwoIsPassedOnUntouched) {
  Begin(4);
  plan_.Set(
      {.rules = {{.chance = 1'000'000}, {.action = MqttAction::kDuplicate, .chance = 1'000'000}}});
  Say(kUp, Publish({.qos = 2, .id = 5}));
  EXPECT_EQ(Heard(kUp), Publish({.qos = 2, .id = 5}));
}

TEST_F(MqttLinkTest, WhatIsNoMqttIsAPipe) {
  Rule({.chance = 1'000'000});
  for (const std::string& first : {std::string("GET / HTTP/1.1\r\n"), std::string("\x16\x03\x01"),
                                   Packet(0x10, Text("HTTP") + "\x04"), Publish({})}) {
    MqttLink link(plan_);
    std::string out;
    link.Feed(kUp, first, now_);
    link.Feed(kUp, Publish({}), now_);
    link.Release(kUp, now_, out);
    EXPECT_EQ(out, first + Publish({}));
    EXPECT_TRUE(link.opaque());
  }
}

TEST_F(MqttLinkTest, GarbageInTheMiddleMakesItAPipeAndLosesNothing) {
  Begin(5);
  const std::string partial = Publish({.payload = "whole", .version = 5}).substr(0, 6);
  Say(kDown, partial);
  const std::string garbage("\x30\xFF\xFF\xFF\xFF\xFF and more", 15);
  Say(kUp, Publish({.version = 5}) + garbage);
  EXPECT_EQ(Heard(kUp), Publish({.version = 5}) + garbage);
  EXPECT_EQ(Heard(kDown), partial);
  Say(kDown, "anything");
  EXPECT_EQ(Heard(kDown), "anything");
}

TEST_F(MqttLinkTest, APublishThatContradictsItselfIsTheReceiversBusiness) {
  Begin(5);
  Rule({.chance = 1'000'000});
  const std::string topic_too_long = Packet(0x30, Two(500) + "t");
  const std::string properties_too_long = Packet(0x30, Text("t") + "\x7F");
  const std::string qos_three = Packet(0x36, Text("t") + Two(1));
  Say(kUp, topic_too_long + properties_too_long + qos_three + Packet(0x40, "x"));
  EXPECT_EQ(Heard(kUp), topic_too_long + properties_too_long + qos_three + Packet(0x40, "x"));
  EXPECT_FALSE(link_.opaque());
}

TEST_F(MqttLinkTest, ABrokenOffPacketGoesOnAtTheEnd) {
  Begin(4);
  const std::string part = Publish({}).substr(0, 5);
  Say(kUp, part);
  EXPECT_EQ(Heard(kUp), "");
  EXPECT_EQ(link_.waiting(kUp), 0U);
  link_.End(kUp, now_);
  EXPECT_EQ(Heard(kUp), part);
}

}  // namespace
}  // namespace trayline::fault
