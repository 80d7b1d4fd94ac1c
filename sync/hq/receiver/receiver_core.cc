#include "sync/hq/receiver/receiver_core.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/base/hash.h"

namespace trayline::hq {
namespace {

// Full credit while the queue is short; one frame each when it is nearly full. Never 0: a terminal
// that may send nothing would have to be woken.
std::uint32_t CreditAt(double fill, std::uint32_t most) {
  if (fill < 0.5) return most;
  return fill < 0.75 ? std::max<std::uint32_t>(most / 2, 1) : 1;
}

}  // namespace

ReceiverCore::ReceiverCore(ReceiverOptions options, HqStore& store, Log& log)
    : options_(std::move(options)), store_(store), log_(log) {}

Status ReceiverCore::Start() {
  Forget();
  auto state = store_.LoadReceiver();
  if (!state.ok()) return state.error().In("reading what HQ has received");
  const std::map<TerminalId, Peer> before = std::exchange(peers_, {});
  std::map<TerminalKey, Peer*> by_key;
  for (TerminalRow& row : state->terminals) {
    Peer& peer = peers_[row.id];
    peer.row = std::move(row);
    by_key[peer.row.key] = &peer;
    // After a failed commit: no birth comes to name the closed epochs again.
    const auto known = before.find(peer.row.id);
    if (known != before.end() && known->second.row.nonce == peer.row.nonce) {
      peer.tails = known->second.tails;
    }
  }
  for (const LogRow& log : state->logs) {
    const auto found = by_key.find(log.terminal);
    if (found != by_key.end()) found->second->logs[log.epoch] = OpenLog{.row = log};
  }
  for (const OriginEpoch& origin : state->origins) {
    const auto found = by_key.find(origin.terminal);
    if (found != by_key.end()) found->second->origins.insert(origin.epoch);
  }
  loaded_ = true;
  return {};
}

std::vector<Outgoing> ReceiverCore::Handle(std::span<const Incoming> messages, WallTime now,
                                           double fill) {
  out_.clear();
  credit_ = CreditAt(fill, options_.credit_max);
  for (const Incoming& message : messages) {
    if (!loaded_) {
      // After a failed commit memory knows nothing for certain; what cannot be read again now is
      // asked for again with the next messages.
      if (Status started = Start(); !started.ok()) {
        log_.Error("receiver.reload_failed", {{"reason", started.error().text}});
        break;
      }
    }
    Dispatch(message, now);
    if (frames_ >= options_.frames_per_commit) CommitPending();
  }
  if (loaded_) CommitPending();
  return std::move(out_);
}

void ReceiverCore::Dispatch(const Incoming& message, WallTime now) {
  auto address = wire::ParseUpTopic(message.topic);
  if (!address.ok()) {
    ++counters_.bad_topics;
    return;
  }
  const TerminalId& id = address->terminal;
  if (!options_.tenant.empty() && id.tenant != options_.tenant) {
    ++counters_.bad_topics;
    return;
  }
  if (address->kind == wire::UpKind::kBirth) return OnBirth(id, message, now);
  if (address->kind == wire::UpKind::kDeath) return OnDeath(id, message.payload, now);
  if (address->kind != wire::UpKind::kBatch) return;
  Peer* peer = FindPeer(id);
  if (peer == nullptr || peer->row.epoch.value == 0) {
    ++counters_.refused_frames;  // no birth yet: there is no nonce to answer to
    return;
  }
  OnFrame(*peer, message.payload, now);
}

ReceiverCore::Peer* ReceiverCore::FindPeer(const TerminalId& id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

ReceiverCore::Peer* ReceiverCore::FindOrEnrol(const TerminalId& id) {
  if (Peer* peer = FindPeer(id); peer != nullptr) return peer;
  if (peers_.size() >= kTerminalsMax) {
    log_.Error("receiver.too_many_terminals", {{"terminal", ToText(id)}, {"limit", kTerminalsMax}});
    return nullptr;
  }
  auto row = store_.Enrol(id);
  if (!row.ok()) {
    log_.Error("receiver.enrol_failed", {{"terminal", ToText(id)}, {"reason", row.error().text}});
    return nullptr;
  }
  log_.Info("receiver.terminal_enrolled", {{"terminal", ToText(id)}});
  Peer& peer = peers_[id];
  peer.row = std::move(*row);
  return &peer;
}

ReceiverCore::OpenLog& ReceiverCore::LogOf(Peer& peer, Epoch epoch) {
  const auto [found, is_new] = peer.logs.try_emplace(epoch);
  if (is_new) found->second.row = LogRow{.terminal = peer.row.key, .epoch = epoch};
  return found->second;
}

const wire::ClosedTail* ReceiverCore::FindTail(const Peer& peer, Epoch epoch) {
  const auto found =
      std::find_if(peer.tails.begin(), peer.tails.end(),
                   [epoch](const wire::ClosedTail& tail) { return tail.epoch == epoch; });
  return found == peer.tails.end() ? nullptr : &*found;
}

Epoch ReceiverCore::TurnOf(Peer& peer) {
  for (const wire::ClosedTail& tail : peer.tails) {
    if (LogOf(peer, tail.epoch).row.watermark < tail.last) return tail.epoch;
  }
  return peer.row.epoch;
}

// One acknowledgement for all that a terminal sent of an epoch in this batch: the watermark is
// cumulative.
void ReceiverCore::Answer(Peer& peer, Epoch epoch, std::uint32_t flags) {
  touched_.insert(&peer);
  peer.answers[epoch] |= flags;
}

void ReceiverCore::Touch(Peer& peer, WallTime now) {
  peer.row.last_seen = now;
  peer.row_dirty = true;
  touched_.insert(&peer);
}

void ReceiverCore::CommitPending() {
  if (must_commit_) {
    for (const Peer* peer : touched_) {
      if (peer->row_dirty) batch_.terminals.push_back(peer->row);
      for (const auto& [epoch, log] : peer->logs) {
        if (log.dirty) batch_.logs.push_back(log.row);
      }
    }
    if (Status status = store_.Commit(batch_); !status.ok()) {
      ++counters_.failed_commits;
      log_.Error("receiver.commit_failed", {{"reason", status.error().text}});
      Forget();
      loaded_ = false;
      return;
    }
  }
  for (Peer* peer : touched_) {
    if (must_commit_) {
      for (auto& [epoch, log] : peer->logs) {
        if (log.dirty) {
          progress_.push_back({peer->row.key, peer->row.id, epoch, log.row.watermark});
        }
        log.dirty = false;
      }
      peer->row_dirty = false;
    }
    SendAnswers(*peer);
  }
  std::move(refusals_.begin(), refusals_.end(), std::back_inserter(out_));
  Forget();
}

void ReceiverCore::SendAnswers(Peer& peer) {
  for (const auto& [epoch, flags] : std::exchange(peer.answers, {})) {
    auto ack = AckFor(peer, epoch, flags);
    if (!ack.ok()) {  // a terminal that hears nothing asks again
      log_.Error("receiver.read_failed", {{"reason", ack.error().text}});
      return;
    }
    out_.push_back({wire::AckTopic(peer.row.id), wire::EncodeAck(*ack)});
  }
}

// Of a closed epoch a terminal can account for its tail only: HQ may have more of it, and the
// digest must be of an event that the terminal has.
Result<wire::Ack> ReceiverCore::AckFor(Peer& peer, Epoch epoch, std::uint32_t flags) {
  OpenLog& log = LogOf(peer, epoch);
  wire::Ack ack{.nonce = peer.row.nonce,
                .hq_generation = options_.generation,
                .epoch = epoch,
                .watermark = log.row.watermark,
                .flags = flags,
                .credit = credit_};
  if (const wire::ClosedTail* tail = FindTail(peer, epoch); tail != nullptr) {
    ack.watermark = std::min(ack.watermark, tail->last);
  }
  if (ack.watermark == log.row.watermark && log.digest) {
    ack.digest = *log.digest;
    return ack;
  }
  auto digest = DigestAt(peer.row.key, log.row, ack.watermark);
  if (!digest.ok()) return digest.error();
  ack.digest = digest->value_or(0);
  if (ack.watermark == log.row.watermark) log.digest = ack.digest;
  return ack;
}

Result<std::optional<std::uint64_t>> ReceiverCore::DigestAt(TerminalKey terminal, const LogRow& log,
                                                            Sequence sequence) {
  if (sequence.value == 0 || sequence > log.watermark) return std::optional<std::uint64_t>();
  auto rows = store_.ReadEvents(terminal, log.epoch, Sequence{sequence.value - 1}, 1);
  if (!rows.ok()) return rows.error();
  if (rows->empty() || rows->front().sequence != sequence) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(Fnv1a64(rows->front().body));
}

// Ends the batch in hand. Rows that are dirty stay so until Flush.
void ReceiverCore::Forget() {
  batch_.Clear();
  touched_.clear();
  refusals_.clear();
  must_commit_ = false;
  frames_ = 0;
}

Status ReceiverCore::Flush() {
  if (!loaded_) return {};
  IngestBatch batch;
  for (const auto& [id, peer] : peers_) {
    if (peer.row_dirty) batch.terminals.push_back(peer.row);
  }
  if (batch.Empty()) return {};
  if (Status status = store_.Commit(batch); !status.ok()) return status;
  for (auto& [id, peer] : peers_) peer.row_dirty = false;
  return {};
}

std::vector<Progress> ReceiverCore::TakeProgress() { return std::exchange(progress_, {}); }

}  // namespace trayline::hq
