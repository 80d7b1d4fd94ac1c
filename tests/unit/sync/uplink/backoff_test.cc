#include "sync/uplink/backoff.h"

#include <gtest/gtest.h>

#include "tests/fakes/seeded_random.h"

namespace trayline::uplink {
namespace {

TEST(Backoff, DoublesUpToItsEnd) {
  EXPECT_EQ(Doubled(Millis(200), Millis(30'000), 0), Millis(200));
  EXPECT_EQ(Doubled(Millis(200), Millis(30'000), 3), Millis(1'600));
  EXPECT_EQ(Doubled(Millis(200), Millis(30'000), 8), Millis(30'000));
  EXPECT_EQ(Doubled(Millis(200), Millis(30'000), 4'000'000'000U), Millis(30'000));
}

TEST(Backoff, JitterFillsTheWholeSpan) {
  fakes::SeededRandom random(1);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 2'000; ++i) {
    const Millis delay = Jittered(random, Millis(100));
    ASSERT_GE(delay, Millis(0));
    ASSERT_LE(delay, Millis(100));
    low = low || delay < Millis(10);
    high = high || delay > Millis(90);
  }
  EXPECT_TRUE(low);
  EXPECT_TRUE(high);
  EXPECT_EQ(Jittered(random, Millis(0)), Millis(0));
}

}  // namespace
}  // namespace trayline::uplink
