// Content: by what the simulation knows an event again, wherever it lies. Pure.
#ifndef TRAYLINE_TESTS_SIMULATION_CONTENT_H_
#define TRAYLINE_TESTS_SIMULATION_CONTENT_H_

#include <cstdint>
#include <string>

#include "agent/base/ids.h"
#include "agent/ports/event_store.h"
#include "sync/hq/ports/hq_rows.h"

namespace trayline::simulation {

// FNV-1a of the event as it leaves the terminal: what HQ is to store. Never 0.
std::uint64_t DigestOutside(const ports::StoredEvent& row, Epoch epoch);
std::uint64_t DigestOutside(const hq::EventRow& row);

// The key that a simulated host has given to what it sent ("n3x1x17"), empty for an event without
// one. Only the event that the host itself sent has it.
std::string HostKeyOf(const hq::EventRow& row);

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_CONTENT_H_
