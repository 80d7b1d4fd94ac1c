#include "agent/journal/damaged_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace trayline::journal {

namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kWalHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::uint32_t kWalMagic = 0x377F0682;  // the lowest bit: checksums of big-endian words
// No file of ours comes near: quota_bytes is at most 64 GiB.
constexpr std::uint64_t kPagesMax = 64ULL * 1024 * 1024;

std::uint32_t LittleEndian32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return value;
}

bool IsPageSize(std::uint32_t size) {
  return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

// All of size bytes, or false.
bool ReadAt(int file, std::uint64_t offset, std::size_t size, std::string& out) {
  out.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(file, out.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

Result<int> OpenForReading(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file >= 0 || errno == ENOENT) return file;
  return Error{Errc::kRetryLater, "open " + path + ": " + std::generic_category().message(errno)};
}

std::uint64_t SizeOf(int file) {
  struct stat info {};
  if (file < 0 || ::fstat(file, &info) != 0) return 0;
  return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace

std::uint32_t BigEndian16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])) << 8 |
         static_cast<unsigned char>(bytes[at + 1]);
}

std::uint32_t BigEndian32(std::string_view bytes, std::size_t at) {
  return BigEndian16(bytes, at) << 16 | BigEndian16(bytes, at + 2);
}

// The two running sums of the WAL's checksum.
struct DamagedFile::WalSums {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  bool big_endian = false;

  void Add(std::string_view bytes) {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += (big_endian ? BigEndian32(bytes, at) : LittleEndian32(bytes, at)) + second;
      second += (big_endian ? BigEndian32(bytes, at + 4) : LittleEndian32(bytes, at + 4)) + first;
    }
  }
};

struct DamagedFile::Frame {
  std::uint32_t page = 0;
  std::uint32_t commit_pages = 0;  // pages of the database after the commit that it ends; else 0
  std::uint64_t salt = 0;
  std::uint32_t first_sum = 0;
  std::uint32_t second_sum = 0;
  std::string head;  // the bytes that the checksum covers beside the page
};

Result<std::unique_ptr<DamagedFile>> DamagedFile::Open(const std::string& database,
                                                       const std::string& wal,
                                                       std::uint32_t default_page_size) {
  const auto database_file = OpenForReading(database);
  if (!database_file.ok()) return database_file.error();
  const auto wal_file = OpenForReading(wal);
  if (!wal_file.ok()) {
    if (*database_file >= 0) ::close(*database_file);
    return wal_file.error();
  }
  std::unique_ptr<DamagedFile> file(new DamagedFile(*database_file, *wal_file));
  if (Status status = file->Measure(default_page_size); !status.ok()) return status.error();
  if (Status status = file->IndexWal(); !status.ok()) return status.error();
  file->ReadFreeList();
  return file;
}

DamagedFile::~DamagedFile() {
  if (database_ >= 0) ::close(database_);
  if (wal_ >= 0) ::close(wal_);
}

Status DamagedFile::Measure(std::uint32_t default_page_size) {
  database_bytes_ = SizeOf(database_);
  wal_bytes_ = SizeOf(wal_);
  page_size_ = default_page_size;
  std::string head;
  if (wal_ >= 0 && ReadAt(wal_, 0, kWalHeaderBytes, head)) {
    const std::uint32_t magic = BigEndian32(head, 0);
    WalSums sums{0, 0, (magic & 1) != 0};
    sums.Add(std::string_view(head).substr(0, 24));
    wal_header_sound_ = (magic & ~1U) == kWalMagic && IsPageSize(BigEndian32(head, 8)) &&
                        sums.first == BigEndian32(head, 24) && sums.second == BigEndian32(head, 28);
    if (wal_header_sound_) page_size_ = BigEndian32(head, 8);
  }
  if (!wal_header_sound_ && database_ >= 0 && ReadAt(database_, 0, kHeaderBytes, head)) {
    const std::uint32_t told = BigEndian16(head, 16);
    const std::uint32_t size = told == 1 ? 65536 : told;
    if (std::string_view(head).substr(0, 16) == kMagic && IsPageSize(size)) page_size_ = size;
  }
  const std::uint64_t pages = database_bytes_ / page_size_;
  if (pages > kPagesMax) return Error{Errc::kRejected, "the damaged file is too large"};
  page_count_ = static_cast<std::uint32_t>(pages);
  return {};
}

