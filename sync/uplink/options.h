// Options of the uplink. Filled by the main from the configuration, checked by Validate.
#ifndef TRAYLINE_SYNC_UPLINK_OPTIONS_H_
#define TRAYLINE_SYNC_UPLINK_OPTIONS_H_

#include <cstdint>
#include <string>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "sync/mqtt/client.h"

namespace trayline::uplink {

// More frames in flight gain nothing (sync figures: 4 give 89 % of 8) and hold memory at HQ.
inline constexpr std::uint32_t kWindowMax = 4;

struct SessionOptions {
  std::uint32_t window = 4;      // frames without an acknowledgement, 1..kWindowMax
  Millis flush{2'000};           // an event waits at most so long for company, 0..60 s
  Millis retry_first{1'500};     // no progress for so long: go back, 100 ms..retry_max
  Millis retry_max{60'000};      // doubling ends here, at most 10 min
  Millis reconnect_first{200};   // first span of the backoff, 10 ms..reconnect_max
  Millis reconnect_max{30'000};  // last span of the backoff, at most 10 min
  // Between two new epochs; doubled up to the second while HQ goes on refusing, so that two
  // terminals with one identity do not spin. 1 s..epoch_max; at most 24 h.
  Millis epoch_first{60'000};
  Millis epoch_max{3'600'000};
  std::uint64_t hq_generation = 0;  // highest obeyed in an earlier run, 0 none
};

struct Options {
  std::string uri = "tcp://127.0.0.1:1883";  // tcp:// or ssl://
  mqtt::TlsOptions tls;
  TerminalId terminal;  // its unit is the client id
  SessionOptions session;
  Millis keep_alive{5'000};       // 1..60 s; a dead link is noticed after about three of them
  Millis connect_timeout{5'000};  // 100 ms..30 s; also how long a stop may wait for a connection
  Millis farewell{2'000};         // how long a stop waits for the death message to leave, 0..10 s
  std::string agent_version;      // for the birth
  std::string device_class;       // for the birth
  std::int64_t clock_speed = 1;   // for the birth: how many times too fast the agent's clock runs
};

// kRejected names the option and its range.
Status Validate(const SessionOptions& options);
Status Validate(const Options& options);

}  // namespace trayline::uplink

#endif  // TRAYLINE_SYNC_UPLINK_OPTIONS_H_
