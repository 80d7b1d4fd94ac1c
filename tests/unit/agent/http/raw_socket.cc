#include "raw_socket.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

namespace trayline::http {
namespace {

void LimitWaiting(int fd) {
  const timeval limit{10, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

}  // namespace

RawSocket::RawSocket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  LimitWaiting(fd_);
  closed_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
}

RawSocket::RawSocket(const std::string& unix_socket)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, unix_socket.data(), unix_socket.size());
  LimitWaiting(fd_);
  closed_ = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
}

RawSocket::~RawSocket() { Close(); }

void RawSocket::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void RawSocket::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

bool RawSocket::Receive() {
  char piece[4096];
  const ssize_t count = ::recv(fd_, piece, sizeof piece, 0);
  if (count > 0) received_.append(piece, static_cast<std::size_t>(count));
  if (count == 0) closed_ = true;
  return count > 0;
}

std::string RawSocket::ReadUntil(std::string_view end) {
  while (received_.find(end) == std::string::npos && Receive()) {
  }
  const std::size_t at = received_.find(end);
  const std::size_t length = at == std::string::npos ? received_.size() : at + end.size();
  std::string taken = received_.substr(0, length);
  received_.erase(0, length);
  return taken;
}

std::string RawSocket::ReadAnswer() {
  std::string answer = ReadUntil("\r\n\r\n");
  const std::size_t at = answer.find("Content-Length: ");
  const std::size_t body = at == std::string::npos ? 0 : std::stoul(answer.substr(at + 16));
  while (received_.size() < body && Receive()) {
  }
  answer += received_.substr(0, body);
  received_.erase(0, body);
  return answer;
}

std::string RawSocket::ReadToEnd() {
  while (Receive()) {
  }
  std::string taken = std::move(received_);
  received_.clear();
  return taken;
}

}  // namespace trayline::http