std::optional<DamagedFile::Frame> DamagedFile::ReadFrame(std::uint64_t index,
                                                         std::string& page) const {
  const std::uint64_t at = kWalHeaderBytes + index * (kFrameHeaderBytes + page_size_);
  Frame frame;
  if (!ReadAt(wal_, at, kFrameHeaderBytes, frame.head)) return std::nullopt;
  if (!ReadAt(wal_, at + kFrameHeaderBytes, page_size_, page)) return std::nullopt;
  frame.page = BigEndian32(frame.head, 0);
  frame.commit_pages = BigEndian32(frame.head, 4);
  frame.salt =
      static_cast<std::uint64_t>(BigEndian32(frame.head, 8)) << 32 | BigEndian32(frame.head, 12);
  frame.first_sum = BigEndian32(frame.head, 16);
  frame.second_sum = BigEndian32(frame.head, 20);
  frame.head.resize(8);
  return frame;
}

// A frame counts when its checksum follows from the sums of the frame before it, its salt is that
// of this round of the WAL, and a later frame commits it. SQLite stops at the first that is
// damaged; here the whole ones behind it count too, because rows are taken page by page.
Status DamagedFile::IndexWal() {
  frame_of_.assign(page_count_ + 1ULL, 0);
  std::string head;
  std::string page;
  if (wal_ < 0 || !ReadAt(wal_, 0, kWalHeaderBytes, head)) return {};
  const bool big_endian = wal_header_sound_ && (BigEndian32(head, 0) & 1) != 0;
  std::optional<std::uint64_t> salt;
  if (wal_header_sound_) {
    salt = static_cast<std::uint64_t>(BigEndian32(head, 16)) << 32 | BigEndian32(head, 20);
  }
  WalSums sums{BigEndian32(head, 24), BigEndian32(head, 28), big_endian};
  const std::uint64_t frames =
      std::min(kPagesMax, (wal_bytes_ - kWalHeaderBytes) / (kFrameHeaderBytes + page_size_));
  const std::uint64_t most = page_count_ + frames;            // the database grows page by page
  std::vector<std::pair<std::uint32_t, std::uint32_t>> open;  // page and frame, not yet committed
  for (std::uint64_t i = 0; i < frames; ++i) {
    const auto frame = ReadFrame(i, page);
    if (!frame) break;
    sums.Add(frame->head);
    sums.Add(page);
    const bool sound = sums.first == frame->first_sum && sums.second == frame->second_sum &&
                       frame->page != 0 && frame->page <= most;
    sums = WalSums{frame->first_sum, frame->second_sum, big_endian};
    if (!sound) continue;
    if (!salt) salt = frame->salt;
    if (frame->salt != *salt) continue;  // of an earlier round
    open.emplace_back(frame->page, static_cast<std::uint32_t>(i + 1));
    if (frame->commit_pages == 0) continue;
    for (const auto& [number, at] : open) {
      if (number >= frame_of_.size()) frame_of_.resize(number + 1ULL, 0);
      frame_of_[number] = at;
    }
    open.clear();
  }
  page_count_ = std::max(page_count_, static_cast<std::uint32_t>(frame_of_.size() - 1));
  return {};
}

std::optional<std::string_view> DamagedFile::Page(std::uint32_t number) {
  if (number == 0 || number > page_count_) return std::nullopt;
  if (number < frame_of_.size() && frame_of_[number] != 0) {
    const std::uint64_t frame = frame_of_[number] - 1ULL;
    const std::uint64_t at =
        kWalHeaderBytes + frame * (kFrameHeaderBytes + page_size_) + kFrameHeaderBytes;
    if (!ReadAt(wal_, at, page_size_, buffer_)) return std::nullopt;
    return buffer_;
  }
  if (database_ < 0) return std::nullopt;
  const std::uint64_t at = (number - 1ULL) * page_size_;
  if (!ReadAt(database_, at, page_size_, buffer_)) return std::nullopt;
  return buffer_;
}

// Taken as a whole or not at all: a damaged list would give up pages that are in use.
void DamagedFile::ReadFreeList() {
  auto page = Page(1);
  if (!page || page->substr(0, 16) != kMagic) return;
  std::uint32_t trunk = BigEndian32(*page, 32);
  const std::uint32_t expected = BigEndian32(*page, 36);
  std::vector<bool> free(page_count_ + 1ULL, false);
  std::uint32_t found = 0;
  const auto take = [&free, &found](std::uint32_t number) {
    if (number < 2 || number >= free.size() || free[number]) return false;
    free[number] = true;
    ++found;
    return true;
  };
  while (trunk != 0) {
    if (!take(trunk)) return;
    page = Page(trunk);
    if (!page) return;
    const std::uint32_t leaves = BigEndian32(*page, 4);
    if (leaves > page_size_ / 4 - 2) return;
    for (std::uint32_t i = 0; i < leaves; ++i) {
      if (!take(BigEndian32(*page, 8 + 4ULL * i))) return;
    }
    trunk = BigEndian32(*page, 0);
  }
  if (found == expected) free_ = std::move(free);
}

}  // namespace trayline::journal
