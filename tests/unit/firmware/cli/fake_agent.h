// FakeAgent: a folder with api.json and token as traylined leaves them, and a real HTTP server that
// answers as a test says. The test's thread drives it; handlers run on the server's threads.
#ifndef TRAYLINE_TESTS_UNIT_FIRMWARE_CLI_FAKE_AGENT_H_
#define TRAYLINE_TESTS_UNIT_FIRMWARE_CLI_FAKE_AGENT_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/api/addresses.h"
#include "agent/base/log.h"
#include "agent/base/mutex.h"
#include "agent/http/problem.h"
#include "agent/http/server.h"
#include "firmware/cli/agent_client.h"
#include "tests/fakes/temporary_folder.h"

namespace trayline::cli {

class FakeAgent {
 public:
  using Answer = std::function<http::Response(const http::Request&)>;

  explicit FakeAgent(Answer answer) : answer_(std::move(answer)) {
    Write("api.token", "t0ken\n");
    Start();
  }

  // A server at a new address, as after a restart.
  void Start() {
    http::ServerOptions options;
    options.unix_socket = use_socket_ ? folder_.File("trayline.sock") : "";
    http::Handler handler;
    handler.handle = [this](http::Request& request) {
      {
        MutexLock lock(mutex_);
        requests_.push_back(request);
      }
      return answer_(request);
    };
    server_ = std::make_unique<http::Server>(options, handler, log_);
    const Status started = server_->Start();
    ASSERT_TRUE(started.ok()) << started.error().text;
    WriteAddress(::getpid());
  }
  // Ends the server; the address stays behind, as after a kill.
  void Kill() { server_.reset(); }
  void UseTcpOnly() {
    Kill();
    use_socket_ = false;
    Start();
  }

  void WriteAddress(std::int64_t pid) {
    ASSERT_TRUE(api::WriteAddresses(
                    folder_.File("api.json"),
                    {server_->address(), use_socket_ ? folder_.File("trayline.sock") : "", pid})
                    .ok());
  }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_.File(name), std::ios::trunc) << text;
  }

  [[nodiscard]] Target target() const { return {{}, folder_.path()}; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }
  [[nodiscard]] std::string File(const std::string& name) const { return folder_.File(name); }
  [[nodiscard]] std::vector<http::Request> requests() {
    MutexLock lock(mutex_);
    return requests_;
  }
  // The bodies of what was posted.
  [[nodiscard]] std::vector<std::string> posted() {
    std::vector<std::string> bodies;
    for (const auto& request : requests()) {
      if (request.method == "POST") bodies.push_back(request.body);
    }
    return bodies;
  }

 private:
  Log log_ = NullLog();
  fakes::TemporaryFolder folder_;
  const Answer answer_;
  bool use_socket_ = true;
  Mutex mutex_;
  std::vector<http::Request> requests_ GUARDED_BY(mutex_);
  std::unique_ptr<http::Server> server_;
};

// What every command asks first.
inline Json StatusDocument(std::uint64_t last, std::int64_t speed = 200) {
  return Json{{"version", "0.1.0"},
              {"terminal", "demo/s001/k1"},
              {"device_class", "kiosk"},
              {"pid", 1},
              {"uptime_s", 61},
              {"clock", {{"state", "synced"}, {"speed", speed}}},
              {"journal",
               {{"epoch", 1795000000},
                {"first", last == 0 ? 0 : 1},
                {"last", last},
                {"waiting", 0},
                {"bytes", 4096},
                {"storage", "ok"}}},
              {"storage",
               {{"state", "ok"},
                {"reason", ""},
                {"used_bytes", 4096},
                {"quota_bytes", 256000000},
                {"free_bytes", 1000000000}}},
              {"engine", {{"open_journeys", 1}, {"recorded", last}, {"irregular", 0}}},
              {"uplink", {{"state", "connected"}, {"broker", "tcp://h:1"}}}};
}

}  // namespace trayline::cli

#endif  // TRAYLINE_TESTS_UNIT_FIRMWARE_CLI_FAKE_AGENT_H_
