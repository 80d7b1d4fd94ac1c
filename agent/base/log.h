// Log: lines with a fixed name and fields, for people and for tools that read key=value. Handed
// around by reference; any thread may call. Floors 0 to 3 do not log. Never order contents,
// customer ids or tokens.
#ifndef TRAYLINE_AGENT_BASE_LOG_H_
#define TRAYLINE_AGENT_BASE_LOG_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "agent/base/mutex.h"
#include "agent/base/result.h"

namespace trayline {

// error: someone must come; warn: staff or HQ should act; info: rare life cycle; debug: per event.
enum class LogLevel { kDebug, kInfo, kWarn, kError };

// "debug", "info", "warn" or "error"; kRejected otherwise.
Result<LogLevel> ParseLogLevel(std::string_view text);

struct LogField {
  std::string_view key;
  std::variant<std::int64_t, std::string> value;

  template <typename T>
  requires std::is_integral_v<T> LogField(std::string_view k, T v)
      : key(k), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
};

class Log {
 public:
  using Sink = std::function<void(std::string_view line)>;

  // sink gets one line without its end; it is called under a lock, one line at a time.
  Log(LogLevel least, Sink sink) : least_(least), sink_(std::move(sink)) {}

  void Debug(std::string_view name, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kDebug, name, fields);
  }
  void Info(std::string_view name, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kInfo, name, fields);
  }
  void Warn(std::string_view name, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kWarn, name, fields);
  }
  void Error(std::string_view name, std::initializer_list<LogField> fields = {}) {
    Write(LogLevel::kError, name, fields);
  }

 private:
  void Write(LogLevel level, std::string_view name, std::initializer_list<LogField> fields)
      EXCLUDES(mutex_);

  const LogLevel least_;
  Mutex mutex_;
  Sink sink_ GUARDED_BY(mutex_);
};

// A log to standard error, as journald reads it: "<6>uplink.batch_acked count=12" (the number is
// the syslog priority of sd-daemon(3)); without the number when standard error is a terminal.
Log StderrLog(LogLevel least);
// A log that drops everything, for tests.
Log NullLog();

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_LOG_H_
