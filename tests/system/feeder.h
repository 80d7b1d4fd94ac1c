// Feeder: a host that records orders on a thread of its own, as fast as it is answered, and sends
// the very same request again until it is. Keeps what it was answered.
#ifndef TRAYLINE_TESTS_SYSTEM_FEEDER_H_
#define TRAYLINE_TESTS_SYSTEM_FEEDER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/system/site.h"

namespace trayline::system_test {

struct Answer {
  std::uint64_t id = 0;  // of the host's event; its item is "n<id>"
  std::uint64_t epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

class Feeder {
 public:
  // post sends one batch; it may be called at any time until Stop returns.
  explicit Feeder(std::function<std::optional<Json>(const Json&)> post);
  ~Feeder();

  // Ends after the request under way has been answered. The agent must be running.
  void Stop();
  // After Stop.
  [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }
  // Answers that said conflict, rejected or invalid; there must be none.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }

 private:
  void Run();
  Json NextBatch();
  void Note(const Json& batch, const Json& answer);

  const std::function<std::optional<Json>(const Json&)> post_;
  std::uint64_t next_id_ = 1;
  std::uint64_t order_ = 1;
  std::vector<Answer> answers_;
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// The agent's journal holds every answered event once, in the host's order, under the numbers that
// were answered. Adds a failure for each difference.
void ExpectAnswersInJournal(const std::vector<Answer>& answers, Agent& agent);

}  // namespace trayline::system_test

#endif  // TRAYLINE_TESTS_SYSTEM_FEEDER_H_
