#include "agent/http/channel.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "agent/base/check.h"

namespace trayline::http {
namespace {

// One read; most requests fit.
constexpr std::size_t kReadBytes = std::size_t{16} * 1024;
// An idle connection does not hold on to more than this.
constexpr std::size_t kIdleCapacity = std::size_t{4} * 1024;

bool WouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

Channel::Io WaitFor(int fd, short events, Deadline deadline) {
  for (;;) {
    pollfd entry{fd, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(deadline.Left().count()));
    if (ready > 0) return Channel::Io::kOk;
    if (ready == 0) return Channel::Io::kTimeout;
    if (errno != EINTR) return Channel::Io::kClosed;
  }
}

}  // namespace

Channel::Channel(const Poco::Net::StreamSocket& socket)
    : socket_(socket), fd_(socket_.impl()->sockfd()) {}

std::string_view Channel::buffered() const { return std::string_view(buffer_).substr(used_); }

void Channel::Consume(std::size_t count) {
  TRAYLINE_CHECK(count <= buffer_.size() - used_);
  used_ += count;
  if (used_ < buffer_.size()) return;
  used_ = 0;
  buffer_.clear();
  if (buffer_.capacity() > kIdleCapacity) buffer_.shrink_to_fit();
}

Channel::Io Channel::Fill(Deadline deadline) {
  std::array<char, kReadBytes> chunk;
  for (;;) {
    const ssize_t count = ::recv(fd_, chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count > 0) {
      if (used_ > 0) buffer_.erase(0, used_);
      used_ = 0;
      buffer_.append(chunk.data(), static_cast<std::size_t>(count));
      return Io::kOk;
    }
    if (count == 0) return Io::kClosed;
    if (errno == EINTR) continue;
    if (!WouldBlock(errno)) return Io::kClosed;
    const Io waited = WaitFor(fd_, POLLIN, deadline);
    if (waited != Io::kOk) return waited;
  }
}

Channel::Io Channel::Write(std::string_view bytes, Deadline deadline, bool more) {
  const int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), flags);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (!WouldBlock(errno)) return Io::kClosed;
    const Io waited = WaitFor(fd_, POLLOUT, deadline);
    if (waited != Io::kOk) return waited;
  }
  return Io::kOk;
}

Channel::Io Channel::WaitReadable(Deadline deadline) { return WaitFor(fd_, POLLIN, deadline); }

bool Channel::PeerClosed() const {
  char byte = 0;
  const ssize_t count = ::recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
  return count == 0 || (count < 0 && !WouldBlock(errno) && errno != EINTR);
}

bool Channel::Discard() {
  std::array<char, kReadBytes> chunk;
  buffer_.clear();
  used_ = 0;
  const ssize_t count = ::recv(fd_, chunk.data(), chunk.size(), MSG_DONTWAIT);
  return count > 0 || (count < 0 && (WouldBlock(errno) || errno == EINTR));
}

void Channel::ShutdownWrite() { ::shutdown(fd_, SHUT_WR); }

void Channel::Abort() { ::shutdown(fd_, SHUT_RDWR); }

}  // namespace trayline::http
