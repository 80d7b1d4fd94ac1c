// Faults: the schedule of what goes wrong. How often each kind comes follows from the length of the
// run, every kind at least once; when, where and for how long follows from the seed. Then it is
// carried out, each fault on its part of the world: two at a time on different parts are wanted,
// two on one part wait for one another. The main thread.
#ifndef TRAYLINE_TESTS_PROVE_FAULTS_H_
#define TRAYLINE_TESTS_PROVE_FAULTS_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "firmware/replay/dice.h"
#include "tests/prove/world.h"

namespace trayline::prove {

enum class Kind : std::size_t {
  kBrokerKilled,
  kHqKilled,
  kHqCut,
  kHqHole,
  kHqIoErrors,
  kHqDiskFull,
  kHqSyncErrors,
  kHqKilledUnsynced,
  kAgentKilled,
  kAgentCut,
  kAgentHole,
  kAgentSlow,
  kAcksLost,
  kAgentIoErrors,
  kAgentNoSpace,
  kAgentDiskFull,
  kAgentSyncErrors,
  kAgentKilledUnsynced,
  kClockForward,
  kClockBack,
  kStartForward,
  kStartBack,
};
inline constexpr std::size_t kKinds = 22;

// For the table.
std::string_view Describe(Kind kind);

struct Plan {
  Kind kind = Kind::kBrokerKilled;
  std::size_t terminal = 0;  // of kinds that have one
  Millis at{0};
  Millis lasts{0};
};

// In the order of their times.
std::vector<Plan> Schedule(Millis run, std::uint64_t seed);

class Faults {
 public:
  // say is told each beginning and each end in words.
  Faults(World& world, std::vector<Plan> plans, std::function<void(const std::string&)> say);

  // Begins and ends what is due. kRetryLater: something did not come up again, which is the end of
  // the proof.
  Status Step(Millis now);
  // Nothing is left to begin or to end.
  [[nodiscard]] bool done() const { return waiting_.empty() && active_.empty(); }
  [[nodiscard]] std::uint64_t count(Kind kind) const {
    return counts_[static_cast<std::size_t>(kind)];
  }

 private:
  struct Active {
    Plan plan;
    Millis ends;
    std::set<std::string> parts;
    std::uint64_t storage_faults = 0;  // of its disk, when it began
  };

  // True when its time is up and, where it breaks a disk, somebody has felt it.
  bool IsOver(const Active& active, Millis now);
  std::uint64_t StorageFaults(const Plan& plan);
  Status Begin(const Plan& plan);
  Status End(const Plan& plan);
  Status BeginAtAgent(const Plan& plan);
  Status KillAndStart(const Plan& plan, Millis clock_offset);
  Status StartAgain(const Plan& plan);
  void BeginAtHq(const Plan& plan);
  Status EndAtHq(const Plan& plan);
  Status EndAtAgent(const Plan& plan);

  World& world_;
  const std::function<void(const std::string&)> say_;
  std::list<Plan> waiting_;
  std::list<Active> active_;
  std::array<std::uint64_t, kKinds> counts_{};
};

}  // namespace trayline::prove

#endif  // TRAYLINE_TESTS_PROVE_FAULTS_H_
