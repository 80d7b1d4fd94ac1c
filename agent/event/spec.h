// What each event type is made of: who may send it, its fields with kinds and limits, and the
// quota class it is shed by. One table, read by validation, by the JSON form, by the documents of
// the API and by the wire (which leaves local fields out).
#ifndef TRAYLINE_AGENT_EVENT_SPEC_H_
#define TRAYLINE_AGENT_EVENT_SPEC_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "agent/event/event_type.h"
#include "agent/event/key.h"

namespace trayline::event {

enum class Kind : std::uint8_t {
  kInt,       // min..max
  kBool,      // true or false in JSON, 1 or 0 stored
  kEnum,      // a word of names, its place stored
  kCurrency,  // three letters in JSON, the ISO 4217 number stored
  kType,      // an event type: its short name in JSON, its number stored
  kId,        // a declared item, order, ticket or transaction id: 1..max bytes, no card check
  kText,      // free text: up to max bytes, refused when it looks like a card number
  kList,      // up to max records of children
};

struct FieldSpec {
  Key key;
  Kind kind;
  std::int64_t min = 0;  // least value of kInt, least records of kList
  std::int64_t max = 0;  // greatest value of kInt, bytes of a text, records of a list
  bool required = false;
  bool local = false;                            // never leaves the terminal
  std::span<const std::string_view> names = {};  // words of kEnum
  std::span<const FieldSpec> children = {};      // fields of a kList's records
};

enum class Origin : std::uint8_t { kHost, kOwn };

// What may be given up first when the disk is full (architecture.md, storage rules).
enum class QuotaClass : std::uint8_t { kBrowsing, kOffer, kOrder };

struct TypeSpec {
  EventType type;
  std::string_view family;  // "ecommerce"
  std::string_view name;    // "add_to_cart"
  Origin origin;
  QuotaClass quota;
  std::span<const FieldSpec> fields;
};

// All types, ordered by number.
std::span<const TypeSpec> AllTypes();
// Null for a type that this version does not know.
const TypeSpec* FindType(EventType type);
// Null when the type (or list) has no such field.
const FieldSpec* FindField(std::span<const FieldSpec> fields, Key key);

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_SPEC_H_
