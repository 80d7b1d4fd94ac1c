// Hosts that send the whole cart: the deltas that lead to it.
#include "agent/journey/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Record WithModifier(Record line, const std::string& id, std::int64_t price) {
  Record modifier = With(Key::kModifierId, id);
  modifier.Set(Key::kPriceMinor, price);
  line.Set(Key::kModifiers, RecordList{modifier});
  return line;
}

TEST(Snapshots, TheFirstIsOneAdd) {
  Driver driver = Driver::Started();
  const auto recorded =
      driver.Send(T::kCartSnapshot, Lines({Line("burger", 500, 2), Line("cola", 200)}));
  EXPECT_THAT(Types(recorded), ElementsAre(T::kAddToCart, T::kJourneyStageChanged));
  EXPECT_EQ(driver.journey().cart.ValueMinor(), 1'200);
}

TEST(Snapshots, TheSameCartAgainIsNothing) {
  Driver driver = Driver::Started();
  const Record cart = Lines({Line("burger", 500, 2), Line("burger", 500, 2), Line("cola", 200)});
  driver.Send(T::kCartSnapshot, cart);
  EXPECT_THAT(driver.Send(T::kCartSnapshot, cart), IsEmpty());
}

TEST(Snapshots, AreAtMostOneRemovalOneAddAndOneUpdateInThisOrder) {
  Driver driver = Driver::Started();
  driver.Send(T::kCartSnapshot,
              Lines({Line("burger", 500, 2), Line("cola", 200), Line("tea", 150, 3)}));
  const auto recorded = driver.Send(
      T::kCartSnapshot, Lines({Line("burger", 450, 4), Line("fries", 300), Line("tea", 150, 1)}));
  EXPECT_THAT(Types(recorded), ElementsAre(T::kRemoveFromCart, T::kAddToCart, T::kUpdateCartLine));
  EXPECT_EQ(recorded[0].data.Int(Key::kCartRevision), 2);
  EXPECT_EQ(recorded[2].data.Int(Key::kCartRevision), 4);
  EXPECT_EQ(driver.journey().cart.revision(), 4U);
  EXPECT_EQ(driver.journey().cart.ValueMinor(), 4 * 450 + 300 + 150);
}

TEST(Snapshots, OtherModifiersAreAChangeAndNoCycle) {
  Driver driver = Driver::Started();
  driver.Send(T::kCartSnapshot, Lines({WithModifier(Line("burger", 500), "cheese", 50)}));
  const auto recorded =
      driver.Send(T::kCartSnapshot, Lines({WithModifier(Line("burger", 500), "bacon", 70)}));
  EXPECT_THAT(Types(recorded), ElementsAre(T::kUpdateCartLine));
  EXPECT_EQ(driver.journey().cart.ValueMinor(), 570);
  EXPECT_EQ(driver.journey().cycles, 0U);
}

TEST(Snapshots, TakeTheLineThatFitsBestSoThatNothingIsAddedAndRemovedForNothing) {
  Driver driver = Driver::Started();
  driver.Send(T::kCartSnapshot, Lines({Line("cola", 200, 1), Line("cola", 200, 2)}));
  const auto recorded = driver.Send(T::kCartSnapshot, Lines({Line("cola", 200, 2)}));
  EXPECT_THAT(Types(recorded), ElementsAre(T::kRemoveFromCart));
}

TEST(Snapshots, AnIdThatComesTwiceIsTwoLines) {
  Driver driver = Driver::Started();
  const Record cart = Lines({Line("cola", 200, 1, "x"), Line("tea", 150, 1, "x")});
  driver.Send(T::kCartSnapshot, cart);
  EXPECT_EQ(driver.journey().cart.lines().size(), 2U);
  EXPECT_THAT(driver.Send(T::kCartSnapshot, cart), IsEmpty());
}

TEST(Snapshots, AWholeCartReplacedByAWholeCartFits) {
  Driver driver = Driver::Started();
  for (const std::string prefix : {"a", "b"}) {
    RecordList lines;
    for (std::size_t i = 0; i < kCartLinesMax; ++i) {
      lines.push_back(Line(prefix + std::to_string(i), 1, 1, prefix + std::to_string(i)));
    }
    driver.Send(T::kCartSnapshot, Lines(lines));
    EXPECT_EQ(driver.journey().cart.lines().size(), kCartLinesMax);
    EXPECT_NE(driver.journey().cart.Find(prefix + "255"), nullptr);
  }
  EXPECT_EQ(driver.journey().irregular, 0U);
}

// --- Property: folding the deltas gives exactly the snapshot ------------------------------------

class RandomCarts {
 public:
  explicit RandomCarts(std::uint64_t seed) : random_(seed) {}

  RecordList Next(bool with_ids) {
    RecordList lines;
    const std::size_t count = Below(8);
    for (std::size_t i = 0; i < count; ++i) {
      Record line =
          Line("item" + std::to_string(Below(4)), static_cast<std::int64_t>(100 * Below(3)),
               static_cast<std::int64_t>(1 + Below(3)));
      if (Below(2) == 0) line.Set(Key::kItemName, "name" + std::to_string(Below(2)));
      if (Below(3) == 0) line.Set(Key::kItemVariant, "size" + std::to_string(Below(2)));
      if (Below(4) == 0) line.Set(Key::kDiscountMinor, static_cast<std::int64_t>(Below(60)));
      if (Below(3) == 0) {
        line = WithModifier(line, "m" + std::to_string(Below(2)),
                            static_cast<std::int64_t>(10 * Below(2)));
      }
      if (with_ids && Below(5) != 0) line.Set(Key::kLineId, "L" + std::to_string(Below(6)));
      lines.push_back(std::move(line));
    }
    return lines;
  }

  std::size_t Below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

 private:
  std::mt19937_64 random_;
};

// What the lines are, whatever their order and their numbers.
std::vector<std::string> Content(const std::vector<CartLine>& lines) {
  std::vector<std::string> content;
  content.reserve(lines.size());
  for (const CartLine& line : lines) {
    content.push_back(line.item_id + "|" + line.item_name + "|" + line.item_variant + "|" +
                      std::to_string(line.unit_price_minor) + "|" + std::to_string(line.quantity) +
                      "|" + std::to_string(line.discount_minor) + "|" +
                      std::to_string(line.modifiers_minor) + "|" +
                      std::to_string(line.modifiers_digest));
  }
  std::sort(content.begin(), content.end());
  return content;
}

std::vector<CartLine> LinesOf(const RecordList& records) {
  std::vector<CartLine> lines;
  lines.reserve(records.size());
  for (const Record& record : records) lines.push_back(CartLine::From(record));
  return lines;
}

TEST(Snapshots, FoldingTheirDeltasGivesExactlyTheCart) {
  constexpr std::uint64_t kSeed = 20'261'122;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  RandomCarts carts(kSeed);
  for (int run = 0; run < 300; ++run) {
    Driver driver = Driver::Started();
    const bool with_ids = run % 2 == 0;
    for (int step = 0; step < 10; ++step) {
      const RecordList snapshot = carts.Next(with_ids);
      const auto recorded = driver.Send(T::kCartSnapshot, Lines(snapshot));
      ASSERT_EQ(Content(driver.journey().cart.lines()), Content(LinesOf(snapshot)))
          << "run " << run << ", step " << step;
      ASSERT_LE(Count(recorded, T::kAddToCart), 1U);
      ASSERT_LE(Count(recorded, T::kRemoveFromCart), 1U);
      ASSERT_LE(Count(recorded, T::kUpdateCartLine), 1U);
      ASSERT_EQ(Count(recorded, T::kIrregular), 0U) << "run " << run << ", step " << step;
      ASSERT_THAT(driver.Send(T::kCartSnapshot, Lines(snapshot)), IsEmpty());
    }
  }
}

}  // namespace
}  // namespace trayline::journey
