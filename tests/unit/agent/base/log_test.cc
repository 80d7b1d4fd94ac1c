#include "agent/base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace trayline {
namespace {

// What the value of a field looks like on the line.
std::string Shown(std::string_view value) {
  std::string line;
  Log log(LogLevel::kDebug, [&line](std::string_view text) { line = text; });
  log.Info("test.case", {{"field", value}});
  const auto at = line.find("field=");
  return at == std::string::npos ? "" : line.substr(at + 6);
}

TEST(Log, LeavesPlainTextsAsTheyAre) {
  EXPECT_EQ(Shown("offline"), "offline");
  EXPECT_EQ(Shown("a/b-c_d.e:1"), "a/b-c_d.e:1");
}

TEST(Log, QuotesTextsThatWouldBreakTheFields) {
  EXPECT_EQ(Shown(""), "\"\"");
  EXPECT_EQ(Shown("two words"), "\"two words\"");
  EXPECT_EQ(Shown("a=b"), "\"a=b\"");
  EXPECT_EQ(Shown("say \"hi\""), "\"say \\\"hi\\\"\"");
  EXPECT_EQ(Shown("back\\slash"), "\"back\\\\slash\"");
}

TEST(Log, NeverLetsAControlCharacterThrough) {
  for (int c = 0; c < 128; ++c) {
    const std::string shown = Shown(std::string("x") + static_cast<char>(c) + "y");
    EXPECT_TRUE(
        std::none_of(shown.begin(), shown.end(),
                     [](char s) { return static_cast<unsigned char>(s) < 0x20 || s == 127; }))
        << "character " << c;
  }
}

TEST(Log, LeavesUtf8Alone) { EXPECT_EQ(Shown("\xe7\xb2\xa5"), "\xe7\xb2\xa5"); }

TEST(Log, WritesNumbersWhole) {
  std::string line;
  Log log(LogLevel::kDebug, [&line](std::string_view text) { line = text; });
  log.Debug("test.case", {{"low", INT64_MIN}, {"count", 12U}});
  EXPECT_NE(line.find("low=-9223372036854775808"), std::string::npos);
  EXPECT_NE(line.find("count=12"), std::string::npos);
}

TEST(Log, DropsWhatIsBelowItsLevel) {
  int lines = 0;
  Log log(LogLevel::kWarn, [&lines](std::string_view) { ++lines; });
  log.Debug("a");
  log.Info("b");
  EXPECT_EQ(lines, 0);
  log.Warn("c");
  log.Error("d");
  EXPECT_EQ(lines, 2);
}

TEST(Log, DoesWithoutASink) {
  Log log = NullLog();
  log.Error("nobody.listens");
}

TEST(LogLevel, ReadsItsFourNames) {
  EXPECT_EQ(*ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(*ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(*ParseLogLevel("warn"), LogLevel::kWarn);
  EXPECT_EQ(*ParseLogLevel("error"), LogLevel::kError);
  EXPECT_EQ(ParseLogLevel("verbose").error().code, Errc::kRejected);
  EXPECT_EQ(ParseLogLevel("").error().code, Errc::kRejected);
}

}  // namespace
}  // namespace trayline
