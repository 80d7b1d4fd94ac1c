#include "agent/event/spec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "agent/event/event_type.h"
#include "agent/event/key.h"
#include "agent/event/record.h"

namespace trayline::event {
namespace {

// Every field list of the table, with whether it stands at the top and inside a modifier.
struct Group {
  std::string name;
  std::span<const FieldSpec> fields;
  bool top;
  bool in_modifier;
  std::size_t depth;
};
std::vector<Group> AllGroups() {
  std::vector<Group> groups;
  for (const TypeSpec& type : AllTypes()) {
    groups.push_back({ShortTypeName(type.type), type.fields, true, false, 1});
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Group group = groups[i];
    for (const FieldSpec& field : group.fields) {
      if (field.kind != Kind::kList) continue;
      groups.push_back({group.name + "." + KeyName(field.key), field.children, false,
                        field.key == Key::kModifiers, group.depth + 1});
    }
  }
  return groups;
}

TEST(Spec, NumbersTypesByFamily) {
  std::set<std::string> names;
  std::string family;
  int family_number = 0;
  for (const TypeSpec& type : AllTypes()) {
    if (family != type.family) ++family_number;
    family = type.family;
    EXPECT_EQ(static_cast<int>(type.type) / 32, family_number) << ShortTypeName(type.type);
    EXPECT_TRUE(names.insert(ShortTypeName(type.type)).second) << ShortTypeName(type.type);
  }
  EXPECT_EQ(family_number, 6);
}

TEST(Spec, FindsEveryTypeByNumberAndByBothNames) {
  for (const TypeSpec& type : AllTypes()) {
    EXPECT_EQ(FindType(type.type), &type);
    EXPECT_EQ(TypeFromName(TypeName(type.type)), type.type);
    EXPECT_EQ(TypeFromName(ShortTypeName(type.type)), type.type);
  }
  EXPECT_EQ(FindType(static_cast<EventType>(0)), nullptr);
  EXPECT_EQ(FindType(static_cast<EventType>(95 - 1)), nullptr);
  EXPECT_EQ(FindType(static_cast<EventType>(65535)), nullptr);
}

TEST(Spec, NamesTypesInFullAndInShort) {
  EXPECT_EQ(TypeName(EventType::kAddToCart), "trayline.ecommerce.add_to_cart.v1");
  EXPECT_EQ(ShortTypeName(EventType::kAddToCart), "ecommerce.add_to_cart");
  EXPECT_EQ(TypeName(static_cast<EventType>(999)), "trayline.unknown.999.v1");
}

TEST(Spec, KnowsNoTypeByAnotherName) {
  for (const char* name :
       {"", ".", "trayline.", "trayline.v1", "trayline..v1", "trayline.ecommerce.add_to_cart",
        "trayline.ecommerce.add_to_cart.v2", "ecommerce.add_to_cart.v1", "add_to_cart",
        "ecommerce.", ".add_to_cart", "Ecommerce.add_to_cart", "trayline.unknown.999.v1"}) {
    EXPECT_EQ(TypeFromName(name), std::nullopt) << name;
  }
}

TEST(Spec, TakesFromHostsWhatHostsMaySend) {
  for (const TypeSpec& type : AllTypes()) {
    const std::string family(type.family);
    const bool host = type.type == EventType::kJourneyStarted || family == "ecommerce" ||
                      family == "order" || family == "payment" || family == "host";
    EXPECT_EQ(type.origin == Origin::kHost, host) << ShortTypeName(type.type);
  }
}

TEST(Spec, NeverShedsOrdersPaymentsAndOutcomes) {
  for (const TypeSpec& type : AllTypes()) {
    if (type.family == "order" || type.family == "payment" || type.family == "journey") {
      EXPECT_EQ(type.quota, QuotaClass::kOrder) << ShortTypeName(type.type);
    }
  }
  for (const EventType type : {EventType::kAddToCart, EventType::kPurchase, EventType::kViewCart}) {
    EXPECT_EQ(FindType(type)->quota, QuotaClass::kOrder);
  }
  for (const EventType type : {EventType::kViewItem, EventType::kSearch, EventType::kTouched}) {
    EXPECT_EQ(FindType(type)->quota, QuotaClass::kBrowsing);
  }
}

TEST(Spec, NamesEachFieldOnceAndReadably) {
  for (const Group& group : AllGroups()) {
    std::set<Key> keys;
    for (const FieldSpec& field : group.fields) {
      const std::string name = KeyName(field.key);
      EXPECT_TRUE(keys.insert(field.key).second) << group.name << "." << name;
      EXPECT_EQ(KeyFromName(name, group.in_modifier), field.key) << group.name << "." << name;
      EXPECT_EQ(FindField(group.fields, field.key), &field);
    }
  }
}

TEST(Spec, StaysWithinTheBoundsOfARecord) {
  for (const Group& group : AllGroups()) {
    EXPECT_LE(group.fields.size(), kRecordFieldsMax) << group.name;
    EXPECT_LE(group.depth, kRecordDepthMax) << group.name;
    for (const FieldSpec& field : group.fields) {
      const std::string name = group.name + "." + KeyName(field.key);
      EXPECT_LE(field.min, field.max) << name;
      if (field.kind == Kind::kId || field.kind == Kind::kText) {
        EXPECT_GE(field.max, 1) << name;
        EXPECT_LE(field.max, static_cast<std::int64_t>(kRecordTextMax)) << name;
      }
      if (field.kind == Kind::kList) {
        EXPECT_GE(field.max, 1) << name;
        EXPECT_LE(field.max, static_cast<std::int64_t>(kRecordListMax)) << name;
        EXPECT_FALSE(field.children.empty()) << name;
      }
      EXPECT_EQ(field.kind == Kind::kEnum, !field.names.empty()) << name;
    }
  }
}

// WithoutLocalFields looks at the top of data only.
TEST(Spec, HasLocalFieldsAtTheTopOnly) {
  for (const Group& group : AllGroups()) {
    for (const FieldSpec& field : group.fields) {
      const std::string name = group.name + "." + KeyName(field.key);
      const bool own = field.key == Key::kHost || field.key == Key::kJourneyRef;
      EXPECT_EQ(field.local, own) << name;
      EXPECT_TRUE(!field.local || group.top) << name;
    }
  }
}

// A key means one thing wherever it stands; only limits differ.
TEST(Spec, GivesAKeyTheSameKindEverywhere) {
  for (const Group& group : AllGroups()) {
    for (const FieldSpec& field : group.fields) {
      for (const Group& other : AllGroups()) {
        const FieldSpec* twin = FindField(other.fields, field.key);
        if (twin != nullptr) {
          EXPECT_EQ(twin->kind, field.kind) << group.name << "." << KeyName(field.key);
        }
      }
    }
  }
}

TEST(Key, HasANameForEveryNumber) {
  std::set<std::string> names;
  for (std::uint32_t number = 0; number <= std::numeric_limits<std::uint16_t>::max(); ++number) {
    const Key key = static_cast<Key>(number);
    const std::string name = KeyName(key);
    ASSERT_TRUE(names.insert(name).second) << name;
    if (key == Key::kModifierId) continue;
    const bool known = !name.starts_with("key_");
    ASSERT_EQ(KeyFromName(name, false), known ? std::optional(key) : std::nullopt) << name;
  }
  EXPECT_EQ(KeyName(static_cast<Key>(40'000)), "key_40000");
}

TEST(Key, TakesIdForAModifiersOnly) {
  EXPECT_EQ(KeyFromName("id", true), Key::kModifierId);
  EXPECT_EQ(KeyFromName("id", false), std::nullopt);
  EXPECT_EQ(KeyFromName("quantity", true), Key::kQuantity);
}

}  // namespace
}  // namespace trayline::event
