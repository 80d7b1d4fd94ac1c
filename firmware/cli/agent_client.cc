#include "firmware/cli/agent_client.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "agent/api/addresses.h"
#include "agent/platform/files.h"

namespace trayline::cli {
namespace {

constexpr const char* kDefaultConfig = "/etc/trayline/trayline.conf";
constexpr std::size_t kTokenFileMax = 256;
constexpr const char* kMayNot =
    "; run it with sudo, or as a member of the group that owns the folder";
constexpr const char* kStartIt =
    "start it (systemctl start traylined), or name its folder with --directory or its "
    "configuration with --config";

// A problem document's words, with the fields that it names. Whatever else answers at the address
// has its status.
std::string ProblemText(const Json& problem, int status) {
  std::string text = TextOf(problem, "detail", TextOf(problem, "title"));
  if (text.empty()) text = "the agent answered with HTTP status " + std::to_string(status);
  for (const Json& error : ListOf(problem, "errors")) {
    text += "\n  " + TextOf(error, "path", "?") + ": " + TextOf(error, "reason", "is wrong");
  }
  return text;
}

Errc CodeOf(int status) {
  switch (status) {
    case 404:
      return Errc::kNotFound;
    case 409:
      return Errc::kConflict;
    case 503:
      return Errc::kRetryLater;
    case 507:
      return Errc::kFull;
    default:
      return Errc::kRejected;
  }
}

// Why there is no address in a folder: the folder is not there, or not ours to read, or no daemon
// runs in it.
Error WhyNoAddress(const std::string& directory, const Error& error) {
  if (::access(directory.c_str(), R_OK | X_OK) != 0) {
    const int reason = errno;
    if (reason == EACCES) {
      return {Errc::kRejected, directory + ": this user may not look into it" + kMayNot};
    }
    return {Errc::kNotFound,
            directory + ": " + std::strerror(reason) + "; no traylined has run there; " + kStartIt};
  }
  if (error.code == Errc::kNotFound) {
    return {Errc::kNotFound, "no traylined runs in " + directory + "; " + kStartIt};
  }
  if (error.code == Errc::kCorrupt) {
    return {Errc::kCorrupt, error.text + "; restart traylined, which writes it anew"};
  }
  return {Errc::kRejected, error.text + kMayNot};
}

}  // namespace

Result<config::Config> LoadConfig(const Target& target) {
  std::string path = target.config_path;
  const char* from_environment = std::getenv("TRAYLINE_CONFIG");
  const bool named = !path.empty() || from_environment != nullptr;
  if (path.empty()) path = from_environment != nullptr ? from_environment : kDefaultConfig;
  Result<config::Config> config = config::ReadConfig(path);
  const bool by_folder = !target.directory.empty();
  if (!config.ok() && !named && (by_folder || config.error().code == Errc::kNotFound)) {
    config = config::Config{};
  }
  if (config.ok() && by_folder) config->directory = target.directory;
  return config;
}

AgentClient::AgentClient(http::Client client, std::string directory)
    : client_(std::move(client)), directory_(std::move(directory)) {}

Result<AgentClient> AgentClient::Find(const Target& target, Millis timeout) {
  const auto config = LoadConfig(target);
  if (!config) return config.error();
  const auto addresses = api::ReadAddresses(config::AddressPath(*config));
  if (!addresses) return WhyNoAddress(config->directory, addresses.error());
  // The socket serves reads to whoever may open it; who may not has the TCP door and the token.
  const bool by_socket =
      !addresses->unix_socket.empty() &&
      (addresses->http.empty() || ::access(addresses->unix_socket.c_str(), R_OK | W_OK) == 0);
  http::ClientOptions options;
  options.address = by_socket ? addresses->unix_socket : addresses->http;
  options.timeout = timeout;
  AgentClient agent(http::Client(options), config->directory);
  agent.pid_ = addresses->pid;
  agent.token_path_ = config::TokenPath(*config);
  auto token = platform::ReadSmallFile(agent.token_path_, kTokenFileMax);
  if (token.ok()) {
    agent.token_ = std::move(token).value();
    agent.token_.erase(agent.token_.find_last_not_of(" \r\n") + 1);
  } else {
    agent.token_problem_ = token.error().text;
  }
  return agent;
}

// The daemon that wrote the address may have been killed, hang, or be starting.
Error AgentClient::NoAnswer(const Error& reason) const {
  const std::string who = "traylined" + (pid_ > 0 ? " (pid " + std::to_string(pid_) + ")" : "");
  if (pid_ > 0 && ::kill(static_cast<pid_t>(pid_), 0) != 0 && errno == ESRCH) {
    return {Errc::kRetryLater, who + " has ended without stopping in order: no traylined runs in " +
                                   directory_ + "; " + kStartIt};
  }
  return {Errc::kRetryLater, who + " in " + directory_ + " does not answer: " + reason.text +
                                 "; see systemctl status traylined and journalctl -u traylined"};
}

Result<Json> AgentClient::Read(Result<http::ClientResponse> response) {
  if (!response) {
    return response.error().code == Errc::kRetryLater ? NoAnswer(response.error())
                                                      : response.error();
  }
  Json body = Json::parse(response->body, nullptr, false);
  if (response->status == 401) {
    const std::string why =
        token_problem_.empty()
            ? token_path_ + " holds another token than the agent's; restart traylined"
            : token_problem_ + kMayNot;
    return Error{Errc::kRejected, "the agent wants its token: " + why};
  }
  if (response->status / 100 != 2) {
    return Error{CodeOf(response->status), ProblemText(body, response->status)};
  }
  if (!body.is_object()) {
    return Error{Errc::kCorrupt,
                 "what answers for " + directory_ + " is no traylined; restart traylined"};
  }
  return body;
}

Result<Json> AgentClient::Get(const std::string& path) { return Read(client_.Get(path, token_)); }

Result<Json> AgentClient::Post(const std::string& path, const Json& body) {
  return Read(
      client_.Post(path, body.dump(-1, ' ', false, Json::error_handler_t::replace), token_));
}

}  // namespace trayline::cli
