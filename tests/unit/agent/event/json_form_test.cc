#include "agent/event/json_form.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "agent/event/vocabulary.h"
#include "tests/unit/agent/event/random_record.h"

namespace trayline::event {
namespace {

constexpr Epoch kEpoch{1'795'000'000};

TerminalId Terminal() { return {"acme", "s1", "k1"}; }

std::vector<std::string> Names(const nlohmann::ordered_json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

TEST(JsonForm, LeavesOutWhatAnEventDoesNotHave) {
  const auto json = ToJson(Event(), Terminal(), kEpoch, Audience::kLocal);
  EXPECT_EQ(Names(json),
            (std::vector<std::string>{"specversion", "id", "type", "source", "sequence", "epoch",
                                      "time", "boot", "mono_ms", "clock", "data"}));
}

TEST(JsonForm, ShowsTheWholeEnvelope) {
  Event event;
  event.sequence = Sequence{12};
  event.journey = JourneyId{Epoch{7}, 3};
  event.type = EventType::kPageLost;
  event.time = WallFromMs(1'795'348'800'007);
  event.offset_minutes = 60;
  event.boot = 4;
  event.mono = MonoFromMs(5'000);
  event.clock = ClockState::kHoldover;
  event.training = true;
  event.bundle = 0xAB;
  const auto json = ToJson(event, Terminal(), kEpoch, Audience::kLocal);
  EXPECT_EQ(json.at("id"), "1795000000-12");
  EXPECT_EQ(json.at("type"), "trayline.host.page_lost.v1");
  EXPECT_EQ(json.at("source"), "/t/acme/s/s1/k/k1");
  EXPECT_EQ(json.at("subject"), "journey/7-3");
  EXPECT_EQ(json.at("sequence"), 12);
  EXPECT_EQ(json.at("epoch"), kEpoch.value);
  EXPECT_EQ(json.at("time"), "2026-11-22T13:00:00.007+01:00");
  EXPECT_EQ(json.at("boot"), 4);
  EXPECT_EQ(json.at("mono_ms"), 5'000);
  EXPECT_EQ(json.at("clock"), "holdover");
  EXPECT_EQ(json.at("training"), true);
  EXPECT_EQ(json.at("bundle"), "00000000000000ab");
}

TEST(JsonForm, ShowsWordsLettersAndTypeNames) {
  Record data;
  data.Set(Key::kStage, Stage::kCarting)
      .Set(Key::kCurrency, 978)
      .Set(Key::kLastTouchpoint, EventType::kViewItem)
      .Set(Key::kValueMinor, 100);
  EXPECT_EQ(DataToJson(EventType::kJourneyAbandoned, data, Audience::kLocal).dump(),
            R"({"value_minor":100,"currency":"EUR","stage":"carting",)"
            R"("last_touchpoint":"ecommerce.view_item"})");
}

TEST(JsonForm, ShowsNumbersOfNewerWritersAsTheyAre) {
  Record data;
  data.Set(Key::kStage, 200).Set(Key::kCurrency, 1).Set(static_cast<Key>(5'000), "new");
  EXPECT_EQ(DataToJson(EventType::kJourneyAbandoned, data, Audience::kLocal).dump(),
            R"({"currency":1,"stage":200,"key_5000":"new"})");
  EXPECT_EQ(DataToJson(static_cast<EventType>(999), data, Audience::kLocal).dump(),
            R"({"currency":1,"stage":200,"key_5000":"new"})");
}

TEST(JsonForm, KeepsLocalFieldsInside) {
  Record data;
  data.Set(Key::kHost, "kiosk-ui").Set(Key::kJourneyRef, "o-1").Set(Key::kLocale, "de");
  const auto local = DataToJson(EventType::kJourneyStarted, data, Audience::kLocal);
  EXPECT_EQ(Names(local), (std::vector<std::string>{"locale", "host", "journey_ref"}));
  const auto outside = DataToJson(EventType::kJourneyStarted, data, Audience::kOutside);
  EXPECT_EQ(Names(outside), (std::vector<std::string>{"locale"}));

  Record expected;
  expected.Set(Key::kLocale, "de");
  EXPECT_EQ(WithoutLocalFields(EventType::kJourneyStarted, data), expected);
}

TEST(JsonForm, CarriesUnknownTypesWhole) {
  Record data;
  data.Set(Key::kItemId, "a");
  EXPECT_EQ(WithoutLocalFields(static_cast<EventType>(999), data), data);
}

TEST(JsonForm, WritesValidJsonForDamagedTexts) {
  Record data;
  data.Set(Key::kItemName, "caf\xe9");
  EXPECT_EQ(DataToJson(EventType::kAddToCart, data, Audience::kLocal).dump(),
            R"({"item_name":"caf?"})");
}

TEST(JsonForm, CanShowAnyEventAsText) {
  constexpr std::uint64_t kSeed = 8;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 2'000; ++round) {
    const Event event = RandomEvent(random, kEpoch);
    for (const Audience audience : {Audience::kLocal, Audience::kOutside}) {
      const std::string text = ToJson(event, Terminal(), kEpoch, audience).dump();
      ASSERT_TRUE(nlohmann::json::accept(text)) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace trayline::event
