#include "agent/engine/engine.h"

#include <algorithm>
#include <utility>

#include "agent/engine/engine_impl.h"
#include "agent/journey/machine.h"

namespace trayline::engine {
namespace {

using event::EventType;
using event::Key;
using journey::Draft;
using journey::Journey;

}  // namespace

bool IsHostName(std::string_view name) {
  return !name.empty() && name.size() <= kHostNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
                  c == '-';
         });
}

Engine::Engine(const Options& options, ports::EventStore& store, ports::Clock& clock, Log& log,
               std::function<void(std::function<void()>)> post)
    : impl_(std::make_unique<Impl>(options, store, clock, log, std::move(post))) {}

Engine::~Engine() = default;

// --- Start -----------------------------------------------------------------------------------

Status Engine::Start(const StartInfo& info) {
  Impl& impl = *impl_;
  Status loaded = impl.LoadState();
  if (loaded.ok()) impl.RecordStart(info);
  return loaded;
}

void Engine::Impl::RecordStart(const StartInfo& info) {
  Work work(*this);
  WriteIncident(work);
  const auto open = static_cast<std::int64_t>(desk.open().size());
  event::Record started;
  started.Set(Key::kAgentVersion, info.agent_version)
      .Set(Key::kBootId, info.boot_id)
      .Set(Key::kCleanStop, clean_stop)
      .Set(Key::kOpenJourneys, open);
  if (info.clock_speed != 1) started.Set(Key::kClockSpeed, info.clock_speed);
  work.scribe.Write({}, Draft{EventType::kSystemStarted, std::move(started)});
  if (!clean_stop) {
    event::Record crash;
    crash.Set(Key::kOpenJourneys, open);
    work.scribe.Write({}, Draft{EventType::kCrashRecovered, std::move(crash)});
  }
  std::vector<JourneyId> ids;
  for (const auto& [id, journey] : desk.open()) ids.push_back(id);
  for (const JourneyId id : ids) {
    work.scribe.WriteAll(id, journey::OnRestart(*desk.Find(id), options.policy));
    const Journey* journey = desk.Find(id);
    const bool waits = journey != nullptr && journey->IsOpen() &&
                       journey->stage != journey::Stage::kPaymentUnknown &&
                       journey->stage != journey::Stage::kUnpaidSubmitted &&
                       options.policy.abandons_by_idling;
    if (waits) awaited[id] = work.scribe.mono() + options.policy.restart_grace;
  }
  Submit(std::move(work), [](const Status&) {});
}

// --- Store ------------------------------------------------------------------------------------

void Engine::Impl::Submit(Work work, std::function<void(Status)> done) {
  work.transaction.events = std::move(work.scribe.rows());
  counts.irregular += work.scribe.irregular();
  const std::uint64_t count = work.transaction.events.size();
  if (checkpoint_due || pen.last.value - checkpoint_at.value >= options.checkpoint_every) {
    work.transaction.checkpoint = ports::Checkpoint{pen.last, desk.Encode()};
    checkpoint_at = pen.last;
    checkpoint_due = false;
  }
  ++in_flight;
  store.Submit(std::move(work.transaction),
               [this, count, done = std::move(done)](const Status& status) mutable {
                 post([this, count, status, done = std::move(done)] {
                   if (status.ok()) counts.recorded += count;
                   Settled(status);
                   done(status);
                 });
               });
}

void Engine::Impl::Settled(const Status& status) {
  --in_flight;
  if (status.ok()) {
    counts.storage_ok = true;
  } else {
    if (!reload_wanted) {
      log.Warn("engine.commit_failed", {{"reason", status.error().text}});
    }
    counts.storage_ok = false;
    reload_wanted = true;
  }
  ReloadWhenQuiet();
}

// --- Time -------------------------------------------------------------------------------------

std::optional<MonoTime> Engine::Impl::DueAt(const Journey& journey) const {
  const auto awaited_until = awaited.find(journey.id);
  if (awaited_until != awaited.end()) return awaited_until->second;
  return journey::Deadline(journey, options.policy);
}

