// WatchedJournal: the journal with the witness looking on, at what is committed and at what is
// taken as acknowledged. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_WATCHED_JOURNAL_H_
#define TRAYLINE_TESTS_SIMULATION_WATCHED_JOURNAL_H_

#include <functional>
#include <string>
#include <utility>

#include "agent/ports/event_store.h"
#include "tests/simulation/witness.h"

namespace trayline::simulation {

class WatchedJournal final : public ports::EventStore, public ports::Outbox {
 public:
  // The references outlive it.
  WatchedJournal(ports::EventStore& store, ports::Outbox& outbox, Witness& witness,
                 const std::string& unit, DiskRecord& record)
      : store_(store), outbox_(outbox), witness_(witness), unit_(unit), record_(record) {}

  void Submit(ports::Transaction transaction, std::function<void(Status)> done) override {
    auto rows = transaction.events;
    const Epoch epoch = outbox_.State().epoch;
    store_.Submit(std::move(transaction),
                  [this, epoch, rows = std::move(rows), done = std::move(done)](Status status) {
                    if (status.ok()) witness_.Committed(unit_, record_, epoch, rows);
                    done(std::move(status));
                  });
  }
  Result<ports::CommittedState> Load() override { return store_.Load(); }

  ports::OutboxState State() override { return outbox_.State(); }
  void Acknowledge(Epoch epoch, Sequence watermark) override {
    const ports::OutboxState before = outbox_.State();
    if (epoch == before.epoch && watermark < before.acked) {
      witness_.Fail(unit_ + ": the cursor is to fall to " + std::to_string(watermark.value));
    }
    witness_.Acknowledged(unit_, record_, epoch, watermark);
    outbox_.Acknowledge(epoch, watermark);
  }
  void Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) override {
    outbox_.Rewind(epoch, watermark, generation);
  }
  void NoteGeneration(std::uint64_t generation) override { outbox_.NoteGeneration(generation); }
  void BeginEpoch(Epoch wanted, std::function<void(Status)> done) override {
    outbox_.BeginEpoch(wanted, std::move(done));
  }
  void SetCommitListener(std::function<void(Sequence last)> listener) override {
    outbox_.SetCommitListener(std::move(listener));
  }

 private:
  ports::EventStore& store_;
  ports::Outbox& outbox_;
  Witness& witness_;
  const std::string& unit_;
  DiskRecord& record_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_WATCHED_JOURNAL_H_
