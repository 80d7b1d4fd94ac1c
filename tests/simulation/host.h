// Host: an ordering program on a terminal, as far as the agent sees it. It sends batches in its
// order, each again until it is answered, and only then the next. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_HOST_H_
#define TRAYLINE_TESTS_SIMULATION_HOST_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/engine.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/loop.h"
#include "tests/simulation/witness.h"

namespace trayline::simulation {

class Host {
 public:
  using Reply = std::function<void(engine::RecordAnswer)>;
  // Hands a batch to the agent; false when the agent is not there.
  using Recorder = std::function<bool(engine::RecordBatch, Reply)>;

  struct Options {
    std::size_t terminal = 0;
    std::size_t number = 0;  // of all hosts
    std::size_t events = 0;  // to send, all together
    Millis pause{};          // between batches, at most
  };

  // The references outlive the host, and it outlives the agent.
  Host(const Options& options, Loop& loop, Chance& parent, Witness& witness, Recorder recorder);

  void Begin() { actor_.WakeAt(loop_.now() + chance_.Span(0, options_.pause.count())); }
  // The agent knows nothing any more of what it has answered: it is not sent again. in_hand gets
  // the keys of what is not answered yet.
  void ForgetAnswered(std::vector<std::string>& in_hand);
  [[nodiscard]] bool IsDone() const { return left_ == 0 && batch_.empty(); }
  [[nodiscard]] std::uint64_t repeats() const { return repeats_; }

 private:
  struct Item {
    Said said;
    engine::RecordItem item;
  };

  void Act();
  void MakeBatch();
  Item MakeItem();
  Item MakeKeyed(event::EventType type);
  void Send();
  void OnAnswer(std::uint64_t attempt, const engine::RecordAnswer& answer);

  const Options options_;
  Loop& loop_;
  Chance chance_;
  Witness& witness_;
  const Recorder recorder_;
  const std::string name_;
  std::size_t left_;
  std::uint64_t ordinal_ = 0;
  std::uint64_t number_ = 0;    // the last rising id
  std::vector<Item> batch_;     // not answered yet
  std::vector<Item> answered_;  // the last that was
  std::uint64_t attempt_ = 0;
  bool sending_again_ = false;  // what was answered already, as a host does that was restarted
  std::uint64_t repeats_ = 0;
  Actor actor_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_HOST_H_
