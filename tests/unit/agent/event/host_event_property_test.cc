// Whatever JSON a host sends, ParseHostEvent answers; what it accepts is within the limits and can
// be stored, read again and shown.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/text.h"
#include "agent/event/event.h"
#include "agent/event/host_event.h"
#include "agent/event/json_form.h"
#include "agent/event/spec.h"

namespace trayline::event {
namespace {

using Json = nlohmann::json;

constexpr Epoch kEpoch{1'795'000'000};

class JsonMaker {
 public:
  explicit JsonMaker(std::uint64_t seed) : random_(seed) {}

  // A value of any shape.
  // NOLINTNEXTLINE(misc-no-recursion): depth levels deep
  Json Any(int depth) {
    switch (Below(depth > 0 ? 10 : 8)) {
      case 0:
        return nullptr;
      case 1:
        return Below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(random_()) >> Below(64);
      case 3:
        return random_();
      case 4:
        return static_cast<double>(random_()) / 1e9;
      case 5:
        return Below(100);
      case 6:
        return AnyText();
      case 7:
        return Word();
      case 8: {
        Json list = Json::array();
        for (std::uint64_t n = Below(5); n > 0; --n) list.push_back(Any(depth - 1));
        return list;
      }
      default:
        return AnyObject(depth - 1);
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion): depth levels deep
  Json AnyObject(int depth) {
    Json object = Json::object();
    for (std::uint64_t n = Below(6); n > 0; --n) object[Name()] = Any(depth);
    return object;
  }

  // An event of some type whose fields are now right, now wrong.
  Json AlmostEvent() {
    const auto types = AllTypes();
    const TypeSpec& type = types[Below(types.size())];
    Json json = {{"type", TypeName(type.type)}, {"data", AlmostFields(type.fields)}};
    if (Below(4) == 0) json["id"] = Any(1);
    if (Below(4) == 0) json["journey_ref"] = Any(1);
    if (Below(8) == 0) json[Name()] = Any(2);
    return json;
  }

 private:
  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }

  std::string AnyText() {
    std::string text(Below(12) == 0 ? Below(300) : Below(12), '\0');
    for (char& c : text) c = static_cast<char>(Below(6) == 0 ? random_() : 'a' + Below(26));
    if (Below(8) == 0) text += "4111111111111111";
    return text;
  }

  // A name or word that means something somewhere.
  std::string Word() {
    static constexpr const char* kWords[] = {
        "USD", "walk_up", "guest", "dine_in", "approved", "ecommerce.purchase", "changed_mind", ""};
    return kWords[Below(std::size(kWords))];
  }
  std::string Name() {
    if (Below(3) == 0) return AnyText();
    return KeyName(static_cast<Key>(Below(120)));
  }

  Json Right(const FieldSpec& field) {  // NOLINT(misc-no-recursion): as deep as the table
    switch (field.kind) {
      case Kind::kInt:
        return Below(2) == 0 ? field.min : field.max;
      case Kind::kBool:
        return Below(2) == 0;
      case Kind::kEnum:
        return std::string(field.names[Below(field.names.size())]);
      case Kind::kCurrency:
        return "EUR";
      case Kind::kType:
        return "ecommerce.search";
      case Kind::kId:
      case Kind::kText:
        return std::string(1 + Below(static_cast<std::uint64_t>(field.max)), 'x');
      case Kind::kList: {
        Json list = Json::array();
        for (std::uint64_t n = 1 + Below(3); n > 0; --n)
          list.push_back(AlmostFields(field.children));
        return list;
      }
    }
    return nullptr;
  }

  // NOLINTNEXTLINE(misc-no-recursion): as deep as the table
  Json AlmostFields(std::span<const FieldSpec> fields) {
    Json object = Json::object();
    for (const FieldSpec& field : fields) {
      const std::uint64_t chance = Below(20);
      if (chance == 0) object[KeyName(field.key)] = Any(2);
      if (chance > 8 || field.required) object[KeyName(field.key)] = Right(field);
    }
    if (Below(10) == 0) object[Name()] = Any(2);
    return object;
  }

  std::mt19937_64 random_;
};

void ExpectSound(const std::vector<FieldIssue>& issues) {
  EXPECT_LE(issues.size(), kIssuesMax);
  for (const FieldIssue& issue : issues) {
    EXPECT_TRUE(IsUtf8(issue.path) && IsUtf8(issue.reason));
    EXPECT_FALSE(issue.code.empty());
    EXPECT_FALSE(issue.reason.empty());
    EXPECT_LT(issue.path.size(), 300U);
    EXPECT_FALSE(HoldsCardNumber(issue.path)) << issue.path;
    EXPECT_FALSE(HoldsCardNumber(issue.reason)) << issue.reason;
  }
}

// True when the event was accepted.
bool ExpectSound(const Json& json, bool strict) {
  const auto parsed = ParseHostEvent(json, strict);
  if (const auto* issues = std::get_if<std::vector<FieldIssue>>(&parsed)) {
    EXPECT_FALSE(issues->empty());
    ExpectSound(*issues);
    return false;
  }
  const auto& accepted = std::get<HostEvent>(parsed);
  ExpectSound(accepted.left_out);
  Event event;
  event.sequence = Sequence{1};
  event.type = accepted.type;
  event.data = accepted.data;
  const auto stored = DecodeBody(EncodeBody(event, kEpoch), kEpoch, event.sequence, event.type, 0);
  EXPECT_TRUE(stored.ok());
  if (!stored.ok()) return false;
  EXPECT_EQ(*stored, event);
  // What was accepted is shown in a form that is accepted again and is the same.
  const auto shown = DataToJson(event.type, event.data, Audience::kLocal);
  const auto again = ParseHostEvent({{"type", TypeName(event.type)}, {"data", shown}}, true);
  const auto* same = std::get_if<HostEvent>(&again);
  if (same == nullptr) {
    // Only a required text that was left out for its card number is then missing.
    EXPECT_FALSE(accepted.left_out.empty()) << shown.dump();
  } else {
    EXPECT_EQ(same->data, accepted.data) << shown.dump();
  }
  return true;
}

TEST(HostEventProperty, AnswersAnyJson) {
  constexpr std::uint64_t kSeed = 20261122;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  JsonMaker maker(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    ExpectSound(maker.Any(5), round % 2 == 0);
    if (HasFailure()) break;
  }
}

TEST(HostEventProperty, AnswersAnyDataOfEveryType) {
  constexpr std::uint64_t kSeed = 42;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  JsonMaker maker(kSeed);
  for (int round = 0; round < 10'000; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    const auto types = AllTypes();
    const TypeSpec& type = types[static_cast<std::size_t>(round) % types.size()];
    ExpectSound({{"type", TypeName(type.type)}, {"data", maker.AnyObject(4)}}, round % 2 == 0);
    if (HasFailure()) break;
  }
}

TEST(HostEventProperty, StoresAndShowsWhateverItAccepts) {
  constexpr std::uint64_t kSeed = 4242;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  JsonMaker maker(kSeed);
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    SCOPED_TRACE(testing::Message() << "round " << round);
    if (ExpectSound(maker.AlmostEvent(), round % 2 == 0)) ++accepted;
    if (HasFailure()) break;
  }
  EXPECT_GT(accepted, 2'000);  // the property says nothing when nothing is accepted
}

}  // namespace
}  // namespace trayline::event
