// Cases that the tests of frames share: events by hand and events by chance. Pure.
#ifndef TRAYLINE_TESTS_UNIT_SYNC_WIRE_WIRE_CASES_H_
#define TRAYLINE_TESTS_UNIT_SYNC_WIRE_WIRE_CASES_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "agent/base/ids.h"
#include "agent/event/event.h"
#include "sync/wire/frame.h"

namespace trayline::wire {

TerminalId TestTerminal();  // demo, s001, k1
inline constexpr Epoch kTestEpoch{1'790'000'000};

// A gapless range from first: events and the void runs among them.
struct Range {
  Sequence first;
  std::vector<event::Event> events;
  std::vector<VoidRun> voids;
};

// A small order as the engine records it, 12 events from sequence first, with local fields.
std::vector<event::Event> OrderEvents(Sequence first);

// Anything that a record may hold: known and unknown types and keys, nested lists, numbers at their
// ends, empty and long texts.
event::Event RandomEvent(std::mt19937_64& random);
// At most events_max events, void runs at the start, in the middle and at the end.
Range RandomRange(std::mt19937_64& random, std::size_t events_max);

// What arrives: the events without their local fields.
std::vector<event::Event> AsOutside(const std::vector<event::Event>& events);

std::string FromHex(const std::string& hex);
std::string ToHex(const std::string& bytes);

}  // namespace trayline::wire

#endif  // TRAYLINE_TESTS_UNIT_SYNC_WIRE_WIRE_CASES_H_
