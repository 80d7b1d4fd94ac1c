// StorageWatch: judges how the storage is, from what is measured and from what became of writing
// and reading. Pure: it reads no disk and no clock. Not thread-safe; value type.
#ifndef TRAYLINE_AGENT_JOURNAL_STORAGE_WATCH_H_
#define TRAYLINE_AGENT_JOURNAL_STORAGE_WATCH_H_

#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/result.h"
#include "agent/journal/shed.h"
#include "agent/journal/storage_status.h"

namespace trayline::journal {

// What was found at one moment, in bytes.
struct StorageMeasure {
  std::uint64_t file_bytes = 0;             // database and WAL
  std::uint64_t used_bytes = 0;             // of the database
  std::uint64_t database_limit_bytes = 0;   // what the quota leaves for the database
  std::optional<std::uint64_t> free_bytes;  // on the file system; nullopt when it does not tell
  bool reserve_held = false;
};

class StorageWatch {
 public:
  struct Limits {
    std::string path;  // for people
    std::uint64_t quota_bytes = 0;
    std::uint64_t low_free_bytes = 0;
    bool wants_reserve = false;
  };
  // Why there was no room: the quota is used up, the device is, or the WAL cannot be cut.
  enum class Lack { kQuota, kDevice, kWal };

  explicit StorageWatch(Limits limits) : limits_(std::move(limits)) {}

  void Measured(const StorageMeasure& measure);
  // New records are durable.
  void Recorded() { write_failure_.reset(); }
  // A small write of the journal's own is durable. has_room: new records would have room in the
  // quota.
  void Wrote(bool has_room);
  // kConflict, a bug of a caller, says nothing about the storage. lack counts for kFull.
  void WriteFailed(const Error& error, Lack lack);
  void Read() { read_failure_.reset(); }
  void ReadFailed(const Error& error);
  void Shed(const ShedCounts& shed);

  // True while the journal should try by itself whether it works again.
  [[nodiscard]] bool IsAwaitingRecovery() const;
  [[nodiscard]] bool is_corrupt() const { return corruption_.has_value(); }
  [[nodiscard]] event::StorageState state() const;
  [[nodiscard]] StorageStatus status() const;

 private:
  struct Failure {
    Error error;
    Lack lack = Lack::kQuota;
  };

  void JudgeScarcity();
  [[nodiscard]] std::string Reason() const;
  [[nodiscard]] std::string FullReason() const;

  Limits limits_;
  StorageMeasure measure_;
  std::optional<Failure> write_failure_;
  std::optional<Error> read_failure_;
  std::optional<Error> corruption_;  // stays: only a recovery ends it
  bool crowded_ = false;             // much of the quota is used
  bool device_low_ = false;          // little is free on the file system
  ShedCounts shed_{};
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_STORAGE_WATCH_H_
