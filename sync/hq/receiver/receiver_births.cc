// Births and deaths: how a terminal comes, is recognised, and goes. The rest of ReceiverCore stands
// in receiver_core.cc.
#include <algorithm>
#include <utility>

#include "agent/event/spec.h"
#include "sync/hq/receiver/receiver_core.h"

namespace trayline::hq {

void ReceiverCore::OnBirth(const TerminalId& id, const Incoming& message, WallTime now) {
  auto birth = wire::DecodeBirth(message.payload);
  if (!birth.ok()) {
    ++counters_.refused_births;
    log_.Warn("receiver.birth_unreadable",
              {{"terminal", ToText(id)}, {"reason", birth.error().text}});
    return;
  }
  Peer* peer = FindOrEnrol(id);
  if (peer == nullptr) return;
  auto digest = DigestAt(peer->row.key, Present(*peer).row, birth->acked);
  if (!digest.ok()) {
    log_.Error("receiver.read_failed", {{"reason", digest.error().text}});
    return;
  }
  const BirthVerdict verdict = JudgeBirth(peer->row, Present(*peer).row, *birth, *digest);
  switch (verdict) {
    case BirthVerdict::kStale:
      return;
    case BirthVerdict::kOldEpoch:
    case BirthVerdict::kForeign:
    case BirthVerdict::kUnusable:
      return Refuse(*peer, *birth, verdict, now);
    case BirthVerdict::kRewind:
    case BirthVerdict::kFirst:
    case BirthVerdict::kResume:
    case BirthVerdict::kRepeat:
      break;
  }
  Accept(*peer, *birth, now);
  if (loaded_) NoteBoot(*peer, *birth, !message.retained, now);
  if (loaded_) AnswerBirth(*peer, *birth);  // else it is retained and comes again
}

// When the terminal's machine was started, as HQ sees it. A birth that the broker kept is of any
// age and tells nothing; a clock of a demonstration runs at another speed than HQ's.
void ReceiverCore::NoteBoot(const Peer& peer, const wire::Birth& birth, bool live, WallTime now) {
  if (birth.boot == 0 || birth.sent_mono_ms < 0) return;
  BootRow row{.terminal = peer.row.key, .epoch = birth.epoch, .boot = birth.boot};
  if (birth.clock_speed == 1) {
    if (!live) return;
    row.began = now - Millis(std::min(birth.sent_mono_ms, ToMs(now)));
  }
  batch_.boots.push_back(row);
}

// RESUME for the epoch whose events come next, and a word for each closed one that is complete.
void ReceiverCore::AnswerBirth(Peer& peer, const wire::Birth& birth) {
  const Epoch turn = TurnOf(peer);
  const wire::ClosedTail* tail = FindTail(peer, turn);
  const Sequence acked = tail == nullptr ? birth.acked : tail->acked;
  const Sequence watermark = LogOf(peer, turn).row.watermark;
  std::uint32_t flags = wire::kAckResume;
  if (acked > watermark) {
    // It was told by a commit of ours that we had more: the database was restored or replaced.
    log_.Warn("receiver.rewind", {{"terminal", ToText(peer.row.id)},
                                  {"epoch", turn.value},
                                  {"acked", acked.value},
                                  {"watermark", watermark.value}});
    if (!RaiseAbove(birth.hq_generation)) return;
    flags |= wire::kAckRewind;
  }
  for (const wire::ClosedTail& closed : peer.tails) {
    if (LogOf(peer, closed.epoch).row.watermark >= closed.last) Answer(peer, closed.epoch, 0);
  }
  Answer(peer, turn, flags);
}

// Refusals go to the nonce of the birth that is refused; a twin with another nonce ignores them.
void ReceiverCore::Refuse(Peer& peer, const wire::Birth& birth, BirthVerdict verdict,
                          WallTime now) {
  ++counters_.refused_births;
  log_.Warn("receiver.birth_refused", {{"terminal", ToText(peer.row.id)},
                                       {"verdict", BirthVerdictName(verdict)},
                                       {"epoch", birth.epoch.value},
                                       {"known_epoch", peer.row.epoch.value}});
  if (verdict == BirthVerdict::kUnusable) return;
  CountConflict(peer, birth);
  wire::Ack ack{.nonce = birth.nonce,
                .hq_generation = options_.generation,
                .epoch = peer.row.epoch,
                .watermark = Present(peer).row.watermark,
                .credit = credit_};
  if (verdict == BirthVerdict::kForeign) {
    ack.flags = wire::kAckNewEpoch;
    // Two that are refused within one second must not be given the same one.
    ack.epoch = std::max(FreshEpoch(peer.row, birth, now), peer.ordered.Next());
    ack.watermark = Sequence{};
    peer.ordered = ack.epoch;
  }
  refusals_.push_back({wire::AckTopic(peer.row.id), wire::EncodeAck(ack)});
}

// One is a disk that was restored, copied or replaced. Two terminals with one identity are refused
// in turn, for ever.
void ReceiverCore::CountConflict(Peer& peer, const wire::Birth& birth) {
  if (peer.refused_nonce == birth.nonce) return;  // the same birth again
  peer.refused_nonce = birth.nonce;
  ++peer.row.identity_conflicts;
  peer.row_dirty = true;  // goes with the next flush
  ++counters_.identity_conflicts;
  log_.Error(
      "receiver.identity_conflict",
      {{"terminal", ToText(peer.row.id)},
       {"count", peer.row.identity_conflicts},
       {"likely", peer.row.identity_conflicts == 1 ? "a disk was restored, copied or replaced"
                                                   : "two terminals have one identity"}});
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
  std::vector<wire::ClosedTail> tails = UsableTails(birth);
  if (tails.size() < birth.closed.size()) {
    log_.Warn("receiver.tails_unusable",
              {{"terminal", ToText(peer.row.id)}, {"count", birth.closed.size() - tails.size()}});
  }
  peer.tails = std::move(tails);
  if (birth.epoch != peer.row.epoch && !BeginEpoch(peer, birth)) return;
  TerminalRow& row = peer.row;
  // A journal that counts its births anew: an old death says nothing about them.
  if (birth.opens != row.opens && birth.birth_number < row.birth_number) row.death_number = 0;
  row.journal_id = birth.journal_id;
  row.opens = birth.opens;
  row.birth_number = birth.birth_number;
  row.nonce = birth.nonce;
  row.seen_generation = birth.hq_generation;
  row.known_last = std::max(row.known_last, birth.last);
  row.agent_version = birth.agent_version;
  row.device_class = birth.device_class;
  row.clock = birth.clock;
  row.clock_speed = birth.clock_speed;
  row.boot = birth.boot;
  row.storage = birth.storage;
  for (const wire::ClosedTail& tail : peer.tails) {
    WriteOffLost(peer, LogOf(peer, tail.epoch), tail.first, tail.last);
  }
  WriteOffLost(peer, Present(peer), birth.first, birth.last);
  must_commit_ = true;
  Touch(peer, now);
}

// False when what came before could not be committed.
bool ReceiverCore::BeginEpoch(Peer& peer, const wire::Birth& birth) {
  const LogRow& old = Present(peer).row;
  if (peer.row.known_last > old.watermark && FindTail(peer, peer.row.epoch) == nullptr) {
    // Of a refused journal it comes again renumbered; of a damaged one it is gone.
    log_.Warn("receiver.tail_left", {{"terminal", ToText(peer.row.id)},
                                     {"epoch", peer.row.epoch.value},
                                     {"watermark", old.watermark.value},
                                     {"last", peer.row.known_last.value}});
  }
  if (Present(peer).dirty) CommitPending();  // the old epoch's rows and watermark go first
  if (!loaded_) return false;
  // Births of a new journal are counted anew; a death that came before the first birth stays.
  if (peer.row.epoch.value != 0) peer.row.death_number = 0;
  peer.row.epoch = birth.epoch;
  peer.row.known_last = Sequence{};
  LogOf(peer, birth.epoch).dirty = true;
  return true;
}

// What HQ lacks and the terminal no longer keeps becomes a void run: a hole would stop the
// sequence for ever.
void ReceiverCore::WriteOffLost(Peer& peer, OpenLog& log, Sequence first, Sequence last) {
  const auto lost = LostUpTo(log.row, first, last);
  if (!lost) return;
  const std::uint64_t count = lost->value - log.row.watermark.value;
  log_.Error("receiver.events_lost", {{"terminal", ToText(peer.row.id)},
                                      {"epoch", log.row.epoch.value},
                                      {"first", log.row.watermark.value + 1},
                                      {"count", count}});
  batch_.voids.push_back(VoidRow{.terminal = peer.row.key,
                                 .epoch = log.row.epoch,
                                 .first = log.row.watermark.Next(),
                                 .count = count,
                                 .quota = static_cast<std::uint8_t>(event::QuotaClass::kOrder),
                                 .reason = static_cast<std::uint8_t>(VoidReason::kLostAtHq)});
  log.row.voided += count;
  log.row.watermark = *lost;
  log.digest = 0;
  log.dirty = true;
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
