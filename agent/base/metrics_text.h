// MetricsText: writes figures in the text form that Prometheus reads
// (https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4). Value type.
#ifndef TRAYLINE_AGENT_BASE_METRICS_TEXT_H_
#define TRAYLINE_AGENT_BASE_METRICS_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace trayline {

inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

class MetricsText {
 public:
  // Begins a metric. name: [a-zA-Z_:][a-zA-Z0-9_:]*, with its unit; a counter's ends in _total.
  void Counter(std::string_view name, std::string_view help) { Begin(name, help, "counter"); }
  void Gauge(std::string_view name, std::string_view help) { Begin(name, help, "gauge"); }

  // One figure of the metric that was begun last, without or with one label.
  void Value(std::uint64_t value);
  void Value(std::string_view label, std::string_view label_value, std::uint64_t value);

  // A metric of one figure.
  void Counter(std::string_view name, std::string_view help, std::uint64_t value);
  void Gauge(std::string_view name, std::string_view help, std::uint64_t value);

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void Begin(std::string_view name, std::string_view help, std::string_view type);

  std::string name_;
  std::string text_;
};

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_METRICS_TEXT_H_
