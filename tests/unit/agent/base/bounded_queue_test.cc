#include "agent/base/bounded_queue.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace trayline {
namespace {

constexpr auto kNoWait = std::chrono::milliseconds(0);

TEST(BoundedQueue, GivesItemsInTheirOrder) {
  BoundedQueue<int> queue(4);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(queue.TryPush(int{i}));
  EXPECT_EQ(queue.PopUpTo(10, kNoWait), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(queue.size(), 0U);
}

TEST(BoundedQueue, TakesNoMoreThanAsked) {
  BoundedQueue<int> queue(4);
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(queue.TryPush(int{i}));
  EXPECT_EQ(queue.PopUpTo(2, kNoWait), (std::vector<int>{1, 2}));
  EXPECT_EQ(queue.PopUpTo(2, kNoWait), (std::vector<int>{3}));
}

TEST(BoundedQueue, RefusesWhenFullAndLeavesTheItemAlone) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  ASSERT_TRUE(queue.TryPush(std::make_unique<int>(1)));
  auto refused = std::make_unique<int>(2);
  EXPECT_FALSE(queue.TryPush(std::move(refused)));
  // The promise under test: what was refused is not moved away.
  ASSERT_NE(refused, nullptr);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(*refused, 2);       // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(queue.size(), 1U);
}

TEST(BoundedQueue, AcceptsAgainAfterRoomWasMade) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.TryPush(1));
  ASSERT_FALSE(queue.TryPush(2));
  ASSERT_EQ(queue.PopUpTo(1, kNoWait).size(), 1U);
  EXPECT_TRUE(queue.TryPush(3));
}

TEST(BoundedQueue, ClosedQueueRefusesAndDrains) {
  BoundedQueue<int> queue(4);
  ASSERT_TRUE(queue.TryPush(1));
  ASSERT_TRUE(queue.TryPush(2));
  queue.Close();
  EXPECT_FALSE(queue.TryPush(3));
  EXPECT_FALSE(queue.Finished());
  EXPECT_EQ(queue.PopUpTo(1, kNoWait), (std::vector<int>{1}));
  EXPECT_FALSE(queue.Finished());
  EXPECT_EQ(queue.PopUpTo(1, kNoWait), (std::vector<int>{2}));
  EXPECT_TRUE(queue.Finished());
}

TEST(BoundedQueue, ClosedAndEmptyQueueDoesNotWait) {
  BoundedQueue<int> queue(4);
  queue.Close();
  // Far beyond the time limit of the test: waiting would fail it.
  EXPECT_TRUE(queue.PopUpTo(1, std::chrono::hours(24)).empty());
}

TEST(BoundedQueue, EmptyQueueGivesNothingAfterTheTimeout) {
  BoundedQueue<int> queue(4);
  EXPECT_TRUE(queue.PopUpTo(1, std::chrono::milliseconds(1)).empty());
  EXPECT_FALSE(queue.Finished());
}

}  // namespace
}  // namespace trayline
