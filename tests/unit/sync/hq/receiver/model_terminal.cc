#include "tests/unit/sync/hq/receiver/model_terminal.h"

#include <algorithm>

#include "agent/base/check.h"
#include "agent/base/hash.h"
#include "sync/wire/topics.h"

namespace trayline::hq {

ModelTerminal::ModelTerminal(const std::string& name, Epoch epoch) : id{"acme", "s12", name} {
  birth.journal_id = "00112233445566778899aabbccddeeff";
  birth.opens = 1;
  birth.birth_number = 1000;
  birth.epoch = epoch;
  birth.agent_version = "0.1.0";
  birth.clock = "synced";
  birth.device_class = "kiosk";
}

void ModelTerminal::Record(std::uint64_t count) { last += count; }

void ModelTerminal::GiveUp(std::uint64_t count) {
  voids_.push_back({.first = Sequence{last + 1},
                    .count = count,
                    .quota = event::QuotaClass::kBrowsing,
                    .reason = 0});
  last += count;
}

bool ModelTerminal::IsVoid(std::uint64_t sequence) const {
  return std::any_of(voids_.begin(), voids_.end(), [sequence](const wire::VoidRun& run) {
    return sequence >= run.first.value && sequence < run.first.value + run.count;
  });
}

event::Event ModelTerminal::EventAt(std::uint64_t sequence) const {
  event::Event event;
  event.sequence = Sequence{sequence};
  if (sequence % 3 != 0) event.journey = {birth.epoch, sequence / 10 + 1};
  event.type = event::EventType::kTouched;
  event.time = WallFromMs(1'795'348'800'000 + static_cast<std::int64_t>(sequence) * 500);
  event.boot = 1;
  event.mono = MonoFromMs(static_cast<std::int64_t>(sequence) * 500);
  event.data.Set(event::Key::kCount, static_cast<std::int64_t>(sequence % 7 + 1));
  return event;
}

Incoming ModelTerminal::Birth() {
  ++birth.birth_number;
  birth.nonce = Fnv1a64(id.terminal + std::to_string(birth.birth_number));
  birth.first = Sequence{last == 0 ? 0U : 1U};
  birth.last = Sequence{last};
  birth.acked = Sequence{watermark};
  birth.acked_digest = 0;
  if (watermark > 0 && !IsVoid(watermark)) {
    birth.acked_digest = Fnv1a64(event::EncodeBody(EventAt(watermark), birth.epoch));
  }
  return BirthAgain();
}

Incoming ModelTerminal::BirthAgain() const {
  return {wire::UpTopic(id, wire::UpKind::kBirth), wire::EncodeBirth(birth)};
}

Incoming ModelTerminal::Death() const {
  return {wire::UpTopic(id, wire::UpKind::kDeath),
          wire::EncodeDeath({.birth_number = birth.birth_number, .clean = false})};
}

Incoming ModelTerminal::Frame(std::uint64_t first, std::uint64_t until) {
  std::vector<event::Event> events;
  std::vector<wire::VoidRun> voids;
  for (std::uint64_t at = first; at <= until; ++at) {
    if (!IsVoid(at)) {
      events.push_back(EventAt(at));
      continue;
    }
    if (!voids.empty() && voids.back().first.value + voids.back().count == at) {
      ++voids.back().count;
    } else {
      voids.push_back(
          {.first = Sequence{at}, .count = 1, .quota = event::QuotaClass::kBrowsing, .reason = 0});
    }
  }
  auto encoded = encoder_.Encode(id, birth.epoch, Sequence{first}, events, voids);
  TRAYLINE_CHECK(encoded.ok());
  return {wire::UpTopic(id, wire::UpKind::kBatch), encoded->bytes};
}

void ModelTerminal::OnAck(const Outgoing& message) {
  if (message.topic != wire::AckTopic(id)) return;
  auto ack = wire::DecodeAck(message.payload);
  TRAYLINE_CHECK(ack.ok());
  if (ack->nonce != birth.nonce) return;
  last_ack = *ack;
  ++acks;
  if (ack->epoch != birth.epoch) return;
  const bool rewind =
      (ack->flags & wire::kAckRewind) != 0 && ack->hq_generation > birth.hq_generation;
  if (rewind || ack->watermark.value > watermark) watermark = ack->watermark.value;
  birth.hq_generation = std::max(birth.hq_generation, ack->hq_generation);
}

std::vector<event::Event> ModelTerminal::Events(std::uint64_t first, std::uint64_t until) const {
  std::vector<event::Event> events;
  for (std::uint64_t at = first; at <= until; ++at) events.push_back(EventAt(at));
  return events;
}

std::vector<event::Event> Renumbered(std::vector<event::Event> events, Epoch from,
                                     std::uint64_t first) {
  for (event::Event& event : events) {
    if (!event.data.Has(event::Key::kOriginEpoch)) {
      event.data.Set(event::Key::kOriginEpoch, static_cast<std::int64_t>(from.value));
      event.data.Set(event::Key::kOriginSequence, static_cast<std::int64_t>(event.sequence.value));
    }
    event.sequence = Sequence{first++};
  }
  return events;
}

Incoming FrameOf(const TerminalId& id, Epoch epoch, const std::vector<event::Event>& events) {
  wire::FrameEncoder encoder;
  auto encoded = encoder.Encode(id, epoch, events.front().sequence, events, {});
  TRAYLINE_CHECK(encoded.ok() && encoded->events == events.size());
  return {wire::UpTopic(id, wire::UpKind::kBatch), encoded->bytes};
}

}  // namespace trayline::hq
