#include "sync/hq/receiver/frame_rows.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "agent/event/event.h"
#include "agent/event/spec.h"
#include "sync/hq/receiver/origins.h"

namespace trayline::hq {
namespace {

Error Damaged(const char* what) { return Error{Errc::kCorrupt, what}; }

void AppendVoids(const wire::Frame& frame, LogRow& log, IngestBatch& batch) {
  for (const wire::VoidRun& run : frame.voids) {
    const std::uint64_t end = run.first.value + run.count;  // one past
    const std::uint64_t from = std::max(run.first.value, log.watermark.value + 1);
    if (from >= end) continue;
    batch.voids.push_back(VoidRow{.terminal = log.terminal,
                                  .epoch = log.epoch,
                                  .first = Sequence{from},
                                  .count = end - from,
                                  .quota = static_cast<std::uint8_t>(run.quota),
                                  .reason = run.reason});
    log.voided += end - from;
  }
}

// A run of one behind a run of one makes a run of two.
void AppendRepeated(const event::Event& event, LogRow& log, IngestBatch& batch) {
  ++log.voided;
  const event::TypeSpec* type = event::FindType(event.type);
  const auto quota =
      static_cast<std::uint8_t>(type == nullptr ? event::QuotaClass::kBrowsing : type->quota);
  constexpr auto kReason = static_cast<std::uint8_t>(VoidReason::kRepeated);
  if (!batch.voids.empty()) {
    VoidRow& run = batch.voids.back();
    if (run.terminal == log.terminal && run.epoch == log.epoch && run.reason == kReason &&
        run.quota == quota && run.first.value + run.count == event.sequence.value) {
      ++run.count;
      return;
    }
  }
  batch.voids.push_back(VoidRow{.terminal = log.terminal,
                                .epoch = log.epoch,
                                .first = event.sequence,
                                .count = 1,
                                .quota = quota,
                                .reason = kReason});
}

}  // namespace

// The decoder promises this; it is checked again because a hole that slips through here would be
// acknowledged and deleted on the terminal.
Status CheckFrame(const wire::Frame& frame) {
  const std::uint64_t first = frame.header.first.value;
  std::uint64_t position = first;
  auto run = frame.voids.begin();
  for (const event::Event& event : frame.events) {
    while (run != frame.voids.end() && run->first.value == position && run->count > 0) {
      if (run->count > kHqNumberMax) return Damaged("a void run is too long");
      position += run->count;
      ++run;
    }
    if (event.sequence.value != position) return Damaged("its events leave a hole");
    if (event.journey.number > kHqNumberMax || event.journey.epoch.value > kHqNumberMax) {
      return Damaged("a journey number is out of range");
    }
    ++position;
  }
  for (; run != frame.voids.end(); ++run) {
    if (run->first.value != position || run->count > kHqNumberMax) {
      return Damaged("its void runs leave a hole");
    }
    position += run->count;
  }
  if (position != first + frame.header.count) return Damaged("it does not cover its range");
  return {};
}

void AppendFrame(const wire::Frame& frame, WallTime arrived, const std::set<Sequence>& repeated,
                 LogRow& log, IngestBatch& batch) {
  AppendVoids(frame, log, batch);
  for (const event::Event& event : frame.events) {
    if (event.sequence <= log.watermark) continue;
    log.last_event_utc_ms = std::max(log.last_event_utc_ms, ToMs(event.time));
    if (repeated.contains(event.sequence)) {
      AppendRepeated(event, log, batch);
      continue;
    }
    batch.events.push_back(EventRow{.terminal = log.terminal,
                                    .epoch = log.epoch,
                                    .sequence = event.sequence,
                                    .type = event.type,
                                    .journey = event.journey.number,
                                    .arrived = arrived,
                                    .body = event::EncodeBody(event, log.epoch)});
    ++log.received;
    if (const auto origin = OriginOf(event, log.epoch); origin) {
      batch.origins.push_back({log.terminal, *origin, {log.epoch, event.sequence}});
    }
  }
  log.watermark = Sequence{frame.header.first.value + frame.header.count - 1};
}

}  // namespace trayline::hq
