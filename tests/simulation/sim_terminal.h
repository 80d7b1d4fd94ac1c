// SimTerminal: a machine with a disk, a clock, an agent (the real engine, journal and uplink) and
// the hosts that talk to it. The agent's threads are actors: engine, store, uplink. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_SIM_TERMINAL_H_
#define TRAYLINE_TESTS_SIMULATION_SIM_TERMINAL_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "agent/engine/engine.h"
#include "agent/journal/journal.h"
#include "sync/uplink/uplink.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fault/vfs/power_vfs.h"
#include "tests/simulation/host.h"
#include "tests/simulation/surroundings.h"
#include "tests/simulation/watched_journal.h"

namespace trayline::simulation {

class SimTerminal {
 public:
  // folder: of its own, for what the agent keeps outside its database.
  SimTerminal(const Surroundings& world, std::size_t number, Chance& parent, std::string folder);
  ~SimTerminal();

  void SwitchOn();
  // The agent ends and comes back by itself: in order, or as by SIGKILL.
  void StopAgent();
  void KillAgent();
  // The power goes now, or in the middle of one of the next operations of the disk; it comes back
  // by itself.
  void CutPower();
  void CutPowerWithin(std::uint64_t operations);

  // A copy of the disk as it is now.
  void BackUp();
  [[nodiscard]] bool HasBackup() const { return backup_.has_value(); }
  // The last copy takes the disk's place; the epoch file may have been kept elsewhere.
  void RestoreBackup(bool with_epoch_file);
  void ReplaceDisk();

  fault::PowerVfs& disk() { return disk_; }
  Machine& machine() { return machine_; }
  // The civil clock shows so much more than the true time.
  void StepClock(Millis by);
  // Faults of the disk end, what is down comes up soon, the clock is right again.
  void Heal();

  // Everything said is recorded, everything recorded is at HQ, as far as the terminal knows.
  [[nodiscard]] bool IsDrained() const;
  [[nodiscard]] std::string Describe() const;  // for people
  [[nodiscard]] const std::string& unit() const { return machine_.name; }
  [[nodiscard]] std::uint64_t frames() const;
  [[nodiscard]] std::uint64_t events_resent() const;

 private:
  struct Agent;
  struct Backup {
    fault::Snapshot files;
    std::string epoch_file;  // empty: there is none
    DiskRecord record;
  };

  bool Record(engine::RecordBatch batch, Host::Reply reply);
  void StartAgent();
  Status OpenAgent();
  void EndAgent();
  void StartAgentIn(Millis delay);
  void ExchangeDisk(const Backup& disk, bool with_epoch_file);
  void LosePower();
  // Begins a step of the agent: false when there is none, or its machine has no power.
  bool BeginStep();
  void EndStep();
  void CoreStep();
  void StoreStep();
  void UplinkStep();
  void OnCommitted(Sequence last);
  Status Readback();
  void SyncClock();
  [[nodiscard]] std::string DatabasePath() const { return folder_ + "/journal.db"; }
  [[nodiscard]] std::string EpochPath() const { return DatabasePath() + ".epoch"; }

  const Surroundings world_;
  Chance chance_;
  const std::size_t number_;
  const std::string folder_;
  Machine machine_;
  const TerminalId id_;
  Log log_;
  fakes::SeededRandom random_;
  fault::PowerVfs disk_;
  DiskRecord record_;
  std::optional<Backup> backup_;

  fakes::ManualClock clock_;
  Millis clock_at_{};           // simulated time that clock_ has come to
  std::int64_t drift_ppm_ = 0;  // of the monotonic clock too
  double drift_rest_ms_ = 0;
  Millis wall_offset_{};  // how wrong the civil clock is
  bool unsynced_ = false;
  std::uint64_t boots_ = 0;
  std::uint64_t starts_ = 0;

  bool powered_ = false;
  std::unique_ptr<Agent> agent_;
  std::uint64_t frames_before_ = 0;  // of agents that have ended
  std::uint64_t resent_before_ = 0;
  std::vector<std::unique_ptr<Host>> hosts_;
  Life life_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_SIM_TERMINAL_H_
