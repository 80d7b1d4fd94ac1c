// Host: the kiosk at one terminal. On a thread of its own it reports the steps of an order stream
// to the agent, at a steady pace, and sends the very same request again until it is answered; what
// the agent says besides success does not matter to it. It keeps every answer.
#ifndef TRAYLINE_TESTS_PROVE_HOST_H_
#define TRAYLINE_TESTS_PROVE_HOST_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/time.h"
#include "agent/http/client.h"
#include "firmware/replay/dice.h"
#include "tests/prove/orders.h"

namespace trayline::prove {

// To the n-th step of the stream, whose id is n + 1.
struct Answer {
  std::uint64_t epoch = 0;
  std::uint64_t first = 0;  // 0: answered, but nothing was to be recorded
  std::uint64_t last = 0;
  std::uint64_t journey = 0;  // number, 0 none
};

struct HostOptions {
  std::string agent_directory;  // where api.json and api.token are
  std::uint64_t events = 0;     // it ends after so many
  Millis lasts{0};              // it takes at least so long over them
  std::uint64_t seed = 1;       // of the sizes of requests
};

class Host {
 public:
  // Begins at once.
  Host(HostOptions options, OrderStream stream);
  // Ends it at once, answered or not.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Every event has been answered.
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] std::uint64_t answered() const { return answered_; }
  // Requests that were sent again, because nothing or no success was answered.
  [[nodiscard]] std::uint64_t repeats() const { return repeats_; }
  // Events of which a repeated request learned that they had been recorded the first time.
  [[nodiscard]] std::uint64_t known_before() const { return known_before_; }
  // Answers other than success by their status, 0 for none at all; after done.
  [[nodiscard]] const std::map<int, std::uint64_t>& failures() const { return failures_; }
  // Results that refuse an event; there must be none. The first of them in words; after done.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] const std::string& first_refusal() const { return first_refusal_; }
  // After done.
  [[nodiscard]] const std::vector<Answer>& answers() const { return answers_; }

 private:
  using Json = nlohmann::json;
  void Run();
  // How many events the next request has.
  std::uint64_t NextSize();
  [[nodiscard]] std::uint64_t DueNow() const;
  std::optional<Json> Post(const std::string& body);
  bool FindAgent();
  void Note(const Json& answer, std::uint64_t asked);

  const HostOptions options_;
  OrderStream stream_;
  replay::Dice dice_;
  const std::chrono::steady_clock::time_point began_;
  std::optional<http::Client> client_;
  std::string token_;
  std::vector<Answer> answers_;
  std::map<int, std::uint64_t> failures_;
  std::string first_refusal_;
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::uint64_t> repeats_{0};
  std::atomic<std::uint64_t> known_before_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<bool> done_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace trayline::prove

#endif  // TRAYLINE_TESTS_PROVE_HOST_H_
