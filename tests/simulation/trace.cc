#include "tests/simulation/trace.h"

#include <array>
#include <cstdio>

namespace trayline::simulation {

void Trace::Note(std::string_view who, std::string_view what) {
  std::array<char, 32> time{};
  const long long ms = loop_.now().count();
  std::snprintf(time.data(), time.size(), "%7lld.%03lld ", ms / 1000, ms % 1000);
  std::string line(time.data());
  line.append(who).append(": ").append(what);
  for (std::size_t at = line.find(folder_); at != std::string::npos; at = line.find(folder_)) {
    line.erase(at, folder_.size());
  }
  if (all_) all_(line);
  lines_.push_back(std::move(line));
  if (lines_.size() > kLinesMax) lines_.pop_front();
}

std::string Trace::Text() const {
  std::string text;
  for (const std::string& line : lines_) text += line + "\n";
  return text;
}

}  // namespace trayline::simulation
