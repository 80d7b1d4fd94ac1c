#include "tests/bench/recorded_events.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "agent/engine/engine.h"
#include "agent/event/host_event.h"
#include "firmware/replay/chipotle.h"
#include "firmware/replay/plan.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_event_store.h"

namespace trayline::bench {
namespace {

using replay::Step;
using replay::Turn;

// One kiosk's engine over memory.
class Kiosk {
 public:
  Kiosk()
      : log_(LogLevel::kError, nullptr),
        engine_({}, store_, clock_, log_, [](const std::function<void()>& answer) { answer(); }) {}

  Status Start() { return engine_.Start({"bench", "bench-boot", 1}); }

  // Time passes until the step is due, with the timers that come before it.
  Status Play(const Step& step, Millis after) {
    const MonoTime due = clock_.Mono() + after;
    while (const auto timer = engine_.NextDeadline()) {
      if (*timer > due) break;
      clock_.Advance(std::max(Millis(0), *timer - clock_.Mono()));
      engine_.Tick();
    }
    clock_.Advance(std::max(Millis(0), due - clock_.Mono()));
    auto parsed =
        event::ParseHostEvent({{"id", next_id_++}, {"type", step.type}, {"data", step.data}}, true);
    auto* said = std::get_if<event::HostEvent>(&parsed);
    if (said == nullptr) return Error{Errc::kRejected, "the replay's own event is refused"};
    engine::RecordBatch batch{"kiosk-ui", {}};
    batch.items.push_back({std::move(*said), next_id_});
    engine_.Record(std::move(batch), [](const engine::RecordAnswer&) {});
    return {};
  }

  [[nodiscard]] std::uint64_t last() const { return engine_.status().last.value; }
  Result<Recording> Finish() {
    engine_.Stop([] {});
    auto state = store_.Load();
    if (!state) return state.error();
    return Recording{state->epoch, store_.Events(), std::move(state->checkpoint)};
  }

 private:
  Log log_;
  fakes::ManualClock clock_;
  fakes::MemoryEventStore store_;
  engine::Engine engine_;
  std::uint64_t next_id_ = 1;
};

Status PlayTurn(Kiosk& kiosk, const Turn& turn) {
  Millis before = -turn.gap;
  for (const Step& step : turn.visit.steps) {
    const Status played = kiosk.Play(step, step.at - before);
    if (!played.ok()) return played;
    before = step.at;
  }
  return {};
}

}  // namespace

Result<Recording> RecordOrders(const std::string& tsv_path, std::size_t at_least,
                               std::uint64_t seed) {
  std::ifstream file(tsv_path, std::ios::binary);
  if (!file) return Error{Errc::kNotFound, tsv_path + ": cannot be read"};
  std::ostringstream text;
  text << file.rdbuf();
  const auto orders = replay::ParseChipotle(text.view());
  if (!orders) return orders.error().In(tsv_path);
  Kiosk kiosk;
  const Status started = kiosk.Start();
  if (!started.ok()) return started.error();
  for (; kiosk.last() < at_least; ++seed) {
    const auto turns = replay::PlanRush(*orders, 1, replay::Rates{}, seed);
    for (const Turn& turn : turns[0]) {
      const Status played = PlayTurn(kiosk, turn);
      if (!played.ok()) return played.error();
      if (kiosk.last() >= at_least) break;
    }
  }
  return kiosk.Finish();
}

Result<std::vector<event::Event>> DecodeRows(const Recording& recording) {
  std::vector<event::Event> events;
  events.reserve(recording.rows.size());
  for (const auto& row : recording.rows) {
    auto event = event::DecodeBody(row.body, recording.epoch, row.sequence, row.type, row.journey);
    if (!event) return event.error();
    events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace trayline::bench
