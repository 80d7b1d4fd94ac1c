#include "sync/uplink/session.h"

#include <algorithm>

#include "agent/base/check.h"
#include "sync/uplink/backoff.h"
#include "sync/wire/frame.h"

namespace trayline::uplink {
namespace {

// Birth numbers rise within a run by counting connections and from run to run by the journal's
// open count above them: 2^24 connections a run are one every two seconds for a year.
constexpr std::uint64_t kBirthsOfARun = 1ULL << 24;

}  // namespace

std::string_view UplinkStateName(UplinkState state) {
  switch (state) {
    case UplinkState::kConnecting:
      return "connecting";
    case UplinkState::kOffline:
      return "offline";
    case UplinkState::kWaitingForHq:
      return "waiting_for_hq";
    case UplinkState::kConnected:
      return "connected";
    case UplinkState::kRefusedEpoch:
      return "refused_epoch";
  }
  return "unknown";
}

UplinkSession::UplinkSession(const SessionOptions& options, const JournalFacts& journal,
                             ports::Random& random)
    : options_(options),
      epoch_(journal.epoch),
      random_(random),
      birth_number_(journal.opens * kBirthsOfARun),
      hq_generation_(options.hq_generation),
      obeyed_generation_(options.hq_generation),
      credit_(options.window),
      last_(journal.last),
      watermark_(journal.acked),
      next_(journal.acked.Next()) {}

Step UplinkSession::Next(MonoTime now) {
  if (to_acknowledge_) {
    Step step;
    step.kind = Step::Kind::kAcknowledge;
    step.watermark = *to_acknowledge_;
    to_acknowledge_.reset();
    return step;
  }
  switch (link_) {
    case Link::kUp:
      return NextUp(now);
    case Link::kDown:
      if (now >= reconnect_at_) return BeginConnecting();
      return Step{.until = reconnect_at_};
    case Link::kConnecting:
      break;
  }
  return Step{};
}

Step UplinkSession::BeginConnecting() {
  link_ = Link::kConnecting;
  ++birth_number_;
  do {
    nonce_ = random_.Next();
  } while (nonce_ == 0);  // 0 is what an acknowledgement without a nonce would carry
  return Step{.kind = Step::Kind::kConnect};
}

Step UplinkSession::NextUp(MonoTime now) {
  if (!hq_present_ || refused_) return Step{};
  RunTimers(now);
  if (birth_at_ && now >= *birth_at_) return Step{.kind = Step::Kind::kBirth};
  if (!resumed_) return Wait();
  if (MaySend()) {
    return Step{.kind = Step::Kind::kFrame,
                .first = next_,
                .limit = InSingles() ? 1 : wire::kFrameEventsMax};
  }
  return Wait();
}

Step UplinkSession::Wait() const {
  Step step;
  for (const auto& timer : {birth_at_, retry_at_, flush_at_}) {
    if (timer) step.until = std::min(step.until, *timer);
  }
  return step;
}

std::uint32_t UplinkSession::Window() const { return std::min(options_.window, credit_); }

bool UplinkSession::MaySend() const {
  if (stalled_ || next_ > last_ || last_ <= empty_until_) return false;
  if (in_flight_.size() >= Window()) return false;
  if (next_ <= at_once_) return true;
  return last_.value - next_.value + 1 >= wire::kFrameEventsMax;
}

std::optional<Sequence> UplinkSession::WaitingForCompany() const {
  if (!resumed_ || !hq_present_ || next_ > last_ || next_ <= at_once_ || !flush_at_) return {};
  return next_;
}

void UplinkSession::RunTimers(MonoTime now) {
  if (flush_at_ && now >= *flush_at_) {
    flush_at_.reset();
    at_once_ = last_;
  }
  if (retry_at_ && now >= *retry_at_) {
    if (!in_flight_.empty()) {
      ++counts_.rewinds;
      ++silences_;
    }
    GoBack();
    ++retry_tries_;
    if (silences_ >= kSilencesBeforeBirth && !birth_at_) birth_at_ = now;
  }
  // A pause is lifted by an acknowledgement, which may be lost: the birth asks for another.
  const bool paused = resumed_ && Window() == 0 && next_ <= last_ && in_flight_.empty();
  if (paused && !birth_at_) birth_at_ = now + RetryDelay(birth_tries_);
}

void UplinkSession::ArmFlush(MonoTime now) {
  if (next_ > last_ || at_once_ >= last_) {
    flush_at_.reset();
  } else if (!flush_at_) {
    flush_at_ = now + options_.flush;
  }
}

Millis UplinkSession::RetryDelay(std::uint32_t tries) {
  const Millis span = Doubled(options_.retry_first, options_.retry_max, tries);
  return options_.retry_first + Jittered(random_, span - options_.retry_first);
}

void UplinkSession::OnConnected(MonoTime now) {
  TRAYLINE_CHECK(link_ == Link::kConnecting);
  link_ = Link::kUp;
  connected_at_ = now;
  ++counts_.connects;
  birth_at_ = now;
}

void UplinkSession::OnConnectFailed(MonoTime now) {
  TRAYLINE_CHECK(link_ == Link::kConnecting);
  EndConnection(now);
}

void UplinkSession::OnLost(MonoTime now) {
  if (link_ == Link::kDown) return;
  // A connection that lasted is no part of a series of failures.
  if (link_ == Link::kUp && now - connected_at_ >= options_.reconnect_max) attempts_ = 0;
  EndConnection(now);
}

void UplinkSession::EndConnection(MonoTime now) {
  link_ = Link::kDown;
  reconnect_at_ =
      now + Jittered(random_, Doubled(options_.reconnect_first, options_.reconnect_max, attempts_));
  ++attempts_;
  resumed_ = false;
  refused_ = false;
  hq_present_ = true;  // unknown; the next connection tells
  hq_boot_.clear();
  credit_ = options_.window;
  birth_at_.reset();
  birth_tries_ = 0;
  flush_at_.reset();
  silences_ = 0;
  retry_tries_ = 0;
  gap_answered_at_.reset();
  empty_until_ = Sequence{};
  GoBack();
}

void UplinkSession::OnBirthSent(MonoTime now) {
  if (link_ != Link::kUp) return;
  const Millis delay = RetryDelay(birth_tries_++);
  birth_at_.reset();
  silences_ = 0;
  if (!resumed_) birth_at_ = now + delay;
}

void UplinkSession::OnFrameSent(Sequence first, Sequence last, std::size_t events, MonoTime now) {
  if (link_ != Link::kUp) return;
  TRAYLINE_CHECK(first == next_ && last >= first);
  ++counts_.frames_sent;
  counts_.events_sent += events;
  if (first <= highest_sent_) counts_.events_resent += events;
  in_flight_.push_back({first, last});
  next_ = last.Next();
  highest_sent_ = std::max(highest_sent_, last);
  if (!retry_at_) retry_at_ = now + RetryDelay(retry_tries_);
  flush_at_.reset();
  ArmFlush(now);
}

void UplinkSession::OnFrameEmpty() { empty_until_ = last_; }

void UplinkSession::OnPublishFailed(MonoTime now) {
  if (link_ != Link::kUp) return;
  if (birth_at_ && now >= *birth_at_) {
    birth_at_ = now + RetryDelay(birth_tries_++);
    return;
  }
  stalled_ = true;
  if (!retry_at_) retry_at_ = now + RetryDelay(retry_tries_);
}

void UplinkSession::GoBack() {
  // What was sent once has waited long enough.
  if (next_ > watermark_.Next()) at_once_ = std::max(at_once_, Sequence{next_.value - 1});
  in_flight_.clear();
  next_ = watermark_.Next();
  retry_at_.reset();
  stalled_ = false;
}

void UplinkSession::OnCommitted(Sequence last, MonoTime now) {
  if (last <= last_) return;
  last_ = last;
  if (resumed_) ArmFlush(now);
}

void UplinkSession::OnJourneyClosed(Sequence at) {
  at_once_ = std::max(at_once_, std::min(at, last_));
  if (at_once_ >= last_) flush_at_.reset();
}

void UplinkSession::OnHqState(std::string_view bytes, MonoTime now) {
  const auto state = wire::DecodeHqState(bytes);
  if (!state.ok() || link_ != Link::kUp) return;
  if (!state->present) {
    hq_present_ = false;
    resumed_ = false;
    birth_at_.reset();
    flush_at_.reset();
    GoBack();
    return;
  }
  const bool news = !hq_present_ || (!hq_boot_.empty() && hq_boot_ != state->boot);
  hq_present_ = true;
  hq_boot_ = state->boot;
  if (!news) return;
  // HQ reads the retained birth when it comes back and answers by itself. If it does not, ask, but
  // not every terminal at once.
  resumed_ = false;
  refused_ = false;
  birth_tries_ = 0;
  flush_at_.reset();
  GoBack();
  birth_at_ = now + Jittered(random_, options_.retry_first);
}

void UplinkSession::OnAck(std::string_view bytes, MonoTime now) {
  const auto ack = wire::DecodeAck(bytes);
  if (!ack.ok() || link_ != Link::kUp || ack->nonce != nonce_ ||
      ack->hq_generation < hq_generation_) {
    ++counts_.ignored_acks;
    return;
  }
  ++counts_.acks;
  last_ack_ = now;
  silences_ = 0;
  hq_generation_ = ack->hq_generation;
  const bool other_epoch = (ack->flags & wire::kAckNewEpoch) != 0 || ack->epoch > epoch_;
  // A watermark above what is committed here: HQ has events that this journal never wrote.
  if (other_epoch || (ack->epoch == epoch_ && ack->watermark > last_)) {
    Refuse();
    return;
  }
  if (ack->epoch == epoch_) Obey(*ack, now);
}

void UplinkSession::Obey(const wire::Ack& ack, MonoTime now) {
  credit_ = ack.credit;
  const bool rewind = (ack.flags & wire::kAckRewind) != 0 && ack.hq_generation > obeyed_generation_;
  if (rewind && ack.watermark < watermark_) {
    Rewind(ack);
  } else if (ack.watermark > watermark_) {
    Advance(ack.watermark, now);
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
  watermark_ = watermark;
  to_acknowledge_ = watermark;
  while (!in_flight_.empty() && in_flight_.front().last <= watermark) in_flight_.pop_front();
  next_ = std::max(next_, watermark.Next());
  highest_sent_ = std::max(highest_sent_, watermark);
  attempts_ = 0;
  retry_tries_ = 0;
  stalled_ = false;
  retry_at_.reset();
  if (!in_flight_.empty()) retry_at_ = now + RetryDelay(0);
  gap_answered_at_.reset();
  bads_ = 0;
  if (flush_at_ && next_ > last_) flush_at_.reset();
}

void UplinkSession::Resume(const wire::Ack& ack) {
  resumed_ = true;
  refused_ = false;
  obeyed_generation_ = ack.hq_generation;
  birth_at_.reset();
  birth_tries_ = 0;
  flush_at_.reset();
  gap_answered_at_.reset();
  GoBack();
  at_once_ = last_;
}

void UplinkSession::Rewind(const wire::Ack& ack) {
  obeyed_generation_ = ack.hq_generation;
  ++counts_.rewinds;
  at_once_ = last_;
  watermark_ = ack.watermark;
  to_acknowledge_.reset();
  singles_until_ = Sequence{};
  bads_ = 0;
  gap_answered_at_.reset();
  GoBack();
}

void UplinkSession::Refuse() {
  refused_ = true;
  resumed_ = false;
  birth_at_.reset();
  flush_at_.reset();
  GoBack();
}

// Each frame behind a lost one is answered with GAP: the first answer at a position goes back, the
// others are its echo. When the repetition is lost too, the timer sees to it.
void UplinkSession::OnGap(Sequence watermark) {
  if (watermark != watermark_ || gap_answered_at_ == watermark || in_flight_.empty()) return;
  gap_answered_at_ = watermark;
  ++counts_.rewinds;
  GoBack();
}

void UplinkSession::OnBad(Sequence watermark) {
  ++counts_.bad_answers;
  if (watermark != watermark_ || in_flight_.empty()) return;
  if (bad_at_ != watermark) bads_ = 0;
  bad_at_ = watermark;
  ++bads_;
  if (InSingles()) return;  // HQ sets a single event aside; until it does, the timer repeats it
  if (bads_ >= kBadsBeforeSingles) singles_until_ = in_flight_.front().last;
  gap_answered_at_ = watermark;
  ++counts_.rewinds;
  GoBack();
}

UplinkState UplinkSession::State() const {
  if (link_ != Link::kUp) return attempts_ == 0 ? UplinkState::kConnecting : UplinkState::kOffline;
  if (refused_) return UplinkState::kRefusedEpoch;
  return resumed_ && hq_present_ ? UplinkState::kConnected : UplinkState::kWaitingForHq;
}

}  // namespace trayline::uplink
