#include "tests/fault/broker/test_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

namespace trayline::fault {
namespace {

constexpr const char* kProgram = "/usr/sbin/mosquitto";
constexpr int kAttempts = 5;  // somebody else may take the free port between finding and using it
constexpr std::chrono::milliseconds kStep{10};

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A port that was free a moment ago; 0 when the machine has none.
std::uint16_t FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  const bool ok = fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (fd >= 0) close(fd);
  return ok ? ntohs(address.sin_port) : 0;
}

bool Accepts(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const sockaddr_in address = Loopback(port);
  const bool ok = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return ok;
}

Result<std::string> MakeDirectory() {
  const char* base = std::getenv("TMPDIR");
  std::string path = std::string(base != nullptr ? base : "/tmp") + "/trayline-broker-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return Error{Errc::kFull, "no temporary directory"};
  return path;
}

void WriteConfig(const std::string& directory, std::uint16_t port) {
  std::ofstream out(directory + "/mosquitto.conf");
  out << "listener " << port << " 127.0.0.1\n"
      << "allow_anonymous true\n"
      << "persistence false\n"
      << "set_tcp_nodelay true\n"
      << "max_inflight_messages 200\n"
      << "max_packet_size 262144\n"
      << "user root\n";  // else it may change to a user that cannot read the directory
}

}  // namespace

Result<std::unique_ptr<TestBroker>> TestBroker::Start() {
  if (access(kProgram, X_OK) != 0) return Error{Errc::kNotFound, "mosquitto is not installed"};
  Error last{Errc::kRetryLater, "no free port"};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::uint16_t port = FreePort();
    auto directory = MakeDirectory();
    if (port == 0 || !directory.ok()) return Error{Errc::kFull, "no port or no directory"};
    std::unique_ptr<TestBroker> broker(new TestBroker(*std::move(directory), port));
    WriteConfig(broker->directory_, port);
    const Status spawned = broker->Spawn();
    if (spawned.ok()) return broker;
    last = spawned.error();
  }
  return last;
}

TestBroker::~TestBroker() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string TestBroker::uri() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

Status TestBroker::Spawn() {
  const std::string config = directory_ + "/mosquitto.conf";
  const std::string log = directory_ + "/mosquitto.log";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  std::array<char*, 4> args{const_cast<char*>(kProgram), const_cast<char*>("-c"),
                            const_cast<char*>(config.c_str()), nullptr};
  // Not fork(): threads of Paho's may exist, and a forked child of theirs is broken.
  const int error = posix_spawn(&pid_, kProgram, &actions, nullptr, args.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    pid_ = -1;
    return Error{Errc::kRetryLater, "mosquitto could not be started"};
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kReadyMs);
  while (std::chrono::steady_clock::now() < until) {
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      return Error{Errc::kRetryLater, "mosquitto ended at once, see " + log};
    }
    if (Accepts(port_)) return {};
    std::this_thread::sleep_for(kStep);
  }
  Kill();
  return Error{Errc::kRetryLater, "mosquitto does not accept connections, see " + log};
}

void TestBroker::Stop() { End(SIGTERM); }

void TestBroker::Kill() { End(SIGKILL); }

void TestBroker::End(int signal) {
  if (pid_ <= 0) return;
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

Status TestBroker::Restart() {
  Stop();
  return Spawn();
}

}  // namespace trayline::fault
