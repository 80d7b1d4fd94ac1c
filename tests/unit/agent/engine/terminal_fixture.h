// A terminal without a disk or a network: an engine over the memory store with a turned clock. What
// the engine posts is run by Pump, on the test's thread.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_ENGINE_TERMINAL_FIXTURE_H_
#define TRAYLINE_TESTS_UNIT_AGENT_ENGINE_TERMINAL_FIXTURE_H_

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/engine/engine.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_event_store.h"

namespace trayline::engine {

class Terminal {
 public:
  explicit Terminal(Options options = {});

  // Starts the engine on what the store holds; a second call is a restart.
  void Start();
  // As if the process had been killed: what was not committed is gone.
  void Kill(bool new_boot = false);
  // Commits what is submitted and runs what the engine has posted, until nothing is left.
  void Pump();

  // Records one event and pumps; id 0 is none.
  RecordAnswer Say(event::EventType type, event::Record data = {}, std::uint64_t id = 0,
                   std::string ref = {}, std::string host = "kiosk");
  RecordAnswer Send(RecordBatch batch);

  // The committed events, decoded.
  std::vector<event::Event> Events();
  std::vector<event::EventType> Types();
  std::size_t CountOf(event::EventType type);

  fakes::ManualClock clock;
  fakes::MemoryEventStore store;
  std::unique_ptr<Engine> engine;

 private:
  Options options_;
  Log log_;
  std::deque<std::function<void()>> posted_;
};

RecordItem Item(event::EventType type, event::Record data = {}, std::uint64_t id = 0,
                std::string ref = {});
// Data with one line of an item at a price.
event::Record OneLine(const std::string& item, std::int64_t unit_price_minor,
                      std::int64_t quantity = 1);

}  // namespace trayline::engine

#endif  // TRAYLINE_TESTS_UNIT_AGENT_ENGINE_TERMINAL_FIXTURE_H_
