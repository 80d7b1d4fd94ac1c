// A terminal and HQ with everything in between that can go wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "agent/event/event.h"
#include "sync/hq/receiver/receiver_core.h"
#include "tests/fakes/memory_hq_store.h"
#include "tests/unit/sync/hq/receiver/model_terminal.h"

namespace trayline::hq {
namespace {

constexpr WallTime kNow = WallFromMs(1'795'348'900'000);

// What the model terminal and HQ must agree on when everything has arrived.
void ExpectExactlyOnce(const ModelTerminal& terminal, fakes::MemoryHqStore& store,
                       std::uint64_t seed) {
  const LogRow& log = store.logs[{TerminalKey{1}, terminal.birth.epoch}];
  ASSERT_EQ(log.watermark.value, terminal.last) << "seed " << seed;
  EXPECT_EQ(log.received + log.voided + log.quarantined, terminal.last) << "seed " << seed;
  std::uint64_t events = 0;
  for (std::uint64_t at = 1; at <= terminal.last; ++at) {
    if (terminal.IsVoid(at)) continue;
    ++events;
    const auto found = store.events.find({TerminalKey{1}, terminal.birth.epoch, Sequence{at}});
    ASSERT_NE(found, store.events.end()) << "seed " << seed << " sequence " << at;
    EXPECT_EQ(found->second.body, event::EncodeBody(terminal.EventAt(at), terminal.birth.epoch))
        << "seed " << seed << " sequence " << at;
  }
  EXPECT_EQ(store.events.size(), events) << "seed " << seed;
  EXPECT_EQ(log.received, events) << "seed " << seed;
}

// One run: a terminal with a journal of events and void runs against a network that loses, doubles
// and reorders in both directions, a store that fails now and then, and an HQ that is restarted.
void RunLossyNetwork(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto chance = [&random](std::uint64_t percent) { return random() % 100 < percent; };
  Log log = NullLog();
  fakes::MemoryHqStore store;
  auto core = std::make_unique<ReceiverCore>(ReceiverOptions{}, store, log);
  ModelTerminal terminal("k1");
  std::vector<Incoming> network{terminal.Birth()};
  std::uint64_t recorded = 0;
  for (int round = 0; round < 5000; ++round) {
    if (recorded < 400 && chance(30)) {
      const std::uint64_t more = random() % 12 + 1;
      recorded += more;
      if (chance(10)) {
        terminal.GiveUp(more);
      } else {
        terminal.Record(more);
      }
    }
    if (chance(3)) network.push_back(terminal.Birth());
    if (chance(3)) {
      core = std::make_unique<ReceiverCore>(ReceiverOptions{}, store, log);
      ASSERT_TRUE(core->Start().ok());
      network.push_back(terminal.BirthAgain());
    }
    if (chance(5)) store.FailCommits(1);
    for (std::uint64_t at = terminal.watermark + 1, n = 0; at <= terminal.last && n < 4; ++n) {
      const std::uint64_t until = std::min(terminal.last, at + random() % 20);
      if (!chance(20)) network.push_back(terminal.Frame(at, until));
      if (chance(10)) network.push_back(terminal.Frame(at, until));
      at = until + 1;
    }
    if (chance(40)) std::shuffle(network.begin(), network.end(), random);
    const std::size_t count = random() % (network.size() + 1);
    const std::vector<Incoming> now(network.begin(),
                                    network.begin() + static_cast<std::ptrdiff_t>(count));
    network.erase(network.begin(), network.begin() + static_cast<std::ptrdiff_t>(count));
    if (network.size() > 50) network.clear();
    for (const Outgoing& message : core->Handle(now, kNow, 0)) {
      if (!chance(20)) terminal.OnAck(message);
    }
    if (recorded >= 400 && terminal.watermark == terminal.last) break;
    // The way out of a lost first birth: the terminal says again who it is.
    if (round % 50 == 49) network.push_back(terminal.BirthAgain());
  }
  ExpectExactlyOnce(terminal, store, seed);
}

TEST(ReceiverProperty, EveryEventArrivesExactlyOnceWhateverTheNetworkDoes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) RunLossyNetwork(seed);
}

}  // namespace
}  // namespace trayline::hq
