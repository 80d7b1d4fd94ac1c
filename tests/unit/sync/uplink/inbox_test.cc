#include "sync/uplink/inbox.h"

#include <gtest/gtest.h>

namespace trayline::uplink {
namespace {

TEST(Inbox, HandsOverWhatWasPut) {
  Inbox inbox;
  const std::uint64_t link = inbox.BeginLink();
  inbox.PutAck(link, "a");
  inbox.PutAck(link, "b");
  inbox.PutHqState(link, "old");
  inbox.PutHqState(link, "new");
  inbox.PutCommitted(Sequence{7});
  inbox.PutCommitted(Sequence{5});
  inbox.PutLost(link, "why");
  const Inbox::Taken taken = inbox.Take(Millis(0));
  EXPECT_EQ(taken.acks, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(taken.hq_state, "new");
  EXPECT_EQ(taken.committed, Sequence{7});
  EXPECT_EQ(taken.lost, "why");
  EXPECT_FALSE(taken.stop);
  const Inbox::Taken nothing = inbox.Take(Millis(0));
  EXPECT_TRUE(nothing.acks.empty());
  EXPECT_EQ(nothing.lost, std::nullopt);
  EXPECT_EQ(nothing.committed, Sequence{7});
}

TEST(Inbox, DropsWhatBelongsToAnEarlierConnection) {
  Inbox inbox;
  const std::uint64_t old = inbox.BeginLink();
  inbox.PutAck(old, "in time");
  const std::uint64_t now = inbox.BeginLink();
  inbox.PutAck(old, "late");
  inbox.PutHqState(old, "late");
  inbox.PutLost(old, "late");
  inbox.PutAck(now, "mine");
  const Inbox::Taken taken = inbox.Take(Millis(0));
  EXPECT_EQ(taken.acks, (std::vector<std::string>{"mine"}));
  EXPECT_EQ(taken.hq_state, std::nullopt);
  EXPECT_EQ(taken.lost, std::nullopt);
}

TEST(Inbox, IsBounded) {
  Inbox inbox;
  const std::uint64_t link = inbox.BeginLink();
  for (std::size_t i = 0; i < 2 * Inbox::kAcksMax; ++i) inbox.PutAck(link, "x");
  inbox.PutHqState(link, std::string(Inbox::kHqStateBytesMax + 1, 'x'));
  Inbox::Taken taken = inbox.Take(Millis(0));
  EXPECT_EQ(taken.acks.size(), Inbox::kAcksMax);
  EXPECT_EQ(taken.hq_state, std::nullopt);
  inbox.PutAck(link, std::string(Inbox::kAckBytesMax + 1, 'x'));
  EXPECT_TRUE(inbox.Take(Millis(0)).acks.empty());
}

TEST(Inbox, AStopStaysAndEndsEveryWait) {
  Inbox inbox;
  inbox.PutStop();
  EXPECT_TRUE(inbox.Take(Millis(3'600'000)).stop);
  EXPECT_TRUE(inbox.Take(Millis(3'600'000)).stop);
}

}  // namespace
}  // namespace trayline::uplink
