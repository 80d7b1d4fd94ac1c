#include "agent/base/ids.h"

#include <gtest/gtest.h>

#include <string>

namespace trayline {
namespace {

TEST(JourneyId, SurvivesItsTextForm) {
  const JourneyId id{Epoch{1'795'000'000}, 42};
  EXPECT_EQ(ToText(id), "1795000000-42");
  const auto parsed = ParseJourneyId(ToText(id));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed, id);
}

TEST(JourneyId, ReadsTheLargestNumbers) {
  const auto parsed = ParseJourneyId("18446744073709551615-18446744073709551615");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->number, 18446744073709551615ULL);
}

TEST(JourneyId, RefusesWhatIsNotOne) {
  for (const char* text : {"", "-", "1", "1-", "-1", "1-2-3", "1--2", "a-1", "1-b", " 1-2", "1-2 ",
                           "+1-2", "18446744073709551616-1"}) {
    const auto parsed = ParseJourneyId(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, Errc::kRejected) << text;
  }
}

TEST(JourneyId, ErrorRepeatsOnlyTheBeginningOfALongText) {
  const auto parsed = ParseJourneyId(std::string(100'000, 'x'));
  ASSERT_FALSE(parsed.ok());
  EXPECT_LT(parsed.error().text.size(), 200U);
}

TEST(TerminalId, SurvivesItsTextForm) {
  const auto id = ParseTerminalId("acme/store12/k1");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->tenant, "acme");
  EXPECT_EQ(id->store, "store12");
  EXPECT_EQ(id->terminal, "k1");
  EXPECT_EQ(ToText(*id), "acme/store12/k1");
  EXPECT_EQ(ToUnit(*id), "acme-store12-k1");
  EXPECT_EQ(ToSource(*id), "/t/acme/s/store12/k/k1");
}

TEST(TerminalId, NamesThePartThatIsWrong) {
  EXPECT_NE(ParseTerminalId("Acme/s/k").error().text.find("tenant"), std::string::npos);
  EXPECT_NE(ParseTerminalId("acme/s-1/k").error().text.find("store"), std::string::npos);
  EXPECT_NE(ParseTerminalId("acme/s/").error().text.find("terminal"), std::string::npos);
  EXPECT_NE(ParseTerminalId("acme/s/k/x").error().text.find("terminal"), std::string::npos);
}

TEST(TerminalId, RefusesTextsWithFewerParts) {
  for (const char* text : {"", "acme", "acme/s"}) {
    const auto parsed = ParseTerminalId(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, Errc::kRejected) << text;
  }
}

TEST(IdentityPart, HasOneToTwentyLowerLettersAndDigits) {
  EXPECT_TRUE(IsIdentityPart("a"));
  EXPECT_TRUE(IsIdentityPart("abcdefghij0123456789"));
  EXPECT_FALSE(IsIdentityPart("abcdefghij0123456789x"));
  EXPECT_FALSE(IsIdentityPart(""));
  EXPECT_FALSE(IsIdentityPart("a-b"));
  EXPECT_FALSE(IsIdentityPart("A"));
  EXPECT_FALSE(IsIdentityPart("\xc3\xa4"));
}

TEST(Number, OrdersAndCounts) {
  EXPECT_LT(Sequence{1}, Sequence{2});
  EXPECT_EQ(Sequence{1}.Next(), Sequence{2});
}

}  // namespace
}  // namespace trayline
