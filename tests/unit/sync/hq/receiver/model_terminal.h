// ModelTerminal: a terminal as the receiver sees it, for tests: a journal of events and void runs,
// births, frames of any range, and what the acknowledgements have told it. One thread.
#ifndef TRAYLINE_TESTS_UNIT_SYNC_HQ_RECEIVER_MODEL_TERMINAL_H_
#define TRAYLINE_TESTS_UNIT_SYNC_HQ_RECEIVER_MODEL_TERMINAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "agent/event/event.h"
#include "sync/hq/receiver/receiver_core.h"
#include "sync/wire/frame.h"
#include "sync/wire/messages.h"

namespace trayline::hq {

class ModelTerminal {
 public:
  explicit ModelTerminal(const std::string& name, Epoch epoch = Epoch{1'795'000'000});

  // Records count events; every third belongs to no journey.
  void Record(std::uint64_t count);
  // Gives up the next count positions.
  void GiveUp(std::uint64_t count);
  // A new connection.
  Incoming Birth();
  [[nodiscard]] Incoming BirthAgain() const;
  [[nodiscard]] Incoming Death() const;
  // Positions first..last as one frame (as many of them as the encoder takes).
  Incoming Frame(std::uint64_t first, std::uint64_t last);
  // Obeys an acknowledgement meant for it; others are ignored.
  void OnAck(const Outgoing& message);

  [[nodiscard]] event::Event EventAt(std::uint64_t sequence) const;
  [[nodiscard]] std::vector<event::Event> Events(std::uint64_t first, std::uint64_t last) const;
  [[nodiscard]] bool IsVoid(std::uint64_t sequence) const;

  TerminalId id;
  wire::Birth birth;
  std::uint64_t last = 0;
  std::uint64_t watermark = 0;
  wire::Ack last_ack;
  std::uint64_t acks = 0;

 private:
  std::vector<wire::VoidRun> voids_;
  wire::FrameEncoder encoder_;
};

// events as they go into another epoch: renumbered from first, each with its first place.
std::vector<event::Event> Renumbered(std::vector<event::Event> events, Epoch from,
                                     std::uint64_t first);
// A frame of events that follow each other.
Incoming FrameOf(const TerminalId& id, Epoch epoch, const std::vector<event::Event>& events);

}  // namespace trayline::hq

#endif  // TRAYLINE_TESTS_UNIT_SYNC_HQ_RECEIVER_MODEL_TERMINAL_H_
