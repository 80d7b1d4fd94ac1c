#include "agent/event/record.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "agent/base/varint.h"

namespace trayline::event {
namespace {

// Kinds of the binary form, the two low bits of a field's head.
constexpr std::uint64_t kKindInt = 0;
constexpr std::uint64_t kKindText = 1;
constexpr std::uint64_t kKindList = 2;

std::uint64_t Head(Key key, std::uint64_t kind) {
  return static_cast<std::uint64_t>(key) << 2 | kind;
}

}  // namespace

Record::Record() = default;
Record::Record(const Record&) = default;
Record::Record(Record&&) noexcept = default;
Record& Record::operator=(const Record&) = default;
Record& Record::operator=(Record&&) noexcept = default;
Record::~Record() = default;

bool Record::empty() const { return fields_.empty(); }

bool operator==(const Record& a, const Record& b) { return a.fields_ == b.fields_; }

// A scan: records have some ten fields, and a scan of those beats a binary search.
const Field* Record::Find(Key key) const {
  for (const Field& field : fields_) {
    if (field.key >= key) return field.key == key ? &field : nullptr;
  }
  return nullptr;
}

Record& Record::Set(Key key, Value value) {
  if (fields_.empty() || fields_.back().key < key) {
    fields_.push_back(Field{key, std::move(value)});
    return *this;
  }
  const auto place = std::lower_bound(fields_.begin(), fields_.end(), key,
                                      [](const Field& field, Key k) { return field.key < k; });
  if (place->key == key) {
    place->value = std::move(value);
  } else {
    fields_.insert(place, Field{key, std::move(value)});
  }
  return *this;
}

Record& Record::Set(Key key, std::int64_t value) { return Set(key, Value(value)); }
Record& Record::Set(Key key, std::string value) { return Set(key, Value(std::move(value))); }
Record& Record::Set(Key key, RecordList value) { return Set(key, Value(std::move(value))); }

void Record::Remove(Key key) {
  const Field* field = Find(key);
  if (field != nullptr) fields_.erase(fields_.begin() + (field - fields_.data()));
}

std::optional<std::int64_t> Record::Int(Key key) const {
  const Field* field = Find(key);
  if (field == nullptr) return std::nullopt;
  const auto* number = std::get_if<std::int64_t>(&field->value);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<std::string_view> Record::Text(Key key) const {
  const Field* field = Find(key);
  if (field == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(&field->value);
  return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
}

std::span<const Record> Record::List(Key key) const {
  const Field* field = Find(key);
  if (field == nullptr) return {};
  const auto* list = std::get_if<RecordList>(&field->value);
  return list == nullptr ? std::span<const Record>() : std::span<const Record>(*list);
}

// Recursive: as deep as a record is, kRecordDepthMax by construction
void EncodeRecord(const Record& record, std::string& out) {
  PutVarint(out, record.fields().size());
  for (const Field& field : record.fields()) {
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
      PutVarint(out, Head(field.key, kKindInt));
      PutSigned(out, *number);
    } else if (const auto* text = std::get_if<std::string>(&field.value)) {
      PutVarint(out, Head(field.key, kKindText));
      PutBytes(out, *text);
    } else {
      const auto& list = std::get<RecordList>(field.value);
      PutVarint(out, Head(field.key, kKindList));
      PutVarint(out, list.size());
      for (const Record& child : list) EncodeRecord(child, out);
    }
  }
}

// Reads records. The first damage ends the reading; damage() then says what it was.
struct RecordCodec {
  explicit RecordCodec(std::string_view bytes) : in(bytes) {}

  bool Fail(const char* what) {
    damage = what;
    return false;
  }

  // Recursive: at most kRecordDepthMax deep, checked first
  bool ReadRecord(Record& record, std::size_t depth) {
    if (depth > kRecordDepthMax) return Fail("records nested too deep");
    const std::uint64_t count = in.Varint();
    // A field takes at least two bytes: what cannot be there is refused before memory is taken.
    if (!in.ok() || count > in.remaining() / 2) return Fail("fewer bytes than fields");
    if (count > kRecordFieldsMax) return Fail("too many fields in a record");
    record.fields_.reserve(static_cast<std::size_t>(count));
    std::int32_t before = -1;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t head = in.Varint();
      const std::uint64_t key = head >> 2;
      if (!in.ok() || key > std::numeric_limits<std::uint16_t>::max()) return Fail("a bad key");
      if (static_cast<std::int32_t>(key) <= before) return Fail("keys that do not rise");
      before = static_cast<std::int32_t>(key);
      record.fields_.push_back(Field{static_cast<Key>(key), Value()});
      if (!ReadValue(record.fields_.back().value, head & 3, depth)) return false;
    }
    return true;
  }

  // Recursive: at most kRecordDepthMax deep
  bool ReadValue(Value& value, std::uint64_t kind, std::size_t depth) {
    switch (kind) {
      case kKindInt:
        value.emplace<std::int64_t>(in.Signed());
        return in.ok() || Fail("a number cut short");
      case kKindText:
        value.emplace<std::string>(in.Bytes(kRecordTextMax));
        return in.ok() || Fail("a text cut short or too long");
      case kKindList:
        return ReadList(value.emplace<RecordList>(), depth);
      default:
        return Fail("an unknown kind of value");
    }
  }

  // Recursive: at most kRecordDepthMax deep
  bool ReadList(RecordList& list, std::size_t depth) {
    const std::uint64_t count = in.Varint();
    if (!in.ok() || count > in.remaining()) return Fail("fewer bytes than records");
    if (count > kRecordListMax) return Fail("too many records in a list");
    list.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
      if (!ReadRecord(list.emplace_back(), depth + 1)) return false;
    }
    return true;
  }

  VarintReader in;
  const char* damage = "";
};

Result<Record> DecodeRecord(std::string_view bytes) {
  RecordCodec codec(bytes);
  Record record;
  if (!codec.ReadRecord(record, 1)) {
    return Error{Errc::kCorrupt, std::string("record: ") + codec.damage};
  }
  if (!codec.in.AtEnd()) return Error{Errc::kCorrupt, "record: bytes after its end"};
  return record;
}

}  // namespace trayline::event
