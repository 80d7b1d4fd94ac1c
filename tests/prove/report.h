// Report: the outcome of a proof as a table for people, and the verdict. Pure but for Print.
#ifndef TRAYLINE_TESTS_PROVE_REPORT_H_
#define TRAYLINE_TESTS_PROVE_REPORT_H_

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/base/time.h"
#include "tests/fault/proxy/mqtt_faults.h"
#include "tests/prove/faults.h"
#include "tests/prove/verify.h"
#include "tests/prove/wire_book.h"
#include "tests/prove/world.h"

namespace trayline::prove {

struct HostTotals {
  std::uint64_t repeats = 0;
  std::uint64_t known_before = 0;
  std::uint64_t refused = 0;
  std::string first_refusal;
  std::map<int, std::uint64_t> failures;  // answers other than success by their status
};

struct MessageFaults {
  std::vector<fault::MqttWayCounts> at_agents;
  fault::MqttWayCounts at_hq;
};

struct Outcome {
  Millis took{0};
  std::array<std::uint64_t, kKinds> faults{};
  MessageFaults messages;
  std::uint64_t agent_storage_faults = 0;
  std::uint64_t hq_storage_faults = 0;
  HostTotals hosts;
  WireTotals wire;
  Counters agents;
  Findings findings;
  bool verified = false;
};

// Of the events, in percent, that may be repeated on the wire without a fault.
inline constexpr std::uint64_t kRepeatedPercent = 1;
[[nodiscard]] std::uint64_t RepeatsAllowed(const WireTotals& wire);

// Everything held, and every kind of fault was really there.
[[nodiscard]] bool Proved(const Outcome& outcome);

// To standard output, with the verdict.
void Print(const Outcome& outcome);

}  // namespace trayline::prove

#endif  // TRAYLINE_TESTS_PROVE_REPORT_H_
