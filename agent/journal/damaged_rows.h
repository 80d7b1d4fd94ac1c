// Rows of a damaged database: what stands in the leaf pages of tables, and in the pages of tables
// WITHOUT ROWID, as SQLite's file format describes them. The thread of the DamagedFile.
#ifndef TRAYLINE_AGENT_JOURNAL_DAMAGED_ROWS_H_
#define TRAYLINE_AGENT_JOURNAL_DAMAGED_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/journal/damaged_file.h"

namespace trayline::journal {

struct DamagedText {
  std::string bytes;
};
struct DamagedBlob {
  std::string bytes;
};
// monostate is NULL. Floating point never stands in a database of ours.
using DamagedValue = std::variant<std::monostate, std::int64_t, DamagedText, DamagedBlob>;

struct DamagedRow {
  bool has_key = false;  // of a table with rowid; then its INTEGER PRIMARY KEY stands as NULL
  std::int64_t key = 0;
  std::vector<DamagedValue> columns;

  [[nodiscard]] bool IsNull(std::size_t column) const;
  [[nodiscard]] std::optional<std::int64_t> Int(std::size_t column) const;
  // An integer or NULL for 0.
  [[nodiscard]] std::optional<std::int64_t> IntOrNull(std::size_t column) const;
  [[nodiscard]] const std::string* Text(std::size_t column) const;
  [[nodiscard]] const std::string* Blob(std::size_t column) const;
};

// The largest row that is put together; the engine's checkpoint is the largest there is.
inline constexpr std::size_t kDamagedRowBytesMax = 4UL * 1024 * 1024;

// The rows of a page, in order. Empty when it is no page of rows. A page is taken whole or not at
// all: its header, its cells, the room between them and the order of its keys must fit together. A
// row whose overflow pages are not there is left out alone.
std::vector<DamagedRow> RowsOf(DamagedFile& file, std::uint32_t number);

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_DAMAGED_ROWS_H_
