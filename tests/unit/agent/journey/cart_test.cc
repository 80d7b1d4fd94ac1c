#include "agent/journey/cart.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "agent/base/money.h"
#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Record Modifier(const std::string& id, std::int64_t price, std::int64_t quantity = 1) {
  Record modifier;
  modifier.Set(Key::kModifierId, id).Set(Key::kPriceMinor, price).Set(Key::kQuantity, quantity);
  return modifier;
}

TEST(Cart, AddsUpPricesModifiersAndDiscount) {
  Cart cart;
  Record line = Line("burger", 500, 2, "a");
  line.Set(Key::kModifiers, RecordList{Modifier("cheese", 50, 2), Modifier("bacon", 70)});
  line.Set(Key::kDiscountMinor, std::int64_t{40});
  cart.Add(line);
  cart.Add(Line("cola", 200, 1, "b"));
  EXPECT_EQ(cart.lines()[0].ValueMinor(), 2 * (500 + 170) - 40);
  EXPECT_EQ(cart.ValueMinor(), 1'300 + 200);
}

TEST(Cart, ADiscountNeverMakesALineNegative) {
  Cart cart;
  Record line = Line("burger", 500, 1, "a");
  line.Set(Key::kDiscountMinor, std::int64_t{9'000});
  cart.Add(line);
  EXPECT_EQ(cart.ValueMinor(), 0);
}

TEST(Cart, AddingToALineRaisesItsQuantity) {
  Cart cart;
  cart.Add(Line("burger", 500, 1, "a"));
  cart.Add(Line("burger", 500, 2, "a"));
  ASSERT_EQ(cart.lines().size(), 1U);
  EXPECT_EQ(cart.lines()[0].quantity, 3);
}

TEST(Cart, RemovingTakesAQuantityOrTheWholeLine) {
  Cart cart;
  cart.Add(Line("burger", 500, 3, "a"));
  cart.Add(Line("cola", 200, 3, "b"));
  cart.Remove(Line("burger", 500, 1, "a"));
  EXPECT_EQ(cart.Find("a")->quantity, 2);
  cart.Remove(Line("burger", 500, 5, "a"));
  EXPECT_EQ(cart.Find("a"), nullptr);
  cart.Remove(With(Key::kLineId, std::string("b")));
  EXPECT_TRUE(cart.empty());
}

TEST(Cart, UpdatingReplacesOnlyWhatIsGiven) {
  Cart cart;
  cart.Add(Line("burger", 500, 3, "a"));
  Record update = With(Key::kLineId, std::string("a"));
  update.Set(Key::kUnitPriceMinor, std::int64_t{450});
  cart.Update(update);
  EXPECT_EQ(cart.Find("a")->unit_price_minor, 450);
  EXPECT_EQ(cart.Find("a")->quantity, 3);
  EXPECT_EQ(cart.Find("a")->item_id, "burger");
  update.Set(Key::kQuantity, std::int64_t{0});
  cart.Update(update);
  EXPECT_TRUE(cart.empty());
}

TEST(Cart, IgnoresRemovalsAndUpdatesOfLinesItDoesNotHave) {
  Cart cart;
  cart.Add(Line("burger", 500, 1, "a"));
  const Cart before = cart;
  cart.Remove(Line("burger", 500, 1, "z"));
  cart.Update(Line("burger", 100, 1, "z"));
  cart.Remove(Line("burger", 500, 1));
  EXPECT_EQ(cart, before);
}

TEST(Cart, KeepsAtMostItsLimitOfLines) {
  Cart cart;
  for (std::size_t i = 0; i < kCartLinesMax + 5; ++i) {
    cart.Add(Line("item", 1, 1, "line" + std::to_string(i)));
  }
  EXPECT_EQ(cart.lines().size(), kCartLinesMax);
}

TEST(Cart, GivesNoNumberTwice) {
  Cart cart;
  cart.Add(Line("burger", 500));
  cart.Add(Line("cola", 200, 1, "7"));
  cart.Remove(With(Key::kLineId, std::string("7")));
  cart.Add(Line("tea", 100));
  EXPECT_NE(cart.Find("1"), nullptr);
  EXPECT_NE(cart.Find("8"), nullptr);
}

TEST(Cart, AHostsHugeNumberDoesNotMoveTheCount) {
  Cart cart;
  cart.Add(Line("burger", 500, 1, "999999999999999999"));
  cart.Add(Line("burger", 500, 1, "18446744073709551615"));
  EXPECT_EQ(cart.next_line(), 1U);
}

TEST(Cart, SameModifiersInAnotherOrderAreTheSame) {
  Record one = Line("burger", 500);
  one.Set(Key::kModifiers, RecordList{Modifier("cheese", 50), Modifier("bacon", 70)});
  Record other = Line("burger", 500);
  other.Set(Key::kModifiers, RecordList{Modifier("bacon", 75), Modifier("cheese", 50)});
  EXPECT_EQ(CartLine::From(one).modifiers_digest, CartLine::From(other).modifiers_digest);
  other.Set(Key::kModifiers, RecordList{Modifier("bacon", 75, 2), Modifier("cheese", 50)});
  EXPECT_NE(CartLine::From(one).modifiers_digest, CartLine::From(other).modifiers_digest);
  EXPECT_EQ(CartLine::From(Line("burger", 500)).modifiers_digest, 0U);
}

TEST(Cart, ExtremeNumbersNeitherOverflowNorGoNegative) {
  for (const std::int64_t price : {kLeast, std::int64_t{-1}, kMost}) {
    for (const std::int64_t quantity : {kLeast, std::int64_t{1}, kMost}) {
      for (const std::int64_t discount : {kLeast, std::int64_t{0}, kMost}) {
        Cart cart;
        for (std::size_t i = 0; i < kCartLinesMax; ++i) {
          Record line = Line("item", price, quantity, "line" + std::to_string(i % 200));
          line.Set(Key::kDiscountMinor, discount);
          line.Set(Key::kModifiers, RecordList{Modifier("m", price, quantity)});
          cart.Add(line);
        }
        EXPECT_GE(cart.ValueMinor(), 0);
        EXPECT_LE(cart.ValueMinor(), kMoneyMaxMinor);
      }
    }
  }
  const CartLine line{"", "", "", "", kMost, kMost, kLeast, kMost, 0};
  EXPECT_EQ(line.ValueMinor(), kMoneyMaxMinor);
}

TEST(Cart, CutsTextsAtACharacter) {
  std::string name;
  for (int i = 0; i < 100; ++i) name += "\xE6\xB1\x89";  // three bytes each
  Record line = Line("burger", 500, 1, "a");
  line.Set(Key::kItemName, name);
  const CartLine kept = CartLine::From(line);
  EXPECT_EQ(kept.item_name, name.substr(0, 198));
}

}  // namespace
}  // namespace trayline::journey
