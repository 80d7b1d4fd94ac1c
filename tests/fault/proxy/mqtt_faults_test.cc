#include "tests/fault/proxy/mqtt_faults.h"

#include <gtest/gtest.h>

namespace trayline::fault {
namespace {

TEST(TopicFilters, MatchAsTheStandardSays) {
  EXPECT_TRUE(TopicMatches("#", "tl1/dn/s/k/ack"));
  EXPECT_TRUE(TopicMatches("tl1/dn/+/+/ack", "tl1/dn/demo-s001/demo-s001-k1/ack"));
  EXPECT_TRUE(TopicMatches("a/#", "a/b/c"));
  EXPECT_TRUE(TopicMatches("a/#", "a"));
  EXPECT_TRUE(TopicMatches("+/b", "/b"));
  EXPECT_TRUE(TopicMatches("a/b", "a/b"));
  EXPECT_FALSE(TopicMatches("tl1/dn/+/+/ack", "tl1/dn/s/k/cmd"));
  EXPECT_FALSE(TopicMatches("tl1/dn/+/+/ack", "tl1/dn/s/k/ack/more"));
  EXPECT_FALSE(TopicMatches("tl1/dn/+/+/ack", "tl1/dn/s/k"));
  EXPECT_FALSE(TopicMatches("a/b/+", "a/b"));
  EXPECT_FALSE(TopicMatches("a", "ab"));
}

// What becomes of 1,000 packets: one letter each.
std::string Fates(MqttPlan& plan) {
  std::string fates;
  for (int i = 0; i < 1'000; ++i) {
    const auto verdict = plan.Decide({.topic = "a/b", .payload = {}});
    fates += verdict.drop ? 'x' : verdict.duplicate ? '2' : '.';
  }
  return fates;
}

TEST(MqttPlan, TheSeedDecidesWhatIsHit) {
  MqttFaults faults;
  faults.rules.push_back({.action = MqttAction::kDrop, .chance = 100'000});
  faults.rules.push_back({.action = MqttAction::kDuplicate, .chance = 300'000});
  MqttPlan plan;
  plan.Set(faults);
  const std::string first = Fates(plan);
  plan.Set(faults);
  EXPECT_EQ(Fates(plan), first);
  faults.seed = 2;
  plan.Set(faults);
  EXPECT_NE(Fates(plan), first);
  const auto dropped = std::count(first.begin(), first.end(), 'x');
  EXPECT_GT(dropped, 50);
  EXPECT_LT(dropped, 200);
  const auto counts = plan.counts()[0];
  EXPECT_EQ(counts.publishes, 3'000U);
  EXPECT_GT(counts.dropped, 150U);
  EXPECT_GT(counts.duplicated, 450U);
}

TEST(MqttPlan, AnOrderedNumberIsHitExactly) {
  MqttPlan plan;
  plan.Set({.rules = {{.action = MqttAction::kDrop, .topic_filter = "a/+", .next = 3}}});
  EXPECT_FALSE(plan.Decide({.topic = "b", .payload = {}}).drop);
  EXPECT_FALSE(plan.Decide({.way = MqttWay::kToClient, .topic = "a/b", .payload = {}}).drop);
  EXPECT_EQ(Fates(plan).substr(0, 5), "xxx..");
}

TEST(MqttPlan, WhatIsDroppedUsesUpNoRuleBehind) {
  MqttPlan plan;
  plan.Set({.rules = {{.action = MqttAction::kDrop, .next = 1},
                      {.action = MqttAction::kDuplicate, .next = 1}}});
  EXPECT_EQ(Fates(plan).substr(0, 4), "x2..");
}

TEST(MqttPlan, DelaysStayWithinTheirBounds) {
  MqttPlan plan;
  plan.Set({.rules = {{.action = MqttAction::kDelay,
                       .chance = 1'000'000,
                       .delay_least = Millis(5),
                       .delay_most = Millis(8)}}});
  for (int i = 0; i < 100; ++i) {
    const Millis delay = plan.Decide({.topic = "t", .payload = {}}).delay;
    EXPECT_GE(delay, Millis(5));
    EXPECT_LE(delay, Millis(8));
  }
  EXPECT_EQ(plan.counts()[0].delayed, 100U);
}

}  // namespace
}  // namespace trayline::fault
