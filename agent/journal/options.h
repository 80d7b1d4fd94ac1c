// Options of the journal, with their ranges, and the limits that are not for anybody to set.
#ifndef TRAYLINE_AGENT_JOURNAL_OPTIONS_H_
#define TRAYLINE_AGENT_JOURNAL_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

struct Options {
  // The database; "<path>.epoch" beside it holds the highest epoch ever used here.
  std::string path;
  // Identity of the machine's current boot (/proc/sys/kernel/random/boot_id); any text, 1..64
  // bytes.
  std::string boot_id;
  // Epoch of a new database, as HQ gave it; 0: the journal makes one. A database that is there
  // keeps its own.
  Epoch epoch;
  // Transactions waiting for the store thread; 1..65,536. A transaction of 12 events is about 2 KB.
  std::size_t queue_max = 1024;
  // Events in one commit, unless a single transaction has more; 1..65,536.
  std::size_t group_max_events = 4096;
  // Acknowledged events go when the database is larger than this; bytes, 1 MiB..16 GiB.
  std::int64_t retention_bytes = 64LL * 1024 * 1024;
  // Acknowledged events go when they are older than this; days, 1..3,650.
  std::int64_t retention_days = 14;
  // Database and WAL take no more than this; then Submit is answered kFull. Bytes, 8 MiB..64 GiB.
  std::int64_t quota_bytes = 256LL * 1024 * 1024;
  // Free bytes on the file system below which the storage is low; 0..1 TiB.
  std::int64_t low_free_bytes = 32LL * 1024 * 1024;
  // Size of "<path>.reserve", which is let go when the disk is full; bytes, 0 (none) or 64 KiB..1
  // GiB.
  std::int64_t reserve_bytes = 4LL * 1024 * 1024;
  // Pages of 1 KiB in the WAL before a commit moves them into the database; 100..4,000.
  std::int64_t wal_autocheckpoint_pages = 1000;
  // Name of a registered SQLite VFS, for fault tests; empty: the operating system's.
  std::string vfs;
};

// kRejected names the field that is out of its range.
Status CheckOptions(const Options& options);

// Pages of the database that the quota leaves beside the WAL.
std::int64_t PagesMax(const Options& options);

// How the one writable and the few read-only connections are opened.
sqlite::OpenOptions WriterOptions(const Options& options);
sqlite::OpenOptions ReaderOptions(const Options& options);

// Small pages: a commit of one event writes two or three pages, and on flash bytes are wear.
inline constexpr std::int64_t kPageBytes = 1024;
// Part of the quota that is the WAL's: the file is cut down to it, and is this long only after one
// very large group.
inline constexpr std::int64_t kWalAllowanceBytes = 4LL * 1024 * 1024;
// Memory of the connections; the whole agent has 6 MB. The writer touches the newest pages only.
inline constexpr std::int64_t kWriterCacheKib = 512;
inline constexpr std::int64_t kReaderCacheKib = 256;
// Connections for reading: the uplink's and one for everybody else; who finds none waits.
inline constexpr std::size_t kReadersMax = 2;
// The newest rows are never deleted: from them the windows of the streams are rebuilt.
inline constexpr std::uint64_t kKeepRows = 8192;
// Rows that Load looks back at most for the windows of the streams.
inline constexpr std::uint64_t kWindowScanRows = 65536;
// Rows that one step of the retention deletes, a few milliseconds of work between commits.
inline constexpr std::uint64_t kRetentionStepRows = 2048;
// Events between two looks at the retention; well below a step, so that it keeps up.
inline constexpr std::uint64_t kRetentionEveryEvents = 1024;
// A note of the time at which the journal had come how far: at most this often.
inline constexpr Millis kAgeMarkEvery{10 * 60 * 1000};
inline constexpr std::uint64_t kAgeMarkEveryRows = 4096;
// The acknowledged cursor is written at most this often, with a commit or alone. A write of its own
// costs the flash as much as an event (5 KB); once a second was half of all bytes of a kiosk. What
// a crash loses of it HQ knows: its first acknowledgement after the birth says where to go on.
inline constexpr Millis kCursorEvery{5 * 60 * 1000};
// The size on disk is looked at at most this often.
inline constexpr Millis kMeasureEvery{1000};
// Shares of PagesMax in use, in percent. Unsent events are given up from the first down to the
// second, so that a commit seldom meets the end; what HQ has goes long before.
inline constexpr std::int64_t kShedFromPercent = 90;
inline constexpr std::int64_t kShedToPercent = 85;
inline constexpr std::int64_t kRetentionPercent = 65;
// With less room than this in the database a commit of ordinary size may fail; pages.
inline constexpr std::int64_t kRoomPages = 256;
// While records are refused or the disk fails the journal tries by itself this often.
inline constexpr Millis kProbeEvery{5000};
// While room is scarce, or the reserve is gone, the journal looks this often whether that is over.
inline constexpr Millis kLookEvery{60 * 1000};
// Foreign keys recorded between two prunings of their table.
inline constexpr std::size_t kForeignKeysSlack = 1024;

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_OPTIONS_H_
