// A site of real processes: agents and a headquarters, each in a folder of its own below one
// temporary folder that goes when the test has passed and stays when it has failed. One thread.
#ifndef TRAYLINE_TESTS_SYSTEM_SITE_H_
#define TRAYLINE_TESTS_SYSTEM_SITE_H_

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/http/client.h"
#include "tests/fault/child/child.h"

namespace trayline::system_test {

using fault::Child;
using fault::Eventually;
using Json = nlohmann::json;

// Below the folder for temporary files; removed by the destructor unless the test has failed.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// traylined as terminal demo/s001/<name>.
class Agent {
 public:
  Agent(const Folder& folder, const std::string& name, const std::string& broker_uri,
        const std::string& more_config = {});

  // Words before the command from the next start on, "env" and variables for example.
  void Under(std::vector<std::string> words) { before_ = std::move(words); }
  // Starts the process and waits until it answers; false when it does not.
  bool Start();
  // Where it serves now; it begins anew within its process when its journal is damaged.
  bool FindAddress();
  void Kill() { child_.Kill(); }
  std::optional<int> Stop() { return child_.Stop(); }
  [[nodiscard]] bool running() const { return child_.running(); }

  // The answer's document when there was one with status 200.
  std::optional<Json> Get(const std::string& path);
  // A record call; nullopt when there was no answer or none that says that it is recorded.
  std::optional<Json> Post(const Json& body);
  // Any status; 0 when nothing answered.
  int PostStatus(const std::string& body, std::string* answer = nullptr);
  // All events of the journal.
  std::vector<Json> Events();
  std::uint64_t Number(const std::string& section, const std::string& name);
  // HQ has acknowledged everything.
  bool Drained();

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::string& terminal() const { return terminal_; }
  [[nodiscard]] std::string log_file() const { return directory_ + "/log"; }

 private:
  std::string directory_;
  std::string terminal_;
  std::string token_;
  std::vector<std::string> before_;
  std::optional<http::Client> client_;
  Child child_;
};

class Hq {
 public:
  Hq(const Folder& folder, std::string broker_uri);

  // As for an agent.
  void Under(std::vector<std::string> words) { before_ = std::move(words); }
  bool Start();
  void Kill() { child_.Kill(); }
  std::optional<int> Stop() { return child_.Stop(); }
  [[nodiscard]] bool running() const { return child_.running(); }
  [[nodiscard]] const std::string& directory() const { return directory_; }

  std::optional<Json> Get(const std::string& path);
  // Everything received has been folded into journeys and the books balance.
  bool Reconciles();
  // sequence -> type number, read from the database file itself.
  std::map<std::uint64_t, std::int64_t> Events(const std::string& terminal, std::uint64_t epoch);

 private:
  std::string directory_;
  std::string broker_uri_;
  std::vector<std::string> before_;
  std::optional<http::Client> client_;
  Child child_;
};

// One event of a batch.
Json Event(const std::string& type, Json data = Json::object(), std::uint64_t id = 0,
           const std::string& ref = {});
Json Batch(std::vector<Json> events, const std::string& host = "kiosk");
// Data with one line.
Json OneLine(const std::string& item, std::int64_t unit_price_minor = 875);

// Everything that this agent's journal holds now arrives at HQ, once, without a gap. Adds a failure
// for each difference.
void ExpectAllAtHq(Agent& agent, Hq& hq);

}  // namespace trayline::system_test

#endif  // TRAYLINE_TESTS_SYSTEM_SITE_H_
