// record: events from a file or standard input, sent as a host would send them.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include "firmware/cli/commands.h"
#include "firmware/cli/event_input.h"
#include "firmware/cli/text.h"
#include "firmware/cli/width.h"

namespace trayline::cli {
namespace {

constexpr std::size_t kBatchEvents = 256;
constexpr std::size_t kBatchBytes = 900'000;  // the API takes 1 MB with what surrounds them
constexpr std::size_t kInputMax =
    std::size_t{64} * 1024 * 1024;  // bytes; more comes in several files

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

Result<std::string> ReadInput(const std::string& name) {
  const bool standard = name == "-";
  if (standard && ::isatty(STDIN_FILENO) != 0) {
    Note("reading events from the keyboard; end with Ctrl-D");
  }
  std::error_code ignored;
  if (!standard && std::filesystem::is_directory(name, ignored)) {
    return Error{Errc::kRejected, name + " is a folder; name a file of events"};
  }
  const std::unique_ptr<std::FILE, CloseFile> file(standard ? stdin
                                                            : std::fopen(name.c_str(), "rb"));
  if (!file) return Error{Errc::kNotFound, name + " cannot be read: " + std::strerror(errno)};
  std::string text;
  std::string part(std::size_t{64} * 1024, '\0');
  for (std::size_t got = part.size(); got == part.size();) {
    got = std::fread(part.data(), 1, part.size(), file.get());
    text.append(part, 0, got);
    if (text.size() > kInputMax) {
      return Error{Errc::kFull, name + " holds more than 64 MB; give it in several files"};
    }
  }
  if (std::ferror(file.get()) != 0) {
    return Error{Errc::kRejected, name + " cannot be read: " + std::strerror(errno)};
  }
  return text;
}

bool IsStored(const std::string& status) {
  return status == "recorded" || status == "repeated" || status == "no_change";
}

std::string IssuesText(const Json& issues, const char* word) {
  std::string text;
  for (const Json& issue : issues) {
    text += std::string("\n    ") + word + " " + Printable(TextOf(issue, "path", "?")) + ": " +
            Printable(TextOf(issue, "reason", "is wrong"));
  }
  return text;
}

// "3: recorded as 17 in journey 1795000000-4"; number counts the input's events from 1.
std::string ResultText(std::size_t number, const Json& result) {
  std::string line = std::to_string(number) + ": " + TextOf(result, "status", "not answered");
  if (const auto sequence = CountOf(result, "sequence"); sequence > 0) {
    line += " as " + std::to_string(sequence);
  }
  const std::string journey = TextOf(result, "journey");
  if (!journey.empty()) line += " in journey " + journey;
  const std::string reason = TextOf(result, "reason");
  if (!reason.empty()) line += ": " + Printable(reason);
  return line + IssuesText(ListOf(result, "errors"), "error at") +
         IssuesText(ListOf(result, "left_out"), "left out") + "\n";
}

// Takes from events, from index on, what fits into one request; index is behind the last then.
Json NextBatch(const Json& events, std::size_t& index) {
  Json batch = Json::array();
  std::size_t bytes = 0;
  for (; index < events.size() && batch.size() < kBatchEvents; ++index) {
    bytes += events[index].dump(-1, ' ', false, Json::error_handler_t::replace).size() + 1;
    if (bytes > kBatchBytes && !batch.empty()) break;
    batch.push_back(events[index]);
  }
  return batch;
}

}  // namespace

int RecordEvents(const Target& target, const RecordOptions& options) {
  const auto text = ReadInput(options.file);
  if (!text) return Complain(text.error());
  const auto input = ParseEvents(*text);
  if (!input) return Complain(input.error().In(options.file == "-" ? "input" : options.file));
  auto agent = AgentClient::Find(target);
  if (!agent) return Complain(agent.error());
  const std::string host = !options.host.empty() ? options.host
                           : input->host.empty() ? "cli"
                                                 : input->host;
  bool all_stored = true;
  for (std::size_t index = 0; index < input->events.size();) {
    const std::size_t from = index;
    Json batch = NextBatch(input->events, index);
    const auto answer = agent->Post("/v1/events", Json{{"host", host},
                                                       {"strict", options.strict || input->strict},
                                                       {"events", std::move(batch)}});
    if (!answer) {
      Complain(answer.error());
      Note("event " + std::to_string(from + 1) + " of " + std::to_string(input->events.size()) +
           " and those behind it got no answer; send them again with the same ids, and none is "
           "recorded twice");
      return kNotDone;
    }
    if (options.json) ShowBytes(answer->dump() + "\n");
    const Json& results = ListOf(*answer, "results");
    for (std::size_t i = 0; i < index - from; ++i) {
      const Json& result = i < results.size() ? results[i] : Json::object();
      all_stored &= IsStored(TextOf(result, "status"));
      if (!options.json) Show(ResultText(from + i + 1, result));
    }
  }
  return all_stored ? kDone : kNotDone;
}

}  // namespace trayline::cli
