// The memory that a test and the processes under the fault shim share: a small file, mapped by
// both. Written by the test, read by the shim, but for the counters. Plain data; every field that
// changes is atomic and free of locks, so that processes may share it.
#ifndef TRAYLINE_TESTS_FAULT_SHIM_CONTROL_H_
#define TRAYLINE_TESTS_FAULT_SHIM_CONTROL_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace trayline::fault {

// The file is named by this variable of the environment.
inline constexpr const char* kShimVariable = "TRAYLINE_FAULT_SHIM";
inline constexpr std::uint64_t kShimMagic = 0x54524C5348494D32;  // "TRLSHIM2": the layout below
inline constexpr std::size_t kShimFolderMax = 512;

// Which calls storage_errno hits.
enum class ShimScope : std::int32_t {
  kEverything,  // writes, changes of length and syncs
  kGrowth,      // what would make a file longer, as on a full disk
  kSyncs,       // fsync and fdatasync: what was written is there, but nobody may rely on it
};

struct ShimControl {
  std::uint64_t magic = 0;
  // Absolute, without a '/' at its end; storage faults hit files below it only. Fixed.
  std::array<char, kShimFolderMax> folder{};
  // Added to CLOCK_REALTIME, in milliseconds.
  std::atomic<std::int64_t> clock_offset_ms{0};
  // An errno that writes and syncs fail with, 0 none.
  std::atomic<std::int32_t> storage_errno{0};
  std::atomic<ShimScope> scope{ShimScope::kEverything};
  std::atomic<std::uint64_t> storage_faults{0};  // calls that were made to fail
  std::atomic<std::uint64_t> attached{0};        // processes that have found this file
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_SHIM_CONTROL_H_
