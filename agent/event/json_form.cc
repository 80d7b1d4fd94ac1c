#include "agent/event/json_form.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "agent/base/money.h"
#include "agent/base/text.h"
#include "agent/base/time.h"
#include "agent/event/spec.h"

namespace trayline::event {
namespace {

using Json = nlohmann::ordered_json;

// A text that JSON may hold. What is stored was checked when it was recorded; bytes that came over
// the wire from a damaged terminal were not, and a writer of JSON would throw at them.
std::string Printable(std::string_view text) {
  std::string out(text);
  if (IsUtf8(text)) return out;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

Json CurrencyToJson(std::int64_t number) {
  if (std::in_range<std::uint16_t>(number)) {
    const auto currency = CurrencyFromNumeric(static_cast<std::uint16_t>(number));
    if (currency) return std::string(currency->code());
  }
  return number;
}

Json TypeToJson(std::int64_t number) {
  if (!std::in_range<std::uint16_t>(number)) return number;
  return ShortTypeName(static_cast<EventType>(number));
}

// A stored number as its field's kind shows it; as it is when it is beyond what this version knows.
Json NumberToJson(std::int64_t number, const FieldSpec* spec) {
  if (spec == nullptr) return number;
  switch (spec->kind) {
    case Kind::kBool:
      return number != 0;
    case Kind::kEnum:
      if (number < 0 || static_cast<std::uint64_t>(number) >= spec->names.size()) return number;
      return std::string(spec->names[static_cast<std::size_t>(number)]);
    case Kind::kCurrency:
      return CurrencyToJson(number);
    case Kind::kType:
      return TypeToJson(number);
    case Kind::kInt:
    case Kind::kId:
    case Kind::kText:
    case Kind::kList:
      break;
  }
  return number;
}

bool IsHidden(const FieldSpec* spec, Audience audience) {
  return audience == Audience::kOutside && spec != nullptr && spec->local;
}

// Recursive: as deep as a record is, kRecordDepthMax
Json RecordToJson(std::span<const FieldSpec> fields, const Record& record, Audience audience) {
  Json out = Json::object();
  for (const Field& field : record.fields()) {
    const FieldSpec* spec = FindField(fields, field.key);
    if (IsHidden(spec, audience)) continue;
    Json& value = out[KeyName(field.key)];
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      value = NumberToJson(*number, spec);
    } else if (const auto* text = std::get_if<std::string>(&field.value)) {
      value = Printable(*text);
    } else {
      value = Json::array();
      const auto children = spec == nullptr ? std::span<const FieldSpec>() : spec->children;
      for (const Record& child : std::get<RecordList>(field.value)) {
        value.push_back(RecordToJson(children, child, audience));
      }
    }
  }
  return out;
}

std::span<const FieldSpec> FieldsOf(EventType type) {
  const TypeSpec* spec = FindType(type);
  return spec == nullptr ? std::span<const FieldSpec>() : spec->fields;
}

std::string HexDigits(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

std::string_view ClockName(ClockState state) {
  const auto i = static_cast<std::size_t>(state);
  return i < kClockStateNames.size() ? kClockStateNames[i] : std::string_view("unsynced");
}

}  // namespace

Json DataToJson(EventType type, const Record& data, Audience audience) {
  return RecordToJson(FieldsOf(type), data, audience);
}

Json ToJson(const Event& event, const TerminalId& terminal, Epoch epoch, Audience audience) {
  Json out = Json::object();
  out["specversion"] = "1.0";
  out["id"] = std::to_string(epoch.value) + "-" + std::to_string(event.sequence.value);
  out["type"] = TypeName(event.type);
  out["source"] = ToSource(terminal);
  if (!event.journey.IsNone()) out["subject"] = "journey/" + ToText(event.journey);
  out["sequence"] = event.sequence.value;
  out["epoch"] = epoch.value;
  out["time"] = FormatRfc3339(event.time, event.offset_minutes);
  out["boot"] = event.boot;
  out["mono_ms"] = ToMs(event.mono);
  out["clock"] = std::string(ClockName(event.clock));
  if (event.training) out["training"] = true;
  if (event.bundle != 0) out["bundle"] = HexDigits(event.bundle);
  out["data"] = DataToJson(event.type, event.data, audience);
  return out;
}

// Local fields stand at the top of data only; a test holds the table to it.
Record WithoutLocalFields(EventType type, const Record& data) {
  Record out = data;
  for (const FieldSpec& field : FieldsOf(type)) {
    if (field.local) out.Remove(field.key);
  }
  return out;
}

}  // namespace trayline::event
