#include "tests/bench/processes.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace trayline::bench {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  std::string out = text.str();
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

Result<nlohmann::json> GetJson(const std::string& address, const std::string& path,
                               const std::string& token) {
  http::ClientOptions options;
  options.address = address;
  const auto response = http::Client(options).Get(path, token);
  if (!response) return response.error();
  auto json = nlohmann::json::parse(response->body, nullptr, false);
  if (response->status != 200 || json.is_discarded()) {
    return Error{Errc::kCorrupt, path + " answered " + std::to_string(response->status)};
  }
  return json;
}

}  // namespace

std::string Program(const std::string& name) { return std::string(TRAYLINE_BIN) + "/" + name; }

AgentProcess::AgentProcess(std::string directory, const std::string& broker_uri)
    : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ + "/trayline.conf")
      << "[terminal]\nid = \"demo/s001/k1\"\n[storage]\ndirectory = \"" << directory_
      << "\"\n[api]\nlisten = \"127.0.0.1:0\"\n[hq]\nbroker = \"" << broker_uri << "\"\n";
}

Status AgentProcess::Start(std::vector<std::string> command) {
  command.insert(command.end(), {"--config", directory_ + "/trayline.conf"});
  if (!child_.Start(command, directory_ + "/log")) {
    return Error{Errc::kRetryLater, command[0] + " cannot be started"};
  }
  const bool there = fault::Eventually([this] {
    const auto json = nlohmann::json::parse(ReadFile(directory_ + "/api.json"), nullptr, false);
    if (!json.is_object() || json.value("pid", 0) != child_.pid()) return false;
    address_ = json.value("http", std::string());
    token_ = ReadFile(directory_ + "/api.token");
    return ReadStatus().ok();
  });
  if (!there)
    return Error{Errc::kRetryLater, "the agent does not answer: " + ReadFile(directory_ + "/log")};
  return {};
}

Result<nlohmann::json> AgentProcess::ReadStatus() {
  return GetJson(address_, "/v1/status", token_);
}

Status HqProcess::Start(const std::string& directory, const std::string& broker_uri) {
  std::filesystem::create_directories(directory);
  const std::string file = directory + "/address";
  if (!child_.Start({Program("trayline-hq"), "--db", directory + "/hq.db", "--listen",
                     "127.0.0.1:0", "--broker", broker_uri, "--address-file", file},
                    directory + "/log")) {
    return Error{Errc::kRetryLater, "trayline-hq cannot be started"};
  }
  const bool there = fault::Eventually([&] {
    address_ = ReadFile(file);
    return !address_.empty() && Get("/v1/health").ok();
  });
  if (!there)
    return Error{Errc::kRetryLater,
                 "headquarters does not answer: " + ReadFile(directory + "/log")};
  return {};
}

Result<nlohmann::json> HqProcess::Get(const std::string& path) {
  return GetJson(address_, path, {});
}

}  // namespace trayline::bench
