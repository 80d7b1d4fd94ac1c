#include "firmware/cli/replay_driver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "tests/unit/firmware/cli/fake_agent.h"

namespace trayline::cli {
namespace {

using ::testing::HasSubstr;

std::vector<replay::Step> Timeline(std::size_t count) {
  std::vector<replay::Step> steps;
  for (std::size_t i = 0; i < count; ++i) {
    steps.push_back({Millis(0), "ecommerce.view_cart", {{"value_minor", i}}, {}});
  }
  return steps;
}

DriverOptions Options(const FakeAgent& agent) {
  DriverOptions options{.target = agent.target(), .host = "kiosk-ui", .speed = 1000};
  options.keep_pace = false;
  options.give_up = Millis(30'000);
  return options;
}

void Ignore(std::uint64_t /*answered*/) {}

std::vector<std::uint64_t> IdsOf(const std::string& body) {
  std::vector<std::uint64_t> ids;
  const Json document = Json::parse(body);
  for (const Json& event : ListOf(document, "events")) {
    ids.push_back(CountOf(event, "id"));
  }
  return ids;
}

// Answers as the local API does: every id once as recorded, then as repeated.
class Recorder {
 public:
  http::Response operator()(const http::Request& request) {
    if (request.method == "GET") return http::JsonResponse(200, StatusDocument(0).dump());
    MutexLock lock(mutex_);
    Json results = Json::array();
    for (const std::uint64_t id : IdsOf(request.body)) {
      const bool is_new = seen_.insert(id).second;
      if (is_new) ++last_;
      results.push_back({{"status", is_new ? "recorded" : "repeated"},
                         {"id", id},
                         {"sequence", last_},
                         {"last_sequence", last_}});
    }
    return http::JsonResponse(200, Json{{"epoch", 7}, {"results", results}}.dump());
  }

 private:
  Mutex mutex_;
  std::set<std::uint64_t> seen_ GUARDED_BY(mutex_);
  std::uint64_t last_ GUARDED_BY(mutex_) = 0;
};

http::Response Busy() { return http::ToResponse({503, "retry_later", "Later", "busy", {}}); }

TEST(ReplayDriver, SendsEveryEventOnceWithRisingIds) {
  Recorder recorder;
  FakeAgent agent([&](const http::Request& request) { return recorder(request); });
  std::uint64_t advanced = 0;
  const auto result =
      Drive(Options(agent), Timeline(150), [&](std::uint64_t by) { advanced += by; });
  ASSERT_TRUE(result.ok()) << result.error().text;
  EXPECT_EQ(result->recorded, 150U);
  EXPECT_EQ(result->retries, 0U);
  EXPECT_EQ(advanced, 150U);
  EXPECT_EQ(result->answers.size(), 150U);
  EXPECT_EQ(result->answers.back().last, 150U);
  EXPECT_EQ(result->answers.back().epoch, 7U);
  std::uint64_t before = 0;
  for (const auto& body : agent.posted()) {
    for (const std::uint64_t id : IdsOf(body)) {
      EXPECT_GT(id, before);
      before = id;
    }
  }
}

TEST(ReplayDriver, SendsTheSameRequestAgainUntilTheAgentHasTime) {
  Recorder recorder;
  std::atomic<int> posts = 0;
  FakeAgent agent([&](const http::Request& request) {
    if (request.method == "POST" && ++posts <= 3) return Busy();
    return recorder(request);
  });
  const auto result = Drive(Options(agent), Timeline(3), Ignore);
  ASSERT_TRUE(result.ok()) << result.error().text;
  EXPECT_EQ(result->retries, 3U);
  EXPECT_EQ(result->recorded, 3U);
  const auto posted = agent.posted();
  ASSERT_EQ(posted.size(), 4U);
  for (const auto& body : posted) EXPECT_EQ(body, posted[0]);
}

// The answer to the first request is lost: it was served, but its connection broke.
TEST(ReplayDriver, CountsWhatWasRecordedBeforeALostAnswerAsRepeated) {
  Recorder recorder;
  std::atomic<int> posts = 0;
  FakeAgent agent([&](const http::Request& request) {
    http::Response answer = recorder(request);
    if (request.method == "POST" && ++posts == 1) {
      answer.stream_bytes = answer.body.size() + 100;  // fewer come than are announced
      answer.stream = [body = answer.body](http::StreamWriter& out) { out.Write(body); };
    }
    return answer;
  });
  const auto result = Drive(Options(agent), Timeline(2), Ignore);
  ASSERT_TRUE(result.ok()) << result.error().text;
  EXPECT_EQ(result->retries, 1U);
  EXPECT_EQ(result->repeated, 2U);
  EXPECT_EQ(result->recorded, 0U);
  const auto posted = agent.posted();
  ASSERT_EQ(posted.size(), 2U);
  EXPECT_EQ(posted[0], posted[1]);
}

// The first answer comes only when the second request is there: later than the driver waits.
TEST(ReplayDriver, DoesNotWaitForEverForALateAnswer) {
  Recorder recorder;
  Mutex mutex;
  CondVar changed;
  int posts = 0;
  FakeAgent agent([&](const http::Request& request) {
    if (request.method == "POST") {
      MutexLock lock(mutex);
      ++posts;
      changed.NotifyAll();
      while (posts < 2) changed.Wait(mutex);
    }
    return recorder(request);
  });
  DriverOptions options = Options(agent);
  options.patience = Millis(200);
  const auto result = Drive(options, Timeline(1), Ignore);
  ASSERT_TRUE(result.ok()) << result.error().text;
  EXPECT_GE(result->retries, 1U);
  EXPECT_EQ(result->recorded + result->repeated, 1U);
  const auto posted = agent.posted();
  for (const auto& body : posted) EXPECT_EQ(body, posted[0]);
}

TEST(ReplayDriver, FindsTheAgentAtItsNewAddressAfterARestart) {
  Recorder recorder;
  FakeAgent agent([&](const http::Request& request) { return recorder(request); });
  agent.UseTcpOnly();
  bool restarted = false;
  const auto result = Drive(Options(agent), Timeline(130), [&](std::uint64_t) {
    if (!restarted) {
      agent.Kill();
      agent.Start();
    }
    restarted = true;
  });
  ASSERT_TRUE(result.ok()) << result.error().text;
  EXPECT_EQ(result->sent, 130U);
  EXPECT_EQ(result->recorded + result->repeated, 130U);
}

TEST(ReplayDriver, KeepsTheFirstRefusalOfAnEvent) {
  FakeAgent agent([](const http::Request& request) {
    if (request.method == "GET") return http::JsonResponse(200, StatusDocument(0).dump());
    return http::JsonResponse(200, R"({"epoch":7,"results":[
        {"status":"recorded","id":1,"sequence":4,"last_sequence":6},
        {"status":"invalid","errors":[{"path":"/data","reason":"no"}]},
        {"status":"no_change"}]})");
  });
  const auto result = Drive(Options(agent), Timeline(4), Ignore);
  ASSERT_TRUE(result.ok()) << result.error().text;
  EXPECT_EQ(result->recorded, 1U);
  EXPECT_EQ(result->no_change, 1U);
  EXPECT_EQ(result->refused, 2U) << "the one without a result is not taken for recorded";
  EXPECT_THAT(result->first_refusal, HasSubstr("/data"));
}

TEST(ReplayDriver, GivesUpAtOnceOnARequestThatNeverWillBeAccepted) {
  FakeAgent agent([](const http::Request& request) {
    if (request.method == "GET") return http::JsonResponse(200, StatusDocument(0).dump());
    return http::ToResponse({400, "bad_json", "Bad JSON", "these words", {}});
  });
  const auto result = Drive(Options(agent), Timeline(1), Ignore);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().text, "these words");
  EXPECT_EQ(agent.posted().size(), 1U);
}

TEST(ReplayDriver, GivesUpWhenTheTerminalStaysAway) {
  FakeAgent agent([](const http::Request& request) {
    if (request.method == "GET") return http::JsonResponse(200, StatusDocument(0).dump());
    return Busy();
  });
  DriverOptions options = Options(agent);
  options.give_up = Millis(50);
  const auto result = Drive(options, Timeline(1), Ignore);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::kRetryLater);
  EXPECT_THAT(result.error().text, HasSubstr("gave up"));
  for (const auto& body : agent.posted()) EXPECT_EQ(body, agent.posted()[0]);
}

}  // namespace
}  // namespace trayline::cli
