#include "agent/base/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace trayline {
namespace {

// Vectors of draft-eastlake-fnv, appendix C.
TEST(Fnv1a, GivesTheKnownVectors) {
  EXPECT_EQ(Fnv1a32(""), 0x811c9dc5U);
  EXPECT_EQ(Fnv1a32("a"), 0xe40c292cU);
  EXPECT_EQ(Fnv1a32("foobar"), 0xbf9cf968U);
  EXPECT_EQ(Fnv1a64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(Fnv1a64("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(Fnv1a64("foobar"), 0x85944171f73967e8ULL);
}

TEST(Fnv1a, ContinuesFromASeed) {
  EXPECT_EQ(Fnv1a32("bar", Fnv1a32("foo")), Fnv1a32("foobar"));
  EXPECT_EQ(Fnv1a64("bar", Fnv1a64("foo")), Fnv1a64("foobar"));
}

TEST(Crc32, GivesTheCheckValueOfIsoHdlc) {
  EXPECT_EQ(Crc32("123456789"), 0xcbf43926U);
  EXPECT_EQ(Crc32(""), 0U);
  EXPECT_EQ(Crc32(std::string(32, '\0')), 0x190a55adU);
  EXPECT_EQ(Crc32(std::string(32, '\xff')), 0xff6cab0bU);
}

TEST(Crc32, ContinuesAcrossEverySplit) {
  std::string bytes;
  for (int i = 0; i < 67; ++i) bytes.push_back(static_cast<char>(i * 37));
  const std::uint32_t whole = Crc32(bytes);
  for (std::size_t split = 0; split <= bytes.size(); ++split) {
    EXPECT_EQ(Crc32(bytes.substr(split), Crc32(bytes.substr(0, split))), whole)
        << "split at " << split;
  }
}

TEST(Crc32, NoticesEverySingleFlippedBit) {
  std::string bytes = "trayline frame, nineteen bytes or more";
  const std::uint32_t whole = Crc32(bytes);
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string damaged = bytes;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    EXPECT_NE(Crc32(damaged), whole) << "bit " << i;
  }
}

}  // namespace
}  // namespace trayline
