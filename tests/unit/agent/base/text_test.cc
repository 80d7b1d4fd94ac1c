#include "agent/base/text.h"

#include <gtest/gtest.h>

#include <string>

namespace trayline {
namespace {

TEST(IsUtf8, AcceptsEveryLengthOfSequence) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8("plain"));
  EXPECT_TRUE(IsUtf8(std::string_view("a\0b", 3)));
  EXPECT_TRUE(IsUtf8("\xc2\x80"));          // U+0080, lowest of two bytes
  EXPECT_TRUE(IsUtf8("\xe0\xa0\x80"));      // U+0800, lowest of three
  EXPECT_TRUE(IsUtf8("\xed\x9f\xbf"));      // U+D7FF, last before the surrogates
  EXPECT_TRUE(IsUtf8("\xee\x80\x80"));      // U+E000, first after them
  EXPECT_TRUE(IsUtf8("\xf0\x90\x80\x80"));  // U+10000, lowest of four
  EXPECT_TRUE(IsUtf8("\xf4\x8f\xbf\xbf"));  // U+10FFFF, the last
}

TEST(IsUtf8, RefusesOverlongForms) {
  EXPECT_FALSE(IsUtf8("\xc0\x80"));
  EXPECT_FALSE(IsUtf8("\xc1\xbf"));
  EXPECT_FALSE(IsUtf8("\xe0\x9f\xbf"));
  EXPECT_FALSE(IsUtf8("\xf0\x8f\xbf\xbf"));
}

TEST(IsUtf8, RefusesSurrogatesAndWhatIsBeyondUnicode) {
  EXPECT_FALSE(IsUtf8("\xed\xa0\x80"));
  EXPECT_FALSE(IsUtf8("\xed\xbf\xbf"));
  EXPECT_FALSE(IsUtf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xf5\x80\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xff"));
}

TEST(IsUtf8, RefusesSequencesThatAreCutOrStray) {
  EXPECT_FALSE(IsUtf8("\x80"));
  EXPECT_FALSE(IsUtf8("\xc3"));
  EXPECT_FALSE(IsUtf8("\xe7\xb2"));
  EXPECT_FALSE(IsUtf8("\xf0\x90\x80"));
  EXPECT_FALSE(IsUtf8("\xe7\xb2g"));
  EXPECT_FALSE(IsUtf8("ok\xc3(ok"));
}

TEST(CodePoints, CountsCharactersNotBytes) {
  EXPECT_EQ(CodePoints(""), 0U);
  EXPECT_EQ(CodePoints("abc"), 3U);
  EXPECT_EQ(CodePoints("\xe7\xb2\xa5\xc3\xa9\xf0\x9f\x8d\x9c"), 3U);
}

// Numbers that card schemes publish for tests.
TEST(HoldsCardNumber, FindsNumbersOfEveryLength) {
  EXPECT_TRUE(HoldsCardNumber("4222222222222"));        // 13
  EXPECT_TRUE(HoldsCardNumber("30569309025904"));       // 14
  EXPECT_TRUE(HoldsCardNumber("378282246310005"));      // 15
  EXPECT_TRUE(HoldsCardNumber("4111111111111111"));     // 16
  EXPECT_TRUE(HoldsCardNumber("6304000000000000000"));  // 19
}

TEST(HoldsCardNumber, FindsThemWithSeparatorsAndInsideText) {
  EXPECT_TRUE(HoldsCardNumber("4111 1111 1111 1111"));
  EXPECT_TRUE(HoldsCardNumber("4111-1111-1111-1111"));
  EXPECT_TRUE(HoldsCardNumber("3782 822463 10005"));
  EXPECT_TRUE(HoldsCardNumber("card 4111111111111111 please"));
  EXPECT_TRUE(HoldsCardNumber("x4111111111111111y"));
  EXPECT_TRUE(HoldsCardNumber("4111111111111112 or 4111111111111111"));
}

TEST(HoldsCardNumber, FindsThemBesideOtherNumbers) {
  EXPECT_TRUE(HoldsCardNumber("table 5 4111 1111 1111 1111"));
  EXPECT_TRUE(HoldsCardNumber("4111 1111 1111 1111 12-27"));
  EXPECT_TRUE(HoldsCardNumber("2 4111111111111111 3"));
}

TEST(HoldsCardNumber, LetsOtherNumbersPass) {
  EXPECT_FALSE(HoldsCardNumber(""));
  EXPECT_FALSE(HoldsCardNumber("fried rice 2"));
  EXPECT_FALSE(HoldsCardNumber("411111111117"));            // 12 digits that pass Luhn
  EXPECT_FALSE(HoldsCardNumber("41111111111111110000"));    // 20 digits that pass Luhn, one run
  EXPECT_FALSE(HoldsCardNumber("4111111111111112"));        // fails Luhn
  EXPECT_FALSE(HoldsCardNumber("4111  1111  1111  1111"));  // two separators
  EXPECT_FALSE(HoldsCardNumber("4111_1111_1111_1111"));     // another separator
  EXPECT_FALSE(HoldsCardNumber("5901234123402"));           // an EAN-13 that fails Luhn
}

// One in ten EAN-13 codes passes Luhn by chance. This is why declared ids are never checked.
TEST(HoldsCardNumber, TakesSomeArticleCodesForCards) {
  int taken = 0;
  for (int article = 0; article < 1000; ++article) {
    std::string code = "400638" + std::to_string(133'000 + article);
    int sum = 0;
    for (std::size_t i = 0; i < 12; ++i) sum += (code[i] - '0') * (i % 2 == 0 ? 1 : 3);
    code += static_cast<char>('0' + (10 - sum % 10) % 10);
    if (HoldsCardNumber(code)) ++taken;
  }
  EXPECT_GT(taken, 50);
  EXPECT_LT(taken, 200);
}

TEST(HoldsCardNumber, EndsOnLongTexts) {
  std::string digits;
  for (int i = 0; i < 100'000; ++i) digits += "1 ";  // 19 ones never pass Luhn
  EXPECT_FALSE(HoldsCardNumber(digits));
  EXPECT_FALSE(HoldsCardNumber(std::string(1'000'000, '0')));
}

}  // namespace
}  // namespace trayline
