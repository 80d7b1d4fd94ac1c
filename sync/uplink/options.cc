#include "sync/uplink/options.h"

#include <string_view>

namespace trayline::uplink {
namespace {

constexpr Millis kSecond{1'000};
constexpr Millis kDelayMax{600'000};

Status Within(std::string_view name, Millis value, Millis least, Millis most) {
  if (value >= least && value <= most) return {};
  return Error{Errc::kRejected, std::string(name) + ": " + std::to_string(value.count()) +
                                    " ms is not within " + std::to_string(least.count()) + " and " +
                                    std::to_string(most.count())};
}

}  // namespace

Status Validate(const SessionOptions& options) {
  if (options.window < 1 || options.window > kWindowMax) {
    return Error{Errc::kRejected,
                 "window: " + std::to_string(options.window) + " is not within 1 and 4"};
  }
  for (const Status& status :
       {Within("flush", options.flush, Millis(0), 60 * kSecond),
        Within("retry_max", options.retry_max, Millis(100), kDelayMax),
        Within("retry_first", options.retry_first, Millis(100), options.retry_max),
        Within("reconnect_max", options.reconnect_max, Millis(10), kDelayMax),
        Within("reconnect_first", options.reconnect_first, Millis(10), options.reconnect_max),
        Within("epoch_max", options.epoch_max, kSecond, 24 * 3'600 * kSecond),
        Within("epoch_first", options.epoch_first, kSecond, options.epoch_max)}) {
    if (!status.ok()) return status;
  }
  return {};
}

Status Validate(const Options& options) {
  const bool tls = options.uri.starts_with("ssl://");
  if (!tls && !options.uri.starts_with("tcp://")) {
    return Error{Errc::kRejected,
                 "uri: '" + options.uri + "' begins with neither tcp:// nor ssl://"};
  }
  if (tls && options.tls.ca_file.empty()) {
    return Error{Errc::kRejected, "tls.ca_file: missing, an ssl:// address needs one"};
  }
  for (const std::string& part :
       {options.terminal.tenant, options.terminal.store, options.terminal.terminal}) {
    if (!IsIdentityPart(part)) {
      return Error{Errc::kRejected, "terminal: part '" + part + "' is not [a-z0-9]{1,20}"};
    }
  }
  if (options.clock_speed < 1) return Error{Errc::kRejected, "clock_speed: below 1"};
  for (const Status& status :
       {Within("keep_alive", options.keep_alive, kSecond, 60 * kSecond),
        Within("connect_timeout", options.connect_timeout, Millis(100), 30 * kSecond),
        Within("farewell", options.farewell, Millis(0), 10 * kSecond)}) {
    if (!status.ok()) return status;
  }
  return Validate(options.session);
}

}  // namespace trayline::uplink
