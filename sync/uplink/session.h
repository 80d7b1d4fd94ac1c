// UplinkSession: the protocol between a terminal's journal and HQ, as a state machine without
// input, output, clock or thread. The owner reports what happened (On...) with the time, asks Next
// what to do, does it and reports the result. One thread. The rules, each with its reason, stand in
// sync/uplink/README.md.
#ifndef TRAYLINE_SYNC_UPLINK_SESSION_H_
#define TRAYLINE_SYNC_UPLINK_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/ids.h"
#include "agent/base/time.h"
#include "agent/ports/random.h"
#include "sync/uplink/options.h"
#include "sync/wire/messages.h"

namespace trayline::uplink {

// BAD answers to the same position before its frame is sent again event by event.
inline constexpr std::uint32_t kBadsBeforeSingles = 3;
// Timeouts without any word from HQ before the birth is published again: HQ may have forgotten it.
inline constexpr std::uint32_t kSilencesBeforeBirth = 2;

// What the session must know of the journal; fixed but for last, which OnCommitted moves.
struct JournalFacts {
  Epoch epoch;
  std::uint64_t opens = 0;
  Sequence last;
  Sequence acked;
};

struct Step {
  enum class Kind {
    kWait,     // nothing before until, or before the next report
    kConnect,  // a new client with the will of birth_number; then OnConnected or OnConnectFailed
    kBirth,    // publish the birth; then OnBirthSent or OnPublishFailed
    kFrame,    // encode and publish from first, at most limit events; then OnFrameSent or
               // OnPublishFailed
    kAcknowledge,  // Outbox::Acknowledge(epoch, watermark)
  };
  Kind kind = Kind::kWait;
  MonoTime until = MonoTime::max();
  Sequence first{};
  std::size_t limit = 0;
  Sequence watermark{};
};

enum class UplinkState {
  kConnecting,    // first attempt
  kOffline,       // not connected, waiting to try again
  kWaitingForHq,  // connected to the broker; HQ is away or has not answered yet
  kConnected,     // HQ has answered: events flow
  kRefusedEpoch,  // HQ wants another epoch: recording goes on, nothing is sent
};
// "connecting", "offline", "waiting_for_hq", "connected", "refused_epoch"
std::string_view UplinkStateName(UplinkState state);

// Since the start.
struct SessionCounts {
  std::uint64_t connects = 0;       // successful
  std::uint64_t frames_sent = 0;    // handed to the client
  std::uint64_t events_sent = 0;    // in them, repetitions included
  std::uint64_t events_resent = 0;  // of these, in frames that begin with a repetition
  std::uint64_t acks = 0;           // HQ's, for this connection
  std::uint64_t ignored_acks = 0;   // damaged, of another birth, of an older HQ database
  std::uint64_t rewinds = 0;        // went back to the watermark with frames in flight
  std::uint64_t bad_answers = 0;
};

class UplinkSession {
 public:
  // options must be valid. random outlives the session.
  UplinkSession(const SessionOptions& options, const JournalFacts& journal, ports::Random& random);

  // The first thing to do at now; asking again without a report gives the next one.
  Step Next(MonoTime now);

  void OnConnected(MonoTime now);  // and subscribed
  void OnConnectFailed(MonoTime now);
  // The client is gone or must be thrown away. May come at any time; the owner destroys it first.
  void OnLost(MonoTime now);
  void OnBirthSent(MonoTime now);
  // Frame [first, last] with so many events left.
  void OnFrameSent(Sequence first, Sequence last, std::size_t events, MonoTime now);
  // From first there is nothing to send, although more is committed (its rows are given up and no
  // later row proves it yet): asks again after the next commit.
  void OnFrameEmpty();
  // A birth or frame could not be made or published now; it is tried again after a delay.
  void OnPublishFailed(MonoTime now);
  // A payload of the acknowledgement topic, whatever it is.
  void OnAck(std::string_view bytes, MonoTime now);
  // A payload of the HQ state topic, whatever it is.
  void OnHqState(std::string_view bytes, MonoTime now);
  void OnCommitted(Sequence last, MonoTime now);
  // What is committed up to at must not wait for company: a journey is closed in it.
  void OnJourneyClosed(Sequence at);

