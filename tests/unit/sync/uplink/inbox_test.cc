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
  inbox.PutEpochDone(Status());
  inbox.PutLost(link, "why");
  const Inbox::Taken taken = inbox.Take(Millis(0));
  EXPECT_EQ(taken.acks, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(taken.hq_state, "new");
  ASSERT_TRUE(taken.epoch_done.has_value());
  EXPECT_TRUE(taken.epoch_done->ok());
  EXPECT_EQ(taken.lost, "why");
  EXPECT_FALSE(taken.stop);
  const Inbox::Taken nothing = inbox.Take(Millis(0));
  EXPECT_TRUE(nothing.acks.empty());
  EXPECT_EQ(nothing.lost, std::nullopt);
  EXPECT_FALSE(nothing.epoch_done.has_value());
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

TEST(Inbox, NewsEndAWait) {
  Inbox inbox;
  inbox.PutNews();
  EXPECT_FALSE(inbox.Take(Millis(3'600'000)).stop);
}

TEST(Inbox, AStopStaysAndEndsEveryWait) {
  Inbox inbox;
  inbox.PutStop();
  EXPECT_TRUE(inbox.Take(Millis(3'600'000)).stop);
  EXPECT_TRUE(inbox.Take(Millis(3'600'000)).stop);
}

}  // namespace
}  // namespace trayline::uplink
