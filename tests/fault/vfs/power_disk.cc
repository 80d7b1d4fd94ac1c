#include "tests/fault/vfs/power_disk.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace trayline::fault {

namespace {

// How much survives is drawn anew for each file at each cut, in quarters: nothing to everything.
// The mixed cases tear, the extreme ones reorder: one file whole while another has nothing.
constexpr std::uint64_t kQuarters = 4;
// Of the sectors that do not survive, one in so many is garbage: the disk was writing it.
constexpr std::uint64_t kGarbageOneIn = 8;

void WriteInto(std::string& file, std::size_t offset, std::string_view bytes) {
  if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size(), '\0');
  std::memcpy(file.data() + offset, bytes.data(), bytes.size());
}

// What a write leaves that was cut: its own bytes, and without powersafe overwrite those beside
// them in the sector.
void FillWithGarbage(std::string& file, std::size_t begin, std::size_t end,
                     const PowerTraits& traits, std::mt19937_64& random) {
  std::size_t from = begin;
  std::size_t to = end;
  if (!traits.powersafe_overwrite) {
    from = begin / kSectorBytes * kSectorBytes;
    to = std::max(end, std::min(from + kSectorBytes, file.size()));
  }
  if (file.size() < to) file.resize(to, '\0');
  for (std::size_t i = from; i < to; ++i) file[i] = static_cast<char>(random());
}

std::string FolderOf(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? std::string() : name.substr(0, slash);
}

}  // namespace

std::size_t PowerFile::Read(std::size_t offset, char* into, std::size_t amount) const {
  if (offset >= seen_.size()) return 0;
  const std::size_t there = std::min(amount, seen_.size() - offset);
  std::memcpy(into, seen_.data() + offset, there);
  return there;
}

void PowerFile::Write(std::size_t offset, std::string_view bytes) {
  WriteInto(seen_, offset, bytes);
  changes_.push_back({false, offset, bytes.size(), bytes_.size()});
  bytes_.append(bytes);
  if (bytes_.size() > kUnsyncedBytesMax) Sync();
}

void PowerFile::Truncate(std::size_t size) {
  seen_.resize(size, '\0');
  changes_.push_back({true, size, 0, 0});
}

void PowerFile::Sync() {
  for (const Change& change : changes_) {
    if (change.truncates) {
      durable_.resize(change.offset, '\0');
    } else {
      WriteInto(durable_, change.offset,
                std::string_view(bytes_).substr(change.stored, change.size));
    }
  }
  changes_.clear();
  bytes_.clear();
}

std::uint64_t PowerFile::ForgetUnsynced(const PowerTraits& traits, std::mt19937_64& random) {
  std::uint64_t lost = 0;
  const std::uint64_t surviving = random() % (kQuarters + 1);
  for (const Change& change : changes_) {
    if (change.truncates) {
      if (random() % kQuarters < surviving) durable_.resize(change.offset, '\0');
      continue;
    }
    const std::size_t end = change.offset + change.size;
    for (std::size_t at = change.offset; at < end;) {
      const std::size_t next = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
      if (random() % kQuarters < surviving) {
        WriteInto(durable_, at,
                  std::string_view(bytes_).substr(change.stored + at - change.offset, next - at));
      } else {
        ++lost;
        if (random() % kGarbageOneIn == 0) FillWithGarbage(durable_, at, next, traits, random);
      }
      at = next;
    }
  }
  changes_.clear();
  bytes_.clear();
  return lost;
}

std::uint64_t PowerFile::Cut(const PowerTraits& traits, std::mt19937_64& random) {
  const std::uint64_t lost = ForgetUnsynced(traits, random);
  seen_ = durable_;
  return lost;
}

PowerDisk::File PowerDisk::Find(const std::string& name) const {
  const auto found = seen_.find(name);
  return found == seen_.end() ? nullptr : found->second;
}

PowerDisk::File PowerDisk::Create(const std::string& name) {
  File file = std::make_shared<PowerFile>();
  seen_[name] = file;
  return file;
}

bool PowerDisk::Remove(const std::string& name) { return seen_.erase(name) > 0; }

void PowerDisk::SyncFile(const std::string& name, PowerFile& file) {
  file.Sync();
  const auto found = seen_.find(name);
  if (found != seen_.end() && found->second.get() == &file) durable_[name] = found->second;
}

void PowerDisk::SyncFolder(const std::string& name) {
  const std::string folder = FolderOf(name);
  std::erase_if(durable_, [&](const auto& entry) {
    return FolderOf(entry.first) == folder && !seen_.contains(entry.first);
  });
  for (const auto& [seen_name, file] : seen_) {
    if (FolderOf(seen_name) == folder) durable_[seen_name] = file;
  }
}

PowerDisk::Lost PowerDisk::Cut(const PowerTraits& traits, std::mt19937_64& random) {
  Lost lost;
  std::set<std::string> names;
  for (const auto& [name, file] : seen_) names.insert(name);
  for (const auto& [name, file] : durable_) names.insert(name);
  Names survivors;
  for (const std::string& name : names) {
    const File seen = Find(name);
    const auto found = durable_.find(name);
    const File durable = found == durable_.end() ? nullptr : found->second;
    File survivor = durable;
    if (seen != durable) {
      if (random() % 2 == 0) {
        survivor = seen;
      } else {
        ++lost.names;
      }
    }
    if (survivor != nullptr) survivors.emplace(name, std::move(survivor));
  }
  for (const auto& [name, file] : survivors) lost.sectors += file->Cut(traits, random);
  seen_ = survivors;
  durable_ = std::move(survivors);
  return lost;
}

Snapshot PowerDisk::Take() const {
  Snapshot snapshot;
  for (const auto& [name, file] : seen_) snapshot.emplace(name, file->seen());
  return snapshot;
}

void PowerDisk::Restore(const Snapshot& snapshot) {
  seen_.clear();
  durable_.clear();
  for (const auto& [name, contents] : snapshot) Put(name, contents);
}

void PowerDisk::Put(const std::string& name, const std::string& contents) {
  const File file = std::make_shared<PowerFile>(contents);
  seen_[name] = file;
  durable_[name] = file;
}

void PowerDisk::Erase(const std::string& name) {
  seen_.erase(name);
  durable_.erase(name);
}

}  // namespace trayline::fault
