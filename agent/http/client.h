// Client: a small HTTP/1.1 client for an address on this machine, by TCP or Unix socket; for the
// command line and for tests. One thread at a time; it keeps its connection open between calls.
#ifndef TRAYLINE_AGENT_HTTP_CLIENT_H_
#define TRAYLINE_AGENT_HTTP_CLIENT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/http/message.h"

namespace trayline::http {

struct ClientOptions {
  // "127.0.0.1:7311", or a path that begins with '/': a Unix socket.
  std::string address;
  Millis timeout{10'000};                                // of one call, connecting included
  std::size_t body_max = std::size_t{64} * 1024 * 1024;  // bytes of an answer
};

struct ClientRequest {
  std::string method = "GET";
  std::string target;  // path and query, percent-encoded
  Headers headers;     // Host and Content-Length are added
  std::string body;
};

struct ClientResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // Blocks at most for the timeout. Any status is a response. kRetryLater: nobody answers, or not
  // in time, or the connection broke (whether the request was served is not known); kCorrupt: what
  // came is not HTTP; kFull: the answer is larger than body_max. A request other than POST is
  // sent once more when a kept connection turns out to be closed.
  Result<ClientResponse> Send(const ClientRequest& request);

  Result<ClientResponse> Get(std::string_view target, std::string_view token = {});
  Result<ClientResponse> Post(std::string_view target, std::string json,
                              std::string_view token = {});

  // The next call connects anew.
  void Close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_CLIENT_H_
