#include "sync/wire/body_writer.h"

#include "agent/base/varint.h"
#include "sync/wire/int_column.h"

namespace trayline::wire {
namespace {

// A frame takes no more events once it holds this much. The last event may go beyond, which is why
// what a reader accepts (frame.h) is so much more.
constexpr std::size_t kFieldsEnough = 1 << 15;
constexpr std::size_t kTextEnough = std::size_t{128} * 1024;

}  // namespace

BodyWriter::BodyWriter(std::span<const Shape> known_shapes)
    : shapes_(known_shapes), records_(shapes_) {}

void BodyWriter::GatherEnvelope(Epoch epoch, const event::Event& event) {
  const bool is_first = envelope_.times.empty();
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const std::int64_t time = Minus(ToMs(event.time), number(epoch.value * 1000));
  const std::int64_t mono = ToMs(event.mono);
  envelope_.journeys.push_back(number(event.journey.number));
  if (!event.journey.IsNone()) {
    envelope_.epochs.push_back(Minus(number(event.journey.epoch.value), number(epoch.value)));
  }
  envelope_.times.push_back(time);
  envelope_.monos.push_back(is_first ? mono
                                     : Minus(Minus(mono, last_mono_), Minus(time, last_time_)));
  envelope_.boots.push_back(event.boot);
  envelope_.offsets.push_back(event.offset_minutes);
  envelope_.flags.push_back(static_cast<std::int64_t>(event.clock) +
                            (event.training ? kFlagTraining : 0));
  envelope_.bundles.push_back(number(event.bundle));
  last_time_ = time;
  last_mono_ = mono;
}

Result<std::size_t> BodyWriter::Gather(Epoch epoch, std::span<const event::Event> events) {
  envelope_.Clear();
  records_.Clear();
  shapes_.Reset();
  std::size_t taken = 0;
  for (const event::Event& event : events) {
    if (auto status = records_.Add(event.type, event.data); !status.ok()) return status.error();
    GatherEnvelope(epoch, event);
    ++taken;
    const Volume& volume = records_.volume();
    if (volume.fields > kFrameFieldsMax || volume.text_bytes > kFrameTextMax ||
        shapes_.size() - shapes_.known() > kOwnShapesMax) {
      return Error{Errc::kRejected, "event data: more than a frame may hold"};
    }
    if (volume.fields > kFieldsEnough || volume.text_bytes > kTextEnough) break;
  }
  return taken;
}

void BodyWriter::WriteVoids(Sequence first, std::span<const VoidRun> voids) {
  PutVarint(body_, voids.size());
  std::uint64_t next = first.value;
  for (const VoidRun& run : voids) {
    PutVarint(body_, run.first.value - next);
    PutVarint(body_, run.count);
    PutVarint(body_, static_cast<std::uint64_t>(run.quota));
    PutVarint(body_, run.reason);
    next = run.first.value + run.count;
  }
}

void BodyWriter::Write(Sequence first, std::span<const VoidRun> voids) {
  body_.clear();
  bits_.Clear();
  WriteVoids(first, voids);
  shapes_.Write(body_);
  const auto shapes = records_.event_shapes();
  envelope_.shapes.assign(shapes.begin(), shapes.end());
  for (const auto* column : {&envelope_.shapes, &envelope_.journeys, &envelope_.epochs,
                             &envelope_.times, &envelope_.monos, &envelope_.boots,
                             &envelope_.offsets, &envelope_.flags, &envelope_.bundles}) {
    WriteInts(*column, body_, bits_);
  }
  records_.Write(body_, bits_);
  bits_.Finish();
}

}  // namespace trayline::wire
