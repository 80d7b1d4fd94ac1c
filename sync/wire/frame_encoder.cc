#include <algorithm>
#include <string>

#include "agent/base/hash.h"
#include "agent/base/varint.h"
#include "sync/wire/body_writer.h"
#include "sync/wire/compressor.h"
#include "sync/wire/frame.h"
#include "sync/wire/frame_layout.h"
#include "sync/wire/vocabulary.h"

namespace trayline::wire {
namespace {

Error Rejected(std::string text) { return Error{Errc::kRejected, "frame: " + std::move(text)}; }

// How many events and void runs from the front lie in one gapless range, within the limits.
struct Range {
  std::size_t events = 0;
  std::size_t voids = 0;
  std::uint64_t end = 0;  // position after the last
};

// Follows events and voids from first for as long as the limits allow.
Result<Range> Follow(Sequence first, std::span<const event::Event> events,
                     std::span<const VoidRun> voids) {
  if (first.value == 0) return Rejected("positions begin at 1");
  Range range{.events = 0, .voids = 0, .end = first.value};
  while (range.events < events.size() || range.voids < voids.size()) {
    const bool is_event =
        range.events < events.size() && events[range.events].sequence.value == range.end;
    if (is_event) {
      if (range.events == kFrameEventsMax) break;
      ++range.events;
      ++range.end;
      continue;
    }
    if (range.voids == voids.size() || voids[range.voids].first.value != range.end) {
      return Rejected("neither an event nor a void run at position " + std::to_string(range.end));
    }
    const std::uint64_t count = voids[range.voids].count;
    if (count == 0 || count > UINT64_MAX - range.end) {
      return Rejected("a void run of no or too many positions at " + std::to_string(range.end));
    }
    if (range.voids == kFrameVoidsMax) break;
    ++range.voids;
    range.end += count;
  }
  if (range.end == first.value) return Rejected("nothing to encode");
  return range;
}

// The part of range with only so many events; void runs behind the last of them stay out, except
// where all of the range is kept.
Range Shorten(const Range& range, std::size_t count, std::span<const event::Event> events,
              std::span<const VoidRun> voids) {
  if (count == range.events) return range;
  Range part{.events = count, .voids = 0, .end = events[count - 1].sequence.value + 1};
  while (part.voids < range.voids && voids[part.voids].first.value < part.end) ++part.voids;
  return part;
}

}  // namespace

struct FrameEncoder::Impl {
  BodyWriter body{KnownShapes1()};
  Compressor compressor{Dictionary1()};
  std::string packed;

  // One try: as many of the first count events as a frame holds; bytes is the whole frame.
  struct Try {
    Range range;
    std::string bytes;
  };
  struct Input {
    const TerminalId& terminal;
    Epoch epoch;
    Sequence first;
    std::span<const event::Event> events;
    std::span<const VoidRun> voids;
    Range range;
  };

  Result<Try> EncodeSome(const Input& input, std::size_t count) {
    auto taken = body.Gather(input.epoch, input.events.first(count));
    if (!taken.ok()) return taken.error();
    Try result{.range = Shorten(input.range, *taken, input.events, input.voids), .bytes = {}};
    body.Write(input.first, input.voids.first(result.range.voids));
    if (body.body().size() > kFrameRawMax) return Rejected("more than a frame may hold");
    if (!compressor.Compress(body.body(), packed)) {
      return Error{Errc::kRetryLater, "frame: no memory to compress"};
    }
    const bool stored = packed.size() >= body.body().size();
    std::string& out = result.bytes;
    out = kFrameMagic;
    out.push_back(static_cast<char>(kFrameVersion));
    out.push_back(
        static_cast<char>(kVocabulary1 << kCodecVocabularyShift | (stored ? 0 : kCodecZstd)));
    PutFixed32(out, TerminalHash(input.terminal));
    PutVarint(out, input.epoch.value);
    PutVarint(out, input.first.value);
    PutVarint(out, result.range.end - input.first.value);
    PutVarint(out, 0);  // catalogue: none yet
    PutBytes(out, body.bits());
    out.append(stored ? body.body() : packed);
    PutFixed32(out, Crc32(out));
    return result;
  }

  // Finds about the most events that fit: one try where all fit, which is the rule, otherwise some
  // five more, each nearer to the limit; stops when at most a sixteenth might be won.
  Result<Try> EncodeFitting(const Input& input, std::size_t max_bytes) {
    auto best = EncodeSome(input, input.range.events);
    if (!best.ok() || best->bytes.size() <= max_bytes || best->range.events <= 1) return best;
    std::size_t too_many = best->range.events;
    std::size_t size = best->bytes.size();
    std::size_t fits = 0;  // 0: nothing that fits is known yet
    while (too_many - fits > 1 + fits / 16) {
      // Events cost about the same each; a little less, so that the first guess often fits.
      std::size_t guess =
          fits == 0 ? too_many * max_bytes / size * 15 / 16 : fits + (too_many - fits) / 2;
      guess = std::clamp(guess, fits + 1, too_many - 1);
      auto attempt = EncodeSome(input, guess);
      if (!attempt.ok()) return attempt;
      if (attempt->bytes.size() <= max_bytes || guess == 1) {
        fits = attempt->range.events;
        best = std::move(attempt);
        if (fits == 1 && best->bytes.size() > max_bytes) return best;  // alone it must pass
      } else {
        too_many = guess;
        size = attempt->bytes.size();
      }
    }
    return best;
  }
};

FrameEncoder::FrameEncoder() : impl_(std::make_unique<Impl>()) {}
FrameEncoder::~FrameEncoder() = default;

Result<Encoded> FrameEncoder::Encode(const TerminalId& terminal, Epoch epoch, Sequence first,
                                     std::span<const event::Event> events,
                                     std::span<const VoidRun> voids, std::size_t max_bytes) {
  auto range = Follow(first, events, voids);
  if (!range.ok()) return range.error();
  const Impl::Input input{.terminal = terminal,
                          .epoch = epoch,
                          .first = first,
                          .events = events,
                          .voids = voids,
                          .range = *range};
  auto frame = impl_->EncodeFitting(input, max_bytes);
  if (!frame.ok()) return frame.error();
  return Encoded{.bytes = std::move(frame->bytes),
                 .last = Sequence{frame->range.end - 1},
                 .events = frame->range.events};
}

}  // namespace trayline::wire
