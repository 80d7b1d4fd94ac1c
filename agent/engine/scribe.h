// Scribe: writes events down for one transaction: gives each its number, time and envelope, applies
// it to the desk, and collects the rows for the store. One is made for each command. Core thread.
#ifndef TRAYLINE_AGENT_ENGINE_SCRIBE_H_
#define TRAYLINE_AGENT_ENGINE_SCRIBE_H_

#include <cstdint>
#include <vector>

#include "agent/engine/clock_watch.h"
#include "agent/engine/desk.h"
#include "agent/event/event.h"
#include "agent/journey/machine.h"
#include "agent/ports/clock.h"
#include "agent/ports/event_store.h"

namespace trayline::engine {

// Where the next event goes and what every event of this moment says.
struct Pen {
  Epoch epoch;
  Sequence last;  // given to the event before
  std::uint32_t boot = 0;
};

// The request that causes what is written next; stream 0 for none.
struct Cause {
  std::uint32_t stream = 0;
  std::uint64_t number = 0;
  std::uint64_t digest = 0;
};

class Scribe {
 public:
  // The references must outlive the scribe. pen and desk are moved on with each event.
  Scribe(Pen& pen, Desk& desk, const journey::Policy& policy, ports::Clock& clock);

  void SetCause(Cause cause) { cause_ = cause; }

  // Writes one event down, and nothing that follows from it.
  const event::Event& Write(JourneyId journey, journey::Draft draft);
  void WriteAll(JourneyId journey, std::vector<journey::Draft> drafts);
  // Writes what a host said on this journey, normalised, and all that follows from it.
  void WriteHostEvent(JourneyId journey, event::EventType type, event::Record data);

  [[nodiscard]] ClockReading clock() const { return {wall_, mono_, clock_state_}; }
  [[nodiscard]] MonoTime mono() const { return mono_; }
  [[nodiscard]] WallTime wall() const { return wall_; }
  [[nodiscard]] std::uint64_t irregular() const { return irregular_; }
  [[nodiscard]] std::vector<ports::StoredEvent>& rows() { return rows_; }

 private:
  Pen& pen_;
  Desk& desk_;
  const journey::Policy& policy_;
  const WallTime wall_;
  const MonoTime mono_;
  const std::int32_t offset_minutes_;
  const event::ClockState clock_state_;
  Cause cause_;
  std::uint64_t irregular_ = 0;
  event::Event written_;
  std::vector<ports::StoredEvent> rows_;
};

}  // namespace trayline::engine

#endif  // TRAYLINE_AGENT_ENGINE_SCRIBE_H_
