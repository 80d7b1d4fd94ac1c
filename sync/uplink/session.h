// UplinkSession: the protocol between a terminal's journal and HQ, as a state machine without
// input, output, clock or thread. The owner reports what happened (On...) with the time, asks Next
// what to do, does it and reports the result. One thread. The rules, each with its reason, stand in
// sync/uplink/README.md.
#ifndef TRAYLINE_SYNC_UPLINK_SESSION_H_
#define TRAYLINE_SYNC_UPLINK_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// Ends of frames whose digests are remembered: what was given up since it was sent can still be
// recognised. More than are ever under way on one connection.
inline constexpr std::size_t kSentDigestsMax = 16;
// Times in a row that a closed epoch's frame cannot be made before the epoch is set aside.
inline constexpr std::uint32_t kTailFailuresMax = 3;

// An epoch that was left while HQ did not have all of it.
struct TailFacts {
  Epoch epoch;
  Sequence last;
  Sequence acked;
};

// What the session must know of the journal; fixed but for last, which OnCommitted moves.
struct JournalFacts {
  Epoch epoch;
  std::uint64_t opens = 0;
  Sequence last;
  Sequence acked;
  std::vector<TailFacts> closed{};  // lowest epoch first
};

// Fnv1a64 of the event at a place as HQ stores it; 0 when no event is kept there.
using DigestFunction = std::function<std::uint64_t(Epoch, Sequence)>;

struct Step {
  enum class Kind {
    kWait,     // nothing before until, or before the next report
    kConnect,  // a new client with the will of birth_number; then OnConnected or OnConnectFailed
    kBirth,    // publish the birth; then OnBirthSent or OnPublishFailed
    kFrame,    // encode and publish of epoch from first, at most limit events; then OnFrameSent,
               // OnFrameEmpty or OnPublishFailed
    kAcknowledge,     // Outbox::Acknowledge(epoch, watermark)
    kRewind,          // Outbox::Rewind(epoch, watermark, generation)
    kNoteGeneration,  // Outbox::NoteGeneration(generation)
    kBeginEpoch,      // Outbox::BeginEpoch(epoch); then OnJournalChanged or OnEpochFailed
  };
  Kind kind = Kind::kWait;
  MonoTime until = MonoTime::max();
  Epoch epoch{};
  Sequence first{};
  std::size_t limit = 0;
  Sequence watermark{};
  std::uint64_t generation = 0;
};

enum class UplinkState {
  kConnecting,    // first attempt
  kOffline,       // not connected, waiting to try again
  kWaitingForHq,  // connected to the broker; HQ is away or has not answered yet
  kConnected,     // HQ has answered: events flow
  kRefusedEpoch,  // HQ does not take this journal: recording goes on, a new epoch begins when due
};
// "connecting", "offline", "waiting_for_hq", "connected", "refused_epoch"
std::string_view UplinkStateName(UplinkState state);

// Why the present epoch cannot go on.
enum class Refusal {
  kNone,
  kOrdered,      // HQ takes it for another journal than the one that it knows
  kKnowsHigher,  // HQ knows a higher epoch of this terminal
  kHqHasMore,    // HQ has positions that were never committed here
  kFork,         // another event stands at HQ's watermark
  kUnproven,     // HQ's watermark stands on an event that is not kept here any more
};
// For people: "HQ knows a higher epoch of this terminal", ...
std::string_view RefusalText(Refusal refusal);

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
  std::uint64_t refusals = 0;  // of the present epoch, one for each new epoch that was to begin
  std::uint64_t epochs = 0;    // that were begun
};

class UplinkSession {
 public:
  // options must be valid. random outlives the session. digest is called within OnFrameSent and
  // OnAck.
  UplinkSession(const SessionOptions& options, const JournalFacts& journal, ports::Random& random,
                DigestFunction digest);

  // The first thing to do at now; asking again without a report gives the next one.
  Step Next(MonoTime now);

