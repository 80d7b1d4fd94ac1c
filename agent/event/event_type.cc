#include "agent/event/event_type.h"

#include "agent/event/spec.h"

namespace trayline::event {
namespace {

constexpr std::string_view kPrefix = "trayline.";
constexpr std::string_view kSuffix = ".v1";

}  // namespace

std::string ShortTypeName(EventType type) {
  const TypeSpec* spec = FindType(type);
  if (spec == nullptr) return "unknown." + std::to_string(static_cast<unsigned>(type));
  std::string name(spec->family);
  name += '.';
  name += spec->name;
  return name;
}

std::string TypeName(EventType type) {
  std::string name(kPrefix);
  name += ShortTypeName(type);
  name += kSuffix;
  return name;
}

std::optional<EventType> TypeFromName(std::string_view name) {
  if (name.starts_with(kPrefix)) {
    name.remove_prefix(kPrefix.size());
    if (!name.ends_with(kSuffix)) return std::nullopt;
    name.remove_suffix(kSuffix.size());
  }
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view family = name.substr(0, dot);
  const std::string_view rest = name.substr(dot + 1);
  for (const TypeSpec& spec : AllTypes()) {
    if (spec.name == rest && spec.family == family) return spec.type;
  }
  return std::nullopt;
}

}  // namespace trayline::event
