#include "agent/http/listen.h"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace trayline::http {
namespace {

using Poco::Net::SocketAddress;

constexpr int kBacklog = 64;
constexpr ::mode_t kUnixMode = 0660;  // the agent's user and the hosts' group

Error SystemError(std::string_view what) {
  return Error{Errc::kRetryLater,
               std::string(what) + ": " + std::generic_category().message(errno)};
}

// Whether a process accepts connections on the socket file at path.
bool IsServed(const std::string& path) {
  try {
    Poco::Net::StreamSocket probe;
    probe.connect(SocketAddress(SocketAddress::UNIX_LOCAL, path));
    return true;
  } catch (const Poco::Exception&) {
    return false;
  }
}

// Removes a socket file that an earlier process left behind.
Status ClearStale(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    return errno == ENOENT ? Status() : SystemError("cannot look at " + path);
  }
  if (!S_ISSOCK(info.st_mode)) {
    return Error{Errc::kRejected, path + " exists and is not a socket"};
  }
  if (IsServed(path)) return Error{Errc::kConflict, "another process serves " + path};
  if (::unlink(path.c_str()) != 0) return SystemError("cannot remove " + path);
  return {};
}

}  // namespace

Result<Door> OpenTcp(const std::string& address) {
  const std::string context = "cannot listen on '" + address + "'";
  try {
    const SocketAddress parsed(address);
    if (parsed.family() == SocketAddress::UNIX_LOCAL) {
      return Error{Errc::kRejected, context + ": it is not address:port"};
    }
    Door door;
    // Never SO_REUSEPORT, which Poco's shorter bind() sets too: two agents would share the port
    // and each would get half of the requests.
    door.socket.bind(parsed, true, false);
    door.socket.listen(kBacklog);
    door.socket.setBlocking(false);
    return door;
  } catch (const Poco::Net::NetException& error) {
    const bool taken = error.code() == EADDRINUSE;
    return Error{taken ? Errc::kConflict : Errc::kRetryLater, context + ": " + error.displayText()};
  } catch (const Poco::Exception& error) {
    return Error{Errc::kRejected, context + ": " + error.displayText()};
  }
}

Result<Door> OpenUnix(const std::string& path) {
  if (path.size() > kUnixPathMax) {
    return Error{Errc::kRejected,
                 path + " is longer than " + std::to_string(kUnixPathMax) + " bytes"};
  }
  if (auto cleared = ClearStale(path); !cleared) return cleared.error();
  try {
    Door door;
    door.peer = Peer::kUnix;
    door.socket.bind(SocketAddress(SocketAddress::UNIX_LOCAL, path), false, false);
    // Between bind and listen nobody can connect: the mode is right before the first client.
    if (::chmod(path.c_str(), kUnixMode) != 0) return SystemError("cannot set the mode of " + path);
    door.socket.listen(kBacklog);
    door.socket.setBlocking(false);
    return door;
  } catch (const Poco::Exception& error) {
    return Error{Errc::kRetryLater, "cannot listen on " + path + ": " + error.displayText()};
  }
}

}  // namespace trayline::http
