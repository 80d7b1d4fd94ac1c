#include "agent/engine/reception.h"

#include "agent/journey/machine.h"

namespace trayline::engine {
namespace {

using event::EventType;
using journey::Journey;

// What a host reports of itself and a refund of long ago begin no visit of a guest.
bool StartsNothing(EventType type) {
  switch (type) {
    case EventType::kIdleWarned:
    case EventType::kIdleExtended:
    case EventType::kStartOver:
    case EventType::kStaffReset:
    case EventType::kPageLost:
    case EventType::kPageRestored:
    case EventType::kRefund:
      return true;
    default:
      return false;
  }
}

Seating At(const Journey& journey) { return {Seat::kJourney, journey.id, {}}; }

}  // namespace

Seating FindSeat(const Desk& desk, std::string_view host, const event::HostEvent& said,
                 MonoTime now, const journey::Policy& policy) {
  const Seating fresh{StartsNothing(said.type) ? Seat::kNowhere : Seat::kNew, {}, {}};
  if (said.type == EventType::kTrainingChanged) return {Seat::kNowhere, {}, {}};
  if (!said.journey_ref.empty()) {
    const Journey* known = desk.FindByRef(host, said.journey_ref);
    return known != nullptr ? At(*known) : fresh;
  }
  if (said.type == EventType::kJourneyStarted) {
    // Whoever would have been touching the screen until now has left it.
    const Journey* present = desk.Current(host, EventType::kTouched);
    return {Seat::kNew, {}, present != nullptr ? present->id : JourneyId{}};
  }
  const Journey* current = desk.Current(host, said.type);
  if (current != nullptr) return At(*current);
  const Journey* last = desk.LastClosed(host);
  if (last != nullptr && journey::TakesLate(*last, said.type, said.data, now, policy)) {
    return At(*last);
  }
  return fresh;
}

}  // namespace trayline::engine
