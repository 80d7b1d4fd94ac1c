// What a client writes to a connection of the local server: one request after the other, heads,
// bodies, chunks. Every answer is a well-formed one, whatever the bytes were. The same bytes are
// read as an answer, too, as the client of the command line would.
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>

#include "agent/http/exchange.h"
#include "agent/http/router.h"
#include "agent/http/wire.h"
#include "tests/fuzz/fuzz.h"

namespace trayline::fuzz {
namespace {

using http::Channel;
using http::Deadline;

constexpr std::size_t kInputMax = std::size_t{64} * 1024;  // fits into a socket's buffer
constexpr int kRequestsMax = 8;                            // so do the answers
constexpr std::size_t kBodyMax = 4096;
// Never waited for: the client's side is closed before the server reads.
constexpr Millis kPatience{1'000};

http::ServerOptions MakeOptions() {
  http::ServerOptions options;
  options.body_max = kBodyMax;
  options.guard.allowed_origins = {"https://kiosk.example"};
  return options;
}

http::Router MakeRouter() {
  http::Router router;
  const auto echo = [](const http::Request& request) {
    std::string text;
    for (const auto& [name, value] : request.query) text += name + "=" + value + ";";
    return http::JsonResponse(200, text + request.body);
  };
  router.Add("POST", "/v1/events", echo);
  router.Add("GET", "/v1/journeys/{id}", [](const http::Request& request) {
    TRAYLINE_CHECK(!request.Param("id").empty());
    return http::JsonResponse(200, std::string(request.Param("id")));
  });
  return router;
}

class Service {
 public:
  Service() {
    handler_.handle = [this](http::Request& request) { return router_.Handle(request); };
  }

  void Serve(http::Connection& connection) {
    for (int i = 0; i < kRequestsMax; ++i) {
      auto head = http::HeadLength(connection.channel.buffered());
      while (!head) {
        if (connection.channel.Fill(Deadline::In(kPatience)) != Channel::Io::kOk) return;
        head = http::HeadLength(connection.channel.buffered());
      }
      if (*head > options_.head_max) {
        http::RefuseLongHead(context_, connection);
        return;
      }
      if (http::ServeRequest(context_, connection, *head) != http::After::kKeep) return;
    }
  }

 private:
  const http::ServerOptions options_ = MakeOptions();
  http::Router router_ = MakeRouter();
  http::Handler handler_;
  http::Guard guard_{options_.guard};
  Log log_ = NullLog();
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> refused_{0};
  http::ExchangeContext context_{options_, handler_, guard_, log_, stopping_, requests_, refused_};
};

std::string ReadAll(int fd) {
  std::string all;
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t count = ::recv(fd, piece.data(), piece.size(), MSG_DONTWAIT);
    if (count <= 0) return all;
    all.append(piece.data(), static_cast<std::size_t>(count));
  }
}

// Heads only: a body may hold anything.
void CheckAnswers(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto length = http::HeadLength(bytes);
    TRAYLINE_CHECK(length.has_value());
    const auto head = http::ParseResponseHead(bytes.substr(0, *length), false);
    TRAYLINE_CHECK(head.ok());
    if (head->framing.kind != http::Framing::Kind::kLength) {
      TRAYLINE_CHECK(head->framing.kind == http::Framing::Kind::kNone);
    }
    // An answer to HEAD has the length of a body that is not there: nothing more to compare.
    if (bytes.size() < *length + head->framing.length) return;
    bytes.remove_prefix(*length + head->framing.length);
    if (!bytes.starts_with("HTTP/1.1 ")) return;
  }
}

void TryServer(std::string_view bytes) {
  std::array<int, 2> ends{};
  TRAYLINE_CHECK(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  TRAYLINE_CHECK(::send(ends[0], bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
                 static_cast<ssize_t>(bytes.size()));
  ::shutdown(ends[0], SHUT_WR);
  static Service service;
  {
    const Poco::Net::StreamSocket socket(new Poco::Net::StreamSocketImpl(ends[1]));
    http::Connection connection(socket, http::Peer::kTcp, Deadline::In(kPatience));
    service.Serve(connection);
  }  // closes its end
  CheckAnswers(ReadAll(ends[0]));
  ::close(ends[0]);
}

void TryClient(std::string_view bytes) {
  const auto length = http::HeadLength(bytes);
  if (!length) return;
  const auto head = http::ParseResponseHead(bytes.substr(0, *length), false);
  TRAYLINE_CHECK(!head.ok() || head->headers.all().size() <= http::kHeadersMax);
}

}  // namespace
}  // namespace trayline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > trayline::fuzz::kInputMax) return 0;
  const std::string_view bytes = trayline::fuzz::AsText(data, size);
  trayline::fuzz::TryServer(bytes);
  trayline::fuzz::TryClient(bytes);
  return 0;
}
