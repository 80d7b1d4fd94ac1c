// What hosts send, through a real agent to a real headquarters: bad input, repetitions, shapes of
// host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fault/broker/test_broker.h"
#include "tests/system/site.h"

namespace trayline::system_test {
namespace {

using ::testing::HasSubstr;

class RecordingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    agent_.emplace(folder_, "k1", "tcp://127.0.0.1:1");
    ASSERT_TRUE(agent_->Start());
  }

  Folder folder_;
  std::optional<Agent> agent_;
};

TEST_F(RecordingTest, BadEventsAreNamedAndTheOthersOfTheBatchAreRecorded) {
  const auto answer = agent_->Post(Batch({
      Event("ecommerce.add_to_cart", OneLine("1")),
      Event("ecommerce.add_to_cart", {{"lines", "none"}}),
      Event("system.started"),
      Event("ecommerce.search", {{"search_term", "card 4111 1111 1111 1111"}, {"colour", "red"}}),
      Event("payment.approved", {{"attempt", 1}}),
  }));
  ASSERT_TRUE(answer.has_value());
  const Json& results = (*answer)["results"];
  ASSERT_EQ(results.size(), 5U);
  EXPECT_EQ(results[0]["status"], "recorded");
  EXPECT_EQ(results[1]["status"], "invalid");
  EXPECT_EQ(results[1]["errors"][0]["path"], "/data/lines");
  EXPECT_EQ(results[2]["errors"][0]["code"], "not_for_hosts");
  EXPECT_EQ(results[3]["status"], "recorded");
  EXPECT_EQ(results[3]["left_out"].size(), 2U);
  EXPECT_EQ(results[4]["status"], "recorded");
  for (const Json& event : agent_->Events()) {
    EXPECT_THAT(event.dump(), ::testing::Not(HasSubstr("4111")));
  }
}

TEST_F(RecordingTest, WhatIsNoJsonOrTooLargeIsRefusedAndNothingElseIsLost) {
  ASSERT_TRUE(agent_->Post(Batch({Event("host.touched")})));
  const auto last = agent_->Number("journal", "last");
  std::string problem;
  EXPECT_EQ(agent_->PostStatus("{\"host\":", &problem), 400);
  EXPECT_THAT(problem, HasSubstr("bad_json"));
  EXPECT_EQ(agent_->PostStatus("[1,2]", &problem), 400);
  EXPECT_EQ(agent_->PostStatus(std::string(1'100'000, ' '), &problem), 413);
  EXPECT_EQ(agent_->Number("journal", "last"), last);
  EXPECT_TRUE(agent_->Post(Batch({Event("host.touched")})).has_value());
}

TEST_F(RecordingTest, TheSameBatchTwiceIsRecordedOnce) {
  const Json batch = Batch({Event("ecommerce.add_to_cart", OneLine("1"), 1),
                            Event("ecommerce.view_cart", Json::object(), 2)});
  const auto first = agent_->Post(batch);
  const auto last = agent_->Number("journal", "last");
  const auto again = agent_->Post(batch);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(agent_->Number("journal", "last"), last);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*again)["results"][i]["status"], "repeated");
    EXPECT_EQ((*again)["results"][i]["sequence"], (*first)["results"][i]["sequence"]);
  }
  const auto other = agent_->Post(Batch({Event("ecommerce.add_to_cart", OneLine("2"), 1)}));
  EXPECT_EQ((*other)["results"][0]["status"], "conflict");
}

TEST_F(RecordingTest, TenThousandBarcodesPass) {
  // EAN-13 numbers, a tenth of which look like card numbers to the Luhn check.
  std::uint64_t number = 4'006'381'333'931ULL;
  for (int request = 0; request < 40; ++request) {
    std::vector<Json> events;
    for (int i = 0; i < 250; ++i) {
      number =
          1'000'000'000'000ULL + (number * 6'364'136'223ULL + 1'442'695ULL) % 8'999'999'999'999ULL;
      events.push_back(
          Event("ecommerce.view_item", {{"lines", {{{"item_id", std::to_string(number)}}}}}));
    }
    const auto answer = agent_->Post(Batch(events));
    ASSERT_TRUE(answer.has_value());
    for (const Json& result : (*answer)["results"]) {
      ASSERT_EQ(result["status"], "recorded") << result.dump();
      ASSERT_FALSE(result.contains("left_out") && !result["left_out"].empty()) << result.dump();
    }
  }
}

TEST_F(RecordingTest, CompletedOrdersOnlyAndAPurchaseAfterAnAbandonment) {
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(agent_->Post(
        Batch({Event("ecommerce.purchase",
                     {{"transaction_id", "T" + std::to_string(i)}, {"value_minor", 500}})},
              "pos")));
  }
  const auto cancelled = agent_->Post(Batch({
      Event("ecommerce.add_to_cart", OneLine("1"), 0, "late"),
      Event("order.cancelled", {{"reason", "too_slow"}}, 0, "late"),
      Event("ecommerce.purchase", {{"value_minor", 875}}, 0, "late"),
  }));
  ASSERT_TRUE(cancelled.has_value());
  const auto id = (*cancelled)["results"][2]["journey"].get<std::string>();
  const auto journey = agent_->Get("/v1/journeys/" + id);
  ASSERT_TRUE(journey.has_value());
  EXPECT_EQ((*journey)["outcome"], "completed");
  EXPECT_EQ(agent_->Number("engine", "irregular"), 0U);
}

TEST_F(RecordingTest, IrregularEventsAreRecordedAndCounted) {
  ASSERT_TRUE(agent_->Post(Batch({Event("payment.failed", {{"attempt", 1}})})));
  EXPECT_EQ(agent_->Number("engine", "irregular"), 1U);
}

}  // namespace
}  // namespace trayline::system_test
