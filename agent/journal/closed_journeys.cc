#include "agent/journal/closed_journeys.h"

#include <algorithm>
#include <utility>

#include "agent/event/event_type.h"

namespace trayline::journal {

Status ClosedJourneys::Prepare() {
  auto select =
      database_.Prepare("SELECT journey FROM event WHERE sequence BETWEEN ? AND ? AND type = ?");
  if (!select.ok()) return select.error();
  select_ = std::move(*select);
  return {};
}

Status ClosedJourneys::Look(Sequence first, Sequence last) {
  const Sequence from = std::max(first, seen_.Next());
  if (from > last) return {};
  const Sequence to = std::min(last, Sequence{from.value + kPieceRows - 1});
  Status status = select_->ForEach(
      {from.value, to.value, static_cast<std::uint16_t>(event::EventType::kJourneyClosed)},
      [this](const sqlite::Row& row) {
        Add(row.Unsigned(0));
        return sqlite::Visit::kContinue;
      });
  if (status.ok()) seen_ = to;
  return status;
}

void ClosedJourneys::Add(std::uint64_t journey) {
  if (journey == 0) return;
  if (closed_.empty()) base_ = journey > kSlack ? journey - kSlack : 0;
  if (journey < base_ || journey - base_ >= kSpan) return;
  const std::uint64_t bit = journey - base_;
  if (closed_.size() <= bit) closed_.resize(bit + 1);
  closed_[bit] = true;
}

bool ClosedJourneys::Contains(std::uint64_t journey) const {
  return journey >= base_ && journey - base_ < closed_.size() && closed_[journey - base_];
}

void ClosedJourneys::Forget() {
  seen_ = Sequence{};
  base_ = 0;
  std::vector<bool>().swap(closed_);
}

}  // namespace trayline::journal
