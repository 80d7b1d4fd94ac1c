// ReceiverCore: HQ's half of the sync protocol without threads, sockets or a clock. Messages of
// terminals go in, rows are committed, acknowledgements come out, and only after the commit. The
// rules are numbered as in README.md. One thread (the store thread); blocks on the store.
#ifndef TRAYLINE_SYNC_HQ_RECEIVER_RECEIVER_CORE_H_
#define TRAYLINE_SYNC_HQ_RECEIVER_RECEIVER_CORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "sync/hq/ports/hq_store.h"
#include "sync/hq/receiver/birth_rules.h"
#include "sync/wire/frame.h"
#include "sync/wire/messages.h"
#include "sync/wire/topics.h"

namespace trayline::hq {

inline constexpr std::size_t kFramesPerCommit = 16;  // 165 k -> 245 k events/s against one each
// Frames in a row that begin above the watermark before HQ takes it that its database was set back.
// A lost frame has at most three behind it; then the terminal begins at the watermark again.
inline constexpr std::uint32_t kGapsBeforeRewind = 5;
inline constexpr std::size_t kTerminalsMax = 65'536;  // each about 0.5 KB in memory

struct Incoming {
  std::string topic;
  std::string payload;
  bool retained = false;  // kept by the broker from an earlier time, not sent just now
};

// QoS 0, not retained: acknowledgements only.
struct Outgoing {
  std::string topic;
  std::string payload;
};

struct ReceiverOptions {
  std::string tenant{};          // only terminals of this tenant; empty: of any
  std::uint64_t generation = 1;  // of HQ's database
  std::size_t frames_per_commit = kFramesPerCommit;
  std::uint32_t credit_max = 4;  // frames in flight for each terminal
  // Makes a higher generation durable outside the database before any terminal hears of it.
  std::function<Status(std::uint64_t generation)> raise_generation{};
};

// Since start.
struct ReceiverCounters {
  std::uint64_t frames = 0;  // whose events were committed
  std::uint64_t events = 0;
  std::uint64_t births = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t gaps = 0;
  std::uint64_t bad_frames = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t refused_births = 0;  // unreadable, of another tenant, foreign, of an old epoch
  std::uint64_t refused_frames = 0;  // of a terminal or an epoch without a birth
  std::uint64_t repeated = 0;        // events that were here already under another number
  std::uint64_t identity_conflicts = 0;
  std::uint64_t bad_topics = 0;
  std::uint64_t failed_commits = 0;
};

// What the projection has to know: this epoch of this terminal is stored up to here.
struct Progress {
  TerminalKey terminal;
  TerminalId id;
  Epoch epoch;
  Sequence watermark;
};

class ReceiverCore {
 public:
  // The references must outlive it.
  ReceiverCore(ReceiverOptions options, HqStore& store, Log& log);

  // Takes over what the store knows. To be called once before Handle, which repeats it by itself
  // after a failed commit.
  Status Start();

  // Messages in the order in which they arrived. now is HQ's clock; fill (0..1) is how full the
  // queue behind is, it lowers the credit. Returns what is to be published: each acknowledgement
  // stands for something durable. Messages that could not be stored are dropped without an answer;
  // their senders repeat them.
  std::vector<Outgoing> Handle(std::span<const Incoming> messages, WallTime now, double fill);

  // Writes counters and last-seen times that no commit has carried yet.
  Status Flush();

  // What has been committed since the last call.
  std::vector<Progress> TakeProgress();

  [[nodiscard]] const ReceiverCounters& counters() const { return counters_; }
  [[nodiscard]] std::uint64_t generation() const { return options_.generation; }

 private:
  struct OpenLog {
    LogRow row;
    bool dirty = false;  // differs from what is stored
    // Digest of the event at the watermark, 0 when none stands there; not known after a start.
    std::optional<std::uint64_t> digest{};
  };
  struct Peer {
    TerminalRow row;
    std::map<Epoch, OpenLog> logs;        // of all epochs; present: row.epoch
    std::vector<wire::ClosedTail> tails;  // of the last birth, lowest epoch first
    std::set<Epoch> origins;              // epochs of which events are stored under another one
    bool row_dirty = false;               // differs from what is stored
    // Acknowledgements that are due when this batch is durable, with their flags.
    std::map<Epoch, std::uint32_t> answers;
    std::uint32_t gaps_in_a_row = 0;
    std::uint64_t refused_nonce = 0;  // of the birth that was refused last
    Epoch ordered;                    // highest epoch that was ordered
  };