  void OnConnected(MonoTime now);  // and subscribed
  void OnConnectFailed(MonoTime now);
  // The client is gone or must be thrown away. May come at any time; the owner destroys it first.
  void OnLost(MonoTime now);
  void OnBirthSent(MonoTime now);
  // Frame [first, last] with so many events left.
  void OnFrameSent(Sequence first, Sequence last, std::size_t events, MonoTime now);
  // From first there is nothing to send, although more is committed. Of the present epoch: asks
  // again after the next commit. Of a closed one: it is set aside.
  void OnFrameEmpty(MonoTime now);
  // A birth or frame could not be published now; it is tried again after a delay.
  void OnPublishFailed(MonoTime now);
  // A frame could not be made of what the journal gave; it is tried again after a delay. A closed
  // epoch is set aside after some times.
  void OnFrameUnreadable(MonoTime now);
  // A payload of the acknowledgement topic, whatever it is.
  void OnAck(std::string_view bytes, MonoTime now);
  // A payload of the HQ state topic, whatever it is.
  void OnHqState(std::string_view bytes, MonoTime now);
  void OnCommitted(Sequence last, MonoTime now);
  // The journal is in another epoch now, because kBeginEpoch is done or by itself: all begins anew
  // with a new connection. The owner destroys the client first.
  void OnJournalChanged(const JournalFacts& journal, MonoTime now);
  // kBeginEpoch could not be done; it is tried again later.
  void OnEpochFailed(MonoTime now);
  // Something that the birth tells has changed: it is published again when nothing is under way.
  void WantBirth() { birth_wanted_ = true; }
  // What is committed up to at must not wait for company: a journey is closed in it.
  void OnJourneyClosed(Sequence at);

  // For the birth and the will of the connection that Next(kConnect) began.
  [[nodiscard]] std::uint64_t birth_number() const { return birth_number_; }
  [[nodiscard]] std::uint64_t nonce() const { return nonce_; }
  [[nodiscard]] std::uint64_t hq_generation() const { return hq_generation_; }

  [[nodiscard]] UplinkState State() const;
  // Of the present epoch.
  [[nodiscard]] Epoch epoch() const { return logs_.back().epoch; }
  [[nodiscard]] Sequence watermark() const { return logs_.back().watermark; }
  [[nodiscard]] Sequence last() const { return logs_.back().last; }
  // Closed epochs that HQ lacks something of; those that were set aside do not count.
  [[nodiscard]] std::size_t tails() const { return logs_.size() - 1; }
  [[nodiscard]] bool HasTail(Epoch epoch) const;
  // Closed epochs that were set aside since the journal was opened or changed.
  [[nodiscard]] std::size_t tails_aside() const { return tails_aside_; }
  // Which epoch's events flow, or flowed last.
  [[nodiscard]] Epoch work_epoch() const { return logs_[at_].epoch; }
  // Why, and when a new epoch begins; while State() is kRefusedEpoch.
  [[nodiscard]] Refusal refusal() const { return change_ ? change_->why : Refusal::kNone; }
  [[nodiscard]] std::optional<MonoTime> epoch_due() const;
  // kBeginEpoch was given out and nothing has come of it yet.
  [[nodiscard]] bool awaits_epoch() const { return change_ && change_->asked; }
  // First position that is not sent yet, when events flow and too few wait to go at once; the owner
  // may look there for the end of a journey.
  [[nodiscard]] std::optional<Sequence> WaitingForCompany() const;
  [[nodiscard]] const SessionCounts& counts() const { return counts_; }
  [[nodiscard]] std::optional<MonoTime> last_ack() const { return last_ack_; }
  // Connected to the broker, and HQ has not said that it is away.
  [[nodiscard]] bool hq_present() const { return link_ == Link::kUp && hq_present_; }

