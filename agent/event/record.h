// Record: the data of an event, a small document of integers, texts and lists of records under
// numbered keys. There is no floating point and no null: a field is there or it is not. Which keys
// an event type has, and their limits, stands in spec.h; a record by itself accepts any key, so
// that a reader of an older version carries along what it does not know. Value type.
#ifndef TRAYLINE_AGENT_EVENT_RECORD_H_
#define TRAYLINE_AGENT_EVENT_RECORD_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "agent/base/result.h"
#include "agent/event/key.h"

namespace trayline::event {

class Record;
using RecordList = std::vector<Record>;
using Value = std::variant<std::int64_t, std::string, RecordList>;

struct Field;

class Record {
 public:
  Record();
  Record(const Record&);
  Record(Record&&) noexcept;
  Record& operator=(const Record&);
  Record& operator=(Record&&) noexcept;
  ~Record();

  // Sets or replaces. Fields stay sorted by key.
  Record& Set(Key key, std::int64_t value);
  Record& Set(Key key, std::string value);
  Record& Set(Key key, RecordList value);
  Record& Set(Key key, Value value);
  // Enumerations of vocabulary.h are stored by their number.
  template <typename E>
  requires std::is_enum_v<E> Record& Set(Key key, E value) {
    return Set(key, static_cast<std::int64_t>(value));
  }
  // For bool itself only: as a plain overload it would also take 5 and "text".
  template <typename B>
  requires std::is_same_v<B, bool> Record& Set(Key key, B value) {
    return Set(key, static_cast<std::int64_t>(value));
  }
  Record& Set(Key key, std::string_view value) { return Set(key, std::string(value)); }
  Record& Set(Key key, const char* value) { return Set(key, std::string(value)); }
  void Remove(Key key);

  [[nodiscard]] bool Has(Key key) const { return Find(key) != nullptr; }
  // The value, when the key is there and of that kind.
  [[nodiscard]] std::optional<std::int64_t> Int(Key key) const;
  [[nodiscard]] std::optional<std::string_view> Text(Key key) const;
  // Empty when the key is not there.
  [[nodiscard]] std::span<const Record> List(Key key) const;

  [[nodiscard]] std::int64_t IntOr(Key key, std::int64_t fallback) const {
    return Int(key).value_or(fallback);
  }
  [[nodiscard]] std::string_view TextOr(Key key, std::string_view fallback) const {
    return Text(key).value_or(fallback);
  }
  // The enumeration under key; nullopt when absent or when its number is not below count (a newer
  // writer's word).
  template <typename E>
  [[nodiscard]] std::optional<E> Enum(Key key, std::size_t count) const {
    const auto number = Int(key);
    if (!number || *number < 0 || static_cast<std::size_t>(*number) >= count) return std::nullopt;
    return static_cast<E>(*number);
  }

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
  [[nodiscard]] bool empty() const;
  friend bool operator==(const Record& a, const Record& b);

 private:
  friend struct RecordCodec;  // reads the binary form straight into fields_
  [[nodiscard]] const Field* Find(Key key) const;

  std::vector<Field> fields_;
};

struct Field {
  Key key;
  Value value;
  friend bool operator==(const Field&, const Field&) = default;
};

// Bounds that hold for every record, whoever wrote it; a decoder refuses what goes beyond.
inline constexpr std::size_t kRecordFieldsMax = 64;  // fields in one record
inline constexpr std::size_t kRecordListMax = 256;   // records in one list; a cart's lines
inline constexpr std::size_t kRecordTextMax = 4096;  // bytes in one text
inline constexpr std::size_t kRecordDepthMax = 3;    // event -> line -> modifier

// Binary form: varint number of fields, then per field varint (key << 2 | kind) and the value; kind
// 0 a zig-zag varint, 1 length and bytes, 2 varint count and that many records.
void EncodeRecord(const Record& record, std::string& out);
// kCorrupt when the bytes are not exactly one record within the bounds above.
Result<Record> DecodeRecord(std::string_view bytes);

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_RECORD_H_
