// Opening the doors of a server: a TCP address or a Unix socket. Internal to agent/http.
#ifndef TRAYLINE_AGENT_HTTP_LISTEN_H_
#define TRAYLINE_AGENT_HTTP_LISTEN_H_

#include <Poco/Net/ServerSocket.h>

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/http/message.h"

namespace trayline::http {

struct Door {
  Poco::Net::ServerSocket socket;
  Peer peer = Peer::kTcp;
};

// address is "127.0.0.1:7311" or "[::1]:7311". kRejected: not such an address; kConflict: in use;
// kRetryLater: anything else.
Result<Door> OpenTcp(const std::string& address);

// A socket file that nobody serves is replaced. kRejected: the path is too long or holds something
// else than a socket; kConflict: another process serves it; kRetryLater: anything else.
Result<Door> OpenUnix(const std::string& path);

// The longest path that a Unix socket can have (sun_path without its end).
inline constexpr std::size_t kUnixPathMax = 107;

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_LISTEN_H_
