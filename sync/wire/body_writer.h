// BodyWriter: events and void runs as the inside of a frame, before it is compressed. Pure; one
// thread; keeps its memory from frame to frame.
#ifndef TRAYLINE_SYNC_WIRE_BODY_WRITER_H_
#define TRAYLINE_SYNC_WIRE_BODY_WRITER_H_

#include <cstddef>
#include <span>
#include <string>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/event/event.h"
#include "sync/wire/bit_stream.h"
#include "sync/wire/frame.h"
#include "sync/wire/frame_layout.h"
#include "sync/wire/record_columns.h"
#include "sync/wire/shape.h"

namespace trayline::wire {

class BodyWriter {
 public:
  explicit BodyWriter(std::span<const Shape> known_shapes);

  // Takes events from the front until there are no more or they have become as much as a frame
  // should hold; at least one. The events are borrowed until the next call. Gives how many.
  // kRejected: an event by itself is more than a frame may hold.
  Result<std::size_t> Gather(Epoch epoch, std::span<const event::Event> events);

  // Writes what was gathered, with the void runs that stand among or right behind it.
  void Write(Sequence first, std::span<const VoidRun> voids);
  [[nodiscard]] const std::string& body() const { return body_; }
  [[nodiscard]] const std::string& bits() const { return bits_.bytes(); }

 private:
  void GatherEnvelope(Epoch epoch, const event::Event& event);
  void WriteVoids(Sequence first, std::span<const VoidRun> voids);

  ShapeTable shapes_;
  RecordColumns records_;
  Envelope envelope_;
  std::string body_;
  BitWriter bits_;
  std::int64_t last_time_ = 0;
  std::int64_t last_mono_ = 0;
};

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_BODY_WRITER_H_
