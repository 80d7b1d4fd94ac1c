#include "firmware/cli/fields.h"

#include <limits>

namespace trayline::cli {
namespace {

const Json* Find(const Json& json, const char* name) {
  if (!json.is_object()) return nullptr;
  const auto it = json.find(name);
  return it == json.end() ? nullptr : &*it;
}

}  // namespace

std::string TextOf(const Json& json, const char* name, const std::string& fallback) {
  const Json* field = Find(json, name);
  return field != nullptr && field->is_string() ? field->get<std::string>() : fallback;
}

std::int64_t NumberOf(const Json& json, const char* name, std::int64_t fallback) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  const Json* field = Find(json, name);
  if (field == nullptr || !field->is_number_integer()) return fallback;
  if (field->is_number_unsigned() &&
      field->get<std::uint64_t>() > static_cast<std::uint64_t>(kMost)) {
    return kMost;
  }
  return field->get<std::int64_t>();
}

std::uint64_t CountOf(const Json& json, const char* name, std::uint64_t fallback) {
  const Json* field = Find(json, name);
  if (field == nullptr || !field->is_number_integer()) return fallback;
  if (!field->is_number_unsigned() && field->get<std::int64_t>() < 0) return 0;
  return field->get<std::uint64_t>();
}

bool FlagOf(const Json& json, const char* name) {
  const Json* field = Find(json, name);
  return field != nullptr && field->is_boolean() && field->get<bool>();
}

const Json& ObjectOf(const Json& json, const char* name) {
  static const Json none = Json::object();
  const Json* field = Find(json, name);
  return field != nullptr && field->is_object() ? *field : none;
}

const Json& ListOf(const Json& json, const char* name) {
  static const Json none = Json::array();
  const Json* field = Find(json, name);
  return field != nullptr && field->is_array() ? *field : none;
}

}  // namespace trayline::cli
