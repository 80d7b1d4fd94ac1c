#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "agent/base/money.h"
#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;
using ::testing::ElementsAre;

std::vector<std::string> LineIds(const Record& data) {
  std::vector<std::string> ids;
  for (const Record& line : data.List(Key::kLines)) {
    ids.emplace_back(line.TextOr(Key::kLineId, "-"));
  }
  return ids;
}

Record WithModifier(Record line, const std::string& id) {
  line.Set(Key::kModifiers, RecordList{With(Key::kModifierId, id)});
  return line;
}

TEST(Normalising, MintsLineIdsAndNeverGivesOneTwice) {
  Driver driver = Driver::Started();
  auto recorded = driver.Send(T::kAddToCart, Lines({Line("a", 1), Line("b", 1), Line("c", 1)}));
  EXPECT_THAT(LineIds(recorded[0].data), ElementsAre("1", "2", "3"));
  driver.Send(T::kRemoveFromCart, Lines({Line("c", 1)}));
  recorded = driver.Send(T::kAddToCart, Lines({Line("d", 1)}));
  EXPECT_THAT(LineIds(recorded[0].data), ElementsAre("4"));
}

TEST(Normalising, MintsAroundTheHostsOwnIds) {
  Driver driver = Driver::Started();
  const auto recorded =
      driver.Send(T::kAddToCart, Lines({Line("a", 1), Line("b", 1, 1, "1"), Line("c", 1)}));
  EXPECT_THAT(LineIds(recorded[0].data), ElementsAre("2", "1", "3"));
  EXPECT_EQ(driver.journey().cart.lines().size(), 3U);
}

TEST(Normalising, SetsTheCartRevisionThatTheCartThenHas) {
  Driver driver = Driver::Started();
  auto recorded = driver.Send(T::kAddToCart, Lines({Line("a", 1)}));
  EXPECT_EQ(recorded[0].data.Int(Key::kCartRevision), 1);
  recorded = driver.Send(T::kAddToCart, Lines({Line("a", 1)}));
  EXPECT_EQ(recorded[0].data.Int(Key::kCartRevision), 2);
  EXPECT_EQ(driver.journey().cart.revision(), 2U);
}

TEST(Normalising, RemovesTheLatestLineLikeIt) {
  Driver driver = Driver::Started();
  driver.Send(T::kAddToCart, Lines({WithModifier(Line("burger", 500), "cheese"),
                                    WithModifier(Line("burger", 500), "bacon"),
                                    WithModifier(Line("burger", 500), "cheese")}));
  auto removed =
      driver.Send(T::kRemoveFromCart, Lines({WithModifier(Line("burger", 500), "cheese")}));
  EXPECT_THAT(LineIds(removed[0].data), ElementsAre("3"));
  removed = driver.Send(T::kRemoveFromCart, Lines({WithModifier(Line("burger", 500), "cheese")}));
  EXPECT_THAT(LineIds(removed[0].data), ElementsAre("1"));
}

TEST(Normalising, AnItemWithoutModifiersMeansAnyOfThem) {
  Driver driver = Driver::Started();
  driver.Send(T::kAddToCart, Lines({WithModifier(Line("burger", 500), "cheese")}));
  const auto removed = driver.Send(T::kRemoveFromCart, Lines({Line("burger", 500)}));
  EXPECT_THAT(LineIds(removed[0].data), ElementsAre("1"));
  EXPECT_TRUE(driver.journey().cart.empty());
}

TEST(Normalising, ARemovalSpreadsOverSingleLines) {
  Driver driver = Driver::Started();
  for (int i = 0; i < 3; ++i) driver.Send(T::kAddToCart, Lines({Line("cola", 200)}));
  const auto removed = driver.Send(T::kRemoveFromCart, Lines({Line("cola", 200, 2)}));
  EXPECT_THAT(LineIds(removed[0].data), ElementsAre("3", "2"));
  EXPECT_EQ(driver.journey().cart.lines().size(), 1U);
}

