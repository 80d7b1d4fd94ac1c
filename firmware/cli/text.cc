#include "firmware/cli/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "agent/base/money.h"
#include "firmware/cli/width.h"

namespace trayline::cli {
namespace {

std::string Formatted(const char* format, double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

// "2 x Chicken Bowl, 1 x Izze".
std::string LinesText(const Json& lines) {
  std::string text;
  for (const Json& line : lines) {
    if (!line.is_object()) continue;
    const std::string item =
        TextOf(line, "item_name", TextOf(line, "item_id", TextOf(line, "line_id", "?")));
    text += (text.empty() ? "" : ", ") + std::to_string(NumberOf(line, "quantity", 1)) + " x " +
            Printable(item);
  }
  return text;
}

std::string DataText(const Json& data) {
  std::string text;
  for (const auto& [key, value] : data.items()) {
    if (key == "lines") {
      text += " [" + LinesText(value) + "]";
    } else if (value.is_string()) {
      text += " " + Printable(key) + "=" + Printable(value.get_ref<const std::string&>());
    } else if (!value.is_array()) {
      text += " " + Printable(key) + "=" + Printable(value.dump());
    }
  }
  return text;
}

std::string PadTo(std::string text, std::size_t width) {
  const std::size_t has = DisplayWidth(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

}  // namespace

std::string Table(const std::vector<std::vector<std::string>>& rows) {
  constexpr std::size_t kGap = 2;
  std::vector<std::vector<std::string>> cells = rows;
  std::vector<std::size_t> widths;
  for (auto& row : cells) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = Printable(row[i]);
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string out;
  for (const auto& row : cells) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += PadTo(row[i], widths[i] + kGap);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string Duration(std::int64_t seconds) {
  std::array<char, 48> text{};
  seconds = std::max<std::int64_t>(seconds, 0);
  const auto h = static_cast<long long>(seconds / 3600);
  const auto m = static_cast<long long>(seconds / 60 % 60);
  const auto s = static_cast<long long>(seconds % 60);
  if (h >= 48) {
    std::snprintf(text.data(), text.size(), "%lldd %lldh", h / 24, h % 24);
  } else if (h > 0) {
    std::snprintf(text.data(), text.size(), "%lldh %02lldm", h, m);
  } else if (m > 0) {
    std::snprintf(text.data(), text.size(), "%lldm %02llds", m, s);
  } else {
    std::snprintf(text.data(), text.size(), "%llds", s);
  }
  return text.data();
}

std::string Bytes(std::int64_t bytes) {
  constexpr std::int64_t kKilo = 1000;
  constexpr std::int64_t kMega = kKilo * kKilo;
  constexpr std::int64_t kGiga = kKilo * kMega;
  // Each unit from where the one below would be rounded up to 1000 of it.
  const auto value = static_cast<double>(bytes);
  if (bytes >= kGiga - kMega / 20) return Formatted("%.1f GB", value / static_cast<double>(kGiga));
  if (bytes >= kMega - kKilo / 2) return Formatted("%.1f MB", value / static_cast<double>(kMega));
  if (bytes >= kKilo) return Formatted("%.0f kB", value / static_cast<double>(kKilo));
  return std::to_string(bytes) + " B";
}

std::string Count(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::ptrdiff_t sign = number < 0 ? 1 : 0;
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > sign; i -= 3) {
    digits.insert(static_cast<std::size_t>(i), 1, ',');
  }
  return digits;
}

std::string Amount(std::int64_t minor, const std::string& currency) {
  const auto known = Currency::Parse(currency);
  return known.ok() ? FormatMoney(minor, *known) : std::to_string(minor);
}

std::string EventLine(const Json& event) {
  constexpr std::size_t kSequenceWidth = 8;
  constexpr std::size_t kJourneyWidth = 7;
  constexpr std::size_t kTypeWidth = 28;
  std::string type = TextOf(event, "type");
  if (type.starts_with("trayline.")) type = type.substr(9);
  if (type.ends_with(".v1")) type.resize(type.size() - 3);
  // "journey/1795000000-17" as "j17", which `trayline journeys j17` takes.
  std::string subject = TextOf(event, "subject");
  subject = subject.starts_with("journey/") ? "j" + subject.substr(subject.rfind('-') + 1)
                                            : std::string("-");
  std::string time = TextOf(event, "time");
  if (time.size() >= 23) time = time.substr(11, 12);
  std::string sequence = std::to_string(CountOf(event, "sequence"));
  if (sequence.size() < kSequenceWidth) sequence.insert(0, kSequenceWidth - sequence.size(), ' ');
  const std::string line = sequence + "  " + Printable(time) + "  " +
                           PadTo(Printable(subject), kJourneyWidth) + " " +
                           PadTo(Printable(type), kTypeWidth);
  const std::string all = line + DataText(ObjectOf(event, "data"));
  return all.substr(0, all.find_last_not_of(' ') + 1);
}

}  // namespace trayline::cli
