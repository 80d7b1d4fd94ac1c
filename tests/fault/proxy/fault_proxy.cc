#include "tests/fault/proxy/fault_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/fault/proxy/mqtt_link.h"

namespace trayline::fault {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBacklog = 128;
constexpr std::size_t kBufferMax =
    std::size_t{256} * 1024;    // bytes kept each way while the other side is slow
constexpr Millis kIdle{1'000};  // only a safety net: every change wakes the thread

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Error Failed(const std::string& what) {
  return Error{Errc::kRetryLater, what + ": " + std::strerror(errno)};
}

Result<int> ListenOn(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed("socket");
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = Loopback(port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, kBacklog) != 0) {
    const Error error = Failed("listening on port " + std::to_string(port));
    close(fd);
    return error;
  }
  return fd;
}

std::uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// Closes with RST instead of FIN, and drops what is not sent yet.
void Reset(int fd) {
  const linger hard{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close(fd);
}

void NoDelay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

std::optional<ProxyMode> ParseProxyMode(std::string_view word) {
  if (word == "pass") return ProxyMode::kPass;
  if (word == "hole") return ProxyMode::kHole;
  if (word == "cut") return ProxyMode::kCut;
  if (word == "refuse") return ProxyMode::kRefuse;
  return std::nullopt;
}

// One relayed connection: what was read from one side and is not yet written to the other.
struct FaultProxy::Relay {
  struct Way {
    MqttWay name;
    int from;
    int to;
    std::string buffer;
    bool ended = false;  // from has sent its FIN
    bool passed_on = false;
  };

  Relay(int client, int server, MqttPlan& plan)
      : ways{{{MqttWay::kToBroker, client, server, {}}, {MqttWay::kToClient, server, client, {}}}},
        link(plan) {}

  std::array<Way, 2> ways;
  MqttLink link;
  bool dead = false;

  [[nodiscard]] bool Reads(const Way& way) const {
    return !way.ended && way.buffer.size() + link.waiting(way.name) < kBufferMax;
  }

  // Reads and writes what is possible now; returns bytes written.
  std::size_t Move(Way& way) {
    std::array<char, 16'384> block;
    while (Reads(way)) {
      const ssize_t got = recv(way.from, block.data(), block.size(), 0);
      if (got == 0) way.ended = true;
      if (got < 0 && !WouldBlock()) dead = true;
      if (got <= 0) break;
      link.Feed(way.name, {block.data(), static_cast<std::size_t>(got)}, Clock::now());
    }
    if (way.ended) link.End(way.name, Clock::now());
    link.Release(way.name, Clock::now(), way.buffer);
    std::size_t written = 0;
    while (written < way.buffer.size()) {
      const ssize_t put =
          send(way.to, way.buffer.data() + written, way.buffer.size() - written, MSG_NOSIGNAL);
      if (put < 0 && !WouldBlock() && errno != ENOTCONN) dead = true;
      if (put <= 0) break;
      written += static_cast<std::size_t>(put);
    }
    way.buffer.erase(0, written);
    if (way.ended && way.buffer.empty() && link.waiting(way.name) == 0 && !way.passed_on) {
      shutdown(way.to, SHUT_WR);
      way.passed_on = true;
    }
    return written;
  }
};

Result<std::unique_ptr<FaultProxy>> FaultProxy::Start(std::uint16_t listen_port,
                                                      std::uint16_t target_port) {
  auto listener = ListenOn(listen_port);
  if (!listener.ok()) return listener.error();
  std::array<int, 2> wake{};
  if (pipe2(wake.data(), O_NONBLOCK | O_CLOEXEC) != 0) {
    const Error error = Failed("pipe");
    close(*listener);
    return error;
  }
  return std::unique_ptr<FaultProxy>(
      new FaultProxy(*listener, PortOf(*listener), target_port, wake[0], wake[1]));
}

FaultProxy::FaultProxy(int listener, std::uint16_t port, std::uint16_t target_port, int wake_read,
                       int wake_write)
    : port_(port),
      target_port_(target_port),
      wake_read_(wake_read),
      wake_write_(wake_write),
      listener_(listener),
      thread_([this] { Run(); }) {}

FaultProxy::~FaultProxy() {
  Order order;
  order.stop = true;
  Give(order);
  thread_.join();
  close(wake_read_);
  close(wake_write_);
}

void FaultProxy::SetMode(ProxyMode mode) {
  Order order;
  order.mode = mode;
  Give(order);
}

void FaultProxy::CutOnce() {
  Order order;
  {
    MutexLock lock(mutex_);
    order.mode = wanted_.mode;
  }
  order.cut = true;
  Give(order);
}

void FaultProxy::Give(const Order& order) {
  MutexLock lock(mutex_);
  const std::uint64_t number = wanted_.number + 1;
  // An order that was not obeyed yet is not lost: cuts add up, the later mode wins.
  const bool cut = order.cut || (wanted_.cut && obeyed_ < wanted_.number);
  wanted_ = order;
  wanted_.cut = cut;
  wanted_.number = number;
  const char byte = 0;
  static_cast<void>(!write(wake_write_, &byte, 1));  // full: it is awake anyway
  while (obeyed_ < number) changed_.Wait(mutex_);
}

void FaultProxy::Run() {
  while (!stop_) {
    Wait();
    Obey();
    if (stop_) break;
    if (listener_ >= 0 && mode_ != ProxyMode::kHole) Accept();
    if (mode_ == ProxyMode::kHole) continue;
    for (Relay& relay : relays_) Pump(relay);
    relays_.remove_if([](const Relay& relay) { return relay.dead; });
  }
  ResetAll();
  if (listener_ >= 0) close(listener_);
}

void FaultProxy::Obey() {
  std::array<char, 64> drained;
  while (read(wake_read_, drained.data(), drained.size()) > 0) continue;
  Order order;
  {
    MutexLock lock(mutex_);
    if (obeyed_ == wanted_.number) return;
    order = wanted_;
  }
  mode_ = order.mode;
  stop_ = order.stop;
  if (order.cut || mode_ == ProxyMode::kCut || mode_ == ProxyMode::kRefuse) ResetAll();
  if (mode_ == ProxyMode::kRefuse && listener_ >= 0) {
    close(listener_);
    listener_ = -1;
  }
  if (mode_ != ProxyMode::kRefuse && listener_ < 0) Listen();
  MutexLock lock(mutex_);
  obeyed_ = order.number;
  changed_.NotifyAll();
}

// Back from refusing: the port was free for a while, so somebody may hold it; then it stays
// refused.
void FaultProxy::Listen() {
  auto listener = ListenOn(port_);
  if (listener.ok()) listener_ = *listener;
}

void FaultProxy::Wait() {
  std::vector<pollfd> fds{{wake_read_, POLLIN, 0}};
  Clock::time_point due = Clock::now() + kIdle;
  if (mode_ != ProxyMode::kHole) {
    if (listener_ >= 0) fds.push_back({listener_, POLLIN, 0});
    for (const Relay& relay : relays_) {
      for (const Relay::Way& way : relay.ways) {
        if (relay.Reads(way)) fds.push_back({way.from, POLLIN, 0});
        if (!way.buffer.empty()) fds.push_back({way.to, POLLOUT, 0});
        if (const auto at = relay.link.Due(way.name)) due = std::min(due, *at);
      }
    }
  }
  const auto left = std::chrono::ceil<Millis>(due - Clock::now());
  poll(fds.data(), fds.size(), static_cast<int>(std::max(left, Millis(0)).count()));
}

void FaultProxy::Accept() {
  for (;;) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    ++accepted_;
    const int server = mode_ == ProxyMode::kCut
                           ? -1
                           : socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server < 0) {
      Reset(client);
      continue;
    }
    const sockaddr_in target = Loopback(target_port_);
    if (connect(server, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 &&
        errno != EINPROGRESS) {
      Reset(client);
      close(server);
      continue;
    }
    NoDelay(client);
    NoDelay(server);
    relays_.emplace_back(client, server, plan_);
  }
}

void FaultProxy::Pump(Relay& relay) {
  for (Relay::Way& way : relay.ways) {
    if (!relay.dead) relayed_ += relay.Move(way);
  }
  const bool both_ended = relay.ways[0].passed_on && relay.ways[1].passed_on;
  if (both_ended) {
    close(relay.ways[0].from);
    close(relay.ways[1].from);
    relay.dead = true;
  } else if (relay.dead) {
    Reset(relay.ways[0].from);
    Reset(relay.ways[1].from);
  }
}

void FaultProxy::ResetAll() {
  for (Relay& relay : relays_) {
    Reset(relay.ways[0].from);
    Reset(relay.ways[1].from);
  }
  relays_.clear();
}

}  // namespace trayline::fault
