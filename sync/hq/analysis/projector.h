// Projector: makes journeys from stored events and from nothing else. For each epoch of each
// terminal a cursor says how far it has come; a step folds a bounded number of events above the
// cursors, round robin over the terminals, and commits journeys and cursors in one transaction. So
// a crash repeats at most one step, and any order of arrival ends in the same rows: an event of a
// lower epoch that comes late has its journey folded anew. One thread (the store thread); blocks on
// the store.
#ifndef TRAYLINE_SYNC_HQ_ANALYSIS_PROJECTOR_H_
#define TRAYLINE_SYNC_HQ_ANALYSIS_PROJECTOR_H_

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "sync/hq/analysis/journey_fold.h"
#include "sync/hq/ports/hq_store.h"

namespace trayline::hq {

struct ProjectorOptions {
  // Events in one step; 1..100,000. About 10 ms of work, so that acknowledgements do not wait long.
  std::size_t step_events = 2000;
  // Events of one terminal in a step while others wait too; 1..step_events.
  std::size_t turn_events = 250;
  // Open journeys kept in memory between steps; 1..1,000,000, each about 1 KB.
  std::size_t cached_journeys = 16'384;
};

// A journey and whose it is.
using JourneyKey = std::pair<TerminalKey, JourneyId>;

struct ProjectionStep {
  std::uint64_t events = 0;
  std::vector<JourneyKey> changed;
};

class Projector {
 public:
  // store and log must outlive it.
  Projector(const ProjectorOptions& options, HqStore& store, Log& log);

  // Takes over the cursors from the store, and from logs how far events are stored.
  Status Start(std::span<const LogRow> logs);
  // Events of this epoch are stored up to watermark.
  void OnStored(TerminalKey terminal, Epoch epoch, Sequence watermark);

  [[nodiscard]] bool HasWork() const { return !turns_.empty(); }
  // Folds and commits one step. After an error nothing of it stands, and the next step tries again.
  Result<ProjectionStep> Step();

 private:
  struct EpochLog {
    ProjectionRow row;
    Sequence watermark;
    [[nodiscard]] bool HasWork() const { return row.cursor < watermark; }
  };
  using Logs = std::map<Epoch, EpochLog>;
  struct Cached {
    FoldedJourney journey;
    std::uint64_t used = 0;  // step
  };

  Result<std::size_t> TakeTurn(TerminalKey terminal, std::size_t limit);
  Status FoldRow(EpochLog& log, const EventRow& row, std::span<const BootRow> boots);
  // journey from its stored events anew, up to and with row: a closed epoch's event that arrived
  // after later ones.
  Status Refold(const EventRow& row, const JourneyKey& key, FoldedJourney& journey);
  Result<FoldedJourney*> Find(const JourneyKey& key);
  Result<ProjectionStep> CommitStep(std::uint64_t events);
  void Enqueue(TerminalKey terminal);
  void Evict();
  void Recover();
  static EpochLog* NextLog(Logs& logs);

  const ProjectorOptions options_;
  HqStore& store_;
  Log& log_;

  std::map<TerminalKey, Logs> logs_;
  std::deque<TerminalKey> turns_;  // terminals with work, each once
  std::set<TerminalKey> queued_;
  std::map<JourneyKey, Cached> journeys_;
  std::uint64_t step_ = 0;

  // The step in hand.
  std::set<JourneyKey> dirty_;
  std::map<std::pair<TerminalKey, Epoch>, ProjectionRow> before_;  // cursors as they were
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_ANALYSIS_PROJECTOR_H_
