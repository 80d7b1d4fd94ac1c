// Server: HTTP/1.1 on a loopback address and on a Unix socket. One thread keeps the doors and the
// idle connections; a request goes to one of at most max_threads workers once its head is complete,
// so neither idle keep-alive connections nor half-sent heads hold a worker. These threads live in a
// Poco pool inside this object: the one exception to the rule that threads are created in mains.
//
// Handlers are called on the workers, several at a time, and may block (a long poll, a stream).
// What a handler throws becomes a 500; Poco's exceptions do not leave this folder.
#ifndef TRAYLINE_AGENT_HTTP_SERVER_H_
#define TRAYLINE_AGENT_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/http/guard.h"
#include "agent/http/message.h"

namespace trayline::http {

struct ServerOptions {
  std::string listen = "127.0.0.1:0";  // "address:port", port 0 any free one; empty: no TCP
  std::string unix_socket;             // path of at most 107 bytes; empty: none. Mode 0660
  std::size_t max_connections = 64;    // 1..4096; one more is answered 503 too_many_connections
  std::size_t max_threads = 12;        // 1..256 workers, started when needed
  std::size_t head_max = std::size_t{8} * 1024;     // bytes of request line and headers; more: 431
  std::size_t body_max = std::size_t{1024} * 1024;  // bytes; more: 413 without reading it
  Millis keep_alive{30'000};                        // an idle connection is closed after it
  Millis request_timeout{10'000};                   // from the first byte of a request to its last
  Millis write_timeout{10'000};                     // of one answer, or of one write of a stream
  Guard::Options guard;
};

struct Handler {
  // After the head, before the body is read: an answer ends the request. May be empty.
  std::function<std::optional<Response>(const Request&)> admit;
  // The whole request; not const, because the router fills in the path's parameters.
  std::function<Response(Request&)> handle;
};

struct ServerStats {
  std::uint64_t requests = 0;   // answered
  std::uint64_t refused = 0;    // of these with 4xx or 5xx, and connections turned away
  std::size_t connections = 0;  // open now
};

class Server {
 public:
  // log must outlive the server. Nothing is opened yet.
  Server(ServerOptions options, Handler handler, Log& log);
  // Stops at once if Stop has not been called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Opens the doors. Once. kRejected: an option is wrong; kConflict: an address is taken, or
  // another process serves the Unix socket; kRetryLater: the system refuses.
  Status Start();

  // Closes the doors and the idle connections, lets requests that have arrived be answered for at
  // most bound, then cuts what is left and waits for the handlers to return. Wake those that wait
  // (long polls) before. Later calls do nothing.
  void Stop(Millis bound);

  // After Start; 0 and empty without TCP.
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string address() const;  // "127.0.0.1:41233"
  // Any thread.
  [[nodiscard]] ServerStats stats() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_SERVER_H_
