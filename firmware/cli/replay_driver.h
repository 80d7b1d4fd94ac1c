// ReplayDriver: plays one terminal's timeline through its local API, as a host would: each event
// when it is due, in order, with rising ids, the same request again until it is answered. One
// thread drives one terminal.
#ifndef TRAYLINE_FIRMWARE_CLI_REPLAY_DRIVER_H_
#define TRAYLINE_FIRMWARE_CLI_REPLAY_DRIVER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "firmware/cli/agent_client.h"
#include "firmware/replay/guest.h"

namespace trayline::cli {

struct DriverOptions {
  Target target;
  std::string host;         // name of the stream at the local API
  std::int64_t speed = 1;   // timeline milliseconds a real millisecond
  Millis patience{10'000};  // for one answer, then the same request is sent again
  Millis give_up{120'000};  // real time without an answer
  bool keep_pace = true;    // false: as fast as answers come
};

// One answer that names sequence numbers.
struct Answered {
  std::string terminal;
  std::uint64_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

struct DriverResult {
  std::uint64_t sent = 0;      // events of the timeline that were answered
  std::uint64_t recorded = 0;  // as new
  std::uint64_t repeated = 0;  // answered before, as a repetition after a lost answer
  std::uint64_t no_change = 0;
  std::uint64_t refused = 0;
  std::uint64_t retries = 0;  // requests sent again
  std::string first_refusal;  // the result's own JSON
  std::vector<Answered> answers;
};

// Blocks until the timeline has been played. advance is called with the number of events answered.
// kRetryLater or kFull: no answer for give_up; kRejected and the like: a request that will never be
// accepted. speed is at least 1; the timeline is in the order of its times.
Result<DriverResult> Drive(const DriverOptions& options, const std::vector<replay::Step>& timeline,
                           const std::function<void(std::uint64_t)>& advance);

}  // namespace trayline::cli

#endif  // TRAYLINE_FIRMWARE_CLI_REPLAY_DRIVER_H_
