// Event: one immutable fact on a terminal, the envelope of CloudEvents 1.0 in meaning with its
// data. Its id and source are derived (epoch and sequence, the terminal) and stand nowhere. Value
// type.
#ifndef TRAYLINE_AGENT_EVENT_EVENT_H_
#define TRAYLINE_AGENT_EVENT_EVENT_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/event/event_type.h"
#include "agent/event/record.h"

namespace trayline::event {

// How much the wall clock may be trusted when the event was recorded.
enum class ClockState : std::uint8_t { kSynced, kHoldover, kUnsynced };
inline constexpr std::array<std::string_view, 3> kClockStateNames{"synced", "holdover", "unsynced"};

struct Event {
  Sequence sequence;  // 0 until the engine gives it one
  JourneyId journey;  // none for what belongs to no journey
  EventType type = EventType::kIrregular;
  WallTime time;                    // wall clock when recorded
  std::int32_t offset_minutes = 0;  // local time minus UTC then
  std::uint32_t boot = 0;           // counts the terminal's boots, from 1
  MonoTime mono;                    // CLOCK_BOOTTIME then
  ClockState clock = ClockState::kSynced;
  bool training = false;
  std::uint64_t bundle = 0;  // first 8 bytes of the digest of the rules in force, 0 none
  Record data;

  friend bool operator==(const Event&, const Event&) = default;
};

// The stored form of everything but sequence, type and journey number, which stores keep in columns
// of their own. In this order: varint version (1), signed time in ms, signed mono ms, varint boot,
// signed offset in minutes, varint flags (bits 0-1 clock, 2 training, 3 bundle follows, 4 journey
// epoch follows because it is not the event's own), [8 bytes bundle, little endian], [varint
// journey epoch], then the record. epoch is the epoch of the journal that the event lies in.
std::string EncodeBody(const Event& event, Epoch epoch);
// The opposite. kCorrupt names what is damaged; kRejected: a version of the body that is newer than
// this reader.
Result<Event> DecodeBody(std::string_view body, Epoch epoch, Sequence sequence, EventType type,
                         std::uint64_t journey_number);

}  // namespace trayline::event

#endif  // TRAYLINE_AGENT_EVENT_EVENT_H_
