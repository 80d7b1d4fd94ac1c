#include "agent/event/host_event.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "agent/base/money.h"
#include "agent/base/text.h"
#include "agent/event/spec.h"
#include "agent/event/vocabulary.h"

namespace trayline::event {
namespace {

using Json = nlohmann::json;

constexpr const char* kCard = "4111 1111 1111 1111";

Json AddToCart(const Json& line) {
  return {{"type", "trayline.ecommerce.add_to_cart.v1"},
          {"data", {{"lines", Json::array({line})}}}};
}

Json OfType(const std::string& type, Json data) {
  return {{"type", type}, {"data", std::move(data)}};
}

// The event; fails the test when it was refused.
HostEvent Accepted(const Json& json, bool strict = false) {
  auto parsed = ParseHostEvent(json, strict);
  if (auto* issues = std::get_if<std::vector<FieldIssue>>(&parsed)) {
    for (const FieldIssue& issue : *issues) {
      ADD_FAILURE() << issue.path << " " << issue.code << ": " << issue.reason;
    }
    return {};
  }
  return std::get<HostEvent>(std::move(parsed));
}

// The reasons; empty when the event was accepted.
std::vector<FieldIssue> Refused(const Json& json, bool strict = false) {
  auto parsed = ParseHostEvent(json, strict);
  auto* issues = std::get_if<std::vector<FieldIssue>>(&parsed);
  EXPECT_NE(issues, nullptr) << "accepted: " << json;
  if (issues == nullptr) return {};
  EXPECT_FALSE(issues->empty());
  return *issues;
}

// "path code" of each issue.
std::vector<std::string> Brief(const std::vector<FieldIssue>& issues) {
  std::vector<std::string> brief;
  for (const FieldIssue& issue : issues) {
    EXPECT_FALSE(issue.reason.empty()) << issue.path;
    brief.push_back(issue.path + " " + issue.code);
  }
  return brief;
}
using List = std::vector<std::string>;

TEST(HostEvent, ReadsAWholeLine) {
  const HostEvent event = Accepted(Json::parse(R"({
    "type": "ecommerce.add_to_cart", "id": 17, "journey_ref": "o-1",
    "data": {"currency": "EUR", "value_minor": 1250, "lines": [{
      "line_id": "l1", "item_id": "5901234123457", "item_name": "皮蛋瘦肉粥", "quantity": 2,
      "unit_price_minor": 600, "discount_minor": -10, "index": 3,
      "modifiers": [{"id": "chili", "quantity": 1, "price_minor": 25}]}]}})"));
  EXPECT_EQ(event.type, EventType::kAddToCart);
  EXPECT_EQ(std::get<std::uint64_t>(event.id), 17U);
  EXPECT_EQ(event.journey_ref, "o-1");
  EXPECT_TRUE(event.left_out.empty());
  EXPECT_EQ(event.data.Int(Key::kCurrency), 978);
  ASSERT_EQ(event.data.List(Key::kLines).size(), 1U);
  const Record& line = event.data.List(Key::kLines)[0];
  EXPECT_EQ(line.Text(Key::kItemId), "5901234123457");
  EXPECT_EQ(line.Int(Key::kUnitPriceMinor), 600);
  EXPECT_EQ(line.Int(Key::kDiscountMinor), -10);
  ASSERT_EQ(line.List(Key::kModifiers).size(), 1U);
  EXPECT_EQ(line.List(Key::kModifiers)[0].Text(Key::kModifierId), "chili");
  EXPECT_EQ(line.List(Key::kModifiers)[0].Int(Key::kPriceMinor), 25);
}

TEST(HostEvent, AcceptsEveryTypeOfHostsAndRefusesTheOthers) {
  for (const TypeSpec& type : AllTypes()) {
    const Json json = {{"type", TypeName(type.type)}};
    if (type.origin == Origin::kOwn) {
      EXPECT_EQ(Brief(Refused(json)), (List{"/type not_for_hosts"}));
      continue;
    }
    const auto parsed = ParseHostEvent(json, true);
    const auto* issues = std::get_if<std::vector<FieldIssue>>(&parsed);
    if (issues == nullptr) continue;
    for (const FieldIssue& issue : *issues) EXPECT_EQ(issue.code, "missing") << TypeName(type.type);
  }
}

TEST(HostEvent, RefusesWhatHasNoUsableType) {
  EXPECT_EQ(Brief(Refused(Json::object())), (List{"/type missing"}));
  EXPECT_EQ(Brief(Refused({{"type", 5}})), (List{"/type wrong_type"}));
  EXPECT_EQ(Brief(Refused({{"type", "ecommerce.fly"}})), (List{"/type unknown_type"}));
  EXPECT_EQ(Brief(Refused(Json::array())), (List{" wrong_type"}));
  EXPECT_EQ(Brief(Refused(Json())), (List{" wrong_type"}));
}

TEST(HostEvent, TakesIdsThatAreNumbersTextsOrNotThere) {
  const Json base = {{"type", "host.touched"}};
  const auto with_id = [&base](const Json& id) {
    Json json = base;
    json["id"] = id;
    return json;
  };
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Accepted(base).id));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Accepted(with_id(nullptr)).id));
  EXPECT_EQ(std::get<std::uint64_t>(Accepted(with_id(0)).id), 0U);
  EXPECT_EQ(std::get<std::uint64_t>(Accepted(with_id(INT64_MAX)).id), std::uint64_t{INT64_MAX});
  EXPECT_EQ(std::get<std::string>(Accepted(with_id("a-1")).id), "a-1");
  EXPECT_EQ(std::get<std::string>(Accepted(with_id(std::string(64, 'x'))).id).size(), 64U);

  EXPECT_EQ(Brief(Refused(with_id(-1))), (List{"/id out_of_range"}));
  EXPECT_EQ(Brief(Refused(with_id(UINT64_MAX))), (List{"/id out_of_range"}));
  EXPECT_EQ(Brief(Refused(with_id(1.0))), (List{"/id wrong_type"}));
  EXPECT_EQ(Brief(Refused(with_id(true))), (List{"/id wrong_type"}));
  EXPECT_EQ(Brief(Refused(with_id(std::string(65, 'x')))), (List{"/id too_long"}));
  EXPECT_EQ(Brief(Refused(with_id("\xff"))), (List{"/id not_utf8"}));
}

