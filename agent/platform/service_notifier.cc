#include "agent/platform/service_notifier.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace trayline::platform {
namespace {

constexpr std::int64_t kUsPerMs = 1000;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

ServiceNotifier::ServiceNotifier(std::string socket, std::optional<Millis> watchdog)
    : socket_(std::move(socket)), watchdog_(watchdog) {}

ServiceNotifier ServiceNotifier::FromEnvironment() {
  std::optional<Millis> watchdog;
  const auto us = ParseNumber(Environment("WATCHDOG_USEC"));
  const std::string pid = Environment("WATCHDOG_PID");
  const bool for_us = pid.empty() || ParseNumber(pid) == ::getpid();
  if (us && *us >= kUsPerMs && for_us) watchdog = Millis(*us / kUsPerMs);
  return ServiceNotifier(Environment("NOTIFY_SOCKET"), watchdog);
}

Status ServiceNotifier::Describe(std::string_view text) const {
  std::string message = "STATUS=";
  message += text;
  std::replace(message.begin(), message.end(), '\n', ' ');
  return Send(message);
}

Status ServiceNotifier::Send(std::string_view message) const {
  if (socket_.empty()) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool known = socket_.front() == '/' || socket_.front() == '@';
  if (!known || socket_.size() >= sizeof address.sun_path) {
    return Error{Errc::kRejected, "NOTIFY_SOCKET is neither a path nor an abstract name"};
  }
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    return Error{Errc::kRetryLater,
                 "cannot make a socket: " + std::generic_category().message(errno)};
  }
  const ssize_t sent = ::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), length);
  const int error = errno;
  ::close(fd);
  if (sent == static_cast<ssize_t>(message.size())) return {};
  return Error{Errc::kRetryLater,
               "cannot notify " + socket_ + ": " + std::generic_category().message(error)};
}

}  // namespace trayline::platform
