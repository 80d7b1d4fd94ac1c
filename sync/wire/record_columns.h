// RecordColumns: records taken apart into one column for each place that a value can stand in, and
// put together again by RecordReader. A place is a path of keys with the kind of the value,
// whatever the event type. Pure; one thread. Both keep their memory from frame to frame.
#ifndef TRAYLINE_SYNC_WIRE_RECORD_COLUMNS_H_
#define TRAYLINE_SYNC_WIRE_RECORD_COLUMNS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/varint.h"
#include "agent/event/event_type.h"
#include "agent/event/record.h"
#include "sync/wire/bit_stream.h"
#include "sync/wire/shape.h"
#include "sync/wire/text_column.h"

namespace trayline::wire {

// What records come to when they are unpacked; the limits are in frame.h.
struct Volume {
  std::size_t fields = 0;  // fields and records
  std::size_t text_bytes = 0;
};

class RecordColumns {
 public:
  explicit RecordColumns(ShapeTable& shapes);
  ~RecordColumns();

  // Takes the data of one more event, without the fields that event::WithoutLocalFields
  // takes away. Texts are borrowed until Clear.
  // kRejected names the bound of record.h that data breaks; then nothing but Clear may follow.
  Status Add(event::EventType type, const event::Record& data);
  [[nodiscard]] const Volume& volume() const { return volume_; }

  // The shape of each event's data, in order.
  [[nodiscard]] std::span<const std::int64_t> event_shapes() const;
  // All columns below the events: by rising tag; a list's sizes, then its elements' shapes, then
  // the columns below it.
  void Write(std::string& out, BitWriter& bits);
  void Clear();

 private:
  struct Level;
  struct Column;
  Status AddRecord(const event::Record& record, Owner owner, Level& level, std::size_t depth);
  [[nodiscard]] bool IsLocal(Owner owner, event::Key key) const;
  Status AddValue(const event::Field& field, Column& column, std::size_t depth);
  ShapeNumber ShapeOf(const event::Record& record, Owner owner, const Level& level);
  const std::vector<Column*>& ColumnsOf(ShapeNumber number, Level& level);
  void WriteLevel(Level& level, std::string& out, BitWriter& bits);

  ShapeTable& shapes_;
  std::vector<std::vector<event::Key>> local_;  // by type: what stays on the terminal
  std::unique_ptr<Level> root_;
  Volume volume_;
  Shape shape_;  // scratch
  TextWriter texts_;
};

class RecordReader {
 public:
  explicit RecordReader(const ShapeTable& shapes);
  ~RecordReader();

  // Reads what RecordColumns::Write wrote, for events of these shapes. kCorrupt says what is wrong.
  Status Read(VarintReader& in, BitReader& bits, std::span<const std::int64_t> event_shapes);
  // The data of the next event.
  event::Record Next();

 private:
  struct Level;
  struct Column;
  struct Form;
  Status ReadLevel(VarintReader& in, BitReader& bits, Level& level, std::size_t depth);
  Status ReadColumn(VarintReader& in, BitReader& bits, Column& column, std::size_t depth);
  Status ReadLists(VarintReader& in, BitReader& bits, Column& column, std::size_t depth);
  Status FindForms(Level& level, bool of_events);
  static void MakeColumns(Level& level);
  event::Record Take(Level& level);

  const ShapeTable& shapes_;
  std::unique_ptr<Level> root_;
  std::size_t fields_left_ = 0;
  TextReader texts_;
};

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_RECORD_COLUMNS_H_
