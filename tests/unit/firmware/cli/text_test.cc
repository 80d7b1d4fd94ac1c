#include "firmware/cli/text.h"

#include <gtest/gtest.h>

#include <limits>

#include "firmware/cli/width.h"

namespace trayline::cli {
namespace {

TEST(DisplayWidth, CountsColumnsAndNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0U);
  EXPECT_EQ(DisplayWidth("Bowl"), 4U);
  EXPECT_EQ(DisplayWidth("Jalape\u00f1o"), 8U);
  EXPECT_EQ(DisplayWidth("宫保鸡丁"), 8U);
  EXPECT_EQ(DisplayWidth("ﾗｰﾒﾝ"), 4U) << "half-width kana are narrow";
  EXPECT_EQ(DisplayWidth("（大）"), 6U) << "full-width brackets are wide";
  EXPECT_EQ(DisplayWidth("🍔"), 2U);
  EXPECT_EQ(DisplayWidth("김치"), 4U);
}

TEST(DisplayWidth, GivesMarksNoColumn) {
  EXPECT_EQ(DisplayWidth("Cre\u0300me"), 5U);
  EXPECT_EQ(DisplayWidth("a\u200db"), 2U);
  EXPECT_EQ(DisplayWidth("\u2603\ufe0f"), 1U);
}

TEST(DisplayWidth, CountsBrokenBytesOneByOne) { EXPECT_EQ(DisplayWidth("a\xff\xe5\xae"), 4U); }

TEST(Printable, LetsNoEscapeSequenceThrough) {
  EXPECT_EQ(Printable("Bowl\x1b[2J"), "Bowl\uFFFD[2J");
  EXPECT_EQ(Printable("a\nb\tc\x7f"), "a\uFFFDb\uFFFDc\uFFFD");
  EXPECT_EQ(Printable("\u009b31m"), "\uFFFD31m") << "the one-character form of ESC [";
  EXPECT_EQ(Printable("\u202etxt"), "\uFFFDtxt") << "turns the reading direction";
}

TEST(Printable, MendsWhatIsNoUtf8AndKeepsTheRest) {
  EXPECT_EQ(Printable("a\xff宫\xe5\xae"), "a\uFFFD宫\uFFFD\uFFFD");
  EXPECT_EQ(Printable("宫保鸡丁 🍔 ñ"), "宫保鸡丁 🍔 ñ");
}

TEST(AsciiOnly, PutsOneMarkForEachCharacter) { EXPECT_EQ(AsciiOnly("2 x 宫保 ñ"), "2 x ?? ?"); }

TEST(Table, AlignsWideAndNarrowTextByColumns) {
  EXPECT_EQ(Table({{"item", "n"}, {"宫保鸡丁", "1"}, {"Jalapeño", "22"}}),
            "item      n\n"
            "宫保鸡丁  1\n"
            "Jalapeño  22\n");
}

TEST(Table, EndsNoLineInSpacesAndTakesRowsOfAnyLength) {
  EXPECT_EQ(Table({{"a", "b", ""}, {"long", "", ""}, {"x"}}), "a     b\nlong\nx\n");
  EXPECT_EQ(Table({}), "");
}

TEST(Table, KeepsControlCharactersOutOfItsCells) {
  EXPECT_EQ(Table({{"a\nb", "c"}}), "a\uFFFDb  c\n");
}

TEST(Duration, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(Duration(0), "0s");
  EXPECT_EQ(Duration(59), "59s");
  EXPECT_EQ(Duration(60), "1m 00s");
  EXPECT_EQ(Duration(3599), "59m 59s");
  EXPECT_EQ(Duration(3720), "1h 02m");
  EXPECT_EQ(Duration(47 * 3600), "47h 00m");
  EXPECT_EQ(Duration(76 * 3600), "3d 4h");
  EXPECT_EQ(Duration(-5), "0s") << "a clock that was set back";
}

TEST(Bytes, ChangesUnitWhereTheOneBelowWouldShowAThousand) {
  EXPECT_EQ(Bytes(17), "17 B");
  EXPECT_EQ(Bytes(829'600), "830 kB");
  EXPECT_EQ(Bytes(999'499), "999 kB");
  EXPECT_EQ(Bytes(999'999), "1.0 MB");
  EXPECT_EQ(Bytes(12'400'000), "12.4 MB");
  EXPECT_EQ(Bytes(999'999'999), "1.0 GB");
  EXPECT_EQ(Bytes(83'806'600'000), "83.8 GB");
}

TEST(Count, GroupsByThousands) {
  EXPECT_EQ(Count(0), "0");
  EXPECT_EQ(Count(999), "999");
  EXPECT_EQ(Count(1000), "1,000");
  EXPECT_EQ(Count(-123456), "-123,456");
  EXPECT_EQ(Count(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(Amount, KnowsTheDecimalsOfTheCurrency) {
  EXPECT_EQ(Amount(1620, "USD"), "16.20 USD");
  EXPECT_EQ(Amount(1620, "JPY"), "1620 JPY");
  EXPECT_EQ(Amount(1620, ""), "1620") << "unknown: the bare number, never a wrong point";
}

TEST(EventLine, HoldsWhatAPersonLooksFor) {
  const auto event = Json::parse(R"({"sequence":17,"type":"trayline.ecommerce.add_to_cart.v1",
      "subject":"journey/1795000000-5","time":"2026-11-22T13:00:07.123+01:00",
      "data":{"lines":[{"item_name":"宫保鸡丁","quantity":2},{"line_id":"L1"}],"cart_revision":3}})");
  EXPECT_EQ(EventLine(event),
            "      17  13:00:07.123  j5      ecommerce.add_to_cart        "
            "[2 x 宫保鸡丁, 1 x L1] cart_revision=3");
}

TEST(EventLine, SurvivesFieldsOfAnotherKind) {
  for (const char* text :
       {"{}", "[]", "17", R"({"sequence":"x","type":7,"subject":null,"time":[],"data":"d"})",
        R"({"data":{"lines":"x"}})", R"({"data":{"lines":[1,{"item_name":5,"quantity":"2"}]}})",
        R"({"sequence":-1,"subject":"journey/","time":"short"})"}) {
    const std::string line = EventLine(Json::parse(text));
    EXPECT_EQ(line.find('\n'), std::string::npos) << text;
  }
}

TEST(EventLine, ShowsNoControlCharactersOfAHost) {
  const auto event = Json::parse(R"({"type":"a","data":{"note":"\u001b[31mred\nsecond line"}})");
  const std::string line = EventLine(event);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(Fields, GiveTheFallbackForAnythingUnexpected) {
  const auto json = Json::parse(R"({"t":5,"n":"x","big":18446744073709551615,"neg":-1,"o":[]})");
  EXPECT_EQ(TextOf(json, "t", "-"), "-");
  EXPECT_EQ(NumberOf(json, "n", 7), 7);
  EXPECT_EQ(NumberOf(json, "big"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(CountOf(json, "neg", 3), 0U);
  EXPECT_TRUE(ObjectOf(json, "o").is_object());
  EXPECT_TRUE(ListOf(json, "t").empty());
  EXPECT_FALSE(FlagOf(Json::parse("null"), "x"));
}

}  // namespace
}  // namespace trayline::cli
