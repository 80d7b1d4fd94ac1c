// What every part of a simulation stands in. The references outlive the parts.
#ifndef TRAYLINE_TESTS_SIMULATION_SURROUNDINGS_H_
#define TRAYLINE_TESTS_SIMULATION_SURROUNDINGS_H_

#include "tests/fault/vfs/power_vfs.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/loop.h"
#include "tests/simulation/sim_broker.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/trouble.h"
#include "tests/simulation/witness.h"

namespace trayline::simulation {

// The disks that Trayline is made for. What a failed sync has not written stays in sight and is
// never written by a later one.
inline constexpr fault::PowerTraits kLinux{.powersafe_overwrite = true,
                                           .forgets_failed_syncs = true};

struct Surroundings {
  const Scenario& scenario;
  Loop& loop;
  Trace& trace;
  SimBroker& broker;
  Witness& witness;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_SURROUNDINGS_H_
