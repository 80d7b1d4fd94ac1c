// RoundWorld: real uplinks against the real receiver, over a broker in memory, with a clock turned
// by hand; everything in one thread, so each run of a seed is the same.
#ifndef TRAYLINE_TESTS_UNIT_SYNC_ROUND_ROUND_WORLD_H_
#define TRAYLINE_TESTS_UNIT_SYNC_ROUND_ROUND_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/base/log.h"
#include "sync/hq/receiver/receiver_core.h"
#include "sync/uplink/uplink.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_hq_store.h"
#include "tests/fakes/scripted_mqtt.h"
#include "tests/fakes/seeded_random.h"
#include "tests/unit/sync/round/round_journal.h"

namespace trayline::round {

inline TerminalId KioskOne() { return {"acme", "store1", "kiosk1"}; }

// A machine with a disk, running.
struct Machine {
  std::unique_ptr<RoundJournal> journal;
  std::unique_ptr<uplink::Uplink> uplink;
};

class RoundWorld {
 public:
  explicit RoundWorld(std::uint64_t seed = 1);

  // Starts a machine on disk, all of one identity; the reference lives as long as the world.
  Machine& Start(Disk disk);
  // The process ends without a word and starts again.
  void Restart(Machine& machine);
  void Halt(Machine& machine);
  // Records count events.
  void Record(Machine& machine, std::uint64_t count);

  void StartHq(std::uint64_t generation);
  // The database as it was before.
  void RestoreHq(const fakes::MemoryHqStore& backup, std::uint64_t generation);

  // Everybody takes turns until so much time has passed.
  void Run(Millis time);
  // Runs until all that is recorded and alive is acknowledged; false after too long.
  bool Settle(Millis patience);

  // How often each event stands at HQ.
  [[nodiscard]] std::map<std::string, int> AtHq() const;
  // All that is recorded on running machines is at HQ, nothing twice, books balance.
  void ExpectAllOnce() const;

  fakes::ManualClock clock;
  fakes::ScriptedBroker broker;
  fakes::MemoryHqStore store;
  std::unique_ptr<hq::ReceiverCore> core;
  std::uint64_t generation = 1;
  Epoch highest_epoch;
  // The receiver has taken an event of a lower epoch after one of a higher.
  bool out_of_order = false;

 private:
  void TurnHq();

  fakes::SeededRandom random_;
  Log log_ = NullLog();
  std::vector<std::unique_ptr<Machine>> machines_;
  std::unique_ptr<mqtt::MqttClient> receiver_;
  std::unique_ptr<mqtt::MqttClient> sender_;
  std::shared_ptr<std::vector<hq::Incoming>> inbox_;
  std::uint64_t recorded_ = 0;
};

}  // namespace trayline::round

#endif  // TRAYLINE_TESTS_UNIT_SYNC_ROUND_ROUND_WORLD_H_
