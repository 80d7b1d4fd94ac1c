#include "agent/journal/options.h"

#include <array>

namespace trayline::journal {

namespace {

constexpr std::int64_t kMiB = 1024LL * 1024;
constexpr std::int64_t kGiB = 1024 * kMiB;
constexpr std::size_t kBootIdMax = 64;  // a boot id is a UUID, 36 bytes
// Less would not carry the WAL through a single group.
constexpr std::int64_t kReserveMin = 64LL * 1024;
// A commit waits this long for a lock that only a stray tool can hold: the journal has one writer.
constexpr Millis kBusyTimeout{2000};

struct Range {
  const char* name;
  std::int64_t value;
  std::int64_t least;
  std::int64_t most;
};

}  // namespace

Status CheckOptions(const Options& options) {
  if (options.path.empty()) return Error{Errc::kRejected, "path is empty"};
  if (options.boot_id.empty() || options.boot_id.size() > kBootIdMax) {
    return Error{Errc::kRejected, "boot_id must have 1 to 64 bytes"};
  }
  const std::array ranges = {
      Range{"queue_max", static_cast<std::int64_t>(options.queue_max), 1, 65'536},
      Range{"group_max_events", static_cast<std::int64_t>(options.group_max_events), 1, 65'536},
      Range{"retention_bytes", options.retention_bytes, kMiB, 16 * kGiB},
      Range{"retention_days", options.retention_days, 1, 3650},
      Range{"quota_bytes", options.quota_bytes, 8 * kMiB, 64 * kGiB},
      Range{"low_free_bytes", options.low_free_bytes, 0, 1024 * kGiB},
      Range{"reserve_bytes", options.reserve_bytes, 0, kGiB},
      Range{"wal_autocheckpoint_pages", options.wal_autocheckpoint_pages, 100, 4000},
  };
  if (options.reserve_bytes != 0 && options.reserve_bytes < kReserveMin) {
    return Error{Errc::kRejected, "reserve_bytes is " + std::to_string(options.reserve_bytes) +
                                      ", it must be 0 or at least " + std::to_string(kReserveMin)};
  }
  for (const Range& range : ranges) {
    if (range.value < range.least || range.value > range.most) {
      return Error{Errc::kRejected, std::string(range.name) + " is " + std::to_string(range.value) +
                                        ", it must be " + std::to_string(range.least) + " to " +
                                        std::to_string(range.most)};
    }
  }
  return {};
}

std::int64_t PagesMax(const Options& options) {
  return (options.quota_bytes - kWalAllowanceBytes) / kPageBytes;
}

sqlite::OpenOptions WriterOptions(const Options& options) {
  sqlite::OpenOptions open;
  open.path = options.path;
  open.access = sqlite::Access::kCreate;
  open.page_size = kPageBytes;
  open.busy_timeout = kBusyTimeout;
  open.cache_kib = kWriterCacheKib;
  open.wal_autocheckpoint_pages = options.wal_autocheckpoint_pages;
  open.wal_limit_bytes = kWalAllowanceBytes;
  open.pages_max = PagesMax(options);
  open.vfs = options.vfs;
  return open;
}

sqlite::OpenOptions ReaderOptions(const Options& options) {
  sqlite::OpenOptions open;
  open.path = options.path;
  open.access = sqlite::Access::kReadOnly;
  open.busy_timeout = kBusyTimeout;
  open.cache_kib = kReaderCacheKib;
  open.vfs = options.vfs;
  return open;
}

}  // namespace trayline::journal
