// Births and deaths: how a terminal comes, is recognised, and goes. The rest of ReceiverCore stands
// in receiver_core.cc.
#include <algorithm>
#include <utility>

#include "agent/base/hash.h"
#include "agent/event/spec.h"
#include "sync/hq/receiver/receiver_core.h"

namespace trayline::hq {

void ReceiverCore::OnBirth(const TerminalId& id, std::string_view payload, WallTime now) {
  auto birth = wire::DecodeBirth(payload);
  if (!birth.ok()) {
    ++counters_.refused_births;
    log_.Warn("receiver.birth_unreadable",
              {{"terminal", ToText(id)}, {"reason", birth.error().text}});
    return;
  }
  Peer* peer = FindOrEnrol(id);
  if (peer == nullptr) return;
  auto digest = DigestAt(*peer, birth->acked);
  if (!digest.ok()) {
    log_.Error("receiver.read_failed", {{"reason", digest.error().text}});
    return;
  }
  const BirthVerdict verdict = JudgeBirth(peer->row, peer->log, *birth, *digest);
  switch (verdict) {
    case BirthVerdict::kStale:
      return;
    case BirthVerdict::kOldEpoch:
    case BirthVerdict::kForeign:
    case BirthVerdict::kUnusable:
      return Refuse(*peer, *birth, verdict, now);
    case BirthVerdict::kRewind:
      // It was told by a commit of ours that we had more: the database was restored or replaced.
      log_.Warn("receiver.rewind", {{"terminal", ToText(id)},
                                    {"acked", birth->acked.value},
                                    {"watermark", peer->log.watermark.value}});
      if (!RaiseAbove(birth->hq_generation)) return;
      break;
    case BirthVerdict::kFirst:
    case BirthVerdict::kResume:
    case BirthVerdict::kRepeat:
      break;
  }
  Accept(*peer, *birth, now);
  if (!loaded_) return;  // a commit on the way failed; the birth is retained and comes again
  if (verdict == BirthVerdict::kRewind) {
    Answer(*peer, wire::kAckResume | wire::kAckRewind);
  } else {
    Answer(*peer, wire::kAckResume);
  }
}

// Refusals go to the nonce of the birth that is refused; a twin with another nonce ignores them.
void ReceiverCore::Refuse(const Peer& peer, const wire::Birth& birth, BirthVerdict verdict,
                          WallTime now) {
  ++counters_.refused_births;
  log_.Warn("receiver.birth_refused", {{"terminal", ToText(peer.row.id)},
                                       {"verdict", BirthVerdictName(verdict)},
                                       {"epoch", birth.epoch.value},
                                       {"known_epoch", peer.row.epoch.value}});
  if (verdict == BirthVerdict::kUnusable) return;
  wire::Ack ack = AckFor(peer, 0);
  ack.nonce = birth.nonce;
  if (verdict == BirthVerdict::kForeign) {
    ack.flags = wire::kAckNewEpoch;
    ack.epoch = FreshEpoch(peer.row, birth, now);
    ack.watermark = Sequence{};
  }
  refusals_.push_back({wire::AckTopic(peer.row.id), wire::EncodeAck(ack)});
}

// A watermark falls on a terminal only with a generation above the one that it has seen. It is
// durable before anybody hears of it. False when it cannot be raised now.
bool ReceiverCore::RaiseAbove(std::uint64_t generation) {
  if (generation < options_.generation) return true;
  if (generation >= kHqNumberMax) return false;
  if (options_.raise_generation) {
    if (Status status = options_.raise_generation(generation + 1); !status.ok()) {
      log_.Error("receiver.generation_not_raised", {{"reason", status.error().text}});
      return false;
    }
  }
  options_.generation = generation + 1;
  return true;
}

void ReceiverCore::Accept(Peer& peer, const wire::Birth& birth, WallTime now) {
  ++counters_.births;
  if (birth.epoch != peer.row.epoch) {
    if (peer.row.known_last > peer.log.watermark) {
      log_.Warn("receiver.tail_lost", {{"terminal", ToText(peer.row.id)},
                                       {"epoch", peer.row.epoch.value},
                                       {"watermark", peer.log.watermark.value},
                                       {"last", peer.row.known_last.value}});
    }
    if (peer.log_dirty) CommitPending();  // the old epoch's rows and watermark go first
    if (!loaded_) return;
    // Births of a new journal are counted anew; a death that came before the first birth stays.
    if (peer.row.epoch.value != 0) peer.row.death_number = 0;
    peer.row.epoch = birth.epoch;
    peer.row.known_last = Sequence{};
    peer.log = LogRow{.terminal = peer.row.key, .epoch = birth.epoch};
    peer.log_dirty = true;
  }
  peer.row.journal_id = birth.journal_id;
  peer.row.opens = birth.opens;
  peer.row.birth_number = birth.birth_number;
  peer.row.nonce = birth.nonce;
  peer.row.seen_generation = birth.hq_generation;
  peer.row.known_last = std::max(peer.row.known_last, birth.last);
  peer.row.agent_version = birth.agent_version;
  peer.row.device_class = birth.device_class;
  peer.row.clock = birth.clock;
  peer.row.clock_speed = birth.clock_speed;
  WriteOffLost(peer, birth);
  must_commit_ = true;
  Touch(peer, now);
}

// What HQ lacks and the terminal no longer keeps becomes a void run: a hole would stop the
// sequence for ever.
void ReceiverCore::WriteOffLost(Peer& peer, const wire::Birth& birth) {
  const auto lost = LostUpTo(peer.log, birth);
  if (!lost) return;
  const std::uint64_t count = lost->value - peer.log.watermark.value;
  log_.Error("receiver.events_lost", {{"terminal", ToText(peer.row.id)},
                                      {"epoch", peer.log.epoch.value},
                                      {"first", peer.log.watermark.value + 1},
                                      {"count", count}});
  batch_.voids.push_back(VoidRow{.terminal = peer.row.key,
                                 .epoch = peer.log.epoch,
                                 .first = peer.log.watermark.Next(),
                                 .count = count,
                                 .quota = static_cast<std::uint8_t>(event::QuotaClass::kOrder),
                                 .reason = static_cast<std::uint8_t>(VoidReason::kLostAtHq)});
  peer.log.voided += count;
  peer.log.watermark = *lost;
  peer.log_dirty = true;
}

Result<std::optional<std::uint64_t>> ReceiverCore::DigestAt(const Peer& peer, Sequence sequence) {
  if (sequence.value == 0 || sequence > peer.log.watermark) return std::optional<std::uint64_t>();
  auto rows = store_.ReadEvents(peer.row.key, peer.log.epoch, Sequence{sequence.value - 1}, 1);
  if (!rows.ok()) return rows.error();
  if (rows->empty() || rows->front().sequence != sequence) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(Fnv1a64(rows->front().body));
}

void ReceiverCore::OnDeath(const TerminalId& id, std::string_view payload, WallTime now) {
  auto death = wire::DecodeDeath(payload);
  if (!death.ok()) {
    log_.Warn("receiver.death_unreadable",
              {{"terminal", ToText(id)}, {"reason", death.error().text}});
    return;
  }
  // Also for a terminal whose birth has not come yet: retained ones arrive in any order.
  Peer* peer = FindOrEnrol(id);
  if (peer == nullptr || death->birth_number <= peer->row.death_number) return;
  peer->row.death_number = death->birth_number;
  must_commit_ = true;
  Touch(*peer, now);
}

}  // namespace trayline::hq
