// Storm: brings the trouble of a scenario over the machines, and ends it. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_STORM_H_
#define TRAYLINE_TESTS_SIMULATION_STORM_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "tests/simulation/sim_hq.h"
#include "tests/simulation/sim_terminal.h"
#include "tests/simulation/surroundings.h"

namespace trayline::simulation {

class Storm {
 public:
  using Terminals = std::vector<std::unique_ptr<SimTerminal>>;

  // The references outlive it.
  Storm(const Surroundings& world, Chance& parent, SimHq& hq, Terminals& terminals);

  void Begin();
  // Everything that is broken is mended.
  void End();
  [[nodiscard]] const Troubles& brought() const { return brought_; }

 private:
  struct Row {
    Kind kind;
    void (Storm::*bring)();
  };
  static const std::vector<Row>& Table();

  void Arm(const Row& row, std::uint64_t per_hour);
  // Calls end when the trouble has lasted between least and most, unless the storm is over by then.
  void LastFor(std::int64_t least_ms, std::int64_t most_ms, Loop::Action end);
  SimTerminal& Someone();
  void Note(std::string_view what);

  void CutLink();
  void BlackHole();
  void PartitionHq();
  void SlowNetwork();
  void Duplicates();
  void LossOfQos0();
  void OldAck();
  void ForgedAck();
  void Garbage();
  void BrokerRestart();
  void BrokerAmnesia();
  void BrokerRelapse();
  void Swallow();
  void StopHq();
  void KillHq();
  void HqPowerCut();
  void HqRestore();
  void HqDiskFault();
  void StopTerminal();
  void KillTerminal();
  void TerminalPowerCut();
  void TerminalDiskFault();
  void TerminalDiskFull();
  void TerminalRestore();
  void TerminalReplace();
  void ClockStep();

  void Hole(Machine& machine, std::int64_t most_ms);
  void BreakDisk(fault::PowerVfs& disk);

  const Surroundings world_;
  Chance chance_;
  SimHq& hq_;
  Terminals& terminals_;
  Troubles brought_;
  std::deque<Message> acks_;    // the last ones that HQ has sent
  std::unique_ptr<Life> life_;  // ends with the storm
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_STORM_H_
