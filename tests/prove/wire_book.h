// WireBook: what went over the wire, counted where it passes, at the proxies, and not by those that
// sent it: frames, events, events that were sent before; and how much was in flight at each fault,
// which is what a fault may cost. Any thread.
#ifndef TRAYLINE_TESTS_PROVE_WIRE_BOOK_H_
#define TRAYLINE_TESTS_PROVE_WIRE_BOOK_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "agent/base/mutex.h"
#include "sync/wire/frame.h"
#include "tests/fault/proxy/mqtt_faults.h"

namespace trayline::prove {

struct WireTotals {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;     // of frames, without MQTT's own
  std::uint64_t events = 0;    // positions sent for the first time
  std::uint64_t repeated = 0;  // positions sent again by an agent
  std::uint64_t faults = 0;    // that touched the link, for each terminal that felt it
  std::uint64_t allowed = 0;   // positions that were in flight at these
  std::uint64_t unreadable = 0;
};

class WireBook {
 public:
  // An agent's frames may not be repeated but for a cause: so many are in flight at most.
  static constexpr std::size_t kWindow = 4;

  // At the proxy between an agent and the broker.
  void AtAgent(const fault::MqttPublish& publish, const fault::MqttPlan::Verdict& verdict)
      EXCLUDES(mutex_);
  // At the proxy between headquarters and the broker.
  void AtHq(const fault::MqttPublish& publish, const fault::MqttPlan::Verdict& verdict)
      EXCLUDES(mutex_);

  // A fault of the link of this terminal ("demo-s001-k1") begins or ends; "" all terminals. Both
  // times what is in flight is looked at, and the larger is allowed to be repeated.
  void FaultBegins(const std::string& unit) EXCLUDES(mutex_);
  void FaultEnds(const std::string& unit) EXCLUDES(mutex_);

  [[nodiscard]] WireTotals totals() const EXCLUDES(mutex_);

 private:
  struct Terminal {
    std::uint64_t epoch = 0;
    std::uint64_t highest = 0;                 // position seen in its epoch
    std::array<std::uint64_t, kWindow> sizes;  // positions of its last frames
    std::size_t next_size = 0;
    std::uint64_t at_begin = 0;  // in flight when the fault began that has not ended
    Terminal() : sizes{} {}
    [[nodiscard]] std::uint64_t InFlight() const;
  };

  Terminal& Of(std::string_view topic) REQUIRES(mutex_);
  void Sent(Terminal& terminal, std::string_view frame) REQUIRES(mutex_);
  void Lost(Terminal& terminal) REQUIRES(mutex_);

  mutable Mutex mutex_;
  wire::FrameDecoder decoder_ GUARDED_BY(mutex_);
  std::map<std::string, Terminal, std::less<>> terminals_ GUARDED_BY(mutex_);
  WireTotals totals_ GUARDED_BY(mutex_);
};

}  // namespace trayline::prove

#endif  // TRAYLINE_TESTS_PROVE_WIRE_BOOK_H_
