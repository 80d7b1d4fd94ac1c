#include "sync/uplink/session.h"

#include <algorithm>
#include <utility>

#include "agent/base/check.h"
#include "sync/uplink/backoff.h"
#include "sync/wire/frame.h"

namespace trayline::uplink {

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

std::string_view RefusalText(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone:
      return "";
    case Refusal::kOrdered:
      return "HQ takes this journal for another than the one that it knows";
    case Refusal::kKnowsHigher:
      return "HQ knows a higher epoch of this terminal";
    case Refusal::kHqHasMore:
      return "HQ has events that were never recorded here";
    case Refusal::kFork:
      return "HQ has another event where this journal has one";
    case Refusal::kUnproven:
      return "HQ's watermark stands on an event that is not kept here any more";
  }
  return "unknown";
}

UplinkSession::UplinkSession(const SessionOptions& options, const JournalFacts& journal,
                             ports::Random& random, DigestFunction digest)
    : options_(options),
      random_(random),
      digest_(std::move(digest)),
      birth_number_(0),
      hq_generation_(options.hq_generation),
      obeyed_generation_(options.hq_generation),
      credit_(options.window) {
  SetLogs(journal);
}

Step UplinkSession::Next(MonoTime now) {
  if (!orders_.empty()) {
    const Step step = orders_.front();
    orders_.pop_front();
    return step;
  }
  if (change_) {
    if (change_->asked) return Step{};
    if (now < change_->at) return Step{.until = change_->at};
    change_->asked = true;
    changed_at_ = now;
    ++changes_in_series_;
    return Step{.kind = Step::Kind::kBeginEpoch, .epoch = change_->wanted};
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

Step UplinkSession::NextUp(MonoTime now) {
  if (!hq_present_) return Step{};
  RunTimers(now);
  if (birth_at_ && now >= *birth_at_) return Step{.kind = Step::Kind::kBirth};
  if (!resumed_) return Wait();
  if (MaySend()) {
    return Step{.kind = Step::Kind::kFrame,
                .epoch = Work().epoch,
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
  const Sequence last = Work().last;
  if (stalled_ || next_ > last || last <= empty_until_) return false;
  if (in_flight_.size() >= Window()) return false;
  if (next_ <= at_once_) return true;
  return last.value - next_.value + 1 >= wire::kFrameEventsMax;
}

std::optional<Sequence> UplinkSession::WaitingForCompany() const {
  if (!resumed_ || !hq_present_ || OnTail()) return {};
  if (next_ > Work().last || next_ <= at_once_ || !flush_at_) return {};
  return next_;
}

void UplinkSession::RunTimers(MonoTime now) {
  if (flush_at_ && now >= *flush_at_) {
    flush_at_.reset();
    at_once_ = Work().last;
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
  if (birth_wanted_ && resumed_ && in_flight_.empty() && !birth_at_) birth_at_ = now;
  // A pause is lifted by an acknowledgement, which may be lost: the birth asks for another.
  const bool paused = resumed_ && Window() == 0 && next_ <= Work().last && in_flight_.empty();
  if (paused && !birth_at_) birth_at_ = now + RetryDelay(birth_tries_);
}

void UplinkSession::ArmFlush(MonoTime now) {
  if (next_ > Work().last || at_once_ >= Work().last) {
    flush_at_.reset();
  } else if (!flush_at_) {
    flush_at_ = now + options_.flush;
  }
}

Millis UplinkSession::RetryDelay(std::uint32_t tries) {
  const Millis span = Doubled(options_.retry_first, options_.retry_max, tries);
  return options_.retry_first + Jittered(random_, span - options_.retry_first);
}

void UplinkSession::OnFrameSent(Sequence first, Sequence last, std::size_t events, MonoTime now) {
  if (link_ != Link::kUp) return;
  TRAYLINE_CHECK(first == next_ && last >= first);
  ++counts_.frames_sent;
  counts_.events_sent += events;
  if (first <= Work().highest_sent) counts_.events_resent += events;
  in_flight_.push_back({first, last});
  RememberEnd(last);
  next_ = last.Next();
  Work().highest_sent = std::max(Work().highest_sent, last);
  tail_failures_ = 0;
  if (!retry_at_) retry_at_ = now + RetryDelay(retry_tries_);
  flush_at_.reset();
  ArmFlush(now);
}

void UplinkSession::OnFrameEmpty(MonoTime now) {
  if (OnTail()) {
    LeaveTail(now);
  } else {
    empty_until_ = Work().last;
  }
}

void UplinkSession::OnPublishFailed(MonoTime now) {
  if (link_ != Link::kUp) return;
  if (birth_at_ && now >= *birth_at_) {
    birth_at_ = now + RetryDelay(birth_tries_++);
    return;
  }
  stalled_ = true;
  if (!retry_at_) retry_at_ = now + RetryDelay(retry_tries_);
}

void UplinkSession::OnFrameUnreadable(MonoTime now) {
  // What is recorded now must not wait for ever behind a closed epoch that cannot be read.
  if (OnTail() && ++tail_failures_ >= kTailFailuresMax) return LeaveTail(now);
  OnPublishFailed(now);
}

void UplinkSession::GoBack() {
  const Sequence begin = Work().watermark.Next();
  // What was sent once has waited long enough.
  if (next_ > begin) at_once_ = std::max(at_once_, Sequence{next_.value - 1});
  in_flight_.clear();
  next_ = begin;
  retry_at_.reset();
  stalled_ = false;
}

void UplinkSession::OnCommitted(Sequence last, MonoTime now) {
  if (last <= logs_.back().last) return;
  logs_.back().last = last;
  if (resumed_ && !OnTail()) ArmFlush(now);
}

void UplinkSession::OnJourneyClosed(Sequence at) {
  if (OnTail()) return;
  at_once_ = std::max(at_once_, std::min(at, Work().last));
  if (at_once_ >= Work().last) flush_at_.reset();
}

}  // namespace trayline::uplink
