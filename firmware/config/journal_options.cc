#include "firmware/config/journal_options.h"

namespace trayline::config {
namespace {

constexpr std::int64_t kMegabyte = 1'000'000;
constexpr std::int64_t kMebibyte = 1024LL * 1024;

}  // namespace

journal::Options JournalOptions(const Config& config, const std::string& boot_id) {
  journal::Options options;
  options.path = JournalPath(config);
  options.boot_id = boot_id;
  options.retention_days = config.retention_days;
  options.retention_bytes = config.retention_mb * kMegabyte;
  options.quota_bytes = config.quota_mb * kMegabyte;
  options.reserve_bytes = config.reserve_mb * kMebibyte;
  return options;
}

}  // namespace trayline::config
