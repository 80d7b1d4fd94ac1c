// WatchedHqStore: HQ's store with the witness looking on. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_WATCHED_HQ_STORE_H_
#define TRAYLINE_TESTS_SIMULATION_WATCHED_HQ_STORE_H_

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sync/hq/ports/hq_store.h"
#include "tests/simulation/witness.h"

namespace trayline::simulation {

class WatchedHqStore final : public hq::HqStore {
 public:
  // witness outlives it.
  WatchedHqStore(std::unique_ptr<hq::HqStore> store, Witness& witness)
      : store_(std::move(store)), witness_(witness) {}

  Result<hq::ReceiverState> LoadReceiver() override { return store_->LoadReceiver(); }
  Result<hq::TerminalRow> Enrol(const TerminalId& id) override {
    auto row = store_->Enrol(id);
    if (row.ok()) witness_.HqNames(row->key, row->id);
    return row;
  }
  Status Commit(const hq::IngestBatch& batch) override {
    Status status = store_->Commit(batch);
    if (status.ok()) witness_.HqCommitted(batch);
    return status;
  }
  Result<std::vector<hq::KnownEvent>> FindByPlace(hq::TerminalKey terminal,
                                                  std::span<const hq::Position> places) override {
    return store_->FindByPlace(terminal, places);
  }
  Result<std::vector<hq::ProjectionRow>> LoadProjection() override {
    return store_->LoadProjection();
  }
  Result<std::vector<hq::EventRow>> ReadEvents(hq::TerminalKey terminal, Epoch epoch,
                                               Sequence after, std::size_t limit) override {
    return store_->ReadEvents(terminal, epoch, after, limit);
  }
  Result<std::vector<hq::BootRow>> ReadBoots(hq::TerminalKey terminal, Epoch epoch) override {
    return store_->ReadBoots(terminal, epoch);
  }
  Result<std::optional<hq::JourneyRow>> LoadJourney(hq::TerminalKey terminal,
                                                    JourneyId id) override {
    return store_->LoadJourney(terminal, id);
  }
  Status CommitProjection(const hq::ProjectionBatch& batch) override {
    return store_->CommitProjection(batch);
  }
  Status DropProjection() override { return store_->DropProjection(); }

 private:
  const std::unique_ptr<hq::HqStore> store_;
  Witness& witness_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_WATCHED_HQ_STORE_H_
