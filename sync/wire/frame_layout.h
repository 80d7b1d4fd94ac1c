// The fixed outside of a frame, shared by both codecs; README.md says it in prose. Pure; any
// thread.
#ifndef TRAYLINE_SYNC_WIRE_FRAME_LAYOUT_H_
#define TRAYLINE_SYNC_WIRE_FRAME_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/ids.h"
#include "agent/event/event.h"

namespace trayline::wire {

inline constexpr std::string_view kFrameMagic = "TL";
inline constexpr std::uint8_t kFrameVersion = 1;
inline constexpr std::size_t kChecksumBytes = 4;

// Codec byte: bit 0 compressed by zstd, bits 4-7 the vocabulary, others 0.
inline constexpr std::uint8_t kCodecZstd = 1;
inline constexpr unsigned kCodecVocabularyShift = 4;

// The envelope columns that every frame has, in this order.
struct Envelope {
  std::vector<std::int64_t> shapes;    // shape number of each event's data
  std::vector<std::int64_t> journeys;  // journey number, 0 none
  std::vector<std::int64_t>
      epochs;  // the journey's epoch minus the frame's; only where there is one
  std::vector<std::int64_t> times;  // ms after the epoch's second
  std::vector<std::int64_t> monos;  // first as it is, then its step minus the step of time
  std::vector<std::int64_t> boots;
  std::vector<std::int64_t> offsets;  // minutes
  std::vector<std::int64_t> flags;    // clock + 4 for training
  std::vector<std::int64_t> bundles;  // as a signed number

  void Clear();
};
inline constexpr std::int64_t kFlagTraining = 4;

std::uint32_t TerminalHash(const TerminalId& terminal);
// Little endian.
void PutFixed32(std::string& out, std::uint32_t value);
std::uint32_t ReadFixed32(std::string_view bytes);

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_FRAME_LAYOUT_H_
