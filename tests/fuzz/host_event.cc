// The body of POST /v1/events as a host sends it, all the way into the engine: parsed, checked,
// recorded by a real engine over a journal in memory, read back, shown and folded. Whatever is
// accepted must come back as it went in, and be the same after a restart.
#include <string>
#include <utility>
#include <variant>

#include "agent/api/event_batch.h"
#include "agent/api/problems.h"
#include "agent/api/views.h"
#include "agent/engine/desk.h"
#include "agent/engine/engine.h"
#include "agent/event/event.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_event_store.h"
#include "tests/fuzz/fuzz.h"

namespace trayline::fuzz {
namespace {

void CheckRoundTrip(const event::HostEvent& said) {
  event::Event event;
  event.sequence = Sequence{3};
  event.type = said.type;
  event.data = said.data;
  const std::string body = event::EncodeBody(event, kEpoch);
  const auto read = event::DecodeBody(body, kEpoch, event.sequence, event.type, 0);
  TRAYLINE_CHECK(read.ok());
  TRAYLINE_CHECK(*read == event);
}

// What a restart makes of the rows is what the engine has in memory.
void CheckRestart(const engine::Engine& engine, fakes::MemoryEventStore& store,
                  const engine::Options& options) {
  const auto rows = store.Events();
  engine::Desk again(options.policy);
  for (const ports::StoredEvent& row : rows) {
    const auto event =
        event::DecodeBody(row.body, store.State().epoch, row.sequence, row.type, row.journey);
    TRAYLINE_CHECK(event.ok());
    again.Apply(*event);
  }
  TRAYLINE_CHECK(again.open().size() == engine.status().open_journeys);
  for (const auto& [id, journey] : again.open()) {
    const auto live = engine.Find(id);
    TRAYLINE_CHECK(live.has_value() && *live == journey);
  }
  const auto shown = api::EventsJson(rows, Terminal(), store.State().epoch, Sequence{0});
  TRAYLINE_CHECK(!shown.empty());
}

class Kiosk {
 public:
  Kiosk() { TRAYLINE_CHECK(engine_.Start({"fuzz", "fuzz-boot", 1}).ok()); }

  void Record(const api::EventBatch& batch) {
    engine::RecordBatch wanted{batch.host, {}};
    for (const api::BatchItem& item : batch.items) {
      if (item.event) wanted.items.push_back({*item.event, item.digest});
    }
    if (wanted.items.empty()) return;
    const std::size_t count = wanted.items.size();
    bool answered = false;
    engine_.Record(std::move(wanted), [&](const engine::RecordAnswer& answer) {
      answered = true;
      TRAYLINE_CHECK(answer.status.ok());
      TRAYLINE_CHECK(answer.results.size() == count);
      TRAYLINE_CHECK(!api::ResultsJson(batch, answer.epoch, answer.results).empty());
    });
    TRAYLINE_CHECK(answered);
  }

  // Every timer that this batch has started, until nothing waits.
  void LetTimePass() {
    constexpr int kTicksMax = 64;  // a journey has a handful of deadlines
    for (int i = 0; i < kTicksMax; ++i) {
      const auto due = engine_.NextDeadline();
      if (!due) return;
      clock_.Advance(std::max(Millis(0), *due - clock_.Mono()));
      engine_.Tick();
    }
  }

  void Check() { CheckRestart(engine_, store_, options_); }

 private:
  Log log_ = NullLog();
  fakes::ManualClock clock_;
  fakes::MemoryEventStore store_{{.epoch = kEpoch}};
  engine::Options options_;
  engine::Engine engine_{options_, store_, clock_, log_,
                         [](const std::function<void()>& answer) { answer(); }};
};

}  // namespace
}  // namespace trayline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace api = trayline::api;
  namespace fuzz = trayline::fuzz;
  const auto read = api::ReadEventBatch(fuzz::AsText(data, size));
  if (const auto* problem = std::get_if<trayline::http::Problem>(&read)) {
    TRAYLINE_CHECK(problem->status >= 400 && problem->status < 500);
    TRAYLINE_CHECK(!api::Answer(*problem).body.empty());
    return 0;
  }
  const auto& batch = std::get<api::EventBatch>(read);
  TRAYLINE_CHECK(batch.items.size() <= trayline::engine::kBatchMax);
  for (const api::BatchItem& item : batch.items) {
    TRAYLINE_CHECK(item.event.has_value() || !item.issues.empty());
    TRAYLINE_CHECK(!item.event.has_value() || item.digest != 0);
    if (item.event) fuzz::CheckRoundTrip(*item.event);
  }
  fuzz::Kiosk kiosk;
  kiosk.Record(batch);
  kiosk.Check();
  kiosk.LetTimePass();
  kiosk.Check();
  return 0;
}
