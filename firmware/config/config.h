// Config: traylined's configuration file, read and checked once, as plain values. The file is TOML;
// firmware/config/trayline.conf is the commented default that the package installs. Any thread.
#ifndef TRAYLINE_FIRMWARE_CONFIG_CONFIG_H_
#define TRAYLINE_FIRMWARE_CONFIG_CONFIG_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/log.h"
#include "agent/base/money.h"
#include "agent/base/result.h"
#include "agent/event/vocabulary.h"
#include "agent/journey/policy.h"

namespace trayline::config {

struct Config {
  TerminalId terminal{"demo", "s001", "k1"};
  event::DeviceClass device = event::DeviceClass::kKiosk;
  std::int64_t currency = 840;   // ISO 4217 number
  std::int64_t clock_speed = 1;  // 1..1000; above 1 in demonstrations only
  LogLevel log_level = LogLevel::kInfo;

  std::string directory = "/var/lib/trayline";
  std::int64_t retention_days = 14;  // 1..90, of events that HQ has
  std::int64_t retention_mb = 64;    // 4..4096
  std::int64_t quota_mb = 256;       // 16..65536, of the journal with all that is unsent
  std::int64_t reserve_mb = 4;       // 0..64, kept free for the day when the disk is full

  std::string listen = "127.0.0.1:7311";  // loopback only; port 0 takes any free one
  std::string unix_socket;                // empty: <directory>/trayline.sock
  std::vector<std::string> allowed_origins;
  std::string serve;  // folder of the kiosk's own page, empty: none

  std::string broker = "tcp://127.0.0.1:1883";  // tcp:// or ssl://
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::int64_t keep_alive_s = 5;   // 2..120
  std::int64_t flush_ms = 2000;    // 100..60000: how long a frame may wait for more events
  std::int64_t window_frames = 4;  // 1..4

  journey::Policy policy = journey::DefaultPolicy(event::DeviceClass::kKiosk);
};

// kNotFound: there is no such file. kRejected: what is wrong, all of it, one line each with file,
// line, key and reason.
Result<Config> ReadConfig(const std::string& path);
// The same from text; name stands for the file in messages.
Result<Config> ParseConfig(std::string_view text, const std::string& name);

// Where the agent keeps its files.
std::string JournalPath(const Config& config);
std::string LockPath(const Config& config);  // held by whoever works on the journal
std::string TokenPath(const Config& config);
std::string AddressPath(const Config& config);
std::string SocketPath(const Config& config);

}  // namespace trayline::config

#endif  // TRAYLINE_FIRMWARE_CONFIG_CONFIG_H_
