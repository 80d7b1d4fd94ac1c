// The processes that a benchmark measures: an agent, a broker, headquarters, each in a folder of
// the benchmark's own. Main thread; destructors stop what was started.
#ifndef TRAYLINE_TESTS_BENCH_PROCESSES_H_
#define TRAYLINE_TESTS_BENCH_PROCESSES_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/http/client.h"
#include "tests/bench/folder.h"
#include "tests/fault/child/child.h"

namespace trayline::bench {

class AgentProcess {
 public:
  // Writes the configuration; nothing is started.
  AgentProcess(std::string directory, const std::string& broker_uri);

  // command is what stands before the program's own words, its path last: {".../traylined"}.
  Status Start(std::vector<std::string> command);
  void Stop() { child_.Stop(); }
  void Kill() { child_.Kill(); }

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }
  Result<nlohmann::json> ReadStatus();

 private:
  const std::string directory_;
  std::string address_;
  std::string token_;
  fault::Child child_;
};

class HqProcess {
 public:
  Status Start(const std::string& directory, const std::string& broker_uri);
  Result<nlohmann::json> Get(const std::string& path);
  [[nodiscard]] pid_t pid() const { return child_.pid(); }

 private:
  std::string address_;
  fault::Child child_;
};

// Path of a program built beside the benchmarks.
std::string Program(const std::string& name);

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_PROCESSES_H_
