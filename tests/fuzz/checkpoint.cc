// A checkpoint's bytes, as an engine finds them in its journal when it starts. What decodes is
// written again to the same, and an engine lives with it: guests come, timers run, the clock goes
// on. (The journal holds a digest over a checkpoint; this is the line of defence behind it.)
#include <algorithm>
#include <string>
#include <utility>

#include "agent/api/views.h"
#include "agent/engine/desk.h"
#include "agent/engine/engine.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_event_store.h"
#include "tests/fuzz/fuzz.h"

namespace trayline::fuzz {
namespace {

void TryJourney(std::string_view bytes) {
  const auto journey = journey::DecodeJourney(bytes);
  if (!journey.ok()) return;
  const auto again = journey::DecodeJourney(journey::EncodeJourney(*journey));
  TRAYLINE_CHECK(again.ok());
  TRAYLINE_CHECK(*again == *journey);
  const auto shown = api::JourneysJson(std::span(&*journey, 1), MonoFromMs(1));
  TRAYLINE_CHECK(!shown.empty());
}

// A journal of one event, with this checkpoint beside it.
void Fill(fakes::MemoryEventStore& store, std::string_view state) {
  event::Event started;
  started.sequence = Sequence{1};
  started.type = event::EventType::kSystemStarted;
  started.boot = 1;
  ports::Transaction transaction;
  transaction.events.push_back(
      {started.sequence, started.type, 0, event::EncodeBody(started, kEpoch), 0, 0, 0});
  transaction.checkpoint = ports::Checkpoint{started.sequence, std::string(state)};
  store.Submit(std::move(transaction), [](const Status& done) { TRAYLINE_CHECK(done.ok()); });
}

void Order(engine::Engine& engine) {
  engine::RecordBatch batch{"kiosk-ui", {}};
  event::HostEvent touched;
  touched.type = event::EventType::kTouched;
  event::HostEvent bought;
  bought.type = event::EventType::kPurchase;
  batch.items.push_back({touched, 1});
  batch.items.push_back({bought, 2});
  engine.Record(std::move(batch),
                [](const engine::RecordAnswer& answer) { TRAYLINE_CHECK(answer.status.ok()); });
}

void TryEngine(std::string_view bytes) {
  constexpr int kTicks = 16;
  Log log = NullLog();
  fakes::ManualClock clock;
  fakes::MemoryEventStore store({.epoch = kEpoch});
  Fill(store, bytes);
  engine::Engine engine({}, store, clock, log,
                        [](const std::function<void()>& answer) { answer(); });
  if (!engine.Start({"fuzz", "fuzz-boot", 1}).ok()) return;
  Order(engine);
  for (int i = 0; i < kTicks; ++i) {
    const auto due = engine.NextDeadline();
    if (!due) break;
    clock.Advance(std::clamp(*due - clock.Mono(), Millis(0), Millis(86'400'000)));
    engine.Tick();
  }
  Order(engine);
  engine.Stop([] {});
  // The checkpoint that it wrote at the end is a good one.
  const auto state = store.Load();
  TRAYLINE_CHECK(state.ok() && state->checkpoint.has_value());
  TRAYLINE_CHECK(engine::Desk::Decode(state->checkpoint->state, {}).ok());
}

void TryDesk(std::string_view bytes) {
  const auto desk = engine::Desk::Decode(bytes, {});
  if (!desk.ok()) return;
  const auto again = engine::Desk::Decode(desk->Encode(), {});
  TRAYLINE_CHECK(again.ok());
  TRAYLINE_CHECK(*again == *desk);
  TryEngine(bytes);
}

}  // namespace
}  // namespace trayline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = trayline::fuzz::AsText(data, size);
  trayline::fuzz::TryDesk(bytes);
  trayline::fuzz::TryJourney(bytes);
  return 0;
}
