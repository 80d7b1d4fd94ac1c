// One request and its answer on a connection. Internal to agent/http; called on the workers.
#ifndef TRAYLINE_AGENT_HTTP_EXCHANGE_H_
#define TRAYLINE_AGENT_HTTP_EXCHANGE_H_

#include <atomic>
#include <cstdint>

#include "agent/base/log.h"
#include "agent/http/channel.h"
#include "agent/http/guard.h"
#include "agent/http/server.h"

namespace trayline::http {

// Where a connection stands between two requests.
struct Connection {
  enum class Phase {
    kIdle,      // nothing of a request has come; deadline ends the keep-alive
    kHead,      // a part of a head has come; deadline ends the request
    kDraining,  // answered and closed on our side; what still comes is dropped until deadline
  };

  Connection(const Poco::Net::StreamSocket& socket, Peer its_peer, Deadline first)
      : channel(socket), peer(its_peer), deadline(first) {}

  Channel channel;
  Peer peer;
  Phase phase = Phase::kIdle;
  Deadline deadline;
};

// What becomes of the connection after an exchange.
enum class After {
  kKeep,   // the next request may come
  kDrain,  // the client may still be sending: close gently, so that it can read the answer
  kClose,
};

// Shared by all exchanges of a server.
struct ExchangeContext {
  const ServerOptions& options;
  const Handler& handler;
  const Guard& guard;
  Log& log;
  std::atomic<bool>& stopping;
  std::atomic<std::uint64_t>& requests;
  std::atomic<std::uint64_t>& refused;
};

// Serves the request whose head is complete in the channel's buffer and head_length long.
After ServeRequest(const ExchangeContext& context, Connection& connection, std::size_t head_length);

// Answers a head that is too long.
After RefuseLongHead(const ExchangeContext& context, Connection& connection);

// The answer to a connection beyond the limit.
Response TooManyConnections();

// Writes a whole answer that ends the connection; used where no request was read.
Channel::Io WriteFinal(Channel& channel, Response response, Deadline deadline);

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_EXCHANGE_H_
