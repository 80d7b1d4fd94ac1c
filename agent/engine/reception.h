// Reception: finds the journey that a host's event belongs to (domain.md, envelope, subject). Pure.
#ifndef TRAYLINE_AGENT_ENGINE_RECEPTION_H_
#define TRAYLINE_AGENT_ENGINE_RECEPTION_H_

#include <string_view>

#include "agent/engine/desk.h"
#include "agent/event/host_event.h"

namespace trayline::engine {

enum class Seat {
  kJourney,  // the journey that is named
  kNew,      // a new journey
  kNowhere,  // recorded outside any journey
};

struct Seating {
  Seat seat = Seat::kNew;
  JourneyId journey;     // for kJourney
  JourneyId superseded;  // for kNew: the journey that this new one ends, or none
};

// With a ref: the journey of this host with this ref, open or still in hand. Without: the host's
// open journey that goes on with it (journey::TakesUnreferenced); with none open, its last journey
// if that takes it late (journey::TakesLate); what says nothing of a guest (warnings, page and
// staff signals, a refund) stands outside, and anything else starts a journey. A started without a
// ref on top of an open journey is the next guest: the open one is superseded.
Seating FindSeat(const Desk& desk, std::string_view host, const event::HostEvent& said,
                 MonoTime now, const journey::Policy& policy);

}  // namespace trayline::engine

#endif  // TRAYLINE_AGENT_ENGINE_RECEPTION_H_
