#include "sync/hq/main/store_worker.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sync/hq/api/json_views.h"

namespace trayline::hq {
namespace {

constexpr std::size_t kMessagesPerRound = 64;  // four commits of frames
constexpr Millis kIdleWait{100};
constexpr Millis kFlushEvery{2'000};
constexpr Millis kAfterFailure{1'000};

}  // namespace

Status StoreWorker::Start() {
  if (Status started = parts_.core.Start(); !started.ok()) return started;
  auto state = parts_.store.LoadReceiver();
  if (!state.ok()) return state.error();
  for (const TerminalRow& row : state->terminals) names_[row.key] = row.id;
  return parts_.projector.Start(state->logs);
}

bool StoreWorker::RunOnce() {
  beats_.fetch_add(1);
  StoreWhatArrived();
  const MonoTime now = parts_.clock.Mono();
  if (parts_.projector.HasWork() && now >= journeys_again_at_ &&
      share_.JourneysAreDue(parts_.inbox.size() > 0)) {
    MakeJourneys();
  }
  parts_.feed.Pump(parts_.clock.Mono());
  FlushWhenDue(now);
  return !parts_.inbox.Finished();
}

void StoreWorker::StoreWhatArrived() {
  const bool journeys_wait =
      parts_.projector.HasWork() && parts_.clock.Mono() >= journeys_again_at_;
  const auto messages =
      parts_.inbox.PopUpTo(kMessagesPerRound, journeys_wait ? Millis(0) : kIdleWait);
  if (messages.empty()) return;
  const MonoTime begin = parts_.clock.Mono();
  const double fill = static_cast<double>(parts_.inbox.size()) / static_cast<double>(kInboxFrames);
  for (Outgoing& answer : parts_.core.Handle(messages, parts_.clock.Wall(), fill)) {
    // A full outbox means a connection that stands still: watermarks are told again.
    if (!parts_.outbox.TryPush(std::move(answer))) break;
  }
  parts_.link.SetGeneration(parts_.core.generation());
  for (const Progress& progress : parts_.core.TakeProgress()) {
    names_.try_emplace(progress.terminal, progress.id);
    parts_.projector.OnStored(progress.terminal, progress.epoch, progress.watermark);
  }
  share_.SpentStoring(parts_.clock.Mono() - begin);
}

void StoreWorker::MakeJourneys() {
  const MonoTime begin = parts_.clock.Mono();
  auto step = parts_.projector.Step();
  share_.SpentOnJourneys(parts_.clock.Mono() - begin);
  if (!step.ok()) {
    parts_.log.Error("projection.step_failed", {{"reason", step.error().text}});
    journeys_again_at_ = begin + kAfterFailure;
    return;
  }
  std::vector<std::string> journeys;
  std::set<std::string> terminals;
  for (const auto& [terminal, id] : step->changed) {
    const TerminalId& name = names_[terminal];
    terminals.insert(ToText(name));
    if (journeys.size() < kChangedJourneysMax) journeys.push_back(JourneyKeyText(name, id));
  }
  parts_.feed.OnFolded(journeys, {terminals.begin(), terminals.end()}, step->events);
}

void StoreWorker::FlushWhenDue(MonoTime now) {
  if (now - flushed_at_ < kFlushEvery) return;
  flushed_at_ = now;
  if (Status status = parts_.core.Flush(); !status.ok()) {
    parts_.log.Warn("receiver.flush_failed", {{"reason", status.error().text}});
  }
}

void StoreWorker::Finish() {
  if (Status status = parts_.core.Flush(); !status.ok()) {
    parts_.log.Warn("receiver.flush_failed", {{"reason", status.error().text}});
  }
}

}  // namespace trayline::hq