TEST(HostEvent, ChecksTheJourneyRef) {
  Json json = {{"type", "host.touched"}, {"journey_ref", std::string(64, 'r')}};
  EXPECT_EQ(Accepted(json).journey_ref.size(), 64U);
  json["journey_ref"] = std::string(65, 'r');
  EXPECT_EQ(Brief(Refused(json)), (List{"/journey_ref too_long"}));
  json["journey_ref"] = 7;
  EXPECT_EQ(Brief(Refused(json)), (List{"/journey_ref wrong_type"}));
  json["journey_ref"] = nullptr;
  EXPECT_EQ(Accepted(json).journey_ref, "");
}

TEST(HostEvent, WantsMoneyInWholeMinorUnits) {
  for (const double amount : {12.5, 12.0, 1e300}) {
    const auto issues = Refused(AddToCart({{"item_id", "a"}, {"unit_price_minor", amount}}));
    EXPECT_EQ(Brief(issues), (List{"/data/lines/0/unit_price_minor wrong_type"}));
    EXPECT_NE(issues[0].reason.find("whole minor units"), std::string::npos) << issues[0].reason;
  }
  EXPECT_EQ(Brief(Refused(AddToCart({{"item_id", "a"}, {"unit_price_minor", "600"}}))),
            (List{"/data/lines/0/unit_price_minor wrong_type"}));
}

TEST(HostEvent, BoundsMoney) {
  for (const std::int64_t amount : {kMoneyMaxMinor, -kMoneyMaxMinor}) {
    EXPECT_EQ(Accepted(AddToCart({{"item_id", "a"}, {"unit_price_minor", amount}}))
                  .data.List(Key::kLines)[0]
                  .Int(Key::kUnitPriceMinor),
              amount);
    const std::int64_t beyond = amount > 0 ? amount + 1 : amount - 1;
    EXPECT_EQ(Brief(Refused(AddToCart({{"item_id", "a"}, {"unit_price_minor", beyond}}))),
              (List{"/data/lines/0/unit_price_minor out_of_range"}));
  }
  EXPECT_EQ(Brief(Refused(AddToCart({{"item_id", "a"}, {"unit_price_minor", UINT64_MAX}}))),
            (List{"/data/lines/0/unit_price_minor out_of_range"}));
}

