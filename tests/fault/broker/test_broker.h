// TestBroker: a real mosquitto of the test's own, on a free loopback port, configured like the
// deployments but without certificates and without persistence. One thread at a time. The
// destructor kills the process and removes its directory.
#ifndef TRAYLINE_TESTS_FAULT_BROKER_TEST_BROKER_H_
#define TRAYLINE_TESTS_FAULT_BROKER_TEST_BROKER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "agent/base/result.h"

namespace trayline::fault {

class TestBroker {
 public:
  // Returns once it accepts connections. kNotFound when mosquitto is not installed; kRetryLater
  // when it does not come up within kReadyMs.
  static Result<std::unique_ptr<TestBroker>> Start();
  ~TestBroker();
  TestBroker(const TestBroker&) = delete;
  TestBroker& operator=(const TestBroker&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // "tcp://127.0.0.1:<port>"
  [[nodiscard]] std::string uri() const;
  // SIGTERM and wait: connections are closed in order.
  void Stop();
  // SIGKILL and wait.
  void Kill();
  // The same port again, with nothing remembered; returns once it accepts connections.
  Status Restart();
  [[nodiscard]] bool running() const { return pid_ > 0; }

  static constexpr int kReadyMs = 10'000;

 private:
  TestBroker(std::string directory, std::uint16_t port)
      : directory_(std::move(directory)), port_(port) {}
  Status Spawn();
  void End(int signal);

  const std::string directory_;
  const std::uint16_t port_;
  pid_t pid_ = -1;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_BROKER_TEST_BROKER_H_
