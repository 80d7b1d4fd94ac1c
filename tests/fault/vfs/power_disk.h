// PowerDisk: the files of a disk in memory as they are seen, and as they would be after a power cut
// now: what was synced, and by chance some of what was written since. Knows nothing of SQLite. One
// thread at a time.
#ifndef TRAYLINE_TESTS_FAULT_VFS_POWER_DISK_H_
#define TRAYLINE_TESTS_FAULT_VFS_POWER_DISK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace trayline::fault {

// What a disk writes whole or not at all.
inline constexpr std::size_t kSectorBytes = 512;
// Unsynced bytes of a file beyond which the system writes them to the disk by itself, as a kernel
// does: bounds the memory of a disk that lies about its syncs.
inline constexpr std::size_t kUnsyncedBytesMax = std::size_t{8} * 1024 * 1024;

// What kind of disk and system it is. SQLite withstands each alone, but not a disk without
// powersafe overwrite under a system that forgets: see README.md.
struct PowerTraits {
  // A write that is cut harms no byte beside its own; SQLite is told so, as its unix VFS does.
  // false: the rest of the sector may turn to garbage with it.
  bool powersafe_overwrite = false;
  // As Linux: what a failed sync should have written, and has not, no later sync writes. false: the
  // next sync that succeeds does.
  bool forgets_failed_syncs = false;
};

// Whole files by name, as they are seen.
using Snapshot = std::map<std::string, std::string>;

// One file. Each write and truncation since the last sync is remembered; a sync costs what was
// written, not the file.
class PowerFile {
 public:
  PowerFile() = default;
  // All of it is durable.
  explicit PowerFile(const std::string& contents) : seen_(contents), durable_(contents) {}

  [[nodiscard]] const std::string& seen() const { return seen_; }
  // Bytes that were there to read, at most amount.
  std::size_t Read(std::size_t offset, char* into, std::size_t amount) const;
  // Beyond the end it fills up with zeros.
  void Write(std::size_t offset, std::string_view bytes);
  void Truncate(std::size_t size);
  void Sync();

  // A sync that failed and is forgotten: each 512-byte sector of each write since the last sync has
  // reached the disk, is lost, or is garbage, by chance; what is seen stays the same. Returns the
  // sectors that were lost.
  std::uint64_t ForgetUnsynced(const PowerTraits& traits, std::mt19937_64& random);
  // The same, and what has survived is now what is seen.
  std::uint64_t Cut(const PowerTraits& traits, std::mt19937_64& random);

 private:
  struct Change {
    bool truncates = false;
    std::size_t offset = 0;  // of a truncation: the new size
    std::size_t size = 0;
    std::size_t stored = 0;  // where its bytes begin in bytes_
  };

  std::string seen_;
  std::string durable_;
  std::vector<Change> changes_;  // since the last sync
  std::string bytes_;            // of the writes among them
};

class PowerDisk {
 public:
  // A name and every open handle share the file: a deleted file lives on for who has it open.
  using File = std::shared_ptr<PowerFile>;

  // Null when there is none.
  [[nodiscard]] File Find(const std::string& name) const;
  // A new empty file in the place of whatever had the name; not durable.
  File Create(const std::string& name);
  // False when there is none. Not durable.
  bool Remove(const std::string& name);
  // The file's bytes and, as journaling file systems do it, that it has this name.
  void SyncFile(const std::string& name, PowerFile& file);
  // Every creation and deletion in the folder of name is durable.
  void SyncFolder(const std::string& name);

  struct Lost {
    std::uint64_t sectors = 0;
    std::uint64_t names = 0;  // creations and deletions that did not happen
  };
  Lost Cut(const PowerTraits& traits, std::mt19937_64& random);

  [[nodiscard]] Snapshot Take() const;
  // The disk is replaced by one with these files, durable.
  void Restore(const Snapshot& snapshot);
  // One file, durable.
  void Put(const std::string& name, const std::string& contents);
  void Erase(const std::string& name);

 private:
  using Names = std::map<std::string, File>;

  Names seen_;
  Names durable_;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_VFS_POWER_DISK_H_
