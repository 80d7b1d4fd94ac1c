#include "agent/journal/damaged_rows.h"

#include <algorithm>
#include <utility>

namespace trayline::journal {

namespace {

constexpr char kIndexInterior = 0x02;
constexpr char kIndexLeaf = 0x0A;
constexpr char kTableLeaf = 0x0D;
constexpr std::size_t kColumnsMax = 32;  // more than any table of ours has
constexpr std::size_t kCellBytesMin = 4;

// SQLite's varint: big-endian, at most 9 bytes, the ninth whole. Moves at behind it.
std::optional<std::uint64_t> Varint(std::string_view bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (int i = 0; i < 9; ++i) {
    if (at >= bytes.size()) return std::nullopt;
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    if (i == 8) return value << 8 | byte;
    value = value << 7 | (byte & 0x7FU);
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

// Where a cell stands in its page and what it says.
struct Cell {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int64_t key = 0;
  std::uint64_t payload_bytes = 0;
  std::string local;
  std::uint32_t overflow = 0;  // first page of the rest, 0 none
};

std::optional<Cell> ReadCell(std::string_view page, std::size_t begin, char type) {
  const std::size_t usable = page.size();
  Cell cell;
  cell.begin = begin;
  std::size_t at = begin + (type == kIndexInterior ? 4 : 0);
  const auto payload = Varint(page, at);
  if (!payload || *payload > kDamagedRowBytesMax) return std::nullopt;
  cell.payload_bytes = *payload;
  if (type == kTableLeaf) {
    const auto key = Varint(page, at);
    if (!key) return std::nullopt;
    cell.key = static_cast<std::int64_t>(*key);
  }
  const std::size_t most = type == kTableLeaf ? usable - 35 : (usable - 12) * 64 / 255 - 23;
  std::size_t local = *payload;
  if (*payload > most) {
    const std::size_t least = (usable - 12) * 32 / 255 - 23;
    const std::size_t wanted = least + (*payload - least) % (usable - 4);
    local = wanted <= most ? wanted : least;
  }
  cell.end = at + local + (*payload > most ? 4 : 0);
  if (cell.end > usable) return std::nullopt;
  cell.local = std::string(page.substr(at, local));
  if (*payload > most) cell.overflow = BigEndian32(page, at + local);
  return cell;
}

// The bytes of the free blocks in the cell area; nullopt when their chain is damaged.
std::optional<std::size_t> FreeBlockBytes(std::string_view page, std::size_t first) {
  std::size_t bytes = 0;
  std::size_t end = 0;
  for (std::size_t at = first; at != 0;) {
    if (at < end || at + 4 > page.size()) return std::nullopt;
    const std::size_t size = BigEndian16(page, at + 2);
    if (size < 4 || at + size > page.size()) return std::nullopt;
    bytes += size;
    end = at + size;
    at = BigEndian16(page, at);
  }
  return bytes;
}

// True when cells lie side by side in the cell area with no more room between than is accounted
// for.
bool Fit(std::string_view page, std::size_t header, std::size_t content,
         const std::vector<Cell>& cells) {
  const auto free_blocks = FreeBlockBytes(page, BigEndian16(page, header + 1));
  if (!free_blocks) return false;
  std::vector<std::pair<std::size_t, std::size_t>> extents;
  extents.reserve(cells.size());
  for (const Cell& cell : cells) {
    extents.emplace_back(cell.begin, std::max(cell.end, cell.begin + kCellBytesMin));
  }
  std::sort(extents.begin(), extents.end());
  std::size_t used = *free_blocks + static_cast<unsigned char>(page[header + 7]);
  std::size_t end = content;
  for (const auto& [from, to] : extents) {
    if (from < end || to > page.size()) return false;
    end = to;
    used += to - from;
  }
  return content + used == page.size();
}

// The cells of a page that is whole; empty otherwise.
std::vector<Cell> CellsOf(std::string_view page, std::uint32_t number) {
  const std::size_t header = number == 1 ? 100 : 0;
  const char type = page[header];
  if (type != kTableLeaf && type != kIndexLeaf && type != kIndexInterior) return {};
  const std::size_t count = BigEndian16(page, header + 3);
  const std::size_t told = BigEndian16(page, header + 5);
  const std::size_t content = told == 0 ? 65536 : told;
  const std::size_t pointers = header + (type == kIndexInterior ? 12 : 8);
  if (content > page.size() || pointers + 2 * count > content) return {};
  std::vector<Cell> cells;
  cells.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = BigEndian16(page, pointers + 2 * i);
    if (begin < content || begin >= page.size()) return {};
    auto cell = ReadCell(page, begin, type);
    if (!cell) return {};
    if (type == kTableLeaf && !cells.empty() && cell->key <= cells.back().key) return {};
    cells.push_back(std::move(*cell));
  }
  if (!Fit(page, header, content, cells)) return {};
  return cells;
}

// Reads the rest of a payload from its overflow pages.
bool Complete(DamagedFile& file, Cell& cell) {
  while (cell.local.size() < cell.payload_bytes) {
    const auto page = file.Page(cell.overflow);
    if (!page || file.IsFree(cell.overflow)) return false;
    const std::size_t wanted = cell.payload_bytes - cell.local.size();
    cell.local += page->substr(4, wanted);
    cell.overflow = BigEndian32(*page, 0);
  }
  return cell.overflow == 0 || cell.local.size() == cell.payload_bytes;
}

// The value of a serial type; nullopt when it is none of ours or goes beyond bytes.
std::optional<DamagedValue> ValueOf(std::uint64_t serial, std::string_view bytes, std::size_t& at) {
  constexpr std::size_t kWidths[] = {0, 1, 2, 3, 4, 6, 8};
  if (serial == 0) return DamagedValue{};
  if (serial == 8 || serial == 9) return DamagedValue{static_cast<std::int64_t>(serial - 8)};
  if (serial <= 6) {
    const std::size_t width = kWidths[serial];
    if (width > bytes.size() - at) return std::nullopt;
    // The first byte has the sign.
    std::uint64_t value = (static_cast<unsigned char>(bytes[at]) & 0x80U) != 0 ? UINT64_MAX : 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    at += width;
    return DamagedValue{static_cast<std::int64_t>(value)};
  }
  if (serial < 12) return std::nullopt;
  const std::uint64_t size = (serial - 12) / 2;
  if (size > bytes.size() - at) return std::nullopt;
  std::string text(bytes.substr(at, size));
  at += size;
  if (serial % 2 == 0) return DamagedValue{DamagedBlob{std::move(text)}};
  return DamagedValue{DamagedText{std::move(text)}};
}

std::optional<std::vector<DamagedValue>> DecodeColumns(std::string_view payload) {
  std::size_t head = 0;
  const auto head_bytes = Varint(payload, head);
  if (!head_bytes || *head_bytes > payload.size()) return std::nullopt;
  std::size_t body = *head_bytes;
  std::vector<DamagedValue> columns;
  while (head < *head_bytes) {
    const auto serial = Varint(payload.substr(0, *head_bytes), head);
    if (!serial || columns.size() == kColumnsMax) return std::nullopt;
    auto value = ValueOf(*serial, payload, body);
    if (!value) return std::nullopt;
    columns.push_back(std::move(*value));
  }
  if (head != *head_bytes || body != payload.size()) return std::nullopt;
  return columns;
}

}  // namespace

bool DamagedRow::IsNull(std::size_t column) const {
  return column < columns.size() && std::holds_alternative<std::monostate>(columns[column]);
}

std::optional<std::int64_t> DamagedRow::Int(std::size_t column) const {
  if (column >= columns.size()) return std::nullopt;
  const auto* value = std::get_if<std::int64_t>(&columns[column]);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<std::int64_t> DamagedRow::IntOrNull(std::size_t column) const {
  return IsNull(column) ? std::optional<std::int64_t>(0) : Int(column);
}

const std::string* DamagedRow::Text(std::size_t column) const {
  if (column >= columns.size()) return nullptr;
  const auto* value = std::get_if<DamagedText>(&columns[column]);
  return value == nullptr ? nullptr : &value->bytes;
}

const std::string* DamagedRow::Blob(std::size_t column) const {
  if (column >= columns.size()) return nullptr;
  const auto* value = std::get_if<DamagedBlob>(&columns[column]);
  return value == nullptr ? nullptr : &value->bytes;
}

std::vector<DamagedRow> RowsOf(DamagedFile& file, std::uint32_t number) {
  std::vector<DamagedRow> rows;
  if (file.IsFree(number)) return rows;
  const auto page = file.Page(number);
  if (!page) return rows;
  const bool has_key = (*page)[number == 1 ? 100 : 0] == kTableLeaf;
  std::vector<Cell> cells = CellsOf(*page, number);
  for (Cell& cell : cells) {
    const bool overflows = cell.local.size() < cell.payload_bytes;
    if (!Complete(file, cell)) continue;
    auto columns = DecodeColumns(cell.local);
    if (columns) {
      rows.push_back({has_key, cell.key, std::move(*columns)});
    } else if (!overflows) {
      return {};  // the damage is in this page
    }
  }
  return rows;
}

}  // namespace trayline::journal
