// A frame as headquarters receives it. The bytes are tried as they are, and once more with magic,
// version, terminal and checksum mended, because chance never hits those. A frame that decodes must
// encode, and decode to the same again.
#include "sync/wire/frame.h"

#include <algorithm>
#include <string>

#include "agent/base/hash.h"
#include "agent/event/json_form.h"
#include "sync/wire/frame_layout.h"
#include "tests/fuzz/fuzz.h"

namespace trayline::fuzz {
namespace {

constexpr std::size_t kCodecAt = 3;
constexpr std::size_t kHashAt = 4;

std::string Mended(std::string_view bytes) {
  std::string frame(bytes.substr(0, bytes.size() - wire::kChecksumBytes));
  frame.replace(0, kCodecAt, std::string(wire::kFrameMagic) + char{wire::kFrameVersion});
  std::string hash;
  wire::PutFixed32(hash, wire::TerminalHash(Terminal()));
  frame.replace(kHashAt, hash.size(), hash);
  wire::PutFixed32(frame, Crc32(frame));
  return frame;
}

event::Event Outside(event::Event event) {
  event.data = event::WithoutLocalFields(event.type, event.data);
  return event;
}

void CheckPositions(const wire::Frame& frame) {
  TRAYLINE_CHECK(frame.events.size() <= wire::kFrameEventsMax);
  TRAYLINE_CHECK(frame.voids.size() <= wire::kFrameVoidsMax);
  std::uint64_t covered = frame.events.size();
  for (const auto& run : frame.voids) covered += run.count;
  TRAYLINE_CHECK(covered == frame.header.count);
}

void TryFrame(std::string_view bytes) {
  wire::FrameDecoder decoder;
  const auto header = decoder.ReadHeader(bytes);
  const auto frame = decoder.Decode(bytes, Terminal());
  TRAYLINE_CHECK(header.ok() || !frame.ok());
  if (!frame.ok()) return;
  CheckPositions(*frame);
  wire::FrameEncoder encoder;
  const Epoch epoch = frame->header.epoch;
  auto next = frame->header.first;
  std::span<const event::Event> events(frame->events);
  std::span<const wire::VoidRun> voids(frame->voids);
  // The encoder may want several frames for what came in one.
  while (!events.empty() || !voids.empty()) {
    const auto again = encoder.Encode(Terminal(), epoch, next, events, voids);
    TRAYLINE_CHECK(again.ok());
    const auto read = decoder.Decode(again->bytes, Terminal());
    TRAYLINE_CHECK(read.ok());
    CheckPositions(*read);
    TRAYLINE_CHECK(read->events.size() == again->events);
    for (std::size_t i = 0; i < read->events.size(); ++i) {
      TRAYLINE_CHECK(read->events[i] == Outside(events[i]));
    }
    TRAYLINE_CHECK(std::equal(read->voids.begin(), read->voids.end(), voids.begin()));
    TRAYLINE_CHECK(again->last >= next);
    next = again->last.Next();
    events = events.subspan(again->events);
    voids = voids.subspan(read->voids.size());
  }
}

}  // namespace
}  // namespace trayline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = trayline::fuzz::AsText(data, size);
  trayline::fuzz::TryFrame(bytes);
  constexpr std::size_t kLeast = 16;  // header of the smallest frame and its checksum
  if (size >= kLeast) trayline::fuzz::TryFrame(trayline::fuzz::Mended(bytes));
  return 0;
}
