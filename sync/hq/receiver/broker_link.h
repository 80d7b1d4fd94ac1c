// BrokerLink: HQ's two connections to the broker, one that receives and one that publishes (a
// publish on the receiving connection would wait behind what is coming in). It connects, publishes
// HQ's presence for every shard, hands what arrives to the inbox and publishes what lies in the
// outbox; after a loss it makes both connections anew, later and later. RunOnce and Stop: one
// thread (the link thread of the main). The library's threads only touch the inbox and atomics.
#ifndef TRAYLINE_SYNC_HQ_RECEIVER_BROKER_LINK_H_
#define TRAYLINE_SYNC_HQ_RECEIVER_BROKER_LINK_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/bounded_queue.h"
#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/ports/clock.h"
#include "agent/ports/random.h"
#include "sync/hq/receiver/receiver_core.h"
#include "sync/mqtt/client.h"

namespace trayline::hq {

// Frames that may wait for the store thread: 2,048 x 12 KB = 24 MB. Beyond it they are dropped;
// terminals send them again.
inline constexpr std::size_t kInboxFrames = 2048;
// Births and deaths have room of their own: after a connection they come all at once, one of each
// terminal.
inline constexpr std::size_t kInboxCapacity = kInboxFrames + kTerminalsMax * 2;
inline constexpr std::size_t kOutboxCapacity = 16'384;  // acknowledgements, 50 bytes each
inline constexpr std::size_t kPayloadMax = 262'144;     // as the broker's max_packet_size

struct BrokerOptions {
  std::string uri = "tcp://127.0.0.1:1883";
  mqtt::TlsOptions receiver_tls{};  // a certificate each: a broker may take the client id from it
  mqtt::TlsOptions sender_tls{};
  std::string receiver_id = "hqrx0";  // client ids; no hyphen, so never a terminal's
  std::string sender_id = "hqtx0";
  Millis backoff_least{500};    // 1..60,000 ms
  Millis backoff_most{60'000};  // full jitter below min(most, least x 2^n)
  std::string boot{};           // random text of this start
};

struct LinkCounters {
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> dropped_frames{0};    // the inbox was full
  std::atomic<std::uint64_t> dropped_messages{0};  // births and deaths, or too large
  std::atomic<std::uint64_t> dropped_acks{0};      // no connection to send them on
};

class BrokerLink {
 public:
  // The references must outlive it.
  BrokerLink(BrokerOptions options, mqtt::ClientFactory make, ports::Clock& clock,
             ports::Random& random, BoundedQueue<Incoming>& inbox, BoundedQueue<Outgoing>& outbox,
             Log& log);
  ~BrokerLink();

  // One round: connects when that is due (blocks up to the connect timeouts), then publishes what
  // is in the outbox, waiting at most wait for the first of it.
  void RunOnce(Millis wait);
  // Any thread. From now on nothing that arrives is taken.
  void BeginStop() { stopping_.store(true); }
  // Publishes what is in the outbox and that HQ is away, for all shards, waits up to 2 s for it to
  // leave, and disconnects.
  void Stop();

  // Any thread. Which generation HQ's presence names; published with the next connection or, when
  // it has changed, in the next round.
  void SetGeneration(std::uint64_t generation) { generation_.store(generation); }
  [[nodiscard]] bool IsConnected() const { return connected_.load(); }
  [[nodiscard]] const LinkCounters& counters() const { return counters_; }

 private:
  void Take(std::string_view topic, std::string_view payload, bool retained);
  void ConnectWhenDue();
  Status Connect();
  Status PublishPresence(bool present);
  void Disconnect(std::string_view reason);
  void Send(const Outgoing& message);

  const BrokerOptions options_;
  const mqtt::ClientFactory make_;
  ports::Clock& clock_;
  ports::Random& random_;
  BoundedQueue<Incoming>& inbox_;
  BoundedQueue<Outgoing>& outbox_;
  Log& log_;

  std::unique_ptr<mqtt::MqttClient> receiver_;
  std::unique_ptr<mqtt::MqttClient> sender_;
  MonoTime next_attempt_;
  MonoTime connected_at_;
  int failures_ = 0;
  std::uint64_t published_generation_ = 0;

  std::atomic<std::uint64_t> generation_{1};
  std::atomic<bool> connected_{false};
  std::atomic<bool> lost_{false};  // either connection has ended
  std::atomic<bool> stopping_{false};
  std::atomic<bool> missed_{false};  // a birth was dropped: only a new subscription brings it again
  LinkCounters counters_;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_RECEIVER_BROKER_LINK_H_
