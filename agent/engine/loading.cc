// Loading: from what the store holds to what the engine holds, at a start, after a failed commit
// and when the journal has gone over to another epoch.
#include <utility>

#include "agent/engine/engine_impl.h"
#include "agent/journey/machine.h"

namespace trayline::engine {
namespace {

using event::EventType;
using event::Key;
using journey::Draft;

constexpr Millis kReloadPause{1'000};  // between attempts to read a store that fails

event::Event* Decode(Result<event::Event>& event) { return event.ok() ? &*event : nullptr; }

}  // namespace

Status Engine::Impl::LoadState() {
  auto loaded = store.Load();
  if (!loaded) return loaded.error().In("engine: loading what is committed");
  Desk fresh = StartingDesk(*loaded);
  for (const ports::CarriedEvent& carried : loaded->carried) {
    const ports::StoredEvent& row = carried.event;
    auto event = event::DecodeBody(row.body, carried.epoch, row.sequence, row.type, row.journey);
    // Salvaged rows were read once already; one that cannot be read now changes no journey.
    if (const event::Event* found = Decode(event)) fresh.Apply(*found);
  }
  for (const ports::StoredEvent& row : loaded->tail) {
    auto event = event::DecodeBody(row.body, loaded->epoch, row.sequence, row.type, row.journey);
    if (!event) {
      return event.error().In("engine: event " + std::to_string(row.sequence.value));
    }
    fresh.Apply(*event);
  }
  fresh.RaiseNumber(loaded->journeys);
  desk = std::move(fresh);
  idempotency = Idempotency(*loaded);
  pen = Pen{loaded->epoch, loaded->last, loaded->boot};
  clean_stop = loaded->clean_stop;
  checkpoint_at = loaded->checkpoint ? loaded->checkpoint->at : Sequence{};
  checkpoint_due = !loaded->carried.empty();
  incident = std::move(loaded->incident);
  return {};
}

// The journeys of the checkpoint. One that this version cannot read (written by a newer one, before
// an update was rolled back) must not keep the terminal from recording: its journeys are closed to
// this version, and HQ has their events.
Desk Engine::Impl::StartingDesk(const ports::CommittedState& loaded) {
  if (!loaded.checkpoint) return Desk(options.policy);
  auto decoded = Desk::Decode(loaded.checkpoint->state, options.policy);
  if (decoded) return *std::move(decoded);
  log.Error("engine.checkpoint_unreadable",
            {{"at", loaded.checkpoint->at.value}, {"reason", decoded.error().text}});
  return Desk(options.policy);
}

void Engine::Impl::ReloadWhenQuiet() {
  if (!reload_wanted || in_flight > 0) return;
  ++counts.reloads;
  const Status loaded = LoadState();
  counts.storage_ok = loaded.ok();
  if (!loaded.ok()) {
    reload_not_before = clock.Mono() + kReloadPause;
    log.Error("engine.reload_failed", {{"reason", loaded.error().text}});
    return;
  }
  reload_wanted = false;
  log.Warn("engine.reloaded", {{"epoch", pen.epoch.value}, {"sequence", pen.last.value}});
  if (incident && !stopping) {
    Work work(*this);
    WriteIncident(work);
    Submit(std::move(work), [](const Status&) {});
  }
}

// What happened to the journal, as the first fact of the new epoch.
void Engine::Impl::WriteIncident(Work& work) {
  if (!incident) return;
  const bool salvaged = incident->kind == ports::Incident::Kind::kSalvaged;
  event::Record data;
  data.Set(Key::kOldEpoch, static_cast<std::int64_t>(incident->old_epoch.value))
      .Set(Key::kCarriedEvents, static_cast<std::int64_t>(incident->carried))
      .Set(Key::kLostEvents, static_cast<std::int64_t>(incident->lost))
      .Set(Key::kReasonText, incident->text.substr(0, kIncidentTextMax));
  work.scribe.Write(
      {}, Draft{salvaged ? EventType::kJournalRecovered : EventType::kEpochBegan, std::move(data)});
  incident.reset();
}

void Engine::Impl::ObserveClock(Scribe& scribe) {
  const auto change = clock_watch.Observe(scribe.clock());
  if (!change) return;
  ++counts.clock_changes;
  event::Record data;
  data.Set(Key::kOldWallMs, ToMs(change->expected))
      .Set(Key::kNewWallMs, ToMs(change->found))
      .Set(Key::kReasonText, change->stepped ? "the clock was set" : "the clock is synchronised");
  scribe.Write({}, Draft{EventType::kClockAdjusted, std::move(data)});
}

void Engine::Reload() {
  impl_->reload_wanted = true;
  impl_->ReloadWhenQuiet();
}

}  // namespace trayline::engine