  // Whoever was enrolled first is answered first, wherever it lies in memory.
  struct ByKey {
    bool operator()(const Peer* a, const Peer* b) const { return a->row.key < b->row.key; }
  };

  // receiver_core.cc: batches, commits, answers.
  void Dispatch(const Incoming& message, WallTime now);
  Peer* FindPeer(const TerminalId& id);
  Peer* FindOrEnrol(const TerminalId& id);
  static OpenLog& LogOf(Peer& peer, Epoch epoch);
  static OpenLog& Present(Peer& peer) { return LogOf(peer, peer.row.epoch); }
  static const wire::ClosedTail* FindTail(const Peer& peer, Epoch epoch);
  // The epoch whose events come next: the lowest closed one that lacks something, or the present.
  static Epoch TurnOf(Peer& peer);
  void Answer(Peer& peer, Epoch epoch, std::uint32_t flags);
  void CommitPending();
  void SendAnswers(Peer& peer);
  Result<wire::Ack> AckFor(Peer& peer, Epoch epoch, std::uint32_t flags);
  // Of the event at sequence, none when no event is stored there.
  Result<std::optional<std::uint64_t>> DigestAt(TerminalKey terminal, const LogRow& log,
                                                Sequence sequence);
  void Touch(Peer& peer, WallTime now);
  void Forget();

  // receiver_births.cc
  void OnBirth(const TerminalId& id, const Incoming& message, WallTime now);
  void NoteBoot(const Peer& peer, const wire::Birth& birth, bool live, WallTime now);
  void Refuse(Peer& peer, const wire::Birth& birth, BirthVerdict verdict, WallTime now);
  void CountConflict(Peer& peer, const wire::Birth& birth);
  bool RaiseAbove(std::uint64_t generation);
  void Accept(Peer& peer, const wire::Birth& birth, WallTime now);
  bool BeginEpoch(Peer& peer, const wire::Birth& birth);
  void AnswerBirth(Peer& peer, const wire::Birth& birth);
  void WriteOffLost(Peer& peer, OpenLog& log, Sequence first, Sequence last);
  void OnDeath(const TerminalId& id, std::string_view payload, WallTime now);

  // receiver_frames.cc
  void OnFrame(Peer& peer, const std::string& payload, WallTime now);
  // Whether a frame of this header is to be read; answers it otherwise.
  bool IsNext(Peer& peer, const wire::FrameHeader& header, Sequence last);
  void Take(Peer& peer, OpenLog& log, const wire::Frame& frame, WallTime now);
  Result<std::set<Sequence>> FindRepeated(Peer& peer, const LogRow& log, const wire::Frame& frame);
  void OnGap(Peer& peer, const wire::FrameHeader& header);
  void OnUnreadable(Peer& peer, OpenLog& log, const wire::FrameHeader& header,
                    const std::string& payload, const Error& why, WallTime now);
  void Bad(Peer& peer, Epoch epoch, const Error& why);

  ReceiverOptions options_;
  HqStore& store_;
  Log& log_;
  wire::FrameDecoder decoder_;

  std::map<TerminalId, Peer> peers_;
  bool loaded_ = false;

  // The batch in hand.
  IngestBatch batch_;
  std::set<Peer*, ByKey> touched_;  // changed or to be answered in it
  bool must_commit_ = false;
  std::size_t frames_ = 0;
  std::vector<Outgoing> refusals_;  // answers that stand for no row
  std::vector<Outgoing> out_;
  std::uint32_t credit_ = 1;

  std::vector<Progress> progress_;
  ReceiverCounters counters_;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_RECEIVER_RECEIVER_CORE_H_