  // For the birth and the will of the connection that Next(kConnect) began.
  [[nodiscard]] std::uint64_t birth_number() const { return birth_number_; }
  [[nodiscard]] std::uint64_t nonce() const { return nonce_; }
  [[nodiscard]] std::uint64_t hq_generation() const { return hq_generation_; }

  [[nodiscard]] UplinkState State() const;
  [[nodiscard]] Sequence watermark() const { return watermark_; }
  [[nodiscard]] Sequence last() const { return last_; }
  // First position that is not sent yet, when events flow and too few wait to go at once; the owner
  // may look there for the end of a journey.
  [[nodiscard]] std::optional<Sequence> WaitingForCompany() const;
  [[nodiscard]] const SessionCounts& counts() const { return counts_; }
  [[nodiscard]] std::optional<MonoTime> last_ack() const { return last_ack_; }
  // Connected to the broker, and HQ has not said that it is away.
  [[nodiscard]] bool hq_present() const { return link_ == Link::kUp && hq_present_; }

 private:
  enum class Link { kDown, kConnecting, kUp };
  struct Flight {
    Sequence first;
    Sequence last;
  };

  Step NextUp(MonoTime now);
  Step BeginConnecting();
  Step Wait() const;
  [[nodiscard]] bool MaySend() const;
  [[nodiscard]] std::uint32_t Window() const;
  [[nodiscard]] bool InSingles() const { return watermark_ < singles_until_; }
  void RunTimers(MonoTime now);
  void ArmFlush(MonoTime now);
  void EndConnection(MonoTime now);
  void GoBack();
  void Advance(Sequence watermark, MonoTime now);
  void Obey(const wire::Ack& ack, MonoTime now);
  void Resume(const wire::Ack& ack);
  void Rewind(const wire::Ack& ack);
  void Refuse();
  void OnGap(Sequence watermark);
  void OnBad(Sequence watermark);
  // 1.5 s the first time; then 1.5 s and a part, by chance, of the doubled span.
  Millis RetryDelay(std::uint32_t tries);

  const SessionOptions options_;
  const Epoch epoch_;
  ports::Random& random_;

  // The connection.
  Link link_ = Link::kDown;
  MonoTime reconnect_at_ = MonoTime::min();
  MonoTime connected_at_ = MonoTime::min();
  std::uint32_t attempts_ = 0;  // since the last real progress
  std::uint64_t birth_number_;
  std::uint64_t nonce_ = 0;

  // HQ.
  bool hq_present_ = true;
  std::string hq_boot_;
  std::uint64_t hq_generation_;      // highest seen
  std::uint64_t obeyed_generation_;  // of the last RESUME or REWIND
  bool resumed_ = false;
  bool refused_ = false;
  std::uint32_t credit_;
  std::optional<MonoTime> birth_at_;
  std::uint32_t birth_tries_ = 0;
  std::optional<MonoTime> last_ack_;

  // The journal, and what of it is under way.
  Sequence last_;
  Sequence watermark_;
  Sequence next_;          // first not sent since the last going back
  Sequence highest_sent_;  // ever
  Sequence at_once_;       // up to here nothing waits for company
  std::deque<Flight> in_flight_;
  std::optional<MonoTime> flush_at_;
  std::optional<MonoTime> retry_at_;
  std::uint32_t retry_tries_ = 0;
  std::uint32_t silences_ = 0;
  Sequence empty_until_;  // nothing to send before more than this is committed
  bool stalled_ = false;  // publishing failed; wait for retry_at_
  std::optional<Sequence> to_acknowledge_;

  // Trouble at one position.
  std::optional<Sequence> gap_answered_at_;
  Sequence bad_at_;
  std::uint32_t bads_ = 0;
  Sequence singles_until_;

  SessionCounts counts_;
};

}  // namespace trayline::uplink

#endif  // TRAYLINE_SYNC_UPLINK_SESSION_H_
