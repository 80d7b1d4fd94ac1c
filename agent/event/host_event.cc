#include "agent/event/host_event.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "agent/base/money.h"
#include "agent/base/text.h"
#include "agent/event/issue_list.h"
#include "agent/event/spec.h"

namespace trayline::event {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPathNameMax = 64;  // bytes of one foreign name that a path repeats

// A member's name as a step of a JSON pointer (RFC 6901). Foreign names are cut, and not repeated
// at all when they are no text or look like a card number.
std::string Step(std::string_view name) {
  if (!IsUtf8(name) || HoldsCardNumber(name)) return "/****";
  std::string step = "/";
  for (const char c : name) {
    const bool starts_character = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (step.size() >= kPathNameMax && starts_character) break;
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

std::string_view KindOf(const Json& value) {
  if (value.is_number_float()) return "a number with a fraction";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "true or false";
  if (value.is_array()) return "a list";
  if (value.is_object()) return "an object";
  return "something else";
}

std::string Wanted(std::string_view what, const Json& value) {
  std::string reason = "must be ";
  reason += what;
  reason += ", not ";
  reason += KindOf(value);
  return reason;
}

std::string BytesLimit(std::size_t limit) {
  return "must be at most " + std::to_string(limit) + " bytes";
}

// Hosts write null or "" for an id that they do not have; both mean that the field is not there.
bool IsAbsent(const Json& value, Kind kind) {
  return value.is_null() ||
         (kind == Kind::kId && value.is_string() && value.get_ref<const std::string&>().empty());
}

// Whether lines of this type say which line of the cart they mean.
bool ChangesCart(EventType type) {
  return type == EventType::kAddToCart || type == EventType::kRemoveFromCart ||
         type == EventType::kUpdateCartLine || type == EventType::kCartSnapshot;
}

// Reads one event. Every reader adds what is wrong to issues_ and goes on.
class Reader {
 public:
  explicit Reader(bool strict) : strict_(strict) {}

  std::variant<HostEvent, std::vector<FieldIssue>> Read(const Json& json) {
    if (!json.is_object()) {
      issues_.Add("", "wrong_type", Wanted("an object", json));
      return std::move(issues_).Take();
    }
    bool has_type = false;
    const Json* data = nullptr;
    for (const auto& [name, value] : json.items()) {
      if (name == "type") {
        has_type = true;
        ReadType(value);
      } else if (name == "id") {
        ReadId(value);
      } else if (name == "journey_ref") {
        ReadJourneyRef(value);
      } else if (name == "data") {
        data = &value;
      } else {
        Unknown(Step(name), value);
      }
    }
    if (!has_type) issues_.Add("/type", "missing", "every event needs a type");
    if (type_ != nullptr) ReadData(data);
    if (!issues_.empty()) return std::move(issues_).Take();
    event_.left_out = std::move(left_out_).Take();
    return std::move(event_);
  }

 private:
  void ReadType(const Json& value) {
    if (!value.is_string()) {
      issues_.Add("/type", "wrong_type", Wanted("a text", value));
      return;
    }
    const auto type = TypeFromName(value.get_ref<const std::string&>());
    const TypeSpec* spec = type ? FindType(*type) : nullptr;
    if (spec == nullptr) {
      issues_.Add("/type", "unknown_type",
                  "is not a type of this version, such as trayline.ecommerce.add_to_cart.v1");
    } else if (spec->origin != Origin::kHost) {
      issues_.Add("/type", "not_for_hosts",
                  ShortTypeName(*type) + " is recorded by the agent itself");
    } else {
      type_ = spec;
      event_.type = *type;
    }
  }

  void ReadId(const Json& value) {
    if (IsAbsent(value, Kind::kId)) return;
    if (value.is_string()) {
      std::string text;
      if (ReadText("/id", value, kHostIdMax, text)) event_.id = std::move(text);
    } else if (!value.is_number_integer()) {
      issues_.Add("/id", "wrong_type", Wanted("a whole number or a text", value));
    } else if (!InRange(value, 0, std::numeric_limits<std::int64_t>::max())) {
      issues_.Add("/id", "out_of_range", "must be from 0 to 9223372036854775807");
    } else {
      event_.id = value.get<std::uint64_t>();
    }
  }

  void ReadJourneyRef(const Json& value) {
    if (IsAbsent(value, Kind::kId)) return;
    if (!value.is_string()) {
      issues_.Add("/journey_ref", "wrong_type", Wanted("a text", value));
      return;
    }
    ReadText("/journey_ref", value, kJourneyRefMax, event_.journey_ref);
  }

  void ReadData(const Json* data) {
    if (data == nullptr || data->is_null()) {
      ReadFields("/data", Json::object(), type_->fields, false, event_.data);
    } else if (!data->is_object()) {
      issues_.Add("/data", "wrong_type", Wanted("an object", *data));
    } else {
      ReadFields("/data", *data, type_->fields, false, event_.data);
    }
  }

  // The fields of one object. in_modifier: "id" has its meaning there.
  // Recursive: as deep as the table's lists, never as deep as the input
  void ReadFields(const std::string& path, const Json& object, std::span<const FieldSpec> fields,
                  bool in_modifier, Record& out) {
    for (const auto& [name, value] : object.items()) {
      const auto key = KeyFromName(name, in_modifier);
      const FieldSpec* spec = key ? FindField(fields, *key) : nullptr;
      if (spec == nullptr) {
        Unknown(path + Step(name), value);
      } else if (spec->local) {
        Refuse(path + Step(name), "unknown_field", "is set by the agent, not by the host");
      } else if (!IsAbsent(value, spec->kind)) {
        ReadField(path + Step(name), value, *spec, out);
      }
    }
    for (const FieldSpec& field : fields) {
      if (!field.required) continue;
      const std::string name = KeyName(field.key);
      const auto found = object.find(name);
      if (found == object.end() || IsAbsent(*found, field.kind)) {
        issues_.Add(path + Step(name), "missing", "is required");
      }
    }
  }

  // Recursive: as deep as the table's lists
  void ReadField(const std::string& path, const Json& value, const FieldSpec& spec, Record& out) {
    switch (spec.kind) {
      case Kind::kInt:
        return ReadInt(path, value, spec, out);
      case Kind::kBool:
        if (!value.is_boolean()) {
          issues_.Add(path, "wrong_type", Wanted("true or false", value));
        } else {
          out.Set(spec.key, value.get<bool>());
        }
        return;
      case Kind::kEnum:
        return ReadWord(path, value, spec, out);
      case Kind::kCurrency:
        return ReadCurrency(path, value, spec, out);
      case Kind::kType:
        return ReadTypeName(path, value, spec, out);
      case Kind::kId:
      case Kind::kText:
        return ReadTextField(path, value, spec, out);
      case Kind::kList:
        return ReadList(path, value, spec, out);
    }
  }

  void ReadInt(const std::string& path, const Json& value, const FieldSpec& spec, Record& out) {
    if (!value.is_number_integer()) {
      const bool money = KeyName(spec.key).ends_with("_minor");
      issues_.Add(path, "wrong_type",
                  Wanted(money ? "whole minor units (cents, not 12.5)" : "a whole number", value));
    } else if (!InRange(value, spec.min, spec.max)) {
      issues_.Add(path, "out_of_range",
                  "must be from " + std::to_string(spec.min) + " to " + std::to_string(spec.max));
    } else {
      out.Set(spec.key, value.get<std::int64_t>());
    }
  }

  void ReadWord(const std::string& path, const Json& value, const FieldSpec& spec, Record& out) {
    if (!value.is_string()) {
      issues_.Add(path, "wrong_type", Wanted("a word", value));
      return;
    }
    const auto& word = value.get_ref<const std::string&>();
    std::string allowed;
    for (std::size_t i = 0; i < spec.names.size(); ++i) {
      if (word == spec.names[i]) {
        out.Set(spec.key, static_cast<std::int64_t>(i));
        return;
      }
      if (i > 0) allowed += ", ";
      allowed += spec.names[i];
    }
    issues_.Add(path, "unknown_word", "must be one of " + allowed);
  }

  void ReadCurrency(const std::string& path, const Json& value, const FieldSpec& spec,
                    Record& out) {
    if (!value.is_string()) {
      issues_.Add(path, "wrong_type", Wanted("three letters", value));
      return;
    }
    const auto currency = Currency::Parse(value.get_ref<const std::string&>());
    if (!currency) {
      issues_.Add(path, "unknown_word", "must be an ISO 4217 code such as EUR or JPY");
      return;
    }
    out.Set(spec.key, std::int64_t{currency->numeric()});
  }

  void ReadTypeName(const std::string& path, const Json& value, const FieldSpec& spec,
                    Record& out) {
    if (!value.is_string()) {
      issues_.Add(path, "wrong_type", Wanted("a text", value));
      return;
    }
    const auto type = TypeFromName(value.get_ref<const std::string&>());
    if (!type) {
      issues_.Add(path, "unknown_word", "must be an event type such as ecommerce.add_to_cart");
      return;
    }
    out.Set(spec.key, *type);
  }

  void ReadTextField(const std::string& path, const Json& value, const FieldSpec& spec,
                     Record& out) {
    if (!value.is_string()) {
      issues_.Add(path, "wrong_type", Wanted("a text in quotes", value));
      return;
    }
    if (spec.kind == Kind::kText && HoldsCardNumber(value.get_ref<const std::string&>())) {
      left_out_.Add(path, "card_number", "looks like a card number, which is never stored");
      return;
    }
    std::string text;
    if (ReadText(path, value, static_cast<std::size_t>(spec.max), text)) {
      out.Set(spec.key, std::move(text));
    }
  }

  // Recursive: as deep as the table's lists
  void ReadList(const std::string& path, const Json& value, const FieldSpec& spec, Record& out) {
    if (!value.is_array()) {
      issues_.Add(path, "wrong_type", Wanted("a list", value));
      return;
    }
    if (value.size() > static_cast<std::size_t>(spec.max)) {
      issues_.Add(path, "too_many", "must have at most " + std::to_string(spec.max) + " entries");
      return;
    }
    if (value.size() < static_cast<std::size_t>(spec.min)) {
      issues_.Add(path, "out_of_range",
                  "must have at least " + std::to_string(spec.min) + " entries");
      return;
    }
    RecordList list;
    list.reserve(value.size());
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string entry = path + "/" + std::to_string(i);
      if (!value[i].is_object()) {
        issues_.Add(entry, "wrong_type", Wanted("an object", value[i]));
        continue;
      }
      ReadFields(entry, value[i], spec.children, spec.key == Key::kModifiers, list.emplace_back());
      if (spec.key == Key::kLines) CheckLineIdentity(entry, value[i]);
    }
    out.Set(spec.key, std::move(list));
  }

  void CheckLineIdentity(const std::string& path, const Json& line) {
    if (!ChangesCart(type_->type)) return;
    for (const char* name : {"line_id", "item_id"}) {
      const auto found = line.find(name);
      if (found != line.end() && !IsAbsent(*found, Kind::kId)) return;
    }
    issues_.Add(path + "/item_id", "missing", "a line of the cart needs an item_id or a line_id");
  }

  static bool InRange(const Json& value, std::int64_t min, std::int64_t max) {
    if (value.is_number_unsigned()) {
      const auto number = value.get<std::uint64_t>();
      return std::cmp_greater_equal(number, min) && std::cmp_less_equal(number, max);
    }
    const auto number = value.get<std::int64_t>();
    return number >= min && number <= max;
  }

  // value is a string. False, with the reason added, when it is not a text of at most limit bytes.
  bool ReadText(const std::string& path, const Json& value, std::size_t limit, std::string& out) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > limit) {
      issues_.Add(path, "too_long", BytesLimit(limit));
      return false;
    }
    if (!IsUtf8(text)) {
      issues_.Add(path, "not_utf8", "must be UTF-8");
      return false;
    }
    out = text;
    return true;
  }

  void Unknown(std::string path, const Json& value) {
    if (!strict_ && value.is_string() && HoldsCardNumber(value.get_ref<const std::string&>())) {
      Refuse(std::move(path), "card_number", "looks like a card number, which is never stored");
    } else {
      Refuse(std::move(path), "unknown_field", "is not a field of this type");
    }
  }

  // A field that is not the host's to send: left out, or in strict mode the end of the event.
  void Refuse(std::string path, std::string_view code, std::string reason) {
    (strict_ ? issues_ : left_out_).Add(std::move(path), code, std::move(reason));
  }

  const bool strict_;
  const TypeSpec* type_ = nullptr;
  HostEvent event_;
  IssueList issues_;
  IssueList left_out_;
};

}  // namespace

std::variant<HostEvent, std::vector<FieldIssue>> ParseHostEvent(const Json& json, bool strict) {
  return Reader(strict).Read(json);
}

}  // namespace trayline::event
