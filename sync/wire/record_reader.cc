#include <algorithm>
#include <cstddef>
#include <utility>

#include "sync/wire/frame.h"
#include "sync/wire/int_column.h"
#include "sync/wire/record_columns.h"

namespace trayline::wire {
namespace {

Error Damaged(const char* what) { return Error{Errc::kCorrupt, std::string("frame: ") + what}; }

}  // namespace

// One column with a mark of how far it has been taken.
struct RecordReader::Column {
  Tag tag = 0;
  std::size_t count = 0;
  std::size_t next = 0;
  std::vector<std::int64_t> numbers;  // of a list: its sizes
  std::vector<std::string_view> texts;
  std::unique_ptr<Level> elements;
};

// A shape that stands in a level, with where its values are.
struct RecordReader::Form {
  const Shape* shape = nullptr;
  std::size_t uses = 0;
  std::vector<Column*> columns;
};

struct RecordReader::Level {
  std::vector<std::int64_t> shapes;  // of each record: its shape number, then its place in forms
  std::size_t next = 0;
  std::vector<Form> forms;
  std::vector<Column> columns;  // by rising tag
};

RecordReader::RecordReader(const ShapeTable& shapes)
    : shapes_(shapes), root_(std::make_unique<Level>()) {}
RecordReader::~RecordReader() = default;

// Replaces shape numbers by places in level.forms, one form for each shape that is used, and counts
// the fields. Sorting and not searching one by one: a hostile frame may bring thousands of shapes.
Status RecordReader::FindForms(Level& level, bool of_events) {
  std::vector<std::int64_t> used(level.shapes);
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  if (used.front() < 0 || static_cast<std::size_t>(used.back()) >= shapes_.size()) {
    return Damaged("a shape that it does not have");
  }
  for (const std::int64_t number : used) {
    const Shape& shape = shapes_.At(static_cast<ShapeNumber>(number));
    if ((shape.owner != kElement) != of_events) return Damaged("a shape in the wrong place");
    level.forms.push_back(Form{.shape = &shape, .uses = 0, .columns = {}});
  }
  for (std::int64_t& number : level.shapes) {
    number = std::lower_bound(used.begin(), used.end(), number) - used.begin();
    Form& form = level.forms[static_cast<std::size_t>(number)];
    ++form.uses;
    const std::size_t fields = 1 + form.shape->tags.size();
    if (fields > fields_left_) return Damaged("more fields than a frame may have");
    fields_left_ -= fields;
  }
  return {};
}

// Which columns the level has and how many values stand in each.
void RecordReader::MakeColumns(Level& level) {
  std::vector<Tag> tags;
  for (const Form& form : level.forms) {
    tags.insert(tags.end(), form.shape->tags.begin(), form.shape->tags.end());
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  level.columns.resize(tags.size());
  for (std::size_t i = 0; i < tags.size(); ++i) level.columns[i].tag = tags[i];
  for (Form& form : level.forms) {
    for (const Tag tag : form.shape->tags) {
      const auto place = std::lower_bound(tags.begin(), tags.end(), tag) - tags.begin();
      Column& column = level.columns[static_cast<std::size_t>(place)];
      column.count += form.uses;
      form.columns.push_back(&column);
    }
  }
}

// NOLINTNEXTLINE(misc-no-recursion): at most kRecordDepthMax deep, checked by ReadLevel
Status RecordReader::ReadLists(VarintReader& in, BitReader& bits, Column& column,
                               std::size_t depth) {
  std::size_t elements = 0;
  for (const std::int64_t size : column.numbers) {
    if (size < 0 || static_cast<std::size_t>(size) > event::kRecordListMax) {
      return Damaged("a list too long");
    }
    elements += static_cast<std::size_t>(size);
  }
  if (elements > fields_left_) return Damaged("more records than a frame may have");
  column.elements = std::make_unique<Level>();
  if (!ReadInts(in, bits, elements, column.elements->shapes)) {
    return Damaged("shapes of a list are damaged");
  }
  return ReadLevel(in, bits, *column.elements, depth + 1);
}

// NOLINTNEXTLINE(misc-no-recursion): at most kRecordDepthMax deep, checked by ReadLevel
Status RecordReader::ReadColumn(VarintReader& in, BitReader& bits, Column& column,
                                std::size_t depth) {
  const ValueKind kind = KindOf(column.tag);
  if (kind == ValueKind::kText) {
    if (texts_.Read(in, bits, column.count, column.texts)) return {};
    return Damaged("a column of texts is damaged");
  }
  if (!ReadInts(in, bits, column.count, column.numbers)) {
    return Damaged("a column of numbers is damaged");
  }
  return kind == ValueKind::kList ? ReadLists(in, bits, column, depth) : Status();
}

// NOLINTNEXTLINE(misc-no-recursion): at most kRecordDepthMax deep, checked first
Status RecordReader::ReadLevel(VarintReader& in, BitReader& bits, Level& level, std::size_t depth) {
  if (level.shapes.empty()) return {};
  if (depth > event::kRecordDepthMax) return Damaged("records nested too deep");
  if (auto status = FindForms(level, depth == 1); !status.ok()) return status;
  MakeColumns(level);
  for (Column& column : level.columns) {
    if (auto status = ReadColumn(in, bits, column, depth); !status.ok()) return status;
  }
  return {};
}

Status RecordReader::Read(VarintReader& in, BitReader& bits,
                          std::span<const std::int64_t> event_shapes) {
  root_ = std::make_unique<Level>();
  root_->shapes.assign(event_shapes.begin(), event_shapes.end());
  fields_left_ = kFrameFieldsMax;
  texts_.Start(kFrameTextMax);
  return ReadLevel(in, bits, *root_, 1);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as ReadLevel has been
event::Record RecordReader::Take(Level& level) {
  const auto number = static_cast<std::size_t>(level.shapes[level.next++]);
  event::Record record;
  for (Column* column : level.forms[number].columns) {
    const event::Key key = KeyOf(column->tag);
    const std::size_t at = column->next++;
    switch (KindOf(column->tag)) {
      case ValueKind::kInt:
        record.Set(key, column->numbers[at]);
        break;
      case ValueKind::kText:
        record.Set(key, std::string(column->texts[at]));
        break;
      case ValueKind::kList: {
        event::RecordList list;
        list.reserve(static_cast<std::size_t>(column->numbers[at]));
        for (std::int64_t i = 0; i < column->numbers[at]; ++i) {
          list.push_back(Take(*column->elements));
        }
        record.Set(key, std::move(list));
        break;
      }
    }
  }
  return record;
}

event::Record RecordReader::Next() { return Take(*root_); }

}  // namespace trayline::wire
