#include "sync/wire/record_columns.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "agent/event/spec.h"
#include "sync/wire/frame.h"
#include "sync/wire/int_column.h"

namespace trayline::wire {
namespace {

// A tree with more columns than this is built anew for the next frame: our own keys never make so
// many, but what came from elsewhere must not stay for ever.
constexpr std::size_t kColumnsKept = 512;

// What event::WithoutLocalFields takes away, by owner, so that no record need be copied for it.
std::vector<std::vector<event::Key>> LocalKeys() {
  std::vector<std::vector<event::Key>> local;
  for (const event::TypeSpec& type : event::AllTypes()) {
    const std::size_t owner = OwnerOf(type.type);
    if (local.size() <= owner) local.resize(owner + 1);
    for (const event::FieldSpec& field : type.fields) {
      if (field.local) local[owner].push_back(field.key);
    }
  }
  return local;
}

Tag TagOf(const event::Field& field) {
  return TagOf(field.key, static_cast<ValueKind>(field.value.index()));
}

Error Beyond(const char* bound) {
  return Error{Errc::kRejected, std::string("event data: ") + bound};
}

}  // namespace

static_assert(std::is_same_v<std::variant_alternative_t<0, event::Value>, std::int64_t>);
static_assert(std::is_same_v<std::variant_alternative_t<1, event::Value>, std::string>);
static_assert(std::is_same_v<std::variant_alternative_t<2, event::Value>, event::RecordList>);

struct RecordColumns::Level {
  std::vector<std::int64_t> shapes;              // of each record, in order
  std::vector<std::unique_ptr<Column>> columns;  // by rising tag
  std::vector<std::vector<Column*>> by_shape;    // by shape number, empty: not met yet
  ShapeNumber last = 0;                          // shape of the last record, a good guess
};

struct RecordColumns::Column {
  Tag tag = 0;
  std::vector<std::int64_t> numbers;  // of a list: its sizes
  std::vector<std::string_view> texts;
  std::unique_ptr<Level> elements;  // of a list
};

RecordColumns::RecordColumns(ShapeTable& shapes)
    : shapes_(shapes), local_(LocalKeys()), root_(std::make_unique<Level>()) {}
RecordColumns::~RecordColumns() = default;

std::span<const std::int64_t> RecordColumns::event_shapes() const { return root_->shapes; }

bool RecordColumns::IsLocal(Owner owner, event::Key key) const {
  if (owner >= local_.size()) return false;
  const auto& keys = local_[owner];
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

ShapeNumber RecordColumns::ShapeOf(const event::Record& record, Owner owner, const Level& level) {
  shape_.owner = owner;
  shape_.tags.clear();
  for (const event::Field& field : record.fields()) {
    if (!IsLocal(owner, field.key)) shape_.tags.push_back(TagOf(field));
  }
  if (level.last < shapes_.size() && shapes_.At(level.last) == shape_) return level.last;
  return shapes_.Number(shape_);
}

const std::vector<RecordColumns::Column*>& RecordColumns::ColumnsOf(ShapeNumber number,
                                                                    Level& level) {
  if (level.by_shape.size() <= number) level.by_shape.resize(number + std::size_t{1});
  std::vector<Column*>& found = level.by_shape[number];
  const Shape& shape = shapes_.At(number);
  if (found.size() == shape.tags.size()) return found;
  for (const Tag tag : shape.tags) {
    auto place = std::lower_bound(level.columns.begin(), level.columns.end(), tag,
                                  [](const auto& column, Tag t) { return column->tag < t; });
    if (place == level.columns.end() || (*place)->tag != tag) {
      auto column = std::make_unique<Column>();
      column->tag = tag;
      if (KindOf(tag) == ValueKind::kList) column->elements = std::make_unique<Level>();
      place = level.columns.insert(place, std::move(column));
    }
    found.push_back(place->get());
  }
  return found;
}

// NOLINTNEXTLINE(misc-no-recursion): at most kRecordDepthMax deep, checked first
Status RecordColumns::AddRecord(const event::Record& record, Owner owner, Level& level,
                                std::size_t depth) {
  if (depth > event::kRecordDepthMax) return Beyond("records nested too deep");
  if (record.fields().size() > event::kRecordFieldsMax)
    return Beyond("too many fields in a record");
  const ShapeNumber number = ShapeOf(record, owner, level);
  level.last = number;
  level.shapes.push_back(number);
  const std::vector<Column*>& columns = ColumnsOf(number, level);
  volume_.fields += 1 + columns.size();
  std::size_t next = 0;
  for (const event::Field& field : record.fields()) {
    if (IsLocal(owner, field.key)) continue;
    if (auto status = AddValue(field, *columns[next++], depth); !status.ok()) return status;
  }
  return {};
}

// NOLINTNEXTLINE(misc-no-recursion): at most kRecordDepthMax deep
Status RecordColumns::AddValue(const event::Field& field, Column& column, std::size_t depth) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    column.numbers.push_back(*number);
  } else if (const auto* text = std::get_if<std::string>(&field.value)) {
    if (text->size() > event::kRecordTextMax) {
      return Beyond(("text of " + event::KeyName(field.key) + " too long").c_str());
    }
    column.texts.push_back(*text);
    volume_.text_bytes += text->size();
  } else {
    const auto& list = std::get<event::RecordList>(field.value);
    if (list.size() > event::kRecordListMax) {
      return Beyond(("list of " + event::KeyName(field.key) + " too long").c_str());
    }
    column.numbers.push_back(static_cast<std::int64_t>(list.size()));
    for (const event::Record& element : list) {
      auto status = AddRecord(element, kElement, *column.elements, depth + 1);
      if (!status.ok()) return status;
    }
  }
  return {};
}

Status RecordColumns::Add(event::EventType type, const event::Record& data) {
  return AddRecord(data, OwnerOf(type), *root_, 1);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the records were, at most kRecordDepthMax
void RecordColumns::WriteLevel(Level& level, std::string& out, BitWriter& bits) {
  for (const auto& column : level.columns) {
    switch (KindOf(column->tag)) {
      case ValueKind::kInt:
        WriteInts(column->numbers, out, bits);
        break;
      case ValueKind::kText:
        texts_.Write(column->texts, out, bits);
        break;
      case ValueKind::kList:
        WriteInts(column->numbers, out, bits);
        WriteInts(column->elements->shapes, out, bits);
        WriteLevel(*column->elements, out, bits);
        break;
    }
  }
}

void RecordColumns::Write(std::string& out, BitWriter& bits) { WriteLevel(*root_, out, bits); }

void RecordColumns::Clear() {
  volume_ = {};
  std::vector<Level*> levels{root_.get()};
  std::size_t columns = 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    Level& level = *levels[i];
    level.shapes.clear();
    // The frame's own shapes are forgotten with it.
    if (level.by_shape.size() > shapes_.known()) level.by_shape.resize(shapes_.known());
    for (const auto& column : level.columns) {
      column->numbers.clear();
      column->texts.clear();
      if (column->elements) levels.push_back(column->elements.get());
    }
    columns += level.columns.size();
  }
  if (columns > kColumnsKept) root_ = std::make_unique<Level>();
}

}  // namespace trayline::wire
