// What an event says of the guest: whether somebody is standing there. Only the .cc files of this
// module include it. Pure; any thread.
#ifndef TRAYLINE_AGENT_JOURNEY_ACTS_H_
#define TRAYLINE_AGENT_JOURNEY_ACTS_H_

#include "agent/event/event_type.h"

namespace trayline::journey {

// Caused by a guest (or by staff serving one) at the screen, so the idle time begins anew.
bool IsGuestAct(event::EventType type);
// A named place of the journey, as last_touchpoint tells it; a mere touch is none.
bool IsTouchpoint(event::EventType type);
// Leads towards the end of the order: whoever does it is not about to leave.
bool IsStepForward(event::EventType type);

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_ACTS_H_
