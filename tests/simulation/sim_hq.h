// SimHq: HQ's machine with a disk, a clock and a server (the real broker link, receiver and SQLite
// store). The server's threads are actors: link, store. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_SIM_HQ_H_
#define TRAYLINE_TESTS_SIMULATION_SIM_HQ_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/log.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fault/vfs/power_vfs.h"
#include "tests/simulation/surroundings.h"

namespace trayline::simulation {

class SimHq {
 public:
  SimHq(const Surroundings& world, Chance& parent);
  ~SimHq();

  void SwitchOn();
  // The server ends and comes back by itself.
  void StopServer();
  void KillServer();
  void CutPower();
  void CutPowerWithin(std::uint64_t operations);

  fault::PowerVfs& disk() { return disk_; }
  Machine& machine() { return machine_; }
  // A copy of the database as it is now.
  void BackUp();
  // The last copy takes the database's place, if there is one. with_command: `trayline-hq restored`
  // is run, as the manual says; it raises the generation.
  void RestoreBackup(bool with_command);
  void StepClock(Millis by);
  void Heal();

  [[nodiscard]] bool IsUp() const;
  // The witness looks at everything that is stored. HQ is up.
  void CheckEnd();
  [[nodiscard]] std::string Describe() const;

 private:
  struct Server;

  void StartServer();
  Status OpenServer();
  void StartServerIn(Millis delay);
  void EndServer();
  void LosePower();
  bool BeginStep();
  void EndStep();
  void LinkStep();
  void StoreStep();
  void HandleSome();
  void SyncClock();

  const Surroundings world_;
  Chance chance_;
  Machine machine_;
  Log log_;
  fakes::SeededRandom random_;
  fault::PowerVfs disk_;
  std::optional<fault::Snapshot> backup_;
  std::uint64_t generation_ = 1;  // outside the database

  fakes::ManualClock clock_;
  Millis clock_at_{};

  bool powered_ = false;
  std::uint64_t starts_ = 0;
  std::unique_ptr<Server> server_;
  Life life_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_SIM_HQ_H_
