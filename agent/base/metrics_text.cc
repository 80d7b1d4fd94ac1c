#include "agent/base/metrics_text.h"

namespace trayline {
namespace {

// The quote is escaped in label values only; in both a line must stay a line.
void AppendEscaped(std::string& out, std::string_view text, bool quoted) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || (quoted && c == '"')) out += '\\';
      out += c;
    }
  }
}

}  // namespace

void MetricsText::Begin(std::string_view name, std::string_view help, std::string_view type) {
  name_ = name;
  text_ += "# HELP " + name_ + " ";
  AppendEscaped(text_, help, false);
  text_ += "\n# TYPE " + name_ + " ";
  text_ += type;
  text_ += '\n';
}

void MetricsText::Value(std::uint64_t value) {
  text_ += name_ + " " + std::to_string(value) + "\n";
}

void MetricsText::Value(std::string_view label, std::string_view label_value, std::uint64_t value) {
  text_ += name_ + "{";
  text_ += label;
  text_ += "=\"";
  AppendEscaped(text_, label_value, true);
  text_ += "\"} " + std::to_string(value) + "\n";
}

void MetricsText::Counter(std::string_view name, std::string_view help, std::uint64_t value) {
  Counter(name, help);
  Value(value);
}

void MetricsText::Gauge(std::string_view name, std::string_view help, std::uint64_t value) {
  Gauge(name, help);
  Value(value);
}

}  // namespace trayline
