#include "agent/platform/system_random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace trayline::platform {
namespace {

TEST(SystemRandom, DoesNotRepeatItself) {
  SystemRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Next());
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(SystemRandom, FillsEveryByte) {
  std::array<std::byte, 300> bytes{};
  FillRandom(bytes);
  // A byte stays 0 with probability 1/256: about one of these is expected, never dozens.
  EXPECT_LT(std::count(bytes.begin(), bytes.end(), std::byte{0}), 30);
  FillRandom({});
}

}  // namespace
}  // namespace trayline::platform
