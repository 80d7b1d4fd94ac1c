// Ordering events for benchmarks: real orders played as kiosk journeys. Items, prices, quantities
// and choices are those of the orders; the way through the screens, every time, removal and change
// is simulated from a seed. Pure; any thread.
#ifndef TRAYLINE_TESTS_BENCH_ORDERING_EVENTS_H_
#define TRAYLINE_TESTS_BENCH_ORDERING_EVENTS_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/event/event.h"

namespace trayline::bench {

struct OrderLine {
  std::string item_name;
  std::vector<std::string> choices;
  std::int64_t quantity = 1;
  std::int64_t unit_price_minor = 0;
};
struct Order {
  std::vector<OrderLine> lines;
};

// The orders of tests/data/chipotle/chipotle.tsv. kNotFound or kCorrupt names file and line.
Result<std::vector<Order>> LoadOrders(const std::string& path);

// Where the replay begins.
struct Replay {
  std::uint64_t seed = 1;
  Epoch epoch{1'790'000'000};
  Sequence first{184'203};
  std::uint64_t first_journey = 10'921;
  std::int64_t start_utc_ms = 1'795'370'400'000;
  std::int64_t start_mono_ms = 22'415'088;
  std::uint32_t boot = 41;
  std::int32_t offset_minutes = -300;
};

// What the engine records for these orders, one after the other on one kiosk, with the fields that
// stay on the terminal. 13 to 20 events for most orders.
std::vector<event::Event> PlayOrders(std::span<const Order> orders, const Replay& replay);

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_ORDERING_EVENTS_H_
