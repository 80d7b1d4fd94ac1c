// kill -9 of the agent and of headquarters at random moments while a host records. Rounds by
// TRAYLINE_KILL_ROUNDS (50), the seed by TRAYLINE_SEED.
#include <gtest/gtest.h>

#include <cstdlib>
#include <mutex>
#include <random>

#include "tests/fault/broker/test_broker.h"
#include "tests/system/feeder.h"
#include "tests/system/site.h"

namespace trayline::system_test {
namespace {

std::uint64_t FromEnvironment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

TEST(Kill, LosesNothingDoublesNothingKeepsOrder) {
  const std::uint64_t rounds = FromEnvironment("TRAYLINE_KILL_ROUNDS", 50);
  const std::uint64_t seed = FromEnvironment("TRAYLINE_SEED", std::random_device()());
  std::printf("%lu rounds, TRAYLINE_SEED=%lu\n", static_cast<unsigned long>(rounds),
              static_cast<unsigned long>(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  Folder folder;
  auto broker = fault::TestBroker::Start();
  ASSERT_TRUE(broker.ok()) << broker.error().text;
  Hq hq(folder, (*broker)->uri());
  ASSERT_TRUE(hq.Start());
  Agent agent(folder, "k1", (*broker)->uri());
  ASSERT_TRUE(agent.Start());

  std::mutex calls;  // the agent's client belongs to one thread at a time
  Feeder feeder([&](const Json& batch) {
    const std::lock_guard lock(calls);
    return agent.Post(batch);
  });
  std::uint64_t agent_kills = 0;
  std::uint64_t hq_kills = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::uint64_t target = feeder.answered() + random() % 40;
    ASSERT_TRUE(Eventually([&] { return feeder.answered() >= target; })) << "round " << round;
    const auto victim = random() % 3;
    if (victim != 1) {
      ++agent_kills;
      agent.Kill();
      const std::lock_guard lock(calls);
      ASSERT_TRUE(agent.Start()) << "round " << round;
    }
    if (victim != 0) {
      ++hq_kills;
      hq.Kill();
      ASSERT_TRUE(hq.Start()) << "round " << round;
    }
  }
  feeder.Stop();
  EXPECT_EQ(feeder.refused(), 0U);
  // Headquarters may need several attempts to connect (P18 in sync/mqtt/README.md).
  ASSERT_TRUE(
      Eventually([&] { return agent.Drained() && hq.Reconciles(); }, std::chrono::seconds(180)));
  ExpectAnswersInJournal(feeder.answers(), agent);
  ExpectAllAtHq(agent, hq);
  std::printf("%lu kills of the agent, %lu of headquarters, %zu answered events\n",
              static_cast<unsigned long>(agent_kills), static_cast<unsigned long>(hq_kills),
              feeder.answers().size());
}

}  // namespace
}  // namespace trayline::system_test
