// Orderly stops without a network, with few and many events that nobody has fetched.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/fault/broker/test_broker.h"
#include "tests/system/site.h"

namespace trayline::system_test {
namespace {

constexpr const char* kNowhere = "tcp://127.0.0.1:1";

class OfflineStop : public ::testing::TestWithParam<int> {};

TEST_P(OfflineStop, KeepsEveryEventAndEndsInOrder) {
  Folder folder;
  Agent agent(folder, "k1", kNowhere);
  ASSERT_TRUE(agent.Start());
  std::vector<Json> events;
  for (int i = 1; i <= GetParam(); ++i) {
    events.push_back(Event("ecommerce.add_to_cart", OneLine("n" + std::to_string(i)),
                           static_cast<std::uint64_t>(i), "r"));
  }
  const auto answer = agent.Post(Batch(events));
  ASSERT_TRUE(answer.has_value());
  const auto before = agent.Number("journal", "last");
  EXPECT_EQ(agent.Stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(agent.directory() + "/api.json"));
  ASSERT_TRUE(agent.Start());
  const auto journal = agent.Events();
  ASSERT_GT(journal.size(), before);
  std::size_t adds = 0;
  for (const Json& event : journal) {
    adds += event["type"] == "trayline.ecommerce.add_to_cart.v1" ? 1U : 0U;
    EXPECT_NE(event["type"], "trayline.system.crash_recovered.v1");
  }
  EXPECT_EQ(adds, static_cast<std::size_t>(GetParam()));
  const auto again = agent.Post(Batch(events));
  ASSERT_TRUE(again.has_value());
  for (const Json& result : (*again)["results"]) EXPECT_EQ(result["status"], "repeated");
}

INSTANTIATE_TEST_SUITE_P(Events, OfflineStop, ::testing::Values(1, 12, 500));

TEST(Stop, WhatWasRecordedOfflineArrivesLater) {
  Folder folder;
  auto broker = fault::TestBroker::Start();
  ASSERT_TRUE(broker.ok()) << broker.error().text;
  (*broker)->Kill();
  Agent agent(folder, "k1", (*broker)->uri());
  ASSERT_TRUE(agent.Start());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(agent.Post(Batch({Event("ecommerce.purchase", {{"value_minor", 100 + i}})})));
  }
  EXPECT_EQ(agent.Stop(), 0);
  ASSERT_TRUE((*broker)->Restart().ok());
  Hq hq(folder, (*broker)->uri());
  ASSERT_TRUE(hq.Start());
  ASSERT_TRUE(agent.Start());
  ASSERT_TRUE(
      Eventually([&] { return agent.Drained() && hq.Reconciles(); }, std::chrono::seconds(180)));
  ExpectAllAtHq(agent, hq);
}

TEST(Stop, ASecondAgentInTheSameFolderIsRefused) {
  Folder folder;
  Agent agent(folder, "k1", kNowhere);
  ASSERT_TRUE(agent.Start());
  Child second;
  ASSERT_TRUE(second.Start(
      {std::string(TRAYLINE_BIN) + "/traylined", "--config", agent.directory() + "/trayline.conf"},
      folder.path() + "/second.log"));
  const auto status = second.Stop();
  EXPECT_NE(status, 0);
  EXPECT_TRUE(agent.Post(Batch({Event("host.touched")})).has_value());
}

}  // namespace
}  // namespace trayline::system_test
