// StorageStatus: how the journal's storage is, for the host, for staff and for HQ. Value type.
#ifndef TRAYLINE_AGENT_JOURNAL_STORAGE_STATUS_H_
#define TRAYLINE_AGENT_JOURNAL_STORAGE_STATUS_H_

#include <array>
#include <cstdint>
#include <string>

#include "agent/event/vocabulary.h"

namespace trayline::journal {

struct StorageStatus {
  // ok; low: room is scarce, unsent browsing may be given up; full: new records are refused;
  // broken: the disk or the database fails.
  event::StorageState state = event::StorageState::kOk;
  std::string reason;             // of the last failure or scarcity, one line; empty when ok
  std::uint64_t file_bytes = 0;   // database and WAL on disk
  std::uint64_t used_bytes = 0;   // of the database in use; the rest is room within
  std::uint64_t quota_bytes = 0;  // what they may come to
  std::uint64_t free_bytes = 0;   // on the file system, for unprivileged writers
  bool reserve_held = false;      // the reserve file is there
  bool corrupt = false;           // broken because the database is damaged: it must be recovered
  // Unsent events given up since Open, by event::QuotaClass.
  std::array<std::uint64_t, 3> shed{};

  friend bool operator==(const StorageStatus&, const StorageStatus&) = default;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_STORAGE_STATUS_H_
