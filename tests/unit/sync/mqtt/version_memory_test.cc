#include "sync/mqtt/version_memory.h"

#include <gtest/gtest.h>

namespace trayline::mqtt {
namespace {

TEST(VersionMemory, BeginsWithFiveAndRemembersARefusalByAddress) {
  VersionMemory memory;
  EXPECT_EQ(memory.VersionOf("tcp://a"), kVersion5);
  memory.RememberRefusalOf5("tcp://a");
  EXPECT_EQ(memory.VersionOf("tcp://a"), kVersion311);
  EXPECT_EQ(memory.VersionOf("tcp://b"), kVersion5);
  memory.Forget("tcp://a");
  EXPECT_EQ(memory.VersionOf("tcp://a"), kVersion5);
}

TEST(VersionMemory, IsBounded) {
  VersionMemory memory;
  for (int i = 0; i < 1'000; ++i) memory.RememberRefusalOf5("tcp://" + std::to_string(i));
  int known = 0;
  for (int i = 0; i < 1'000; ++i) {
    known += memory.VersionOf("tcp://" + std::to_string(i)) == kVersion311 ? 1 : 0;
  }
  EXPECT_EQ(known, static_cast<int>(VersionMemory::kAddressesMax));
}

}  // namespace
}  // namespace trayline::mqtt
