// DamagedFile: the pages of a SQLite database that SQLite itself refuses, with the WAL beside it
// laid over them, as https://www.sqlite.org/fileformat2.html describes both. It writes nothing and
// trusts nothing: every number from the file is checked before it is used. One thread; owns its two
// file descriptors. Memory: 4 bytes a page and one page.
#ifndef TRAYLINE_AGENT_JOURNAL_DAMAGED_FILE_H_
#define TRAYLINE_AGENT_JOURNAL_DAMAGED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace trayline::journal {

class DamagedFile {
 public:
  // Reads the header and every frame of the WAL. default_page_size is taken when neither file tells
  // one that can be. A file that is missing counts as empty. kRetryLater when one cannot be read.
  static Result<std::unique_ptr<DamagedFile>> Open(const std::string& database,
                                                   const std::string& wal,
                                                   std::uint32_t default_page_size);
  ~DamagedFile();
  DamagedFile(const DamagedFile&) = delete;
  DamagedFile& operator=(const DamagedFile&) = delete;

  [[nodiscard]] std::uint32_t page_size() const { return page_size_; }
  // Pages of the longer of the two, numbered from 1.
  [[nodiscard]] std::uint32_t page_count() const { return page_count_; }

  // The newest committed contents of a page; nullopt when there is none or the disk does not give
  // it. Borrowed: valid until the next call.
  std::optional<std::string_view> Page(std::uint32_t number);

  // True for a page on the list of free pages: what it holds was deleted. Always false when that
  // list is not whole.
  [[nodiscard]] bool IsFree(std::uint32_t number) const {
    return number < free_.size() && free_[number];
  }

 private:
  struct Frame;
  struct WalSums;

  DamagedFile(int database, int wal) : database_(database), wal_(wal) {}
  Status Measure(std::uint32_t default_page_size);
  Status IndexWal();
  std::optional<Frame> ReadFrame(std::uint64_t index, std::string& page) const;
  void ReadFreeList();

  const int database_;  // -1 when the file is missing
  const int wal_;
  std::uint64_t database_bytes_ = 0;
  std::uint64_t wal_bytes_ = 0;
  bool wal_header_sound_ = false;
  std::uint32_t page_size_ = 0;
  std::uint32_t page_count_ = 0;
  std::vector<std::uint32_t> frame_of_;  // by page: its newest committed frame from 1, 0 none
  std::vector<bool> free_;
  std::string buffer_;
};

// Big-endian numbers, as SQLite's file format has them. at + width must lie within bytes.
std::uint32_t BigEndian16(std::string_view bytes, std::size_t at);
std::uint32_t BigEndian32(std::string_view bytes, std::size_t at);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_DAMAGED_FILE_H_
