// Guests: real orders played as kiosk guests (firmware/replay), one after the other for ever, into
// a running agent through its local API. One thread.
#ifndef TRAYLINE_TESTS_BENCH_GUESTS_H_
#define TRAYLINE_TESTS_BENCH_GUESTS_H_

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "firmware/replay/chipotle.h"
#include "tests/bench/processes.h"

namespace trayline::bench {

class Guests {
 public:
  // From a Chipotle file. kNotFound or kRejected names file and line.
  static Result<Guests> Open(const std::string& tsv_path, std::uint64_t seed);

  // What the next guests do, count host events, each with an id that rises.
  nlohmann::json Next(std::size_t count);

  // Posts batches until the agent's journal has come to last or just beyond it; where it stands.
  Result<std::uint64_t> Feed(AgentProcess& agent, std::uint64_t last);

 private:
  Guests(std::vector<replay::Order> orders, std::uint64_t seed)
      : orders_(std::move(orders)), seed_(seed) {}
  void Plan();

  std::vector<replay::Order> orders_;
  std::uint64_t seed_;
  std::uint64_t next_id_ = 1;
  nlohmann::json planned_ = nlohmann::json::array();
  std::size_t played_ = 0;  // of planned_
};

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_GUESTS_H_
