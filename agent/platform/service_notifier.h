// ServiceNotifier: tells systemd how the service is doing, by the protocol of sd_notify(3): one
// datagram of NAME=value lines to the socket that NOTIFY_SOCKET names. Without systemd it does
// nothing. Any thread; never blocks.
#ifndef TRAYLINE_AGENT_PLATFORM_SERVICE_NOTIFIER_H_
#define TRAYLINE_AGENT_PLATFORM_SERVICE_NOTIFIER_H_

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"

namespace trayline::platform {

class ServiceNotifier {
 public:
  // Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; in a main, before other threads start
  // (getenv(3) is not safe beside them).
  static ServiceNotifier FromEnvironment();
  // socket: a path, or '@' and a name for the abstract namespace; empty: nobody listens.
  ServiceNotifier(std::string socket, std::optional<Millis> watchdog);

  // kRetryLater when somebody should listen and does not; callers log it once and go on.
  Status Ready() const { return Send("READY=1"); }
  Status Stopping() const { return Send("STOPPING=1"); }
  Status Watchdog() const { return Send("WATCHDOG=1"); }
  // One line for `systemctl status`; line ends become spaces.
  Status Describe(std::string_view text) const;

  // systemd restarts the service when Watchdog() does not come within this time; ask for it twice
  // as often. nullopt: no watchdog for this process.
  [[nodiscard]] std::optional<Millis> watchdog() const { return watchdog_; }

 private:
  [[nodiscard]] Status Send(std::string_view message) const;

  std::string socket_;
  std::optional<Millis> watchdog_;
};

}  // namespace trayline::platform

#endif  // TRAYLINE_AGENT_PLATFORM_SERVICE_NOTIFIER_H_
