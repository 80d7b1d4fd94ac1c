#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "sync/wire/bit_stream.h"
#include "sync/wire/frame.h"
#include "sync/wire/int_column.h"
#include "sync/wire/text_column.h"

namespace trayline::wire {
namespace {

struct Written {
  std::string bytes;
  std::string bits;
};

Written WriteNumbers(const std::vector<std::int64_t>& values) {
  Written written;
  BitWriter bits;
  WriteInts(values, written.bytes, bits);
  bits.Finish();
  written.bits = bits.bytes();
  return written;
}

// The values that come back; empty when they cannot be read or something is left over.
std::vector<std::int64_t> ReadNumbers(const Written& written, std::size_t count) {
  VarintReader in(written.bytes);
  BitReader bits(written.bits);
  std::vector<std::int64_t> values;
  if (!ReadInts(in, bits, count, values)) return {};
  if (!in.ok() || !in.AtEnd() || !bits.ok() || !bits.AtEnd()) return {};
  return values;
}

std::vector<std::string> TravelTexts(const std::vector<std::string>& texts, std::size_t* size) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::string bytes;
  BitWriter bit_writer;
  TextWriter().Write(views, bytes, bit_writer);
  bit_writer.Finish();
  if (size != nullptr) *size = bytes.size() + bit_writer.bytes().size();
  VarintReader in(bytes);
  BitReader bits(bit_writer.bytes());
  TextReader reader;
  reader.Start(kFrameTextMax);
  std::vector<std::string_view> back;
  if (!reader.Read(in, bits, texts.size(), back) || !in.AtEnd()) return {};
  return {back.begin(), back.end()};
}

TEST(BitStream, GivesBackWhatWasPut) {
  BitWriter writer;
  for (unsigned bits = 0; bits <= 63; ++bits) writer.Put((std::uint64_t{1} << bits) - 1, bits);
  writer.Put(5, 4);
  writer.Finish();
  BitReader reader(writer.bytes());
  for (unsigned bits = 0; bits <= 63; ++bits) {
    EXPECT_EQ(reader.Get(bits), (std::uint64_t{1} << bits) - 1) << bits;
  }
  EXPECT_EQ(reader.Get(4), 5U);
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_TRUE(reader.ok());
  reader.Get(8);
  EXPECT_FALSE(reader.ok());
}

TEST(IntColumn, GivesBackNumbersOfEveryShape) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::vector<std::int64_t>> cases = {
      {7},
      {kMin},
      {3, 3, 3, 3},
      {kMax, kMax},
      {-5, -5, -5},
      {kMin, kMax, kMin, 0, kMax},
      {1, 2, 3, 4, 5, 6, 7},
      {0, 0, 0, 0, 9, 9, 9, 9, 9, 0, 0},
      {875, 1098, 875, 875, 1098, 239, 875, 239, 1098, 875},
      {1'795'000'000'000, 1'795'000'004'711, 1'795'000'009'002},
  };
  for (const auto& values : cases) {
    EXPECT_EQ(ReadNumbers(WriteNumbers(values), values.size()), values) << values[0];
  }
}

TEST(IntColumn, GivesBackRandomNumbers) {
  constexpr std::uint64_t kSeed = 77;
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::int64_t> values(1 + random() % 300);
    const unsigned shift = static_cast<unsigned>(random() % 64);
    for (auto& value : values) value = static_cast<std::int64_t>(random()) >> shift;
    ASSERT_EQ(ReadNumbers(WriteNumbers(values), values.size()), values)
        << "seed " << kSeed << " round " << round;
  }
}

TEST(IntColumn, IsShortForWhatIsRegular) {
  EXPECT_TRUE(WriteNumbers({}).bytes.empty());
  EXPECT_EQ(WriteNumbers(std::vector<std::int64_t>(500, 12)).bytes.size(), 1U);
  EXPECT_LE(WriteNumbers(std::vector<std::int64_t>(500, 1'000'000)).bytes.size(), 4U);
  std::vector<std::int64_t> two_runs(200, 41);
  two_runs.resize(400, 42);
  EXPECT_LE(WriteNumbers(two_runs).bytes.size(), 7U);
}

TEST(IntColumn, RefusesDamage) {
  EXPECT_TRUE(ReadNumbers({std::string("\x07\x01\x02", 3), ""}, 2).empty());      // an unknown way
  EXPECT_TRUE(ReadNumbers({std::string("\x00\x02", 2), ""}, 2).empty());          // cut short
  EXPECT_TRUE(ReadNumbers({std::string("\x03\x02\x09", 3), ""}, 2).empty());      // a run too long
  EXPECT_TRUE(ReadNumbers({std::string("\x04\x00\x05\x02", 4), ""}, 2).empty());  // no such entry
  EXPECT_TRUE(ReadNumbers({std::string("\x05\x41\x41", 3), ""}, 2).empty());      // 65 bits
  EXPECT_TRUE(ReadNumbers({std::string("\x05\x08\x08", 3), ""}, 2).empty());      // bits missing
}

TEST(TextColumn, GivesBackTextsOfEveryShape) {
  const std::vector<std::vector<std::string>> cases = {
      {""},
      {"42"},
      {"042"},
      {"same", "same", "same"},
      {"1", "2", "3", "1"},
      {"k1-000099", "k1-000100", "k1-000101"},
      {"T9", "T10", "T11"},
      {"T09", "T10"},
      {"T9", "T010"},
      {"a", "b", "a", "c", "b", ""},
      {"a", "b", "c"},
      {"7", "x7"},
      {"x7", "7"},
      {"999999999999999999", "1000000000000000000"},
      {"-1", "-2"},
  };
  for (const auto& texts : cases) EXPECT_EQ(TravelTexts(texts, nullptr), texts) << texts[0];
}

TEST(TextColumn, CountsOnInsteadOfSpellingNumbersOut) {
  std::vector<std::string> ids;
  ids.reserve(100);
  for (int i = 0; i < 100; ++i) ids.push_back("receipt-00" + std::to_string(5000 + i));
  std::size_t size = 0;
  EXPECT_EQ(TravelTexts(ids, &size), ids);
  EXPECT_LT(size, 130U);
}

TEST(TextColumn, RefusesMoreTextThanTheBudget) {
  std::string bytes;
  BitWriter bit_writer;
  const std::vector<std::string_view> texts(100, "0123456789-");
  TextWriter().Write(texts, bytes, bit_writer);
  for (const std::size_t budget : {1'099U, 1'100U}) {
    VarintReader in(bytes);
    BitReader bits({});
    TextReader reader;
    reader.Start(budget);
    std::vector<std::string_view> back;
    EXPECT_EQ(reader.Read(in, bits, texts.size(), back), budget == 1'100U);
  }
}

}  // namespace
}  // namespace trayline::wire
