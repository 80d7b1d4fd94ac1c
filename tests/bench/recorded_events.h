// Recorded events for benchmarks: real orders played as kiosk guests (firmware/replay) through the
// real engine on a turned clock, so the rows are the very ones that an agent writes.
#ifndef TRAYLINE_TESTS_BENCH_RECORDED_EVENTS_H_
#define TRAYLINE_TESTS_BENCH_RECORDED_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/event/event.h"
#include "agent/ports/event_store.h"

namespace trayline::bench {

struct Recording {
  Epoch epoch;
  std::vector<ports::StoredEvent> rows;           // from sequence 1
  std::optional<ports::Checkpoint> checkpoint{};  // of the engine after the last row
};

// Plays the orders of a Chipotle file again and again, each time with another seed, until there are
// at least so many rows. kNotFound or kRejected names file and line.
Result<Recording> RecordOrders(const std::string& tsv_path, std::size_t at_least,
                               std::uint64_t seed);

// The rows decoded.
Result<std::vector<event::Event>> DecodeRows(const Recording& recording);

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_RECORDED_EVENTS_H_
