#include "agent/base/time.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace trayline {
namespace {

constexpr std::int64_t kNoon = 1'795'348'800'000;  // 2026-11-22T12:00:00Z

std::int64_t ParsedMs(std::string_view text) {
  const auto parsed = ParseRfc3339(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? ToMs(parsed->time) : 0;
}

TEST(FormatRfc3339, WritesUtcWithZ) {
  EXPECT_EQ(FormatRfc3339(WallFromMs(kNoon), 0), "2026-11-22T12:00:00.000Z");
  EXPECT_EQ(FormatRfc3339(WallFromMs(0), 0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatRfc3339(WallFromMs(-1), 0), "1969-12-31T23:59:59.999Z");
}

TEST(FormatRfc3339, WritesLocalTimeWithItsOffset) {
  EXPECT_EQ(FormatRfc3339(WallFromMs(kNoon + 7), 60), "2026-11-22T13:00:00.007+01:00");
  EXPECT_EQ(FormatRfc3339(WallFromMs(kNoon), -210), "2026-11-22T08:30:00.000-03:30");
  EXPECT_EQ(FormatRfc3339(WallFromMs(kNoon), 840), "2026-11-23T02:00:00.000+14:00");
}

TEST(FormatRfc3339, ClampsWhatLiesOutsideTheCalendar) {
  EXPECT_EQ(FormatRfc3339(WallFromMs(INT64_MAX), 0), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(FormatRfc3339(WallFromMs(INT64_MIN), 0), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatRfc3339(WallFromMs(INT64_MAX), 840), "9999-12-31T23:59:59.999+14:00");
  EXPECT_EQ(FormatRfc3339(WallFromMs(INT64_MIN), -720), "0000-01-01T00:00:00.000-12:00");
}

TEST(FormatRfc3339, ClampsOffsetsThatNoPlaceHas) {
  EXPECT_EQ(FormatRfc3339(WallFromMs(kNoon), INT32_MAX), "2026-11-23T11:59:00.000+23:59");
  EXPECT_EQ(FormatRfc3339(WallFromMs(kNoon), INT32_MIN), "2026-11-21T12:01:00.000-23:59");
}

TEST(ParseRfc3339, ReadsTimesAndOffsets) {
  EXPECT_EQ(ParsedMs("2026-11-22T12:00:00Z"), kNoon);
  EXPECT_EQ(ParsedMs("2026-11-22t12:00:00z"), kNoon);
  EXPECT_EQ(ParsedMs("2026-11-22 13:00:00+01:00"), kNoon);
  EXPECT_EQ(ParsedMs("2026-11-22T08:30:00-03:30"), kNoon);
  const auto parsed = ParseRfc3339("2026-11-22T08:30:00-03:30");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->offset_minutes, -210);
}

TEST(ParseRfc3339, ReadsFractionsToTheMillisecond) {
  EXPECT_EQ(ParsedMs("2026-11-22T12:00:00.5Z"), kNoon + 500);
  EXPECT_EQ(ParsedMs("2026-11-22T12:00:00.123456789Z"), kNoon + 123);
}

TEST(ParseRfc3339, KnowsLeapYears) {
  EXPECT_EQ(ParsedMs("2024-02-29T00:00:00Z") + 86'400'000, ParsedMs("2024-03-01T00:00:00Z"));
  EXPECT_EQ(ParsedMs("2000-02-29T00:00:00Z") + 86'400'000, ParsedMs("2000-03-01T00:00:00Z"));
  EXPECT_FALSE(ParseRfc3339("2026-02-29T00:00:00Z").ok());
  EXPECT_FALSE(ParseRfc3339("2100-02-29T00:00:00Z").ok());
}

TEST(ParseRfc3339, TakesALeapSecondAsTheNextMinute) {
  EXPECT_EQ(ParsedMs("2016-12-31T23:59:60Z"), ParsedMs("2017-01-01T00:00:00Z"));
}

TEST(ParseRfc3339, RefusesWhatIsNotATime) {
  for (const char* text : {"",
                           "now",
                           "2026-11-22",
                           "2026-11-22T12:00:00",
                           "2026-11-22T12:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-22T24:00:00Z",
                           "2026-11-22T12:60:00Z",
                           "2026-11-22T12:00:61Z",
                           "2026-11-22T12:00:00+24:00",
                           "2026-11-22T12:00:00+01:60",
                           "2026-11-22T12:00:00+0100",
                           "2026-11-22T12:00:00.Z",
                           "2026-11-22T12:00:00Zx",
                           "2026-11-22T12:00:00 Z",
                           "2026-11-22T-1:00:00Z",
                           "-026-11-22T12:00:00Z",
                           "2026/11/22T12:00:00Z"}) {
    const auto parsed = ParseRfc3339(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, Errc::kRejected) << text;
  }
}

TEST(Rfc3339, SurvivesFormattingAndParsing) {
  constexpr std::uint64_t kSeed = 20261122;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  std::uniform_int_distribution<std::int64_t> times(-62'000'000'000'000, 253'000'000'000'000);
  std::uniform_int_distribution<std::int32_t> offsets(-14 * 60, 14 * 60);
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t ms = times(random);
    const std::int32_t offset = offsets(random);
    const std::string text = FormatRfc3339(WallFromMs(ms), offset);
    const auto parsed = ParseRfc3339(text);
    ASSERT_TRUE(parsed.ok()) << text;
    ASSERT_EQ(ToMs(parsed->time), ms) << text;
    ASSERT_EQ(parsed->offset_minutes, offset) << text;
  }
}

}  // namespace
}  // namespace trayline
