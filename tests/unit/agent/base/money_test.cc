#include "agent/base/money.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace trayline {
namespace {

Currency Of(std::string_view code) { return Currency::Parse(code).value(); }

TEST(FormatMoney, PlacesThePointByTheCurrency) {
  EXPECT_EQ(FormatMoney(20525, Of("USD")), "205.25 USD");
  EXPECT_EQ(FormatMoney(86, Of("JPY")), "86 JPY");
  EXPECT_EQ(FormatMoney(1234567, Of("KWD")), "1234.567 KWD");
}

TEST(FormatMoney, FillsSmallAmountsWithZeros) {
  EXPECT_EQ(FormatMoney(0, Of("USD")), "0.00 USD");
  EXPECT_EQ(FormatMoney(0, Of("JPY")), "0 JPY");
  EXPECT_EQ(FormatMoney(5, Of("EUR")), "0.05 EUR");
  EXPECT_EQ(FormatMoney(7, Of("KWD")), "0.007 KWD");
}

TEST(FormatMoney, WritesNegativeAmounts) {
  EXPECT_EQ(FormatMoney(-100, Of("EUR")), "-1.00 EUR");
  EXPECT_EQ(FormatMoney(-5, Of("EUR")), "-0.05 EUR");
  EXPECT_EQ(FormatMoney(INT64_MIN, Of("JPY")), "-9223372036854775808 JPY");
}

TEST(Currency, RefusesWhatIsNotInTheTable) {
  for (const char* code : {"", "US", "usd", "USDX", "XXX", "U\0D"}) {
    const auto parsed = Currency::Parse(code);
    ASSERT_FALSE(parsed.ok()) << code;
    EXPECT_EQ(parsed.error().code, Errc::kRejected) << code;
  }
}

TEST(Currency, IsFoundByItsNumber) {
  for (const char* code : {"AUD", "EUR", "JPY", "KWD", "USD", "ZAR"}) {
    const auto found = CurrencyFromNumeric(Of(code).numeric());
    ASSERT_TRUE(found.ok()) << code;
    EXPECT_EQ(found->code(), code);
    EXPECT_EQ(found->decimals(), Of(code).decimals());
  }
  EXPECT_EQ(CurrencyFromNumeric(0).error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace trayline
