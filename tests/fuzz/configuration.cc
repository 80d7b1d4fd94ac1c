// The text of traylined's configuration file. What is accepted lies within the documented ranges.
#include "firmware/config/config.h"
#include "tests/fuzz/fuzz.h"

namespace {

void Within(std::int64_t value, std::int64_t least, std::int64_t greatest) {
  TRAYLINE_CHECK(value >= least && value <= greatest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config =
      trayline::config::ParseConfig(trayline::fuzz::AsText(data, size), "traylined.toml");
  if (!config.ok()) {
    TRAYLINE_CHECK(!config.error().text.empty());
    return 0;
  }
  Within(config->clock_speed, 1, 1000);
  Within(config->retention_days, 1, 90);
  Within(config->retention_mb, 4, 4096);
  Within(config->keep_alive_s, 2, 120);
  Within(config->flush_ms, 100, 60000);
  Within(config->window_frames, 1, 4);
  Within(config->policy.idle_browse.count(), 1'000, 3'600'000);
  Within(config->policy.unpaid.count(), 1'000, 86'400'000);
  TRAYLINE_CHECK(!config->directory.empty());
  TRAYLINE_CHECK(config->cert_file.empty() == config->key_file.empty());
  TRAYLINE_CHECK(trayline::ParseTerminalId(trayline::ToText(config->terminal)).ok());
  return 0;
}
