#include "agent/http/server.h"

#include <unistd.h>

#include <atomic>
#include <utility>
#include <vector>

#include "agent/http/listen.h"
#include "agent/http/reactor.h"

namespace trayline::http {
namespace {

constexpr std::size_t kConnectionsMax = 4096;
constexpr std::size_t kThreadsMax = 256;

Status Check(const ServerOptions& options) {
  const auto wrong = [](std::string text) { return Error{Errc::kRejected, std::move(text)}; };
  if (options.listen.empty() && options.unix_socket.empty()) {
    return wrong("neither an address nor a Unix socket is given to listen on");
  }
  if (options.max_connections < 1 || options.max_connections > kConnectionsMax) {
    return wrong("max_connections must be 1 to " + std::to_string(kConnectionsMax));
  }
  if (options.max_threads < 1 || options.max_threads > kThreadsMax) {
    return wrong("max_threads must be 1 to " + std::to_string(kThreadsMax));
  }
  return {};
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler, Log& log)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        guard_(options_.guard),
        context_{options_, handler_, guard_, log, stopping_, requests_, refused_} {}

  ~Impl() { Stop(Millis(0)); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Status Start() {
    if (auto checked = Check(options_); !checked) return checked;
    std::vector<Door> doors;
    if (!options_.listen.empty()) {
      auto door = OpenTcp(options_.listen);
      if (!door) return door.error();
      const auto bound = door->socket.address();
      port_ = bound.port();
      address_ = bound.toString();
      doors.push_back(*std::move(door));
    }
    if (!options_.unix_socket.empty()) {
      auto door = OpenUnix(options_.unix_socket);
      if (!door) return door.error();
      doors.push_back(*std::move(door));
    }
    reactor_ = std::make_unique<Reactor>(context_, std::move(doors));
    return reactor_->Start();
  }

  void Stop(Millis bound) {
    if (!reactor_ || stopping_.exchange(true)) return;
    reactor_->Stop(bound);
    if (!options_.unix_socket.empty()) ::unlink(options_.unix_socket.c_str());
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] ServerStats stats() const {
    return {requests_.load(), refused_.load(), reactor_ ? reactor_->connections() : 0};
  }

 private:
  const ServerOptions options_;
  const Handler handler_;
  const Guard guard_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> refused_{0};
  const ExchangeContext context_;
  std::uint16_t port_ = 0;
  std::string address_;
  std::unique_ptr<Reactor> reactor_;
};

Server::Server(ServerOptions options, Handler handler, Log& log)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler), log)) {}
Server::~Server() = default;

Status Server::Start() { return impl_->Start(); }
void Server::Stop(Millis bound) { impl_->Stop(bound); }
std::uint16_t Server::port() const { return impl_->port(); }
std::string Server::address() const { return impl_->address(); }
ServerStats Server::stats() const { return impl_->stats(); }

}  // namespace trayline::http
