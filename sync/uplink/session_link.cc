// The connection, the births and HQ's presence. The rest of UplinkSession stands in session.cc.
#include <algorithm>

#include "agent/base/check.h"
#include "sync/uplink/backoff.h"
#include "sync/uplink/session.h"

namespace trayline::uplink {

Step UplinkSession::BeginConnecting() {
  link_ = Link::kConnecting;
  ++birth_number_;
  do {
    nonce_ = random_.Next();
  } while (nonce_ == 0);  // 0 is what an acknowledgement without a nonce would carry
  return Step{.kind = Step::Kind::kConnect};
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
  // Whoever answers the next birth may take this journal.
  if (change_ && !change_->asked) change_.reset();
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
  birth_wanted_ = false;
  silences_ = 0;
  if (!resumed_) birth_at_ = now + delay;
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
  if (change_ && !change_->asked) change_.reset();
  birth_tries_ = 0;
  flush_at_.reset();
  GoBack();
  birth_at_ = now + Jittered(random_, options_.retry_first);
}

UplinkState UplinkSession::State() const {
  if (change_) return UplinkState::kRefusedEpoch;
  if (link_ != Link::kUp) return attempts_ == 0 ? UplinkState::kConnecting : UplinkState::kOffline;
  return resumed_ && hq_present_ ? UplinkState::kConnected : UplinkState::kWaitingForHq;
}

}  // namespace trayline::uplink
