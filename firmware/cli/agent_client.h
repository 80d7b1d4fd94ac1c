// AgentClient: the local API of a running traylined, for the commands. It finds the daemon through
// its configuration, prefers the Unix socket, and turns what goes wrong into a sentence that says
// what to do. One thread.
#ifndef TRAYLINE_FIRMWARE_CLI_AGENT_CLIENT_H_
#define TRAYLINE_FIRMWARE_CLI_AGENT_CLIENT_H_

#include <cstdint>
#include <string>

#include "agent/base/result.h"
#include "agent/http/client.h"
#include "firmware/cli/fields.h"
#include "firmware/config/config.h"

namespace trayline::cli {

// Where to look for the daemon: a configuration file, or its folder directly.
struct Target {
  std::string config_path;  // empty: $TRAYLINE_CONFIG, else /etc/trayline/trayline.conf
  std::string directory;    // when given, it wins over the configuration's
};

// The configuration that target names. The defaults when no file is named and none is installed, or
// when the folder is given and the installed file, which nobody named, cannot be used.
Result<config::Config> LoadConfig(const Target& target);

class AgentClient {
 public:
  // Reads the daemon's address and its token, connects to nothing. kNotFound: no daemon has left an
  // address there; kRejected: this user may not look, or the configuration is wrong; kCorrupt: what
  // lies there is damaged.
  static Result<AgentClient> Find(const Target& target, Millis timeout = Millis(10'000));

  // Blocks at most for the timeout. A 2xx answer's document; any other answer as an Error whose
  // text is the problem's own words with the fields that it names. kRetryLater: nobody answers, or
  // the agent is busy or stopping; kFull: its disk is full; kNotFound, kConflict, kRejected.
  Result<Json> Get(const std::string& path);
  Result<Json> Post(const std::string& path, const Json& body);

  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  AgentClient(http::Client client, std::string directory);
  Result<Json> Read(Result<http::ClientResponse> response);
  [[nodiscard]] Error NoAnswer(const Error& reason) const;

  http::Client client_;
  std::string directory_;
  std::string token_;
  std::string token_path_;
  std::string token_problem_;  // why there is no token
  std::int64_t pid_ = 0;
};

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_AGENT_CLIENT_H_
