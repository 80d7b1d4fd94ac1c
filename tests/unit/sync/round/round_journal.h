// RoundJournal: a terminal's journal in memory that can be copied, as a disk can: the ports that
// the uplink needs, and no more. Every event that is recorded anywhere has a text of its own, by
// which a test finds it at HQ. One thread.
#ifndef TRAYLINE_TESTS_UNIT_SYNC_ROUND_ROUND_JOURNAL_H_
#define TRAYLINE_TESTS_UNIT_SYNC_ROUND_ROUND_JOURNAL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/event/event.h"
#include "agent/ports/event_store.h"

namespace trayline::round {

// What lies on the disk. A copy is a clone or a backup.
struct Disk {
  struct Log {
    std::string journal_id;
    std::vector<std::optional<event::Event>> rows;  // from position 1; none: given up
    Sequence acked;
  };
  Epoch epoch;
  std::uint64_t opens = 0;
  std::uint64_t hq_generation = 0;
  Log present;
  std::map<Epoch, Log> closed;
};

Disk NewDisk(Epoch epoch);

// The text of an event that was recorded with it.
std::string IdOf(const event::Event& event);

class RoundJournal final : public ports::EventReader, public ports::Outbox {
 public:
  // Opens disk: counts the open.
  explicit RoundJournal(Disk disk);

  void Record(const std::string& id);
  // Gives up what HQ has not acknowledged of [first, last].
  void GiveUp(std::uint64_t first, std::uint64_t last);
  // The present epoch becomes a closed one, as after a salvage.
  void Close(Epoch next);
  // Texts of all events that HQ may still ask for.
  [[nodiscard]] std::set<std::string> Ids() const;
  // Those of closed epochs that HQ has not acknowledged.
  [[nodiscard]] std::set<std::string> UnsentIds() const;
  [[nodiscard]] const Disk& disk() const { return disk_; }
  // New epochs begin only when RunDeferred is called.
  void Defer() { defer_ = true; }
  bool RunDeferred();
  event::StorageState storage = event::StorageState::kOk;

  Result<ports::JournalRange> ReadRange(Epoch epoch, Sequence after, std::size_t limit,
                                        std::size_t max_bytes) override;
  Result<std::vector<ports::StoredEvent>> Read(Sequence after, std::size_t limit,
                                               std::size_t max_bytes) override;
  Result<std::vector<ports::StoredEvent>> ReadJourney(std::uint64_t journey,
                                                      std::size_t limit) override;
  ports::OutboxState State() override;
  void Acknowledge(Epoch epoch, Sequence watermark) override;
  void Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) override;
  void NoteGeneration(std::uint64_t generation) override;
  void BeginEpoch(Epoch wanted, std::function<void(Status)> done) override;
  void SetCommitListener(std::function<void(Sequence last)> listener) override;

 private:
  void Renumber(Epoch wanted);

  Disk disk_;
  bool defer_ = false;
  std::optional<std::pair<Epoch, std::function<void(Status)>>> asked_;
  std::function<void(Sequence)> listener_;
};

}  // namespace trayline::round

#endif  // TRAYLINE_TESTS_UNIT_SYNC_ROUND_ROUND_JOURNAL_H_
