#include "tests/simulation/loop.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace trayline::simulation {
namespace {

constexpr std::int64_t kUsualDelayMs = 4;
constexpr std::int64_t kLongDelayMs = 250;
constexpr std::uint64_t kLongDelayOneIn = 40;

}  // namespace

bool Loop::Later(const Entry& a, const Entry& b) {
  return std::tie(a.when, a.order) > std::tie(b.when, b.order);
}

void Loop::At(Millis when, Action action) {
  heap_.push_back({std::max(when, now_), order_++, std::move(action)});
  std::push_heap(heap_.begin(), heap_.end(), Later);
}

bool Loop::RunNext() {
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  const Entry next = std::move(heap_.back());
  heap_.pop_back();
  now_ = next.when;
  ++steps_;
  next.action();
  return true;
}

void Actor::Wake() {
  const bool is_long = chance_.OneIn(kLongDelayOneIn);
  WakeAt(loop_.now() + chance_.Span(0, is_long ? kLongDelayMs : kUsualDelayMs));
}

void Actor::WakeAt(Millis when) {
  when = std::max({when, held_, loop_.now()});
  if (due_ && *due_ <= when) return;
  due_ = when;
  loop_.At(when, life_.Guard([this, when] {
    if (due_ != when) return;  // woken for an earlier time meanwhile
    due_.reset();
    if (loop_.now() < held_) {
      WakeAt(held_);
    } else {
      step_();
    }
  }));
}

}  // namespace trayline::simulation
