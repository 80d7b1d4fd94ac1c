#include "agent/engine/desk.h"

#include "agent/base/varint.h"
#include "agent/journey/machine.h"

namespace trayline::engine {
namespace {

using event::EventType;
using event::Key;
using journey::Journey;

constexpr std::uint64_t kFormatVersion = 1;
constexpr std::size_t kJourneyBytesMax = 1 << 20;

template <typename Map, typename Wanted>
const Journey* Latest(const Map& journeys, std::string_view host, Wanted wanted) {
  for (auto it = journeys.rbegin(); it != journeys.rend(); ++it) {
    if (it->second.host == host && wanted(it->second)) return &it->second;
  }
  return nullptr;
}

}  // namespace

void Desk::Apply(const event::Event& event) {
  if (!event.journey.IsNone()) {
    if (event.type == EventType::kJourneyStarted) Started(event);
    ApplyToJourney(event);
  } else if (event.type == EventType::kTrainingChanged) {
    training_ = event.data.IntOr(Key::kTraining, 0) != 0;
  } else if (event.type == EventType::kSystemStarted) {
    // Monotonic time began anew with the boot; the journeys' times are moved to the new one.
    for (auto& [id, journey] : open_) {
      if (journey.boot != event.boot) journey::RebaseMono(journey, event.boot, event.mono);
    }
    for (auto& [id, journey] : closed_) {
      if (journey.boot != event.boot) journey::RebaseMono(journey, event.boot, event.mono);
    }
  }
  PruneClosed(event);
}

void Desk::Started(const event::Event& event) {
  if (open_.contains(event.journey) || closed_.contains(event.journey)) return;
  Journey journey;
  journey.id = event.journey;
  open_.emplace(event.journey, std::move(journey));
  last_number_ = std::max(last_number_, event.journey.number);
}

void Desk::ApplyToJourney(const event::Event& event) {
  const auto open = open_.find(event.journey);
  if (open == open_.end()) {
    const auto closed = closed_.find(event.journey);
    if (closed != closed_.end()) journey::Fold(closed->second, event);
    return;
  }
  journey::Fold(open->second, event);
  if (event.type == EventType::kJourneyStarted) Remember(open->second);
  if (!open->second.IsOpen()) {
    closed_.emplace(open->first, std::move(open->second));
    open_.erase(open);
  }
}

void Desk::Remember(const Journey& journey) {
  if (!journey.ref.empty()) by_ref_[{journey.host, journey.ref}] = journey.id;
}

void Desk::Forget(const Journey& journey) {
  const auto it = by_ref_.find({journey.host, journey.ref});
  if (it != by_ref_.end() && it->second == journey.id) by_ref_.erase(it);
}

// Closed journeys stay for the time in which they may be revised. It goes by the event's time, so a
// replay forgets the same ones.
void Desk::PruneClosed(const event::Event& event) {
  while (!closed_.empty()) {
    const auto oldest = closed_.begin();
    const bool over = closed_.size() > kClosedJourneysMax;
    if (!over && journey::MayBeRevised(oldest->second, event.mono, policy_)) return;
    Forget(oldest->second);
    closed_.erase(oldest);
  }
}

const Journey* Desk::Find(JourneyId id) const {
  if (const auto it = open_.find(id); it != open_.end()) return &it->second;
  if (const auto it = closed_.find(id); it != closed_.end()) return &it->second;
  return nullptr;
}

const Journey* Desk::FindByRef(std::string_view host, std::string_view ref) const {
  const auto it = by_ref_.find(std::pair(std::string(host), std::string(ref)));
  return it == by_ref_.end() ? nullptr : Find(it->second);
}

const Journey* Desk::Current(std::string_view host, EventType type) const {
  return Latest(open_, host,
                [type](const Journey& j) { return journey::TakesUnreferenced(j, type); });
}

const Journey* Desk::LastClosed(std::string_view host) const {
  return Latest(closed_, host, [](const Journey&) { return true; });
}

// version, last number, training, number of journeys, each as length and journey::EncodeJourney.
std::string Desk::Encode() const {
  std::string out;
  PutVarint(out, kFormatVersion);
  PutVarint(out, last_number_);
  PutVarint(out, training_ ? 1 : 0);
  PutVarint(out, open_.size() + closed_.size());
  for (const auto* journeys : {&closed_, &open_}) {
    for (const auto& [id, journey] : *journeys) PutBytes(out, journey::EncodeJourney(journey));
  }
  return out;
}

Result<Desk> Desk::Decode(std::string_view bytes, const journey::Policy& policy) {
  VarintReader in(bytes);
  Desk desk(policy);
  if (in.Varint() != kFormatVersion) return Error{Errc::kCorrupt, "desk: not version 1"};
  desk.last_number_ = in.Varint();
  desk.training_ = in.Varint() != 0;
  const std::uint64_t count = in.Varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    auto journey = journey::DecodeJourney(in.Bytes(kJourneyBytesMax));
    if (!in.ok()) break;
    if (!journey) return journey.error().In("desk");
    desk.Remember(*journey);
    auto& where = journey->IsOpen() ? desk.open_ : desk.closed_;
    where.emplace(journey->id, std::move(*journey));
  }
  if (!in.ok() || !in.AtEnd()) return Error{Errc::kCorrupt, "desk: damaged"};
  return desk;
}

}  // namespace trayline::engine
