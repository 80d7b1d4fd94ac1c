#include <string>
#include <utility>

#include "agent/base/hash.h"
#include "agent/base/varint.h"
#include "sync/wire/compressor.h"
#include "sync/wire/frame.h"
#include "sync/wire/frame_layout.h"
#include "sync/wire/int_column.h"
#include "sync/wire/record_columns.h"
#include "sync/wire/vocabulary.h"

namespace trayline::wire {
namespace {

Error Corrupt(const char* what) { return Error{Errc::kCorrupt, std::string("frame: ") + what}; }
Error Rejected(const char* what) { return Error{Errc::kRejected, std::string("frame: ") + what}; }

// The outside of a frame, taken apart.
struct Outside {
  FrameHeader header;
  std::uint8_t codec = 0;
  std::string_view bits;
  std::string_view body;
};

Result<Outside> ReadOutside(std::string_view bytes) {
  constexpr std::size_t kLeast = kFrameMagic.size() + 1 + kChecksumBytes;
  if (bytes.size() < kLeast || !bytes.starts_with(kFrameMagic)) return Corrupt("not a frame");
  const std::string_view covered = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (ReadFixed32(bytes.substr(covered.size())) != Crc32(covered)) {
    return Corrupt("the checksum does not match");
  }
  VarintReader in(covered.substr(kFrameMagic.size()));
  if (static_cast<std::uint8_t>(in.Raw(1)[0]) != kFrameVersion) {
    return Rejected("of a format version that this reader does not know");
  }
  const std::string_view fixed = in.Raw(1 + sizeof(std::uint32_t));
  if (!in.ok()) return Corrupt("the header is cut short");
  Outside outside;
  outside.codec = static_cast<std::uint8_t>(fixed[0]);
  outside.header.terminal_hash = ReadFixed32(fixed.substr(1));
  outside.header.epoch = Epoch{in.Varint()};
  outside.header.first = Sequence{in.Varint()};
  outside.header.count = in.Varint();
  outside.header.catalogue = in.Varint();
  outside.bits = in.Bytes(bytes.size());
  if (!in.ok()) return Corrupt("the header is cut short");
  if (outside.header.first.value == 0 || outside.header.count == 0) {
    return Corrupt("it covers no position");
  }
  if (outside.header.count > UINT64_MAX - outside.header.first.value) {
    return Corrupt("it covers more positions than there are");
  }
  outside.body = in.rest();
  return outside;
}

bool ReadEnvelope(VarintReader& in, BitReader& bits, std::size_t count, Envelope& envelope) {
  if (!ReadInts(in, bits, count, envelope.shapes)) return false;
  if (!ReadInts(in, bits, count, envelope.journeys)) return false;
  std::size_t with_journey = 0;
  for (const std::int64_t journey : envelope.journeys) with_journey += journey != 0 ? 1 : 0;
  if (!ReadInts(in, bits, with_journey, envelope.epochs)) return false;
  for (auto* column : {&envelope.times, &envelope.monos, &envelope.boots, &envelope.offsets,
                       &envelope.flags, &envelope.bundles}) {
    if (!ReadInts(in, bits, count, *column)) return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t flags = envelope.flags[i];
    if (flags < 0 || flags >= 2 * kFlagTraining ||
        flags % kFlagTraining > static_cast<std::int64_t>(event::ClockState::kUnsynced)) {
      return false;
    }
    if (envelope.boots[i] < 0 || envelope.boots[i] > UINT32_MAX) return false;
    if (envelope.offsets[i] < INT32_MIN || envelope.offsets[i] > INT32_MAX) return false;
  }
  return true;
}

Result<std::vector<VoidRun>> ReadVoids(VarintReader& in, const FrameHeader& header) {
  const std::uint64_t count = in.Varint();
  if (count > kFrameVoidsMax) return Corrupt("more void runs than a frame may have");
  std::vector<VoidRun> voids;
  const std::uint64_t end = header.first.value + header.count;
  std::uint64_t next = header.first.value;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t before = in.Varint();
    const std::uint64_t positions = in.Varint();
    const std::uint64_t quota = in.Varint();
    const std::uint64_t reason = in.Varint();
    if (!in.ok()) return Corrupt("void runs are cut short");
    if (before > end - next || positions == 0 || positions > end - next - before) {
      return Corrupt("a void run outside of the frame");
    }
    if (quota > static_cast<std::uint64_t>(event::QuotaClass::kOrder) || reason > UINT8_MAX) {
      return Corrupt("a void run of an unknown class or reason");
    }
    next += before;
    voids.push_back(VoidRun{.first = Sequence{next},
                            .count = positions,
                            .quota = static_cast<event::QuotaClass>(quota),
                            .reason = static_cast<std::uint8_t>(reason)});
    next += positions;
  }
  if (!in.ok()) return Corrupt("void runs are cut short");
  return voids;
}

}  // namespace

struct FrameDecoder::Impl {
  // What goes with one vocabulary.
  struct Words {
    Words(std::span<const Shape> known, std::string_view dictionary)
        : shapes(known), records(shapes), decompressor(dictionary) {}
    ShapeTable shapes;
    RecordReader records;
    Decompressor decompressor;
  };

