// ModelHq: HQ as small as it can be, for tests of the uplink: one terminal, everything in memory,
// two connections (receiving and publishing) like the real one. ModelHqStore is its database and
// outlives it, so that HQ can be killed and started again. Run blocks; everything else: any thread.
#ifndef TRAYLINE_TESTS_FAKES_MODEL_HQ_H_
#define TRAYLINE_TESTS_FAKES_MODEL_HQ_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bounded_queue.h"
#include "agent/base/ids.h"
#include "agent/base/mutex.h"
#include "agent/base/time.h"
#include "agent/event/event.h"
#include "sync/mqtt/client.h"
#include "sync/wire/frame.h"
#include "sync/wire/messages.h"

namespace trayline::fakes {

class ModelHqStore {
 public:
  struct Content {
    std::uint64_t watermark = 0;
    std::vector<event::Event> events;  // in order
    std::vector<wire::VoidRun> voids;
    std::vector<wire::Birth> births;  // distinct birth numbers, in order of arrival
    std::vector<wire::Death> deaths;
    std::uint64_t duplicates = 0;  // frames that brought nothing new
    std::uint64_t gaps = 0;
  };

  // Commits what is new of a frame; the flags of the answer.
  std::uint32_t Take(const wire::Frame& frame) EXCLUDES(mutex_);
  void Take(const wire::Birth& birth) EXCLUDES(mutex_);
  void Take(const wire::Death& death) EXCLUDES(mutex_);
  [[nodiscard]] Content Read() const EXCLUDES(mutex_);
  [[nodiscard]] std::uint64_t Watermark() const EXCLUDES(mutex_);
  // False when it does not come true within patience.
  bool WaitForWatermark(std::uint64_t watermark, Millis patience) EXCLUDES(mutex_);
  bool WaitForDeaths(std::size_t count, Millis patience) EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  Content content_ GUARDED_BY(mutex_);
};

class ModelHq {
 public:
  struct Options {
    std::string uri;
    TerminalId terminal;
    Epoch epoch;
    std::uint64_t generation = 1;
    std::string boot = "boot-1";
    bool silent = false;  // stores, but never answers a frame: the acknowledgements are lost
  };

  // store outlives this.
  ModelHq(Options options, mqtt::ClientFactory clients, ModelHqStore& store);
  ~ModelHq();

  // Serves until stop, connecting again whenever a connection is lost.
  void Run(const std::stop_token& stop);
  // From now on frames are answered (or not).
  void SetSilent(bool silent) { silent_ = silent; }

 private:
  struct Message {
    std::string topic;
    std::string payload;
  };
  using Queue = BoundedQueue<Message>;

  bool Connect();
  void Serve(const Message& message);
  void Answer(std::uint32_t flags);

  const Options options_;
  const mqtt::ClientFactory clients_;
  ModelHqStore& store_;
  std::atomic<bool> silent_;
  wire::FrameDecoder decoder_;
  std::shared_ptr<Queue> queue_;  // shared with handlers that a client may call late
  std::unique_ptr<mqtt::MqttClient> receiver_;
  std::unique_ptr<mqtt::MqttClient> publisher_;
  std::optional<std::uint64_t> nonce_;
  std::uint64_t birth_number_ = 0;
};

}  // namespace trayline::fakes

#endif  // TRAYLINE_TESTS_FAKES_MODEL_HQ_H_