TEST(HostEvent, AllowsAQuantityOfZeroInUpdatesOnly) {
  const Json lines = {{"lines", Json::array({{{"line_id", "1"}, {"quantity", 0}}})}};
  EXPECT_EQ(Accepted(OfType("ecommerce.update_cart_line", lines))
                .data.List(Key::kLines)[0]
                .Int(Key::kQuantity),
            0);
  for (const char* type : {"ecommerce.add_to_cart", "ecommerce.remove_from_cart"}) {
    EXPECT_EQ(Brief(Refused(OfType(type, lines))), (List{"/data/lines/0/quantity out_of_range"}));
  }
  EXPECT_EQ(Brief(Refused(AddToCart({{"item_id", "a"}, {"quantity", 10'000}}))),
            (List{"/data/lines/0/quantity out_of_range"}));
}

TEST(HostEvent, KeepsAnAbsentQuantityAbsent) {
  const HostEvent event = Accepted(AddToCart({{"item_id", "a"}}));
  EXPECT_FALSE(event.data.List(Key::kLines)[0].Has(Key::kQuantity));
}

TEST(HostEvent, WantsACartLineToSayWhichOneItIs) {
  for (const char* type : {"ecommerce.add_to_cart", "ecommerce.remove_from_cart",
                           "ecommerce.update_cart_line", "ecommerce.cart_snapshot"}) {
    EXPECT_EQ(Brief(Refused(OfType(type, {{"lines", Json::array({{{"item_name", "Tea"}}})}}))),
              (List{"/data/lines/0/item_id missing"}));
    EXPECT_EQ(Brief(Refused(OfType(
                  type, {{"lines", Json::array({{{"item_id", ""}, {"line_id", nullptr}}})}}))),
              (List{"/data/lines/0/item_id missing"}));
    Accepted(OfType(type, {{"lines", Json::array({{{"line_id", "1"}}})}}));
    Accepted(OfType(type, {{"lines", Json::array({{{"item_id", "a"}}})}}));
  }
  Accepted(OfType("ecommerce.purchase", {{"lines", Json::array({{{"item_name", "Tea"}}})}}));
}

TEST(HostEvent, WantsLinesWhereACartChanges) {
  EXPECT_EQ(Brief(Refused({{"type", "ecommerce.add_to_cart"}})), (List{"/data/lines missing"}));
  EXPECT_EQ(Brief(Refused(OfType("ecommerce.add_to_cart", {{"lines", nullptr}}))),
            (List{"/data/lines missing"}));
  EXPECT_EQ(Brief(Refused(OfType("ecommerce.add_to_cart", {{"lines", Json::array()}}))),
            (List{"/data/lines out_of_range"}));
  EXPECT_EQ(Brief(Refused(OfType("ecommerce.add_to_cart", {{"lines", {{"item_id", "a"}}}}))),
            (List{"/data/lines wrong_type"}));
  EXPECT_EQ(Brief(Refused(OfType("ecommerce.add_to_cart", {{"lines", Json::array({5})}}))),
            (List{"/data/lines/0 wrong_type"}));
  Accepted(OfType("ecommerce.cart_snapshot", {{"lines", Json::array()}}));  // an empty cart
}

TEST(HostEvent, BoundsListsOfLinesAndModifiers) {
  Json lines = Json::array();
  for (int i = 0; i < 256; ++i) lines.push_back({{"item_id", "a"}});
  EXPECT_EQ(
      Accepted(OfType("ecommerce.add_to_cart", {{"lines", lines}})).data.List(Key::kLines).size(),
      256U);
  lines.push_back({{"item_id", "a"}});
  EXPECT_EQ(Brief(Refused(OfType("ecommerce.add_to_cart", {{"lines", lines}}))),
            (List{"/data/lines too_many"}));

  Json modifiers = Json::array();
  for (int i = 0; i < 33; ++i) modifiers.push_back({{"id", "m"}});
  EXPECT_EQ(Brief(Refused(AddToCart({{"item_id", "a"}, {"modifiers", modifiers}}))),
            (List{"/data/lines/0/modifiers too_many"}));
  EXPECT_EQ(
      Brief(Refused(AddToCart({{"item_id", "a"}, {"modifiers", Json::array({Json::object()})}}))),
      (List{"/data/lines/0/modifiers/0/id missing"}));
}

TEST(HostEvent, BoundsTextsInBytes) {
  Accepted(AddToCart({{"item_id", std::string(64, 'i')}, {"item_name", std::string(200, 'n')}}));
  EXPECT_EQ(Brief(Refused(AddToCart(
                {{"item_id", std::string(65, 'i')}, {"item_name", std::string(201, 'n')}}))),
            (List{"/data/lines/0/item_id too_long", "/data/lines/0/item_name too_long"}));
}

TEST(HostEvent, ReadsWordsAndListsThemWhenOneIsUnknown) {
  const HostEvent event =
      Accepted(OfType("journey.started", {{"entry_source", "tag"}, {"order_mode", "take_away"}}));
  EXPECT_EQ(event.data.Enum<EntrySource>(Key::kEntrySource, kEntrySourceNames.size()),
            EntrySource::kTag);
  EXPECT_EQ(event.data.Enum<OrderMode>(Key::kOrderMode, kOrderModeNames.size()),
            OrderMode::kTakeAway);
  const auto issues = Refused(OfType("journey.started", {{"entry_source", "teleport"}}));
  EXPECT_EQ(Brief(issues), (List{"/data/entry_source unknown_word"}));
  for (const std::string_view word : kEntrySourceNames) {
    EXPECT_NE(issues[0].reason.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(Brief(Refused(OfType("journey.started", {{"entry_source", 2}}))),
            (List{"/data/entry_source wrong_type"}));
}

TEST(HostEvent, ReadsCurrenciesAndTruthValues) {
  EXPECT_EQ(Accepted(OfType("ecommerce.view_cart", {{"currency", "JPY"}})).data.Int(Key::kCurrency),
            392);
  EXPECT_EQ(Brief(Refused(OfType("ecommerce.view_cart", {{"currency", "jpy"}}))),
            (List{"/data/currency unknown_word"}));
  EXPECT_EQ(Brief(Refused(OfType("ecommerce.view_cart", {{"currency", 392}}))),
            (List{"/data/currency wrong_type"}));
  EXPECT_EQ(
      Accepted(OfType("host.training_changed", {{"training", false}})).data.Int(Key::kTraining), 0);
  EXPECT_EQ(Brief(Refused(OfType("host.training_changed", {{"training", 1}}))),
            (List{"/data/training wrong_type"}));
  EXPECT_EQ(Brief(Refused({{"type", "host.training_changed"}})), (List{"/data/training missing"}));
}

TEST(HostEvent, TakesNullForNotThere) {
  const HostEvent event =
      Accepted(AddToCart({{"item_id", "a"}, {"coupon", nullptr}, {"quantity", nullptr}}),
               /*strict=*/true);
  EXPECT_EQ(event.data.List(Key::kLines)[0].fields().size(), 1U);
  Accepted({{"type", "host.page_lost"}, {"data", nullptr}});
}

TEST(HostEvent, LeavesUnknownFieldsOutAndNamesThem) {
  Json json = AddToCart({{"item_id", "a"}, {"colour", "red"}, {"id", "x"}});
  json["time"] = "2026-11-22T12:00:00Z";
  json["data"]["note"] = Json::object({{"deep", Json::array({1, 2})}});
  json["data"]["total"] = 4111111111111111;
  const HostEvent event = Accepted(json);
  EXPECT_EQ(Brief(event.left_out),
            (List{"/time unknown_field", "/data/lines/0/colour unknown_field",
                  "/data/lines/0/id unknown_field", "/data/note unknown_field",
                  "/data/total unknown_field"}));
  EXPECT_EQ(event.data.fields().size(), 1U);
  EXPECT_EQ(event.data.List(Key::kLines)[0].fields().size(), 1U);
}

TEST(HostEvent, RefusesUnknownFieldsWhenStrict) {
  const Json json = AddToCart({{"item_id", "a"}, {"colour", "red"}, {"size", kCard}});
  EXPECT_EQ(Brief(Refused(json, true)),
            (List{"/data/lines/0/colour unknown_field", "/data/lines/0/size unknown_field"}));
}

TEST(HostEvent, LeavesFieldsOfTheAgentOut) {
  const HostEvent event =
      Accepted(OfType("journey.started", {{"host", "evil"}, {"journey_ref", "other"}}));
  EXPECT_TRUE(event.data.empty());
  EXPECT_EQ(Brief(event.left_out),
            (List{"/data/host unknown_field", "/data/journey_ref unknown_field"}));
}

TEST(HostEvent, LeavesCardNumbersOutAndKeepsTheEvent) {
  const HostEvent line = Accepted(AddToCart({{"item_id", "a"}, {"item_name", kCard}}), true);
  EXPECT_EQ(Brief(line.left_out), (List{"/data/lines/0/item_name card_number"}));
  EXPECT_FALSE(line.data.List(Key::kLines)[0].Has(Key::kItemName));

  const HostEvent payment =
      Accepted(OfType("payment.failed", {{"failure_code", kCard}, {"payment_method", kCard}}));
  EXPECT_TRUE(payment.data.empty());
  EXPECT_EQ(payment.left_out.size(), 2U);

  // Required, but there: the event is kept without it.
  const HostEvent search = Accepted(OfType("ecommerce.search", {{"search_term", kCard}}));
  EXPECT_EQ(Brief(search.left_out), (List{"/data/search_term card_number"}));

  const HostEvent undeclared = Accepted(OfType("host.page_lost", {{"pan", kCard}}));
  EXPECT_EQ(Brief(undeclared.left_out), (List{"/data/pan card_number"}));
}

TEST(HostEvent, RepeatsNoCardNumberInItsAnswers) {
  const Json json = {{"type", kCard},
                     {"journey_ref", 4111111111111111},
                     {kCard, kCard},
                     {"data", {{"entry_source", kCard}}}};
  Json data = OfType("journey.started", {{"entry_source", kCard}, {"currency", kCard}, {kCard, 1}});
  data["id"] = 4111111111111111.5;
  for (const Json& each : {json, data}) {
    for (const bool strict : {false, true}) {
      for (const FieldIssue& issue : Refused(each, strict)) {
        EXPECT_FALSE(HoldsCardNumber(issue.path)) << issue.path;
        EXPECT_FALSE(HoldsCardNumber(issue.reason)) << issue.reason;
      }
    }
  }
}

// One in ten random EAN-13 codes passes the Luhn check; ids are declared and never checked.
TEST(HostEvent, TakesEveryArticleCodeAsAnItemId) {
  constexpr std::uint64_t kSeed = 13;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  int like_cards = 0;
  for (int i = 0; i < 10'000; ++i) {
    std::string code;
    int sum = 0;
    for (int digit = 0; digit < 12; ++digit) {
      const int value = static_cast<int>(random() % 10);
      code += static_cast<char>('0' + value);
      sum += value * (digit % 2 == 0 ? 1 : 3);
    }
    code += static_cast<char>('0' + (10 - sum % 10) % 10);
    if (HoldsCardNumber(code)) ++like_cards;
    const HostEvent event = Accepted(AddToCart({{"item_id", code}, {"line_id", code}}));
    ASSERT_TRUE(event.left_out.empty()) << code;
    ASSERT_EQ(event.data.List(Key::kLines)[0].Text(Key::kItemId), code);
  }
  EXPECT_GT(like_cards, 500);
}

TEST(HostEvent, TakesCardLikeIdsInEveryDeclaredId) {
  const std::string id = "4111111111111111";
  const HostEvent event =
      Accepted(OfType("ecommerce.purchase",
                      {{"order_id", id},
                       {"transaction_id", id},
                       {"ticket", id},
                       {"coupon", id},
                       {"lines", Json::array({{{"line_id", id},
                                               {"item_id", id},
                                               {"item_list_id", id},
                                               {"promotion_id", id},
                                               {"combo_id", id},
                                               {"coupon", id},
                                               {"modifiers", Json::array({{{"id", id}}})}}})}}));
  EXPECT_TRUE(event.left_out.empty());
  EXPECT_EQ(event.data.fields().size(), 5U);
  EXPECT_EQ(event.data.List(Key::kLines)[0].fields().size(), 7U);
}

TEST(HostEvent, CollectsAllIssuesUpToSixteen) {
  EXPECT_EQ(Brief(Refused({{"type", "host.training_changed"},
                           {"id", -1},
                           {"journey_ref", 1},
                           {"data", {{"training", "yes"}}}})),
            (List{"/id out_of_range", "/journey_ref wrong_type", "/data/training wrong_type"}));

  Json lines = Json::array();
  for (int i = 0; i < 100; ++i) lines.push_back({{"item_id", "a"}, {"quantity", -1}});
  const auto issues = Refused(OfType("ecommerce.add_to_cart", {{"lines", lines}}));
  ASSERT_EQ(issues.size(), kIssuesMax);
  EXPECT_EQ(issues[15].path, "/data/lines/15/quantity");
  EXPECT_NE(issues[15].reason.find("84 more"), std::string::npos) << issues[15].reason;
}

TEST(HostEvent, WritesPathsAsJsonPointers) {
  const HostEvent event =
      Accepted(OfType("host.page_lost", {{"a/b~c", 1}, {std::string(5'000, 'x'), 1}}));
  ASSERT_EQ(event.left_out.size(), 2U);
  EXPECT_EQ(event.left_out[0].path, "/data/a~1b~0c");
  EXPECT_LT(event.left_out[1].path.size(), 100U);
}

}  // namespace
}  // namespace trayline::event
