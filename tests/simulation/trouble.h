// Trouble: what may go wrong, how often, and how often it did. A new kind needs a line here, its
// name in trouble.cc and a row in the table of storm.cc. Value types.
#ifndef TRAYLINE_TESTS_SIMULATION_TROUBLE_H_
#define TRAYLINE_TESTS_SIMULATION_TROUBLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/simulation/chance.h"

namespace trayline::simulation {

enum class Kind : std::uint8_t {
  // The network between the machines and the broker.
  kLinkCut,      // a machine's connections are reset
  kBlackHole,    // nothing passes for a while and nobody is told
  kHqPartition,  // the same for HQ's machine
  kSlowNetwork,  // seconds instead of milliseconds
  kDuplicates,   // messages come again, some of them late
  kLossOfQos0,   // acknowledgements get lost
  kOldAck,       // an acknowledgement of earlier comes once more
  kForgedAck,    // one of nobody's, or of another birth
  kGarbage,      // bytes that are no message, to HQ and to terminals
  // The broker.
  kBrokerRestart,  // with its retained messages
  kBrokerAmnesia,  // without them
  kBrokerRelapse,  // with an old snapshot of them
  kSwallow,        // it acknowledges and loses for a while
  // HQ.
  kHqStop,       // in order
  kHqKill,       // the process ends
  kHqPowerCut,   // between two operations of the disk or in the middle of one
  kHqRestore,    // an older copy of its database comes back, with or without the command for it
  kHqDiskFault,  // writes or syncs fail for a while, or the disk is full
  // Terminals.
  kTerminalStop,
  kTerminalKill,
  kTerminalPowerCut,
  kTerminalDiskFault,
  kTerminalDiskFull,
  kTerminalRestore,  // an older copy of its disk comes back, with or without its epoch file
  kTerminalReplace,  // a new, empty disk
  kClockStep,        // the civil clock is set, by up to ten years, either way
  kCount,
};
inline constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::kCount);

// "link_cut", ...
std::string_view KindName(Kind kind);

// Numbers by kind.
class PerKind {
 public:
  std::uint64_t& operator[](Kind kind) { return numbers_[static_cast<std::size_t>(kind)]; }
  std::uint64_t operator[](Kind kind) const { return numbers_[static_cast<std::size_t>(kind)]; }
  PerKind& operator+=(const PerKind& other);
  // "link_cut 3, black_hole 1", without the zeros.
  [[nodiscard]] std::string Text() const;

 private:
  std::array<std::uint64_t, kKinds> numbers_{};
};

// Expected times in a simulated hour; 0: never.
using Trouble = PerKind;
using Troubles = PerKind;

// "link_cut=60,hq_kill=20"; nullopt when a name or number is wrong.
std::optional<Trouble> ParseTrouble(std::string_view text);

// Draws some kinds, each rare or frequent.
Trouble DrawTrouble(Chance& chance);

// The whole scenario of a seed.
struct Scenario {
  std::uint64_t seed = 0;
  std::size_t terminals = 1;       // 1..4
  std::size_t hosts = 1;           // on each terminal, 1 or 2
  std::size_t events = 200;        // that hosts send, all together, 200..2,000
  Millis pause{2'000};             // of a host between batches, at most
  std::uint64_t wal_pages = 1000;  // at which the terminal's WAL moves into the database
  bool boots_in_1970 = false;      // terminals have no clock of their own while off
  Trouble trouble;

  [[nodiscard]] std::string Text() const;
};

Scenario DrawScenario(std::uint64_t seed);

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_TROUBLE_H_
