#include "sync/hq/receiver/receiver_core.h"

#include <algorithm>
#include <utility>

#include "agent/base/hash.h"
#include "sync/hq/receiver/frame_rows.h"

namespace trayline::hq {
namespace {

// The last position of a frame; nullopt when its range is none that HQ takes.
std::optional<Sequence> LastOf(const wire::FrameHeader& header) {
  if (header.first.value == 0 || header.first.value > kHqNumberMax) return std::nullopt;
  if (header.count == 0 || header.count > kHqNumberMax) return std::nullopt;
  const std::uint64_t last = header.first.value + header.count - 1;
  if (last > kHqNumberMax) return std::nullopt;
  return Sequence{last};
}

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
  peers_.clear();
  auto state = store_.LoadReceiver();
  if (!state.ok()) return state.error().In("reading what HQ has received");
  std::map<TerminalKey, Peer*> by_key;
  for (TerminalRow& row : state->terminals) {
    Peer& peer = peers_[row.id];
    peer.row = std::move(row);
    peer.log = LogRow{.terminal = peer.row.key, .epoch = peer.row.epoch};
    by_key[peer.row.key] = &peer;
  }
  for (const LogRow& log : state->logs) {
    const auto found = by_key.find(log.terminal);
    if (found != by_key.end() && found->second->row.epoch == log.epoch) found->second->log = log;
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
  if (address->kind == wire::UpKind::kBirth) return OnBirth(id, message.payload, now);
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
  peer.log = LogRow{.terminal = peer.row.key, .epoch = peer.row.epoch};
  return &peer;
}

void ReceiverCore::OnFrame(Peer& peer, const std::string& payload, WallTime now) {
  Touch(peer, now);
  const auto header = decoder_.ReadHeader(payload);
  if (!header.ok()) return Bad(peer, header.error());
  const auto last = LastOf(*header);
  if (!last || header->terminal_hash != Fnv1a32(ToUnit(peer.row.id))) {
    return Bad(peer, Error{Errc::kCorrupt, "its header does not fit its topic"});
  }
  if (header->epoch > peer.row.epoch) {
    ++counters_.refused_frames;  // a higher epoch begins with its birth
    return;
  }
  if (header->epoch < peer.row.epoch) {
    ++counters_.refused_frames;
    return Answer(peer, 0);
  }
  if (*last <= peer.log.watermark) {
    ++counters_.duplicates;
    ++peer.row.duplicates;
    return Answer(peer, 0);
  }
  if (header->first.value > peer.log.watermark.value + 1) return OnGap(peer, *header);
  peer.gaps_in_a_row = 0;
  auto frame = decoder_.Decode(payload, peer.row.id);
  if (!frame.ok()) return OnUnreadable(peer, *header, payload, frame.error(), now);
  const std::uint64_t received = peer.log.received;
  if (Status status = AppendFrame(*frame, now, peer.log, batch_); !status.ok()) {
    return OnUnreadable(peer, *header, payload, status.error(), now);
  }
  counters_.events += peer.log.received - received;
  ++counters_.frames;
  ++frames_;
  peer.log_dirty = true;
  peer.row.known_last = std::max(peer.row.known_last, peer.log.watermark);
  // Whoever sends something new is not away, whatever an old retained death says.
  if (!peer.row.IsOnline()) peer.row.death_number = 0;
  must_commit_ = true;
  Answer(peer, 0);
}

// Something before this frame is missing. A terminal goes back to the watermark for it, unless it
// was acknowledged more than HQ has: then HQ's database was set back while the terminal stayed
// connected, and only REWIND under a higher generation makes it go back so far. To say so without
// need costs a repetition and nothing else.
void ReceiverCore::OnGap(Peer& peer, const wire::FrameHeader& header) {
  ++counters_.gaps;
  ++peer.row.gaps;
  ++peer.gaps_in_a_row;
  const std::uint64_t seen = peer.row.seen_generation;
  bool rewind = seen != 0 && seen < options_.generation;
  if (peer.gaps_in_a_row >= kGapsBeforeRewind) {
    rewind = true;
    if (peer.gaps_in_a_row == kGapsBeforeRewind) {
      log_.Warn("receiver.rewind", {{"terminal", ToText(peer.row.id)},
                                    {"sends_from", header.first.value},
                                    {"watermark", peer.log.watermark.value}});
      rewind = RaiseAbove(options_.generation);
      if (!rewind) peer.gaps_in_a_row = 0;
    }
  }
  Answer(peer, wire::kAckGap | (rewind ? wire::kAckRewind : 0));
}

// The checksum was right, so sending it again will not help. One position by itself goes into
// quarantine; more of them are asked for one by one.
void ReceiverCore::OnUnreadable(Peer& peer, const wire::FrameHeader& header,
                                const std::string& payload, const Error& why, WallTime now) {
  if (header.count != 1) return Bad(peer, why);
  const bool newer = why.code == Errc::kRejected;
  log_.Error("receiver.quarantined", {{"terminal", ToText(peer.row.id)},
                                      {"epoch", header.epoch.value},
                                      {"sequence", header.first.value},
                                      {"reason", why.text}});
  batch_.quarantine.push_back(
      QuarantineRow{.terminal = peer.row.key,
                    .epoch = header.epoch,
                    .first = header.first,
                    .count = 1,
                    .kind = newer ? QuarantineKind::kNewer : QuarantineKind::kUnreadable,
                    .reason = why.text,
                    .arrived = now,
                    .bytes = payload});
  ++peer.log.quarantined;
  peer.log.watermark = header.first;
  peer.log_dirty = true;
  peer.row.known_last = std::max(peer.row.known_last, peer.log.watermark);
  ++counters_.quarantined;
  ++frames_;
  must_commit_ = true;
  Answer(peer, 0);
}

void ReceiverCore::Bad(Peer& peer, const Error& why) {
  ++counters_.bad_frames;
  ++peer.row.bad_frames;
  log_.Debug("receiver.bad_frame", {{"terminal", ToText(peer.row.id)}, {"reason", why.text}});
  Answer(peer, wire::kAckBad);
}

// One acknowledgement for all that a terminal sent in this batch: the watermark is cumulative.
void ReceiverCore::Answer(Peer& peer, std::uint32_t flags) {
  touched_.insert(&peer);
  peer.answer = true;
  peer.flags |= flags;
}

wire::Ack ReceiverCore::AckFor(const Peer& peer, std::uint32_t flags) const {
  return wire::Ack{.nonce = peer.row.nonce,
                   .hq_generation = options_.generation,
                   .epoch = peer.row.epoch,
                   .watermark = peer.log.watermark,
                   .flags = flags,
                   .credit = credit_};
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
      if (peer->log_dirty) batch_.logs.push_back(peer->log);
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
      if (peer->log_dirty) {
        progress_.push_back({peer->row.key, peer->row.id, peer->log.epoch, peer->log.watermark});
      }
      peer->row_dirty = false;
      peer->log_dirty = false;
    }
    if (peer->answer) {
      out_.push_back({wire::AckTopic(peer->row.id), wire::EncodeAck(AckFor(*peer, peer->flags))});
    }
    peer->answer = false;
    peer->flags = 0;
  }
  std::move(refusals_.begin(), refusals_.end(), std::back_inserter(out_));
  Forget();
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
