// RawSocket: a client that sends exactly the bytes that a test wants, half a request if need be.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_HTTP_RAW_SOCKET_H_
#define TRAYLINE_TESTS_UNIT_AGENT_HTTP_RAW_SOCKET_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace trayline::http {

class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port);              // 127.0.0.1
  explicit RawSocket(const std::string& unix_socket);  // path
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  void Send(std::string_view bytes);
  // One answer: its head and as much body as Content-Length says. What has come when the server
  // closes or ten seconds pass.
  std::string ReadAnswer();
  // Everything until the server closes (or ten seconds pass: then closed() is false).
  std::string ReadToEnd();
  // Until the bytes are there.
  std::string ReadUntil(std::string_view end);
  [[nodiscard]] bool closed() const { return closed_; }
  void Close();

 private:
  bool Receive();

  int fd_ = -1;
  bool closed_ = false;
  std::string received_;
};

}  // namespace trayline::http

#endif  // TRAYLINE_TESTS_UNIT_AGENT_HTTP_RAW_SOCKET_H_
