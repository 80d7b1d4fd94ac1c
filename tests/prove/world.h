// World: what is proved: three agents, a broker and a headquarters, all real processes; a proxy
// before each of the four, and the shim in all but the broker. It knows how to break each part and
// how to heal it, and keeps count. The main thread, but for the book.
#ifndef TRAYLINE_TESTS_PROVE_WORLD_H_
#define TRAYLINE_TESTS_PROVE_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "tests/fault/broker/test_broker.h"
#include "tests/fault/proxy/fault_proxy.h"
#include "tests/fault/shim/fault_shim.h"
#include "tests/prove/wire_book.h"
#include "tests/system/site.h"

namespace trayline::prove {

inline constexpr std::size_t kTerminals = 3;

// What an agent says of itself, summed over its lives.
struct Counters {
  std::uint64_t sent = 0;
  std::uint64_t resent = 0;
  std::uint64_t connects = 0;
};

// One process with its link and its disk.
struct Station {
  std::unique_ptr<fault::FaultProxy> proxy;
  std::unique_ptr<fault::FaultShim> shim;
};

struct Terminal : Station {
  std::string unit;  // "demo-s001-k1"
  std::unique_ptr<system_test::Agent> agent;
  Counters past;  // of the lives that ended
  Counters now;   // when last asked
};

class World {
 public:
  explicit World(std::uint64_t seed) : seed_(seed) {}

  // Everything runs when it returns. kRetryLater says what does not.
  Status Start();

  Terminal& terminal(std::size_t index) { return terminals_[index]; }
  Station& hq_station() { return hq_station_; }
  fault::TestBroker& broker() { return *broker_; }
  system_test::Hq& hq() { return *hq_; }
  [[nodiscard]] const std::string& folder() const { return folder_.path(); }
  WireBook& book() { return book_; }

  // The faults that messages meet by chance all the time: lost, doubled, held back.
  void BeginWeather();
  // As BeginWeather, and on this terminal's link the next acknowledgements are lost too, or every
  // packet is held back.
  void LoseAcks(std::size_t terminal, std::uint64_t count);
  void Slow(std::size_t terminal, Millis least, Millis most);

  void KillAgent(std::size_t terminal);
  // Starts it again; false when it does not come up.
  bool StartAgent(std::size_t terminal);
  // Asks every agent for its counters.
  void Poll();
  [[nodiscard]] Counters counters() const;

  // No fault any more, everything runs. The first that does not, in words.
  Status Heal();
  // Every agent says that headquarters has everything.
  bool Drained();

 private:
  Status StartTerminal(std::size_t index);
  void Rules(std::size_t terminal, std::vector<fault::MqttRule> rules);
  static void Ask(Terminal& terminal);

  const std::uint64_t seed_;
  std::uint64_t next_dice_ = 0;
  WireBook book_;  // before the proxies, whose threads write into it
  system_test::Folder folder_;
  std::unique_ptr<fault::TestBroker> broker_;
  Station hq_station_;
  std::unique_ptr<system_test::Hq> hq_;
  std::vector<Terminal> terminals_;
};

}  // namespace trayline::prove

#endif  // TRAYLINE_TESTS_PROVE_WORLD_H_
