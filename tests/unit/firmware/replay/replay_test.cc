#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "firmware/replay/chipotle.h"
#include "firmware/replay/plan.h"
#include "firmware/replay/webshop.h"

namespace trayline::replay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ReadData(const std::string& name) {
  std::ifstream file(std::string(TRAYLINE_TEST_DATA) + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<Order> Chipotle() {
  auto orders = ParseChipotle(ReadData("chipotle/chipotle.tsv"));
  EXPECT_TRUE(orders.ok());
  return orders.ok() ? *std::move(orders) : std::vector<Order>();
}

TEST(Chipotle, HoldsTheOrdersThatItsNoteSays) {
  const auto orders = Chipotle();
  ASSERT_EQ(orders.size(), 1834U);
  std::size_t lines = 0;
  std::int64_t highest = 0;
  for (const Order& order : orders) {
    lines += order.lines.size();
    highest = std::max(highest, order.ValueMinor());
  }
  EXPECT_EQ(lines, 4622U);
  EXPECT_EQ(highest, 20525);
}

TEST(Chipotle, TakesNestedChoicesApart) {
  const auto orders = Chipotle();
  EXPECT_THAT(orders[1].lines[0].choices,
              ElementsAre("Tomatillo-Red Chili Salsa (Hot)", "Black Beans", "Rice", "Cheese",
                          "Sour Cream"));
  EXPECT_TRUE(orders[0].lines[0].choices.empty());
  EXPECT_EQ(Slug("Tomatillo-Red Chili Salsa (Hot)"), "tomatillo-red-chili-salsa-hot");
}

TEST(Chipotle, NamesTheLineThatItCannotRead) {
  const auto orders = ParseChipotle("head\n1\t1\tA\tNULL\t$1.00 \n2\tx\tB\tNULL\t$1.00 \n");
  ASSERT_FALSE(orders.ok());
  EXPECT_THAT(orders.error().text, HasSubstr("line 3"));
}

TEST(Chipotle, RefusesNumbersThatNoMenuHas) {
  const std::string head = "head\n1\t";
  for (const char* rest : {"1\tA\tNULL\t$-1.00 \n", "1\tA\tNULL\t$2.-9 \n", "0\tA\tNULL\t$1.00 \n",
                           "10000\tA\tNULL\t$1.00 \n", "1\tA\tNULL\t$9223372036854775807.00 \n",
                           "1\t\tNULL\t$1.00 \n", "1\tA\tNULL\n"}) {
    EXPECT_FALSE(ParseChipotle(head + rest).ok()) << rest;
  }
  EXPECT_TRUE(ParseChipotle(head + "1\tA\tNULL\t$1.00 \n").ok());
}

// What the cart of a visit holds at its end, by item.
std::map<std::string, std::int64_t> FinalCart(const Visit& visit, std::int64_t& value) {
  std::map<std::string, std::int64_t> minor;
  for (const Step& step : visit.steps) {
    const bool add = step.type == "ecommerce.add_to_cart";
    if (!add && step.type != "ecommerce.remove_from_cart") continue;
    for (const auto& line : step.data["lines"]) {
      const std::int64_t line_value =
          line["unit_price_minor"].get<std::int64_t>() * line["quantity"].get<std::int64_t>() -
          line.value("discount_minor", std::int64_t{0});
      minor[line["item_id"]] += add ? line_value : -line_value;
    }
  }
  value = 0;
  for (const auto& [item, amount] : minor) value += amount;
  return minor;
}

TEST(Guest, EndsWithTheBasketOfTheFile) {
  const auto orders = Chipotle();
  const auto turns = PlanRush(orders, 1, Rates{}, 7);
  ASSERT_EQ(turns[0].size(), orders.size());
  int removals = 0;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const Visit& visit = turns[0][i].visit;
    removals += visit.removals;
    if (visit.ending == Ending::kWalkedAway) continue;
    std::int64_t value = 0;
    FinalCart(visit, value);
    EXPECT_EQ(value, orders[i].ValueMinor()) << "order " << orders[i].id;
  }
  EXPECT_GT(removals, 0);
}

TEST(Guest, IsTheSameForTheSameSeed) {
  const auto orders = Chipotle();
  const auto a = PlanRush(orders, 3, Rates{}, 42);
  const auto b = PlanRush(orders, 3, Rates{}, 42);
  const auto c = PlanRush(orders, 3, Rates{}, 43);
  const auto text = [](const std::vector<std::vector<Turn>>& turns) {
    std::string all;
    for (const auto& turn : turns[1]) {
      for (const auto& step : turn.visit.steps) {
        all += std::to_string(step.at.count()) + step.type + step.data.dump();
      }
    }
    return all;
  };
  EXPECT_EQ(text(a), text(b));
  EXPECT_NE(text(a), text(c));
}

TEST(Guest, StaysNearTheStatedRates) {
  const auto turns = PlanRush(Chipotle(), 1, Rates{}, 1);
  int walked = 0;
  int cancelled = 0;
  for (const Turn& turn : turns[0]) {
    walked += turn.visit.ending == Ending::kWalkedAway ? 1 : 0;
    cancelled += turn.visit.ending == Ending::kCancelled ? 1 : 0;
  }
  // 1,834 draws: five standard deviations are 3.3 and 2.8 points.
  EXPECT_NEAR(walked / 1834.0, 0.09, 0.033);
  EXPECT_NEAR(cancelled / 1834.0, 0.055, 0.028);
  EXPECT_THAT(Describe(Rates{}), HasSubstr("walked away 9 %"));
}

TEST(Webshop, ReadsTheCosmeticsSetsAsTheyAre) {
  for (const char* name :
       {"rees46_cosmetics/data_2022_oct.csv", "rees46_cosmetics/data_2022_nov.csv"}) {
    const auto sessions = ParseRees46(ReadData(name));
    ASSERT_TRUE(sessions.ok()) << sessions.error().text;
    EXPECT_EQ(sessions->steps.size(), 999U);
    EXPECT_GT(sessions->sessions, 100U);
  }
}

TEST(Webshop, ReadsTheJdataSetAsItIs) {
  const auto sessions = ParseJdata(ReadData("jdata/JData_Action_201602.csv"));
  ASSERT_TRUE(sessions.ok()) << sessions.error().text;
  EXPECT_EQ(sessions->steps.size() + sessions->left_out, 29999U);
  for (const Step& step : sessions->steps) {
    EXPECT_EQ(step.journey_ref.find('.'), std::string::npos);
  }
}

TEST(Webshop, RefusesPricesThatNoShopHas) {
  const auto row = [](const std::string& price) {
    return "event_time,event_type,product_id,price,user_id,user_session\n"
           "2022-10-01 00:00:00 UTC,cart,1," +
           price + ",1,s\n";
  };
  for (const char* price : {"9223372036854775807", "1.-5", "--1.00", "1.234", "", "1e3"}) {
    EXPECT_FALSE(ParseRees46(row(price)).ok()) << price;
  }
  const auto refund = ParseRees46(row("-79.37"));
  ASSERT_TRUE(refund.ok()) << "the set has such prices";
  EXPECT_EQ(refund->steps.at(0).data["lines"][0]["unit_price_minor"], -7937);
}

TEST(Webshop, PlaysRowsByTimeWhateverTheirOrder) {
  const auto sessions = ParseRees46(
      "event_time,event_type,product_id,price,user_id,user_session\n"
      "2022-10-01 00:00:09 UTC,cart,1,1.00,1,late\n"
      "2022-10-01 00:00:02 UTC,cart,1,1.00,1,first\n"
      "2022-10-01 00:00:02 UTC,cart,1,1.00,1,second\n");
  ASSERT_TRUE(sessions.ok()) << sessions.error().text;
  ASSERT_EQ(sessions->steps.size(), 3U);
  EXPECT_EQ(sessions->steps[0].journey_ref, "first");
  EXPECT_EQ(sessions->steps[0].at, Millis(0));
  EXPECT_EQ(sessions->steps[1].journey_ref, "second");
  EXPECT_EQ(sessions->steps[2].at, Millis(7'000));
}

TEST(Webshop, NamesTheRowThatItCannotRead) {
  const auto sessions = ParseJdata("h\n266079.0,138778,yesterday,,1,8,403\n");
  ASSERT_FALSE(sessions.ok());
  EXPECT_THAT(sessions.error().text, HasSubstr("line 2"));
}

}  // namespace
}  // namespace trayline::replay
