// What HQ says in its acknowledgements. The rest of UplinkSession stands in session.cc.
#include <algorithm>

#include "sync/uplink/session.h"

namespace trayline::uplink {

void UplinkSession::OnAck(std::string_view bytes, MonoTime now) {
  const auto ack = wire::DecodeAck(bytes);
  // While the journal takes another epoch, answers are about one that is over.
  const bool too_late = change_ && change_->asked;
  if (!ack.ok() || link_ != Link::kUp || too_late || ack->nonce != nonce_ ||
      ack->hq_generation < hq_generation_) {
    ++counts_.ignored_acks;
    return;
  }
  ++counts_.acks;
  last_ack_ = now;
  hq_generation_ = ack->hq_generation;
  if ((ack->flags & wire::kAckNewEpoch) != 0) return Refuse(Refusal::kOrdered, ack->epoch, now);
  if (ack->epoch > epoch()) return Refuse(Refusal::kKnowsHigher, ack->epoch.Next(), now);
  const bool resume = (ack->flags & wire::kAckResume) != 0;
  const Log* log = Find(ack->epoch);
  if (log == nullptr) {
    // HQ wants a closed epoch that was set aside: the next birth does not name it any more.
    if (resume && !resumed_ && !birth_at_) birth_at_ = now;
    return;
  }
  if (resume) {
    Select(ack->epoch);
  } else if (log != &Work()) {
    return TakeTail(*ack);
  }
  Obey(*ack, now);
}

void UplinkSession::Obey(const wire::Ack& ack, MonoTime now) {
  const Log& log = Work();
  silences_ = 0;  // a word about another epoch does not end a silence about this one
  credit_ = ack.credit;
  const bool rewind = (ack.flags & wire::kAckRewind) != 0 && ack.hq_generation > obeyed_generation_;
  if (rewind && ack.watermark < log.watermark) {
    Rewind(ack);
  } else if (ack.watermark > log.watermark) {
    const Refusal doubt = Doubt(log, ack);
    // Another history under a closed epoch's number: its events stay in the journal.
    if (doubt != Refusal::kNone && OnTail()) return LeaveTail(now);
    if (doubt != Refusal::kNone) return Refuse(doubt, epoch().Next(), now);
    Advance(ack.watermark, now);
    if (OnTail() && log.watermark == log.last) return LeaveTail(now);
  }
  if ((ack.flags & wire::kAckResume) != 0) Resume(ack);
  if (!resumed_) return;
  if (credit_ > 0) {
    birth_at_.reset();
    birth_tries_ = 0;
  }
  if ((ack.flags & wire::kAckBad) != 0) {
    OnBad(ack.watermark);
  } else if ((ack.flags & wire::kAckGap) != 0) {
    OnGap(ack.watermark);
  }
}

void UplinkSession::Advance(Sequence watermark, MonoTime now) {
  Log& log = Work();
  log.watermark = watermark;
  if (!orders_.empty() && orders_.back().kind == Step::Kind::kAcknowledge &&
      orders_.back().epoch == log.epoch) {
    orders_.pop_back();
  }
  orders_.push_back({.kind = Step::Kind::kAcknowledge, .epoch = log.epoch, .watermark = watermark});
  while (!in_flight_.empty() && in_flight_.front().last <= watermark) in_flight_.pop_front();
  next_ = std::max(next_, watermark.Next());
  log.highest_sent = std::max(log.highest_sent, watermark);
  attempts_ = 0;
  retry_tries_ = 0;
  stalled_ = false;
  retry_at_.reset();
  if (!in_flight_.empty()) retry_at_ = now + RetryDelay(0);
  gap_answered_at_.reset();
  bads_ = 0;
  if (flush_at_ && next_ > log.last) flush_at_.reset();
}

void UplinkSession::Resume(const wire::Ack& ack) {
  resumed_ = true;
  change_.reset();
  if (ack.hq_generation > obeyed_generation_) {
    orders_.push_back({.kind = Step::Kind::kNoteGeneration, .generation = ack.hq_generation});
  }
  obeyed_generation_ = ack.hq_generation;
  birth_at_.reset();
  birth_tries_ = 0;
  flush_at_.reset();
  gap_answered_at_.reset();
  GoBack();
  at_once_ = Work().last;
}

void UplinkSession::Rewind(const wire::Ack& ack) {
  Log& log = Work();
  // The journal keeps the cursor of a closed epoch's tail by itself; a rewind is for the present
  // one. It notes the generation too: once noted alone, the journal would not go back for it.
  orders_.push_back({.kind = OnTail() ? Step::Kind::kNoteGeneration : Step::Kind::kRewind,
                     .epoch = log.epoch,
                     .watermark = ack.watermark,
                     .generation = ack.hq_generation});
  obeyed_generation_ = ack.hq_generation;
  ++counts_.rewinds;
  at_once_ = log.last;
  log.watermark = ack.watermark;
  singles_until_ = Sequence{};
  bads_ = 0;
  gap_answered_at_.reset();
  GoBack();
}

// A closed epoch that is not at work: HQ says that it has all of it. When HQ means another history
// by it, it is set aside.
void UplinkSession::TakeTail(const wire::Ack& ack) {
  Log* log = Find(ack.epoch);
  if (log == &logs_.back() || ack.watermark != log->last) return;
  if (ack.watermark > log->watermark && Doubt(*log, ack) != Refusal::kNone) {
    ++tails_aside_;
  } else {
    orders_.push_back(
        {.kind = Step::Kind::kAcknowledge, .epoch = log->epoch, .watermark = ack.watermark});
  }
  const auto index = static_cast<std::size_t>(log - logs_.data());
  logs_.erase(logs_.begin() + static_cast<std::ptrdiff_t>(index));
  if (index < at_) --at_;
}

// Each frame behind a lost one is answered with GAP: the first answer at a position goes back, the
// others are its echo. When the repetition is lost too, the timer sees to it.
void UplinkSession::OnGap(Sequence watermark) {
  if (watermark != Work().watermark || gap_answered_at_ == watermark || in_flight_.empty()) return;
  gap_answered_at_ = watermark;
  ++counts_.rewinds;
  GoBack();
}

void UplinkSession::OnBad(Sequence watermark) {
  ++counts_.bad_answers;
  if (watermark != Work().watermark || in_flight_.empty()) return;
  if (bad_at_ != watermark) bads_ = 0;
  bad_at_ = watermark;
  ++bads_;
  if (InSingles()) return;  // HQ sets a single event aside; until it does, the timer repeats it
  if (bads_ >= kBadsBeforeSingles) singles_until_ = in_flight_.front().last;
  gap_answered_at_ = watermark;
  ++counts_.rewinds;
  GoBack();
}

}  // namespace trayline::uplink
