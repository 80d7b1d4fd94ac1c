// Witness: what a journal was given and what it has answered, held against what the next opening
// finds. Knows only the ports. One thread.
#ifndef TRAYLINE_TESTS_FAULT_JOURNAL_WITNESS_H_
#define TRAYLINE_TESTS_FAULT_JOURNAL_WITNESS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "agent/ports/event_store.h"

namespace trayline::journal {

// What a comparison has found. lost and database_lost are what a crash must never do; wrong is
// anything else that contradicts what was given, in words.
struct Finding {
  std::uint64_t lost = 0;      // events whose answer was ok and that are not there as they were
  bool database_lost = false;  // it cannot be read, or it is another one
  std::string wrong;           // empty: nothing

  [[nodiscard]] bool clean() const { return lost == 0 && !database_lost && wrong.empty(); }
};

class Witness {
 public:
  // What is answered from now on is in this journal.
  void Opened(const ports::CommittedState& state);
  // It is on its way; its events follow on what was submitted since the last Restart.
  void Submitted(const ports::Transaction& transaction);
  // Its answer was ok.
  void Answered(const ports::Transaction& transaction);
  // HQ has acknowledged so far.
  void Told(Sequence watermark) { told_ = std::max(told_, watermark); }
  // What is submitted from now on stands in the place of what was submitted and never answered: the
  // journal has been loaded anew.
  void Restart() { ++generation_; }

  // The promises against a freshly opened journal, of which keys recorded before oldest_key may be
  // gone. What it has beyond them, of what was submitted, counts as promised from now on. With a
  // database that is lost the witness forgets all.
  Finding Compare(const ports::CommittedState& state, const ports::OutboxState& outbox,
                  const std::vector<ports::StoredEvent>& events, WallTime oldest_key);
  // The database is gone: all that was promised is lost.
  Finding Lose();

  [[nodiscard]] Sequence promised() const { return last_; }

 private:
  struct Attempt {
    std::uint64_t generation = 0;
    ports::StoredEvent event;
    bool ends = false;  // the last of its transaction
  };

  bool CheckEvent(const ports::StoredEvent& event, Finding& finding);
  void CheckEvents(const std::vector<ports::StoredEvent>& events, Finding& finding);
  void CheckBounds(const ports::CommittedState& state, const ports::OutboxState& outbox,
                   Finding& finding) const;
  void CheckIdentity(const ports::CommittedState& state, Finding& finding);
  void CheckDerived(const ports::CommittedState& state, WallTime oldest_key,
                    Finding& finding) const;

  Sequence last_;  // the last one promised
  Sequence told_;
  std::uint64_t generation_ = 0;
  std::vector<ports::StoredEvent> promised_;                    // event n at n - 1
  std::map<std::uint64_t, std::vector<Attempt>> maybe_;         // above last_, by sequence
  std::map<std::string, std::uint32_t> streams_;                // promised
  std::map<std::string, ports::ForeignKey> keys_;               // promised
  std::map<std::uint64_t, std::set<std::string>> checkpoints_;  // submitted, states by at
  Sequence checkpoint_;                                         // the last one promised
  std::string journal_id_;                                      // of what is promised
  std::map<std::uint64_t, std::string> ids_;                    // journal id by epoch, for ever
};

}  // namespace trayline::journal

#endif  // TRAYLINE_TESTS_FAULT_JOURNAL_WITNESS_H_