  Words none{{}, {}};
  Words first{KnownShapes1(), Dictionary1()};
  Envelope envelope;
  std::string unpacked;

  Words* WordsOf(std::uint8_t codec) {
    if ((codec & ((1U << kCodecVocabularyShift) - 1) & ~unsigned{kCodecZstd}) != 0) return nullptr;
    switch (codec >> kCodecVocabularyShift) {
      case kNoVocabulary:
        return &none;
      case kVocabulary1:
        return &first;
      default:
        return nullptr;
    }
  }

  Result<Frame> ReadBody(const FrameHeader& header, std::string_view body, std::string_view bytes,
                         Words& words) {
    VarintReader in(body);
    BitReader bits(bytes);
    auto voids = ReadVoids(in, header);
    if (!voids.ok()) return voids.error();
    std::uint64_t count = header.count;
    for (const VoidRun& run : *voids) count -= run.count;
    if (count > kFrameEventsMax) return Corrupt("more events than a frame may have");
    if (!words.shapes.Read(in)) return Corrupt("its shapes are damaged");
    if (!ReadEnvelope(in, bits, static_cast<std::size_t>(count), envelope)) {
      return Corrupt("the envelope columns are damaged");
    }
    if (auto status = words.records.Read(in, bits, envelope.shapes); !status.ok()) {
      return status.error();
    }
    if (!in.ok() || !in.AtEnd() || !bits.ok() || !bits.AtEnd()) {
      return Corrupt("there is more than its events");
    }
    Frame frame{.header = header, .events = {}, .voids = std::move(*voids)};
    Assemble(static_cast<std::size_t>(count), words, frame);
    return frame;
  }

  void Assemble(std::size_t count, Words& words, Frame& frame) {
    const Epoch epoch = frame.header.epoch;
    const auto epoch_number = static_cast<std::int64_t>(epoch.value);
    const auto epoch_ms = static_cast<std::int64_t>(epoch.value * 1000);
    frame.events.reserve(count);
    std::uint64_t sequence = frame.header.first.value;
    std::size_t next_void = 0;
    std::size_t next_epoch = 0;
    std::int64_t mono = 0;
    for (std::size_t i = 0; i < count; ++i) {
      while (next_void < frame.voids.size() && frame.voids[next_void].first.value == sequence) {
        sequence += frame.voids[next_void++].count;
      }
      event::Event& event = frame.events.emplace_back();
      event.sequence = Sequence{sequence++};
      event.type = TypeOf(words.shapes.At(static_cast<ShapeNumber>(envelope.shapes[i])).owner);
      event.journey.number = static_cast<std::uint64_t>(envelope.journeys[i]);
      if (!event.journey.IsNone()) {
        event.journey.epoch =
            Epoch{static_cast<std::uint64_t>(Plus(envelope.epochs[next_epoch++], epoch_number))};
      }
      event.time = WallFromMs(Plus(envelope.times[i], epoch_ms));
      const std::int64_t step = i == 0 ? 0 : Minus(envelope.times[i], envelope.times[i - 1]);
      mono = Plus(mono, Plus(envelope.monos[i], step));
      event.mono = MonoFromMs(mono);
      event.boot = static_cast<std::uint32_t>(envelope.boots[i]);
      event.offset_minutes = static_cast<std::int32_t>(envelope.offsets[i]);
      event.clock = static_cast<event::ClockState>(envelope.flags[i] % kFlagTraining);
      event.training = envelope.flags[i] >= kFlagTraining;
      event.bundle = static_cast<std::uint64_t>(envelope.bundles[i]);
      event.data = words.records.Next();
    }
  }
};

FrameDecoder::FrameDecoder() : impl_(std::make_unique<Impl>()) {}
FrameDecoder::~FrameDecoder() = default;

Result<FrameHeader> FrameDecoder::ReadHeader(std::string_view bytes) {
  auto outside = ReadOutside(bytes);
  if (!outside.ok()) return outside.error();
  return outside->header;
}

Result<Frame> FrameDecoder::Decode(std::string_view bytes, const TerminalId& terminal) {
  auto outside = ReadOutside(bytes);
  if (!outside.ok()) return outside.error();
  if (outside->header.terminal_hash != TerminalHash(terminal)) {
    return Rejected("written by another terminal than the one that sent it");
  }
  Impl::Words* words = impl_->WordsOf(outside->codec);
  if (words == nullptr) return Rejected("of a codec or vocabulary that this reader does not know");
  std::string_view body = outside->body;
  if ((outside->codec & kCodecZstd) != 0) {
    if (!words->decompressor.Decompress(body, kFrameRawMax, impl_->unpacked)) {
      return Corrupt("the body cannot be decompressed, or is too large");
    }
    body = impl_->unpacked;
  }
  if (body.size() > kFrameRawMax) return Corrupt("the body is too large");
  return impl_->ReadBody(outside->header, body, outside->bits, *words);
}

}  // namespace trayline::wire
