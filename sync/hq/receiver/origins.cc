#include "sync/hq/receiver/origins.h"

#include <cstdint>
#include <utility>

namespace trayline::hq {
namespace {

event::Event WithoutPlace(event::Event event) {
  event.sequence = Sequence{};
  if (event.journey.IsNone()) event.journey = JourneyId{};
  event.data.Remove(event::Key::kOriginEpoch);
  event.data.Remove(event::Key::kOriginSequence);
  return event;
}

}  // namespace

std::optional<Position> OriginOf(const event::Event& event, Epoch epoch) {
  const std::int64_t old_epoch = event.data.IntOr(event::Key::kOriginEpoch, 0);
  const std::int64_t old_sequence = event.data.IntOr(event::Key::kOriginSequence, 0);
  if (old_epoch <= 0 || old_sequence <= 0) return std::nullopt;
  const Position origin{Epoch{static_cast<std::uint64_t>(old_epoch)},
                        Sequence{static_cast<std::uint64_t>(old_sequence)}};
  if (origin.epoch >= epoch || origin.sequence.value > kHqNumberMax) return std::nullopt;
  return origin;
}

bool IsSameEvent(const EventRow& row, const event::Event& event) {
  auto stored = event::DecodeBody(row.body, row.epoch, row.sequence, row.type, row.journey);
  return stored.ok() && WithoutPlace(std::move(*stored)) == WithoutPlace(event);
}

}  // namespace trayline::hq
