#include "agent/base/log.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace trayline {
namespace {

std::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// Quotes a text when it is empty or holds a space, a quote, an equals sign, a backslash or a
// control character. Control characters become spaces: a line must stay one line, and a terminal
// that shows it must not obey it.
void AppendText(std::string& line, std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" \"=\\") == std::string_view::npos &&
                     std::none_of(text.begin(), text.end(), IsControl);
  if (plain) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') line += '\\';
    line += IsControl(c) ? ' ' : c;
  }
  line += '"';
}

}  // namespace

Result<LogLevel> ParseLogLevel(std::string_view text) {
  for (const auto level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    if (text == LevelName(level)) return level;
  }
  return Error{Errc::kRejected,
               "'" + std::string(text) + "' is not one of debug, info, warn, error"};
}

void Log::Write(LogLevel level, std::string_view name, std::initializer_list<LogField> fields) {
  if (level < least_) return;
  std::string line(LevelName(level));
  line += ' ';
  line += name;
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      line += std::to_string(*number);
    } else {
      AppendText(line, std::get<std::string>(field.value));
    }
  }
  MutexLock lock(mutex_);
  if (sink_) sink_(line);
}

Log StderrLog(LogLevel least) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  return Log(least, [terminal](std::string_view line) {
    const char* priority = "";
    if (!terminal) {
      priority = line.starts_with("error")  ? "<3>"
                 : line.starts_with("warn") ? "<4>"
                 : line.starts_with("info") ? "<6>"
                                            : "<7>";
    }
    std::fprintf(stderr, "%s%.*s\n", priority, static_cast<int>(line.size()), line.data());
  });
}

Log NullLog() { return Log(LogLevel::kError, nullptr); }

}  // namespace trayline
