// Frame: a contiguous range of a terminal's journal as it travels, rows and void runs, in columns.
// The format stands in sync/wire/README.md. Pure; any thread (a codec object: one thread).
#ifndef TRAYLINE_SYNC_WIRE_FRAME_H_
#define TRAYLINE_SYNC_WIRE_FRAME_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/event/event.h"
#include "agent/event/spec.h"

namespace trayline::wire {

inline constexpr std::size_t kFrameBytesMax =
    std::size_t{12} * 1024;  // one TLS record; above 16 KB Nagle costs 44 ms
inline constexpr std::size_t kFrameEventsMax = 500;
inline constexpr std::size_t kFrameRawMax = 1 << 20;  // decompressed; more is refused unread
inline constexpr std::size_t kFrameVoidsMax = 500;
// What a frame's events may come to when they are unpacked, so that a few bytes cannot order
// gigabytes: fields and records counted together, and bytes of all their texts. One event of 64 KB
// of JSON is far below.
inline constexpr std::size_t kFrameFieldsMax = 1 << 17;
inline constexpr std::size_t kFrameTextMax = 1 << 20;

// Events given up on the terminal before they could be sent: they stand in the sequence.
struct VoidRun {
  Sequence first;
  std::uint64_t count = 0;
  event::QuotaClass quota = event::QuotaClass::kBrowsing;
  std::uint8_t reason = 0;  // 0 quota, 1 damaged
  friend bool operator==(const VoidRun&, const VoidRun&) = default;
};

struct FrameHeader {
  std::uint32_t terminal_hash = 0;  // fnv1a32 of the unit "tenant-store-terminal"
  Epoch epoch;
  Sequence first;
  std::uint64_t count = 0;      // positions covered: events and void positions
  std::uint64_t catalogue = 0;  // version that prices refer to, 0 none
};

struct Frame {
  FrameHeader header;
  std::vector<event::Event> events;  // in order; sequences and journeys filled in
  std::vector<VoidRun> voids;        // in order, between the events
};

// About the largest prefix of events (and the void runs among it) that fits.
struct Encoded {
  std::string bytes;
  Sequence last;           // last position covered
  std::size_t events = 0;  // how many of the given events are in it
};

class FrameEncoder {
 public:
  FrameEncoder();
  ~FrameEncoder();

  // events and voids together cover the positions from first (1 or above) without a gap, at least
  // one; local fields are left out here. Takes at most kFrameEventsMax events and kFrameVoidsMax
  // void runs, and about as many events as fit into max_bytes: not a sixteenth less than would. One
  // event always passes (at most 64 KB of JSON; then max_bytes may be exceeded). Does not block.
  // kRejected: a gap, or an event beyond the bounds of record.h, which no journal holds;
  // kRetryLater: no memory.
  Result<Encoded> Encode(const TerminalId& terminal, Epoch epoch, Sequence first,
                         std::span<const event::Event> events, std::span<const VoidRun> voids,
                         std::size_t max_bytes = kFrameBytesMax);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class FrameDecoder {
 public:
  FrameDecoder();
  ~FrameDecoder();

  // Only the header, cheap; for deciding by epoch and watermark. kCorrupt: not a frame or damaged
  // (the checksum covers all bytes and is checked here). kRejected: of a newer format version.
  Result<FrameHeader> ReadHeader(std::string_view bytes);
  // All of it. Also kRejected when the terminal's hash is not that of the topic, or when the codec
  // or vocabulary is newer than this reader. kCorrupt says what is damaged. Safe with any bytes:
  // memory is bounded by the limits above before it is taken.
  Result<Frame> Decode(std::string_view bytes, const TerminalId& terminal);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_FRAME_H_