std::optional<MonoTime> Engine::NextDeadline() const {
  if (impl_->stopping) return std::nullopt;
  if (impl_->reload_wanted) return impl_->reload_not_before;
  std::optional<MonoTime> next;
  for (const auto& [id, journey] : impl_->desk.open()) {
    const auto due = impl_->DueAt(journey);
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

void Engine::Tick() {
  Impl& impl = *impl_;
  if (impl.stopping) return;
  const MonoTime now = impl.clock.Mono();
  if (impl.reload_wanted) {
    if (now >= impl.reload_not_before) impl.ReloadWhenQuiet();
    return;
  }
  std::vector<JourneyId> due;
  for (const auto& [id, journey] : impl.desk.open()) {
    const auto at = impl.DueAt(journey);
    if (at && *at <= now) due.push_back(id);
  }
  if (due.empty()) return;
  Impl::Work work(impl);
  for (const JourneyId id : due) {
    const Journey& journey = *impl.desk.Find(id);
    if (impl.awaited.contains(id)) {
      impl.EndJourney(work, journey, journey::Outcome::kSystemExit,
                      journey::Evidence::kDaemonRestart);
    } else {
      work.scribe.WriteAll(id, journey::OnDeadline(journey, now, impl.options.policy));
    }
  }
  if (!work.scribe.rows().empty()) impl.Submit(std::move(work), [](const Status&) {});
}

void Engine::NoteConnectivity(bool connected) {
  Impl& impl = *impl_;
  if (!impl.Accepting()) return;
  Impl::Work work(impl);
  event::Record data;
  data.Set(Key::kConnected, connected);
  work.scribe.Write({}, Draft{EventType::kConnectivityChanged, std::move(data)});
  impl.Submit(std::move(work), [](const Status&) {});
}

void Engine::NoteStorage(event::StorageState state, const std::string& reason) {
  Impl& impl = *impl_;
  if (!impl.Accepting()) return;
  Impl::Work work(impl);
  event::Record data;
  data.Set(Key::kStorageState, static_cast<std::int64_t>(state));
  if (!reason.empty()) data.Set(Key::kReasonText, reason.substr(0, kIncidentTextMax));
  work.scribe.Write({}, Draft{EventType::kStorageState, std::move(data)});
  impl.Submit(std::move(work), [](const Status&) {});
}

void Engine::Stop(std::function<void()> done) {
  Impl& impl = *impl_;
  if (impl.stopping || impl.reload_wanted) {
    impl.stopping = true;
    done();
    return;
  }
  impl.stopping = true;
  Impl::Work work(impl);
  work.transaction.checkpoint = ports::Checkpoint{impl.pen.last, impl.desk.Encode()};
  impl.Submit(std::move(work), [done = std::move(done)](const Status&) { done(); });
}

// --- Views ------------------------------------------------------------------------------------

std::vector<Journey> Engine::OpenJourneys(std::size_t limit) const {
  std::vector<Journey> journeys;
  for (const auto& [id, journey] : impl_->desk.open()) {
    if (journeys.size() == limit) break;
    journeys.push_back(journey);
  }
  return journeys;
}

std::optional<Journey> Engine::Find(JourneyId id) const {
  const Journey* journey = impl_->desk.Find(id);
  return journey == nullptr ? std::nullopt : std::optional(*journey);
}

std::optional<Journey> Engine::FindByRef(std::string_view host, std::string_view ref) const {
  const Journey* journey = impl_->desk.FindByRef(host, ref);
  return journey == nullptr ? std::nullopt : std::optional(*journey);
}

EngineStatus Engine::status() const {
  EngineStatus status = impl_->counts;
  status.epoch = impl_->pen.epoch;
  status.last = impl_->pen.last;
  status.open_journeys = impl_->desk.open().size();
  return status;
}

std::size_t Engine::InFlight() const { return impl_->in_flight; }

}  // namespace trayline::engine
