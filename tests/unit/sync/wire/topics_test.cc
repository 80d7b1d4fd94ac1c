#include "sync/wire/topics.h"

#include <gtest/gtest.h>

#include <string>

namespace trayline::wire {
namespace {

TerminalId Kiosk() { return {"demo", "s001", "k1"}; }

TEST(Topics, PutsAStoreIntoItsShard) {
  // FNV-1a 32 of the name, modulo 64: other implementations must come to the same.
  EXPECT_EQ(ShardOf(""), 2166136261U % 64);
  EXPECT_EQ(ShardOf("a"), 0xE40C292CU % 64);
  EXPECT_EQ(ShardOf("foobar"), 0xBF9CF968U % 64);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(ShardOf("s" + std::to_string(i)), kShards);
}

TEST(Topics, AreExactlyTheseTexts) {
  const std::string shard = std::to_string(ShardOf("s001"));
  ASSERT_EQ(shard.size(), 2U);
  EXPECT_EQ(UpTopic(Kiosk(), UpKind::kBatch), "tl1/up/" + shard + "/demo-s001/demo-s001-k1/b");
  EXPECT_EQ(UpTopic(Kiosk(), UpKind::kBirth), "tl1/up/" + shard + "/demo-s001/demo-s001-k1/birth");
  EXPECT_EQ(UpTopic(Kiosk(), UpKind::kDeath), "tl1/up/" + shard + "/demo-s001/demo-s001-k1/death");
  EXPECT_EQ(UpTopic(Kiosk(), UpKind::kReported), "tl1/up/" + shard + "/demo-s001/demo-s001-k1/rep");
  EXPECT_EQ(AckTopic(Kiosk()), "tl1/dn/demo-s001/demo-s001-k1/ack");
  EXPECT_EQ(HqStateTopic(7), "tl1/hq/state/07");
  EXPECT_EQ(HqStateTopic(63), "tl1/hq/state/63");
  EXPECT_EQ(UpFilter(), "tl1/up/+/+/+/+");
}

TEST(Topics, ComeBackAsTheTerminalThatTheyName) {
  for (const TerminalId& terminal :
       {Kiosk(), TerminalId{"a", "b", "c"},
        TerminalId{std::string(20, 'z'), std::string(20, '9'), std::string(20, 'a')}}) {
    for (const UpKind kind : {UpKind::kBirth, UpKind::kDeath, UpKind::kBatch, UpKind::kReported}) {
      const auto address = ParseUpTopic(UpTopic(terminal, kind));
      ASSERT_TRUE(address.ok()) << address.error().text;
      EXPECT_EQ(address->terminal, terminal);
      EXPECT_EQ(address->kind, kind);
    }
  }
}

TEST(Topics, RefuseWhatIsNotOurs) {
  const std::string shard = std::to_string(ShardOf("s001"));
  const std::string other = shard == "11" ? "12" : "11";
  const std::string good = "tl1/up/" + shard + "/demo-s001/demo-s001-k1/b";
  ASSERT_TRUE(ParseUpTopic(good).ok());
  for (const std::string& topic :
       {std::string(),
        std::string("/"),
        std::string("tl1"),
        good + "/",
        good + "/x",
        "/" + good,
        good.substr(0, good.size() - 2),
        "tl2/up/" + shard + "/demo-s001/demo-s001-k1/b",
        "tl1/dn/" + shard + "/demo-s001/demo-s001-k1/b",
        "tl1/up/" + other + "/demo-s001/demo-s001-k1/b",  // another store's shard
        "tl1/up/0" + shard + "/demo-s001/demo-s001-k1/b",
        "tl1/up/" + shard + "/demo-s002/demo-s001-k1/b",  // not the terminal's store
        "tl1/up/" + shard + "/demo-s001/other-s001-k1/b",
        "tl1/up/" + shard + "/DEMO-s001/DEMO-s001-k1/b",
        "tl1/up/" + shard + "/demo-s001/demo-s001-K1/b",
        "tl1/up/" + shard + "/demo-s001/demo-s001/b",
        "tl1/up/" + shard + "/demo-s001/demo-s001-k1-x/b",
        "tl1/up/" + shard + "/demo-s001/demo-s001-/b",
        "tl1/up/" + shard + "/demo-s001/demo-s001-+/b",
        "tl1/up/" + shard + "/demo-s001/demo-s001-#/b",
        "tl1/up/" + shard + "/+/+/b",
        std::string("tl1/up/+/demo-s001/demo-s001-k1/b"),
        "tl1/up/" + shard + "/demo-s001/demo-s001-k1/ack",
        "tl1/up/" + shard + "/demo-s001/demo-s001-k1/",
        std::string(100'000, 'x'),
        std::string("tl1/up/00/a\0-b/a\0-b-c/b", 23)}) {
    const auto address = ParseUpTopic(topic);
    ASSERT_FALSE(address.ok()) << topic;
    EXPECT_EQ(address.error().code, Errc::kRejected);
    EXPECT_FALSE(address.error().text.empty());
  }
}

}  // namespace
}  // namespace trayline::wire
