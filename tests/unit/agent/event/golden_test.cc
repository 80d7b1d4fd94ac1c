// What is on disks, on the wire and in other people's programs, held fast: the JSON form of one
// event of each family, the stored bytes of the same events, and every number of a type and a key.
// The files lie in tests/data/golden. A difference means that a disk or a reader out there breaks;
// only a new type, key or field may add lines. TRAYLINE_UPDATE_GOLDEN=1 writes the files anew.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "agent/event/event.h"
#include "agent/event/host_event.h"
#include "agent/event/json_form.h"
#include "agent/event/key.h"
#include "agent/event/spec.h"
#include "agent/event/vocabulary.h"

namespace trayline::event {
namespace {

constexpr Epoch kEpoch{1'795'000'000};

std::string PathOf(const std::string& name) {
  return std::string(TRAYLINE_TEST_DATA) + "/golden/" + name;
}

// Compares text with the file, or writes the file when asked to.
void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = PathOf(name);
  if (std::getenv("TRAYLINE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file.is_open()) << path << " is missing";
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << name << " should be\n" << golden.str() << "\nbut is\n" << text;
}

// An event with a full envelope.
Event Of(EventType type, Record data) {
  Event event;
  event.sequence = Sequence{17};
  event.journey = JourneyId{kEpoch, 5};
  event.type = type;
  event.time = WallFromMs(1'795'348'807'123);
  event.offset_minutes = 60;
  event.boot = 3;
  event.mono = MonoFromMs(98'765'432);
  event.data = std::move(data);
  return event;
}

// As a host sends it.
Event FromHost(const std::string& type, const char* data) {
  auto parsed = ParseHostEvent({{"type", type}, {"data", nlohmann::json::parse(data)}}, true);
  if (auto* issues = std::get_if<std::vector<FieldIssue>>(&parsed)) {
    for (const FieldIssue& issue : *issues) ADD_FAILURE() << issue.path << ": " << issue.reason;
    return {};
  }
  auto& accepted = std::get<HostEvent>(parsed);
  return Of(accepted.type, std::move(accepted.data));
}

constexpr const char* kLine = R"({
  "currency": "USD", "value_minor": 2250, "cart_revision": 2, "item_list_name": "Bowls",
  "lines": [{"line_id": "2", "item_id": "5901234123457", "item_name": "皮蛋瘦肉粥 Congee",
    "item_category": "Bowls", "item_variant": "large", "unit_price_minor": 1075, "quantity": 2,
    "discount_minor": 50, "coupon": "SUN", "item_list_id": "bowls", "index": 3,
    "promotion_id": "p7", "combo_id": "c1",
    "modifiers": [{"id": "chili", "quantity": 1, "price_minor": 25},
                  {"id": "no-onion", "quantity": 1, "price_minor": 0}]}]})";

Event Abandoned() {
  Record data;
  data.Set(Key::kOutcome, Outcome::kAbandonedCart)
      .Set(Key::kEvidence, Evidence::kIdleTimeout)
      .Set(Key::kStage, Stage::kCarting)
      .Set(Key::kLastTouchpoint, EventType::kAddToCart)
      .Set(Key::kValueMinor, 2250)
      .Set(Key::kCurrency, 840)
      .Set(Key::kLineCount, 2)
      .Set(Key::kRevision, 1)
      .Set(Key::kElapsedMs, 95'000);
  Event event = Of(EventType::kJourneyAbandoned, std::move(data));
  event.journey.epoch = Epoch{1'794'000'000};  // begun before the journal was renewed
  event.training = true;
  event.bundle = 0x0123456789abcdef;
  return event;
}

Event SystemStarted() {
  Record data;
  data.Set(Key::kAgentVersion, "0.1.0")
      .Set(Key::kBootId, "9f1c2d3e")
      .Set(Key::kCleanStop, false)
      .Set(Key::kOpenJourneys, 1)
      .Set(Key::kClockSpeed, 1);
  Event event = Of(EventType::kSystemStarted, std::move(data));
  event.journey = JourneyId{};
  event.clock = ClockState::kUnsynced;
  return event;
}

std::vector<std::pair<std::string, Event>> Samples() {
  std::vector<std::pair<std::string, Event>> samples;
  samples.emplace_back("journey_started", FromHost("journey.started", R"({
    "entry_source": "table_qr", "campaign": "autumn", "template": "lunch", "locale": "zh-CN",
    "accessibility_mode": true, "order_mode": "dine_in", "channel": "kiosk"})"));
  samples.back().second.data.Set(Key::kHost, "kiosk-ui").Set(Key::kJourneyRef, "o-1");
  samples.emplace_back("journey_abandoned", Abandoned());
  samples.emplace_back("search",
                       FromHost("ecommerce.search", R"({"search_term": "粥", "count": 4})"));
  samples.emplace_back("add_to_cart", FromHost("ecommerce.add_to_cart", kLine));
  samples.emplace_back("purchase", FromHost("ecommerce.purchase", R"({
    "transaction_id": "t-881", "order_id": "o-1", "ticket": "A17", "value_minor": 2250,
    "tax_minor": 187, "currency": "USD", "payment_method": "card", "order_mode": "dine_in",
    "lines": [{"item_id": "5901234123457", "quantity": 2, "unit_price_minor": 1075}]})"));
  samples.emplace_back("order_cancelled", FromHost("order.cancelled", R"({
    "order_id": "o-1", "reason": "too_slow", "by": "guest", "value_minor": 2250,
    "currency": "USD"})"));
  samples.emplace_back("payment_failed", FromHost("payment.failed", R"({
    "order_id": "o-1", "attempt": 2, "failure_code": "51", "hard_decline": false,
    "resolution": "other_method", "payment_method": "card", "value_minor": 2250,
    "currency": "USD"})"));
  samples.emplace_back("host_touched", FromHost("host.touched", R"({"count": 3})"));
  samples.emplace_back("system_started", SystemStarted());
  return samples;
}

std::string Hex(std::string_view bytes) {
  std::string out;
  std::array<char, 3> pair{};
  for (const char byte : bytes) {
    std::snprintf(pair.data(), pair.size(), "%02x",
                  static_cast<unsigned>(static_cast<unsigned char>(byte)));
    out += pair.data();
  }
  return out;
}

std::string Bytes(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

TEST(Golden, ShowsEventsAsBefore) {
  for (const auto& [name, event] : Samples()) {
    const TerminalId terminal{"acme", "s1", "k1"};
    ExpectGolden("event_" + name + ".json",
                 ToJson(event, terminal, kEpoch, Audience::kLocal).dump(2) + "\n");
  }
}

TEST(Golden, StoresEventsAsBefore) {
  std::string bodies;
  for (const auto& [name, event] : Samples()) {
    bodies += name + " " + Hex(EncodeBody(event, kEpoch)) + "\n";
  }
  ExpectGolden("event_bodies.txt", bodies);
}

TEST(Golden, ReadsEventsThatWereStoredBefore) {
  std::ifstream file(PathOf("event_bodies.txt"));
  std::string name;
  std::string hex;
  std::size_t read = 0;
  const auto samples = Samples();
  while (file >> name >> hex) {
    ASSERT_LT(read, samples.size());
    const Event& sample = samples[read].second;
    const auto decoded =
        DecodeBody(Bytes(hex), kEpoch, sample.sequence, sample.type, sample.journey.number);
    ASSERT_TRUE(decoded.ok()) << name << ": " << decoded.error().text;
    EXPECT_EQ(*decoded, sample) << name;
    ++read;
  }
  EXPECT_EQ(read, samples.size());
}

// Types, keys and words with their numbers. A line may be added, none may change or go.
TEST(Golden, NeverRenumbers) {
  std::string text;
  for (const TypeSpec& type : AllTypes()) {
    text += "type " + std::to_string(static_cast<unsigned>(type.type)) + " " +
            ShortTypeName(type.type) + "\n";
  }
  for (std::uint16_t number = 0; number < 1'000; ++number) {
    const std::string name = KeyName(static_cast<Key>(number));
    if (!name.starts_with("key_")) text += "key " + std::to_string(number) + " " + name + "\n";
  }
  const auto add_words = [&text](const char* list, std::span<const std::string_view> names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      text += std::string("word ") + list + " " + std::to_string(i) + " " + std::string(names[i]) +
              "\n";
    }
  };
  add_words("entry_source", kEntrySourceNames);
  add_words("order_mode", kOrderModeNames);
  add_words("channel", kChannelNames);
  add_words("stage", kStageNames);
  add_words("outcome", kOutcomeNames);
  add_words("evidence", kEvidenceNames);
  add_words("risk", kRiskNames);
  add_words("reason", kCancelReasonNames);
  add_words("by", kActorNames);
  add_words("link_kind", kLinkKindNames);
  add_words("resolution", kResolutionNames);
  add_words("result", kPaymentResultNames);
  add_words("storage_state", kStorageStateNames);
  add_words("clock", kClockStateNames);
  ExpectGolden("event_numbers.txt", text);
}

}  // namespace
}  // namespace trayline::event