 private:
  enum class Link { kDown, kConnecting, kUp };
  // One epoch of this terminal.
  struct Log {
    Epoch epoch;
    Sequence last;
    Sequence watermark;
    Sequence highest_sent;  // ever
  };
  struct Flight {
    Sequence first;
    Sequence last;
  };
  struct SentEnd {
    Epoch epoch;
    Sequence last;
    std::uint64_t digest = 0;
  };
  struct EpochChange {
    Refusal why = Refusal::kNone;
    Epoch wanted;
    MonoTime at;
    bool asked = false;
  };

  // session.cc: what is sent, and when.
  Step NextUp(MonoTime now);
  Step Wait() const;
  [[nodiscard]] bool MaySend() const;
  [[nodiscard]] std::uint32_t Window() const;
  [[nodiscard]] bool InSingles() const { return Work().watermark < singles_until_; }
  void RunTimers(MonoTime now);
  void ArmFlush(MonoTime now);
  void GoBack();
  // 1.5 s the first time; then 1.5 s and a part, by chance, of the doubled span.
  Millis RetryDelay(std::uint32_t tries);

  // session_link.cc: the connection, births, HQ's presence.
  Step BeginConnecting();
  void EndConnection(MonoTime now);

  // session_answers.cc: what HQ says.
  void Obey(const wire::Ack& ack, MonoTime now);
  void Advance(Sequence watermark, MonoTime now);
  void Resume(const wire::Ack& ack);
  void Rewind(const wire::Ack& ack);
  void OnGap(Sequence watermark);
  void OnBad(Sequence watermark);
  void TakeTail(const wire::Ack& ack);

  // session_epochs.cc: closed epochs, forks, new epochs.
  [[nodiscard]] Log& Work() { return logs_[at_]; }
  [[nodiscard]] const Log& Work() const { return logs_[at_]; }
  [[nodiscard]] bool OnTail() const { return at_ + 1 < logs_.size(); }
  Log* Find(Epoch epoch);
  void SetLogs(const JournalFacts& journal);
  void Select(Epoch epoch);
  // The closed epoch at work needs nothing more, or cannot go on: the birth asks what comes next.
  void LeaveTail(MonoTime now);
  void RememberEnd(Sequence last);
  // kNone when HQ's watermark, above the known one, may be believed.
  [[nodiscard]] Refusal Doubt(const Log& log, const wire::Ack& ack) const;
  void Refuse(Refusal why, Epoch wanted, MonoTime now);
  [[nodiscard]] MonoTime EpochDue(MonoTime now);

  const SessionOptions options_;
  ports::Random& random_;
  const DigestFunction digest_;

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
  std::uint32_t credit_;
  std::optional<MonoTime> birth_at_;
  std::uint32_t birth_tries_ = 0;
  bool birth_wanted_ = false;
  std::optional<MonoTime> last_ack_;

  // The journal: its closed epochs, lowest first, and behind them the present one.
  std::vector<Log> logs_;
  std::size_t at_ = 0;       // which of them events are sent of
  std::deque<Step> orders_;  // what the journal is to be told, in order
  std::deque<SentEnd> sent_;
  std::uint32_t tail_failures_ = 0;
  std::size_t tails_aside_ = 0;
  std::optional<EpochChange> change_;
  std::uint32_t changes_in_series_ = 0;
  MonoTime changed_at_ = MonoTime::min();  // last time that a new epoch was asked for

  // What of the epoch at work is under way.
  Sequence next_;     // first not sent since the last going back
  Sequence at_once_;  // up to here nothing waits for company
  std::deque<Flight> in_flight_;
  std::optional<MonoTime> flush_at_;
  std::optional<MonoTime> retry_at_;
  std::uint32_t retry_tries_ = 0;
  std::uint32_t silences_ = 0;
  Sequence empty_until_;  // nothing to send before more than this is committed
  bool stalled_ = false;  // publishing failed; wait for retry_at_

  // Trouble at one position.
  std::optional<Sequence> gap_answered_at_;
  Sequence bad_at_;
  std::uint32_t bads_ = 0;
  Sequence singles_until_;

  SessionCounts counts_;
};

}  // namespace trayline::uplink

#endif  // TRAYLINE_SYNC_UPLINK_SESSION_H_
