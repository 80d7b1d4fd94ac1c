#include "agent/engine/idempotency.h"

#include "agent/base/hash.h"
#include "agent/base/varint.h"

namespace trayline::engine {
namespace {

std::uint64_t ForeignHash(std::uint32_t stream, std::string_view id) {
  std::string prefix;
  PutVarint(prefix, stream);
  return Fnv1a64(id, Fnv1a64(prefix));
}

Verdict Compare(const Recorded& recorded, std::uint64_t digest) {
  return {recorded.digest == digest ? Known::kSame : Known::kOtherBody, recorded};
}

}  // namespace

Idempotency::Idempotency(const ports::CommittedState& state) {
  for (const auto& stream : state.streams) streams_.emplace(stream.name, stream.stream);
  for (const auto& entry : state.window) {
    JourneyId journey = entry.journey;
    if (!journey.IsNone() && journey.epoch == Epoch{}) journey.epoch = state.epoch;
    Note(entry.stream, entry.number,
         Recorded{entry.digest, entry.first, entry.last, journey, entry.epoch});
  }
  for (const auto& key : state.foreign_keys) {
    NoteForeign(key.stream, key.id,
                Recorded{key.digest, key.first, key.last, key.journey, key.epoch}, key.recorded);
  }
}

std::optional<std::uint32_t> Idempotency::Stream(std::string_view host) const {
  const auto it = streams_.find(host);
  if (it == streams_.end()) return std::nullopt;
  return it->second;
}

std::optional<std::uint32_t> Idempotency::OpenStream(std::string_view host) {
  if (streams_.size() >= kStreamsMax) return std::nullopt;
  const auto stream = static_cast<std::uint32_t>(streams_.size() + 1);
  streams_.emplace(std::string(host), stream);
  return stream;
}

Verdict Idempotency::Check(std::uint32_t stream, std::uint64_t number, std::uint64_t digest) const {
  const auto window = windows_.find(stream);
  if (window == windows_.end() || window->second.entries.empty()) return {};
  const auto& entries = window->second.entries;
  if (number > entries.rbegin()->first) return {};
  const auto entry = entries.find(number);
  if (entry == entries.end()) return {Known::kTooOld, {}};
  return Compare(entry->second, digest);
}

Verdict Idempotency::CheckForeign(std::uint32_t stream, std::string_view id,
                                  std::uint64_t digest) const {
  const auto it = foreign_.find(ForeignHash(stream, id));
  if (it == foreign_.end()) return {};
  return Compare(it->second.recorded, digest);
}

void Idempotency::Note(std::uint32_t stream, std::uint64_t number, const Recorded& recorded) {
  auto& entries = windows_[stream].entries;
  entries.insert_or_assign(entries.end(), number, recorded);
  while (entries.size() > ports::kStreamWindow) entries.erase(entries.begin());
}

void Idempotency::NoteForeign(std::uint32_t stream, std::string_view id, const Recorded& recorded,
                              WallTime now) {
  const std::uint64_t hash = ForeignHash(stream, id);
  if (!foreign_.insert_or_assign(hash, Foreign{recorded, now}).second) return;
  foreign_order_.push_back(hash);
  const auto keep = std::chrono::days(ports::kForeignKeyDays);
  while (foreign_order_.size() > 1) {
    const auto oldest = foreign_.find(foreign_order_.front());
    const bool is_young = now - oldest->second.noted <= keep;
    const bool stays = foreign_order_.size() <= ports::kForeignKeysKept ||
                       (foreign_order_.size() <= ports::kForeignKeysMax && is_young);
    if (stays) return;
    foreign_.erase(oldest);
    foreign_order_.pop_front();
  }
}

}  // namespace trayline::engine
