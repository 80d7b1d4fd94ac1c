#include "firmware/config/config.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "firmware/config/reader.h"

namespace trayline::config {
namespace {

constexpr std::size_t kFileMax = std::size_t{64} * 1024;

template <typename E, std::size_t N>
Status ParseWord(const std::string& text, const std::array<std::string_view, N>& names, E& target) {
  const auto it = std::find(names.begin(), names.end(), text);
  if (it == names.end()) {
    std::string all;
    for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
    return Error{Errc::kRejected, "'" + text + "' is not one of " + all};
  }
  target = static_cast<E>(it - names.begin());
  return {};
}

template <typename T>
Status Take(Result<T> parsed, T& target) {
  if (!parsed) return parsed.error();
  target = *std::move(parsed);
  return {};
}

void Seconds(Reader& reader, std::string_view key, std::int64_t greatest, Millis& target) {
  std::int64_t seconds = target.count() / 1000;
  reader.Integer(key, 1, greatest, seconds);
  target = Millis(seconds * 1000);
}

void ReadTerminal(Reader& reader, Config& config) {
  reader.Parsed("terminal.id", [&](const std::string& text) {
    return Take(ParseTerminalId(text), config.terminal);
  });
  reader.Parsed("terminal.device_class", [&](const std::string& text) {
    return ParseWord(text, event::kDeviceClassNames, config.device);
  });
  reader.Parsed("terminal.currency", [&](const std::string& text) -> Status {
    const auto currency = Currency::Parse(text);
    if (!currency) return currency.error();
    config.currency = currency->numeric();
    return {};
  });
}

// The timers' defaults are those of the device's class, so the class is read before them.
void ReadTimers(Reader& reader, Config& config) {
  journey::Policy& policy = config.policy;
  policy = journey::DefaultPolicy(config.device);
  Seconds(reader, "timers.idle_browse_s", 3600, policy.idle_browse);
  Seconds(reader, "timers.idle_cart_s", 3600, policy.idle_cart);
  Seconds(reader, "timers.idle_review_s", 3600, policy.idle_review);
  Seconds(reader, "timers.warning_s", 600, policy.warning);
  Seconds(reader, "timers.unpaid_s", 86400, policy.unpaid);
  Seconds(reader, "timers.relink_s", 86400, policy.relink);
  Seconds(reader, "timers.page_lost_grace_s", 600, policy.page_lost_grace);
  Seconds(reader, "timers.restart_grace_s", 3600, policy.restart_grace);
}

void ReadLink(Reader& reader, Config& config) {
  reader.Parsed("hq.broker", [&](const std::string& text) -> Status {
    if (!text.starts_with("tcp://") && !text.starts_with("ssl://")) {
      return Error{Errc::kRejected, "'" + text + "' must begin with tcp:// or ssl://"};
    }
    config.broker = text;
    return {};
  });
  reader.Text("hq.ca_file", config.ca_file);
  reader.Text("hq.cert_file", config.cert_file);
  reader.Text("hq.key_file", config.key_file);
  reader.Integer("hq.keep_alive_s", 2, 120, config.keep_alive_s);
  reader.Integer("hq.flush_ms", 100, 60000, config.flush_ms);
  reader.Integer("hq.window_frames", 1, 4, config.window_frames);
  if (config.broker.starts_with("ssl://") && config.ca_file.empty()) {
    reader.Complain("hq.ca_file", "an ssl:// broker needs the file of its authority");
  }
  if (config.cert_file.empty() != config.key_file.empty()) {
    reader.Complain("hq.cert_file", "cert_file and key_file belong together: give both or none");
  }
}

bool IsLoopback(const std::string& listen) {
  return listen.starts_with("127.") || listen.starts_with("[::1]:") ||
         listen.starts_with("localhost:");
}

void ReadDoors(Reader& reader, Config& config) {
  reader.Parsed("api.listen", [&](const std::string& text) -> Status {
    if (!IsLoopback(text) || text.rfind(':') == std::string::npos) {
      return Error{Errc::kRejected,
                   "'" + text + "' must be a loopback address with a port, such as 127.0.0.1:7311"};
    }
    config.listen = text;
    return {};
  });
  reader.Text("api.unix_socket", config.unix_socket);
  reader.Texts("api.allowed_origins", config.allowed_origins);
  reader.Text("api.serve", config.serve);
}

}  // namespace

Result<Config> ParseConfig(std::string_view text, const std::string& name) {
  toml::table document;
  try {
    document = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    return Error{Errc::kRejected, name + ":" + std::to_string(error.source().begin.line) + ": " +
                                      std::string(error.description())};
  }
  Config config;
  Reader reader(document, name);
  ReadTerminal(reader, config);
  reader.Integer("clock_speed", 1, 1000, config.clock_speed);
  reader.Parsed("log.level", [&](const std::string& level) {
    return Take(ParseLogLevel(level), config.log_level);
  });
  reader.Text("storage.directory", config.directory);
  reader.Integer("storage.retention_days", 1, 90, config.retention_days);
  reader.Integer("storage.retention_mb", 4, 4096, config.retention_mb);
  reader.Integer("storage.quota_mb", 16, 65'536, config.quota_mb);
  reader.Integer("storage.reserve_mb", 0, 64, config.reserve_mb);
  ReadDoors(reader, config);
  ReadLink(reader, config);
  ReadTimers(reader, config);
  if (config.directory.empty()) reader.Complain("storage.directory", "must not be empty");
  const Status read = reader.Finish();
  if (!read.ok()) return read.error();
  return config;
}

Result<Config> ReadConfig(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    // Only a file that is not there may be taken for "nothing is configured".
    const int reason = errno;
    return Error{
        reason == ENOENT ? Errc::kNotFound : Errc::kRejected,
        path + ": cannot be opened: " + std::strerror(reason) + "; --config names another file"};
  }
  std::ostringstream text;
  text << file.rdbuf();
  if (text.view().size() > kFileMax) {
    return Error{Errc::kRejected, path + ": is larger than 64 KB; that is no configuration"};
  }
  return ParseConfig(text.view(), path);
}

std::string JournalPath(const Config& config) { return config.directory + "/journal.db"; }
std::string LockPath(const Config& config) { return config.directory + "/lock"; }
std::string TokenPath(const Config& config) { return config.directory + "/api.token"; }
std::string AddressPath(const Config& config) { return config.directory + "/api.json"; }
std::string SocketPath(const Config& config) {
  return config.unix_socket.empty() ? config.directory + "/trayline.sock" : config.unix_socket;
}

}  // namespace trayline::config
