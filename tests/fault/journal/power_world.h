// PowerWorld: one terminal's journal on a disk in memory, with a seeded life: it records, HQ
// acknowledges, time passes, and in the middle of some operation the power goes. After each cut the
// journal is opened again and held against what it had answered. One thread.
#ifndef TRAYLINE_TESTS_FAULT_JOURNAL_POWER_WORLD_H_
#define TRAYLINE_TESTS_FAULT_JOURNAL_POWER_WORLD_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "agent/journal/journal.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fault/journal/witness.h"
#include "tests/fault/vfs/power_vfs.h"

namespace trayline::journal {

// Sums over many cuts.
struct PowerTally {
  std::uint64_t cuts = 0;
  std::uint64_t in_open = 0;
  std::uint64_t in_close = 0;
  std::uint64_t in_commits = 0;
  std::uint64_t in_checkpoints = 0;  // while the WAL moved into the database
  std::uint64_t idle = 0;            // between two operations
  std::uint64_t commits = 0;         // groups whose answers were ok
  std::uint64_t answered = 0;        // events with the answer ok
  std::uint64_t deleted = 0;         // events that the retention has deleted
  std::uint64_t faults = 0;          // of the disk, beside the cuts
  std::uint64_t sectors_lost = 0;
  std::uint64_t lost = 0;  // events with the answer ok that were not there afterwards
  std::uint64_t databases_lost = 0;
  std::string wrong;  // the first thing that was wrong otherwise

  // On standard output, one line.
  void Print(const std::string& name, std::uint64_t seed) const;
};

struct WorldOptions {
  fault::PowerTraits traits = {};
  fault::Lies lies = fault::Lies::kNone;
  bool acknowledges_before_commit = false;
  bool long_journal = false;  // begins with so many events that the retention has something to do
  bool hq_is_away = false;    // it acknowledges nothing, so nothing may be deleted
  bool disk_faults = false;   // now and then a read, a write or a sync fails
};

class PowerWorld {
 public:
  PowerWorld(const WorldOptions& options, std::uint64_t seed);

  // One life from opening to a power cut, and a look at what is there then.
  void Cut(PowerTally& tally);

 private:
  enum class Phase { kOpening, kWorking, kClosing };

  void Live();
  void FailSometimes();
  bool Open();
  void Fill();
  void Step();
  void Record(std::uint64_t events_max, std::size_t body_max);
  ports::Transaction MakeTransaction(std::uint64_t events_max, std::size_t body_max);
  void AddNames(ports::Transaction& transaction);
  void Submit(ports::Transaction transaction);
  void Reload();
  void Acknowledge();
  void Close();
  Finding Look();
  [[nodiscard]] Status CheckWhole() const;
  void CountCut(bool idle, PowerTally& tally) const;
  std::uint64_t Below(std::uint64_t limit) { return random_() % limit; }

  const WorldOptions options_;
  std::mt19937_64 random_;
  fault::PowerVfs vfs_;
  fakes::TemporaryFolder folder_;  // of the epoch file, which is on the real disk
  fakes::ManualClock clock_;
  fakes::SeededRandom journal_random_;
  Log log_ = NullLog();
  Options journal_options_;
  Witness witness_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<ports::EventStore> eager_;  // the control that acknowledges before the commit
  Phase phase_ = Phase::kOpening;
  Sequence last_;               // submitted
  std::uint64_t made_ = 0;      // things that need a name of their own
  std::uint64_t answered_ = 0;  // events
  std::uint32_t streams_ = 0;   // named so far
  bool refused_ = false;        // an answer was not ok: load before the next submission
  std::string trouble_;         // what went wrong while it ran
};

}  // namespace trayline::journal

#endif  // TRAYLINE_TESTS_FAULT_JOURNAL_POWER_WORLD_H_
