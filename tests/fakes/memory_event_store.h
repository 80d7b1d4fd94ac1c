// MemoryEventStore: the three ports of agent/ports/event_store.h over memory, for tests of what
// stands above the journal. It keeps the promises of the ports (order, refusal after a failure
// until Load, the cursor that never falls); nothing survives the object. Any thread may call; done
// and the listener run on the thread that calls RunOnce, which is Submit's own when commit_at_once
// is set.
#ifndef TRAYLINE_TESTS_FAKES_MEMORY_EVENT_STORE_H_
#define TRAYLINE_TESTS_FAKES_MEMORY_EVENT_STORE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/ports/event_store.h"

namespace trayline::fakes {

class MemoryEventStore final : public ports::EventStore,
                               public ports::EventReader,
                               public ports::Outbox {
 public:
  struct Options {
    Epoch epoch{1'700'000'000};
    std::string journal_id = "00112233445566778899aabbccddeeff";
    std::size_t queue_max = 1024;  // transactions waiting
    bool commit_at_once = true;    // each Submit runs RunOnce; otherwise the test does
  };

  MemoryEventStore() : MemoryEventStore(Options{}) {}
  explicit MemoryEventStore(Options options)
      : options_(std::move(options)), epoch_(options_.epoch), journal_id_(options_.journal_id) {}

  void Submit(ports::Transaction transaction, std::function<void(Status)> done) override;
  Result<ports::CommittedState> Load() override;
  Result<std::vector<ports::StoredEvent>> Read(Sequence after, std::size_t limit,
                                               std::size_t max_bytes) override;
  Result<std::vector<ports::StoredEvent>> ReadJourney(std::uint64_t journey,
                                                      std::size_t limit) override;
  Result<ports::JournalRange> ReadRange(Epoch epoch, Sequence after, std::size_t limit,
                                        std::size_t max_bytes) override;
  ports::OutboxState State() override;
  void Acknowledge(Epoch epoch, Sequence watermark) override;
  void Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) override;
  void NoteGeneration(std::uint64_t generation) override;
  void BeginEpoch(Epoch wanted, std::function<void(Status)> done) override;
  void SetCommitListener(std::function<void(Sequence last)> listener) override;

  // Commits, or refuses, all that is waiting, as one group. False when nothing was.
  bool RunOnce() EXCLUDES(mutex_);
  // The next commit fails with error; what is behind it is refused until Load.
  void FailNextCommit(Error error) EXCLUDES(mutex_);
  // As if the agent had stopped (in order or not) and started again, on the same or another boot of
  // the machine: what was waiting is gone without an answer.
  void Restart(bool clean_stop, bool new_boot) EXCLUDES(mutex_);

  // A closed epoch with what is left of it, as a salvage makes one. The engine's checkpoint had
  // come to folded. Positions that are neither an event nor in a void run are damage.
  void AddClosed(ports::ClosedEpoch closed, std::vector<ports::StoredEvent> events,
                 std::vector<ports::VoidRun> voids, Sequence folded) EXCLUDES(mutex_);
  // Load tells it until the next event is committed.
  void SetIncident(ports::Incident incident) EXCLUDES(mutex_);

  // The events of first..last are given up: a void run stands in their place.
  void GiveUp(Sequence first, Sequence last, event::QuotaClass quota) EXCLUDES(mutex_);
  // What State tells of the storage.
  void SetStorage(event::StorageState storage) EXCLUDES(mutex_);
  // All that is committed in the present epoch.
  std::vector<ports::StoredEvent> Events() EXCLUDES(mutex_);
  std::size_t Commits() EXCLUDES(mutex_);

 private:
  struct Waiting {
    ports::Transaction transaction;
    std::function<void(Status)> done;
    std::optional<Error> refusal;
  };

  struct Closed {
    ports::ClosedEpoch epoch;
    std::vector<ports::StoredEvent> events;
    std::vector<ports::VoidRun> voids;
    Sequence folded;
  };

  // Moves both into the queue, or leaves them when it is full.
  bool TryQueue(ports::Transaction& transaction, std::function<void(Status)>& done)
      EXCLUDES(mutex_);
  // Status of each of group, in order; commits what can be committed.
  std::vector<Status> CommitGroup(std::vector<Waiting>& group) REQUIRES(mutex_);
  bool Follows(const ports::Transaction& transaction) const REQUIRES(mutex_);
  void Keep(ports::Transaction transaction) REQUIRES(mutex_);
  void KeepForeignKey(ports::ForeignKey key) REQUIRES(mutex_);
  void RefuseFromNowOn(const Error& error) REQUIRES(mutex_);
  Sequence Last() const REQUIRES(mutex_);
  std::vector<ports::WindowEntry> Window() const REQUIRES(mutex_);
  std::vector<ports::WindowEntry> NewWindow() const REQUIRES(mutex_);

  // Another epoch; see memory_event_store_epoch.cc.
  bool ChangeEpochIfAsked() EXCLUDES(mutex_);
  void ChangeEpoch(Epoch wanted) REQUIRES(mutex_);
  void KeepRecords(Epoch old) REQUIRES(mutex_);
  void FoldCheckpoint(Epoch old) REQUIRES(mutex_);
  void Renumber(Epoch old) REQUIRES(mutex_);
  void DropClosed() REQUIRES(mutex_);
  void LoadEpochs(ports::CommittedState& state) REQUIRES(mutex_);

  const Options options_;
  Mutex mutex_;
  std::deque<Waiting> queue_ GUARDED_BY(mutex_);
  std::optional<Error> refusing_ GUARDED_BY(mutex_);
  std::optional<Error> fail_next_ GUARDED_BY(mutex_);
  std::function<void(Sequence)> listener_ GUARDED_BY(mutex_);
  std::vector<ports::StoredEvent> events_ GUARDED_BY(mutex_);
  std::vector<ports::StreamName> streams_ GUARDED_BY(mutex_);
  std::vector<ports::ForeignKey> foreign_keys_ GUARDED_BY(mutex_);
  std::optional<ports::Checkpoint> checkpoint_ GUARDED_BY(mutex_);
  std::vector<ports::VoidRun> voids_ GUARDED_BY(mutex_);  // in order
  event::StorageState storage_ GUARDED_BY(mutex_) = event::StorageState::kOk;
  Sequence acked_ GUARDED_BY(mutex_);
  Epoch epoch_ GUARDED_BY(mutex_);
  std::string journal_id_ GUARDED_BY(mutex_);
  std::vector<Closed> closed_ GUARDED_BY(mutex_);  // lowest epoch first
  std::vector<ports::WindowEntry> old_window_ GUARDED_BY(mutex_);
  std::optional<ports::Incident> incident_ GUARDED_BY(mutex_);
  std::optional<std::pair<Epoch, std::function<void(Status)>>> epoch_request_ GUARDED_BY(mutex_);
  std::uint64_t journeys_ GUARDED_BY(mutex_) = 0;  // known when the epoch began
  std::uint64_t opens_ GUARDED_BY(mutex_) = 1;
  std::uint64_t hq_generation_ GUARDED_BY(mutex_) = 0;
  std::uint32_t boot_ GUARDED_BY(mutex_) = 1;
  bool new_boot_ GUARDED_BY(mutex_) = true;
  bool clean_stop_ GUARDED_BY(mutex_) = true;
  std::size_t commits_ GUARDED_BY(mutex_) = 0;
};

}  // namespace trayline::fakes

#endif  // TRAYLINE_TESTS_FAKES_MEMORY_EVENT_STORE_H_
