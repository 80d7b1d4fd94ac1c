#include "agent/base/varint.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace trayline {
namespace {

std::string Encoded(std::uint64_t value) {
  std::string out;
  PutVarint(out, value);
  return out;
}

TEST(Varint, WritesSevenBitsAByteLowestFirst) {
  EXPECT_EQ(Encoded(0), std::string("\0", 1));
  EXPECT_EQ(Encoded(127), "\x7f");
  EXPECT_EQ(Encoded(128), "\x80\x01");
  EXPECT_EQ(Encoded(300), "\xac\x02");
  EXPECT_EQ(Encoded(UINT64_MAX), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(Varint, SurvivesAtEveryWidth) {
  for (int shift = 0; shift < 64; ++shift) {
    for (const std::uint64_t value :
         {(std::uint64_t{1} << shift) - 1, std::uint64_t{1} << shift, UINT64_MAX >> shift}) {
      const std::string bytes = Encoded(value);
      VarintReader in(bytes);
      EXPECT_EQ(in.Varint(), value);
      EXPECT_TRUE(in.ok());
      EXPECT_TRUE(in.AtEnd());
    }
  }
}

TEST(Varint, RefusesEveryTruncation) {
  const std::string bytes = Encoded(UINT64_MAX);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    VarintReader in(std::string_view(bytes).substr(0, size));
    EXPECT_EQ(in.Varint(), 0U);
    EXPECT_FALSE(in.ok()) << size << " bytes";
  }
}

TEST(Varint, RefusesMoreThanSixtyFourBits) {
  VarintReader tenth_too_big("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02");
  tenth_too_big.Varint();
  EXPECT_FALSE(tenth_too_big.ok());
  VarintReader eleven("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01");
  eleven.Varint();
  EXPECT_FALSE(eleven.ok());
}

TEST(ZigZag, KeepsSmallNumbersSmall) {
  EXPECT_EQ(ZigZag(0), 0U);
  EXPECT_EQ(ZigZag(-1), 1U);
  EXPECT_EQ(ZigZag(1), 2U);
  EXPECT_EQ(ZigZag(INT64_MAX), UINT64_MAX - 1);
  EXPECT_EQ(ZigZag(INT64_MIN), UINT64_MAX);
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX}) {
    EXPECT_EQ(UnZigZag(ZigZag(value)), value);
  }
}

TEST(VarintReader, StaysFailedAfterTheFirstFailure) {
  VarintReader in("\x05");
  EXPECT_TRUE(in.Bytes(100).empty());  // announces five bytes, has none
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.Varint(), 0U);
  EXPECT_EQ(in.Signed(), 0);
  EXPECT_TRUE(in.Raw(0).empty());
  EXPECT_FALSE(in.ok());
}

TEST(VarintReader, RefusesBytesBeyondTheLimit) {
  std::string bytes;
  PutBytes(bytes, "twelve bytes");
  VarintReader enough(bytes);
  EXPECT_EQ(enough.Bytes(12), "twelve bytes");
  EXPECT_TRUE(enough.ok());
  VarintReader less(bytes);
  EXPECT_TRUE(less.Bytes(11).empty());
  EXPECT_FALSE(less.ok());
}

TEST(VarintReader, RefusesALengthOfSixtyFourBits) {
  std::string bytes = Encoded(UINT64_MAX);
  bytes += "abc";
  VarintReader in(bytes);
  EXPECT_TRUE(in.Bytes(SIZE_MAX).empty());
  EXPECT_FALSE(in.ok());
}

TEST(VarintReader, NeverReadsPastTheEndOfRandomBytes) {
  constexpr std::uint64_t kSeed = 7;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (std::uint64_t n = random() % 24; n > 0; --n) bytes.push_back(static_cast<char>(random()));
    VarintReader in(bytes);
    std::size_t left = in.remaining();
    while (in.ok() && !in.AtEnd()) {
      if (random() % 2 == 0) {
        in.Varint();
      } else {
        in.Bytes(16);
      }
      ASSERT_LT(in.remaining(), left);
      left = in.remaining();
    }
  }
}

}  // namespace
}  // namespace trayline
