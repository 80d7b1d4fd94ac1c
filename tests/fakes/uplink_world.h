// A terminal with a journal in memory and an uplink on a thread of its own, for tests of the
// uplink.
#ifndef TRAYLINE_TESTS_FAKES_UPLINK_WORLD_H_
#define TRAYLINE_TESTS_FAKES_UPLINK_WORLD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/mutex.h"
#include "agent/event/event.h"
#include "sync/uplink/uplink.h"
#include "tests/fakes/memory_event_store.h"
#include "tests/fakes/seeded_random.h"

namespace trayline::fakes {

inline TerminalId KioskOne() { return {"acme", "store1", "kiosk1"}; }

// Add to cart of something, or whatever type says.
inline event::Event PlainEvent(std::uint64_t sequence, Epoch epoch,
                               event::EventType type = event::EventType::kAddToCart) {
  event::Event event;
  event.sequence = Sequence{sequence};
  event.journey = {epoch, sequence / 15 + 1};
  event.type = type;
  event.time = WallFromMs(1'795'348'800'000 + static_cast<std::int64_t>(sequence * 700));
  event.boot = 1;
  event.mono = MonoFromMs(static_cast<std::int64_t>(sequence * 700));
  if (type == event::EventType::kAddToCart) {
    event.data.Set(event::Key::kItemId, "burger-" + std::to_string(sequence % 40));
    event.data.Set(event::Key::kQuantity, static_cast<std::int64_t>(1 + sequence % 3));
    event.data.Set(event::Key::kUnitPriceMinor,
                   static_cast<std::int64_t>(199 + sequence % 40 * 50));
  }
  return event;
}

// An Outbox that can be waited for.
class WatchedOutbox final : public ports::Outbox {
 public:
  explicit WatchedOutbox(ports::Outbox& outbox) : outbox_(outbox) {}
  ports::OutboxState State() override { return outbox_.State(); }
  void Acknowledge(Epoch epoch, Sequence watermark) override {
    outbox_.Acknowledge(epoch, watermark);
    MutexLock lock(mutex_);
    told_.push_back(watermark);
    changed_.NotifyAll();
  }
  void Rewind(Epoch epoch, Sequence watermark, std::uint64_t generation) override {
    outbox_.Rewind(epoch, watermark, generation);
  }
  void NoteGeneration(std::uint64_t generation) override { outbox_.NoteGeneration(generation); }
  void BeginEpoch(Epoch wanted, std::function<void(Status)> done) override {
    outbox_.BeginEpoch(wanted, std::move(done));
  }
  void SetCommitListener(std::function<void(Sequence last)> listener) override {
    outbox_.SetCommitListener(std::move(listener));
  }
  // False when nothing moves for patience.
  bool WaitForAcked(std::uint64_t sequence, Millis patience) {
    MutexLock lock(mutex_);
    while (told_.empty() || told_.back().value < sequence) {
      if (!changed_.WaitFor(mutex_, patience)) return false;
    }
    return true;
  }
  std::vector<Sequence> Told() {
    MutexLock lock(mutex_);
    return told_;
  }

 private:
  ports::Outbox& outbox_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<Sequence> told_ GUARDED_BY(mutex_);
};

class UplinkWorld {
 public:
  explicit UplinkWorld(ports::Clock& clock) : clock_(clock) {
    options.terminal = KioskOne();
    options.agent_version = "0.1.0-test";
    options.device_class = "test";
  }
  ~UplinkWorld() { Stop(); }

  // Commits count plain events, and one of type behind them.
  void Commit(std::uint64_t count) { CommitWith(count, event::EventType::kAddToCart); }
  void CommitWith(std::uint64_t count, event::EventType last_type) {
    constexpr std::uint64_t kGroup = 1'000;
    while (count > 0) {
      ports::Transaction transaction;
      for (std::uint64_t i = 0; i < std::min(count, kGroup); ++i) {
        const bool final = count == i + 1;
        const auto event =
            PlainEvent(++written_, epoch(), final ? last_type : event::EventType::kAddToCart);
        transaction.events.push_back({event.sequence, event.type, event.journey.number,
                                      event::EncodeBody(event, epoch()), 0, 0, 0});
      }
      count -= transaction.events.size();
      store.Submit(std::move(transaction), [](const Status&) {});
    }
  }

  void Start(mqtt::ClientFactory clients) {
    uplink = std::make_unique<uplink::Uplink>(
        options, uplink::Uplink::Parts{outbox, store, clock_, random_, log_, std::move(clients)});
    store.SetCommitListener([this](Sequence last) { uplink->OnCommitted(last); });
    thread_ = std::jthread([this](const std::stop_token& stop) { uplink->Run(stop); });
  }
  void Stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }
  [[nodiscard]] Epoch epoch() const { return Epoch{1'700'000'000}; }

  uplink::Options options;
  MemoryEventStore store;
  WatchedOutbox outbox{store};
  std::unique_ptr<uplink::Uplink> uplink;

 private:
  ports::Clock& clock_;
  SeededRandom random_{11};
  Log log_ = NullLog();
  std::uint64_t written_ = 0;
  std::jthread thread_;
};

}  // namespace trayline::fakes

#endif  // TRAYLINE_TESTS_FAKES_UPLINK_WORLD_H_
