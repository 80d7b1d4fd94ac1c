// Closed epochs, forks and new epochs. The rest of UplinkSession stands in session.cc.
#include <algorithm>
#include <iterator>

#include "sync/uplink/backoff.h"
#include "sync/uplink/session.h"

namespace trayline::uplink {
namespace {

// Birth numbers rise within a run by counting connections and from run to run by the journal's
// open count above them: 2^24 connections a run are one every two seconds for a year.
constexpr std::uint64_t kBirthsOfARun = 1ULL << 24;
// HQ has taken the epoch for so many of the longest pauses: the next refusal is a new affair. Two
// terminals in turn refuse each other within one pause and a little.
constexpr int kCalmPauses = 2;

}  // namespace

bool UplinkSession::HasTail(Epoch epoch) const {
  return std::any_of(logs_.begin(), std::prev(logs_.end()),
                     [epoch](const Log& log) { return log.epoch == epoch; });
}

std::optional<MonoTime> UplinkSession::epoch_due() const {
  if (!change_ || change_->asked) return std::nullopt;
  return change_->at;
}

UplinkSession::Log* UplinkSession::Find(Epoch epoch) {
  const auto found = std::find_if(logs_.begin(), logs_.end(),
                                  [epoch](const Log& log) { return log.epoch == epoch; });
  return found == logs_.end() ? nullptr : &*found;
}

void UplinkSession::SetLogs(const JournalFacts& journal) {
  logs_.clear();
  for (const TailFacts& tail : journal.closed) {
    logs_.push_back({tail.epoch, tail.last, tail.acked, Sequence{}});
  }
  logs_.push_back({journal.epoch, journal.last, journal.acked, Sequence{}});
  // A new epoch may count its opens anew: within a run numbers rise all the same, so that the will
  // of the connection before is older than the next birth.
  birth_number_ = std::max(birth_number_, journal.opens * kBirthsOfARun);
  orders_.clear();
  sent_.clear();
  tails_aside_ = 0;
  at_ = logs_.size();  // none, so that Select begins
  Select(journal.epoch);
}

void UplinkSession::Select(Epoch epoch) {
  const auto index = static_cast<std::size_t>(Find(epoch) - logs_.data());
  if (index == at_) return;
  at_ = index;
  next_ = Work().watermark.Next();
  at_once_ = Sequence{};
  empty_until_ = Sequence{};
  in_flight_.clear();
  flush_at_.reset();
  retry_at_.reset();
  retry_tries_ = 0;
  stalled_ = false;
  tail_failures_ = 0;
  gap_answered_at_.reset();
  bad_at_ = Sequence{};
  bads_ = 0;
  singles_until_ = Sequence{};
}

void UplinkSession::LeaveTail(MonoTime now) {
  if (Work().watermark < Work().last) ++tails_aside_;
  logs_.erase(logs_.begin() + static_cast<std::ptrdiff_t>(at_));
  at_ = logs_.size();
  Select(epoch());
  resumed_ = false;
  birth_at_ = now;
  birth_tries_ = 0;
}

void UplinkSession::RememberEnd(Sequence last) {
  sent_.push_back({Work().epoch, last, digest_(Work().epoch, last)});
  if (sent_.size() > kSentDigestsMax) sent_.pop_front();
}

// A twin of this terminal, or this terminal before its disk was restored, may have given HQ other
// events under these numbers. Believing HQ then would delete events that it does not have; so its
// digest must be that of the event here. What cannot be shown any more is doubted too: a new epoch
// loses nothing and HQ knows renumbered events again.
Refusal UplinkSession::Doubt(const Log& log, const wire::Ack& ack) const {
  if (ack.watermark > log.last) return Refusal::kHqHasMore;
  if (ack.digest == 0) return Refusal::kNone;  // void there, or an HQ that tells none
  const bool sent = std::any_of(sent_.begin(), sent_.end(), [&](const SentEnd& end) {
    return end.epoch == log.epoch && end.last == ack.watermark && end.digest == ack.digest;
  });
  if (sent) return Refusal::kNone;
  const std::uint64_t own = digest_(log.epoch, ack.watermark);
  if (own == ack.digest) return Refusal::kNone;
  return own == 0 ? Refusal::kUnproven : Refusal::kFork;
}

void UplinkSession::Refuse(Refusal why, Epoch wanted, MonoTime now) {
  const Epoch least = std::max(wanted, epoch().Next());
  if (change_) {
    change_->wanted = std::max(change_->wanted, least);
  } else {
    ++counts_.refusals;
    change_ = EpochChange{why, least, EpochDue(now), false};
  }
  resumed_ = false;
  birth_at_.reset();
  flush_at_.reset();
  GoBack();
}

// The first at once; then not before a pause that doubles while HQ goes on refusing.
MonoTime UplinkSession::EpochDue(MonoTime now) {
  if (changes_in_series_ == 0 || now - changed_at_ >= kCalmPauses * options_.epoch_max) {
    changes_in_series_ = 0;
    return now;
  }
  return std::max(
      now, changed_at_ + Doubled(options_.epoch_first, options_.epoch_max, changes_in_series_ - 1));
}

void UplinkSession::OnJournalChanged(const JournalFacts& journal, MonoTime now) {
  if (change_ && change_->asked) ++counts_.epochs;
  change_.reset();
  if (link_ != Link::kDown) EndConnection(now);
  SetLogs(journal);
  reconnect_at_ = now;
}

void UplinkSession::OnEpochFailed(MonoTime now) {
  if (!change_ || !change_->asked) return;
  change_->asked = false;
  change_->at = EpochDue(now);
}

}  // namespace trayline::uplink
