#include "agent/base/ids.h"

#include <algorithm>
#include <charconv>

namespace trayline {
namespace {

bool ParseNumber(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

// As much of a foreign text as an error repeats.
std::string Quoted(std::string_view text) { return std::string(text.substr(0, 64)); }

Error BadPart(std::string_view name, std::string_view part) {
  return Error{Errc::kRejected, std::string(name) + " '" + Quoted(part) +
                                    "' must be 1 to 20 characters of a-z and 0-9"};
}

}  // namespace

std::string ToText(const JourneyId& id) {
  return std::to_string(id.epoch.value) + "-" + std::to_string(id.number);
}

Result<JourneyId> ParseJourneyId(std::string_view text) {
  const auto hyphen = text.find('-');
  JourneyId id;
  if (hyphen == std::string_view::npos || !ParseNumber(text.substr(0, hyphen), id.epoch.value) ||
      !ParseNumber(text.substr(hyphen + 1), id.number)) {
    return Error{Errc::kRejected, "'" + Quoted(text) + "' is not <epoch>-<number>"};
  }
  return id;
}

bool IsIdentityPart(std::string_view part) {
  return !part.empty() && part.size() <= kIdentityPartMax &&
         std::all_of(part.begin(), part.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

Result<TerminalId> ParseTerminalId(std::string_view text) {
  const auto first = text.find('/');
  const auto second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos) {
    return Error{Errc::kRejected, "'" + Quoted(text) + "' is not tenant/store/terminal"};
  }
  const auto tenant = text.substr(0, first);
  const auto store = text.substr(first + 1, second - first - 1);
  const auto terminal = text.substr(second + 1);
  if (!IsIdentityPart(tenant)) return BadPart("tenant", tenant);
  if (!IsIdentityPart(store)) return BadPart("store", store);
  if (!IsIdentityPart(terminal)) return BadPart("terminal", terminal);
  return TerminalId{std::string(tenant), std::string(store), std::string(terminal)};
}

std::string ToText(const TerminalId& id) { return id.tenant + "/" + id.store + "/" + id.terminal; }

std::string ToUnit(const TerminalId& id) { return id.tenant + "-" + id.store + "-" + id.terminal; }

std::string ToSource(const TerminalId& id) {
  return "/t/" + id.tenant + "/s/" + id.store + "/k/" + id.terminal;
}

}  // namespace trayline
