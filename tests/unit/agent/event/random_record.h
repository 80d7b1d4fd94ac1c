// Random records and events within the bounds of record.h, for property tests.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_EVENT_RANDOM_RECORD_H_
#define TRAYLINE_TESTS_UNIT_AGENT_EVENT_RANDOM_RECORD_H_

#include <cstddef>
#include <random>

#include "agent/event/event.h"
#include "agent/event/record.h"

namespace trayline::event {

// Any keys, also ones that this version does not know. depth: how many levels it may have.
Record RandomRecord(std::mt19937_64& random, std::size_t depth = kRecordDepthMax);
// A type and all envelope fields at random; the journey is of epoch, of another one, or none.
Event RandomEvent(std::mt19937_64& random, Epoch epoch);

}  // namespace trayline::event

#endif  // TRAYLINE_TESTS_UNIT_AGENT_EVENT_RANDOM_RECORD_H_