TEST(Normalising, WhatARemovalDoesNotFindStaysAsItIs) {
  Driver driver = Driver::Started();
  driver.Send(T::kAddToCart, Lines({Line("cola", 200)}));
  const auto removed = driver.Send(T::kRemoveFromCart, Lines({Line("cola", 200, 3)}));
  const auto lines = removed[0].data.List(Key::kLines);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].Text(Key::kLineId), "1");
  EXPECT_EQ(lines[0].Int(Key::kQuantity), 1);
  EXPECT_FALSE(lines[1].Has(Key::kLineId));
  EXPECT_EQ(lines[1].Int(Key::kQuantity), 2);
}

TEST(Normalising, AnUpdateFindsItsLineByTheItem) {
  Driver driver = Driver::Started();
  driver.Send(T::kAddToCart, Lines({WithModifier(Line("burger", 500), "cheese")}));
  const auto updated =
      driver.Send(T::kUpdateCartLine, Lines({WithModifier(Line("burger", 500, 4), "bacon")}));
  EXPECT_THAT(LineIds(updated[0].data), ElementsAre("1"));
  EXPECT_EQ(driver.journey().cart.lines()[0].quantity, 4);
  EXPECT_EQ(driver.journey().irregular, 0U);
}

TEST(Normalising, AddsTheValueThatTheHostLeftOut) {
  Driver driver = Driver::At(Stage::kCarting);
  EXPECT_EQ(driver.Send(T::kViewCart)[0].data.Int(Key::kValueMinor), 500);
  EXPECT_EQ(driver.Send(T::kBeginCheckout)[0].data.Int(Key::kValueMinor), 500);
  EXPECT_EQ(driver.Send(T::kPurchase)[0].data.Int(Key::kValueMinor), 500);
}

TEST(Normalising, LeavesTheHostsOwnValueAlone) {
  Driver driver = Driver::At(Stage::kCarting);
  const auto recorded = driver.Send(T::kViewCart, With(Key::kValueMinor, std::int64_t{450}));
  EXPECT_EQ(recorded[0].data.Int(Key::kValueMinor), 450);
}

TEST(Normalising, NeverInventsAValue) {
  Driver driver = Driver::Started();
  EXPECT_FALSE(driver.Send(T::kPurchase)[0].data.Has(Key::kValueMinor));
}

TEST(Normalising, ComputesWithinTheLimitsOfMoney) {
  Driver driver = Driver::Started();
  RecordList lines;
  for (int i = 0; i < 256; ++i) lines.push_back(Line("gold", kMoneyMaxMinor, 9'999));
  const auto recorded = driver.Send(T::kPurchase, Lines(lines));
  EXPECT_EQ(recorded[0].data.Int(Key::kValueMinor), kMoneyMaxMinor);
}

TEST(Normalising, SplitsARemovalOfMoreLinesThanAnEventHolds) {
  Driver driver = Driver::Started();
  for (std::size_t i = 0; i < 250; ++i) driver.Send(T::kAddToCart, Lines({Line("cola", 200)}));
  RecordList lines{Line("cola", 200, 250)};
  for (int i = 0; i < 100; ++i) lines.push_back(Line("stranger", 1));
  const auto removed = driver.Send(T::kRemoveFromCart, Lines(lines));
  EXPECT_EQ(Count(removed, T::kRemoveFromCart), 2U);
  EXPECT_EQ(removed[0].data.List(Key::kLines).size(), event::kRecordListMax);
  EXPECT_TRUE(driver.journey().cart.empty());
}

TEST(Normalising, PassesEverythingElseOn) {
  const Driver driver = Driver::At(Stage::kCarting);
  const Record data = With(Key::kCount, std::int64_t{3});
  EXPECT_THAT(Normalise(driver.journey(), T::kTouched, data),
              ElementsAre(Draft{T::kTouched, data}));
}

}  // namespace
}  // namespace trayline::journey
