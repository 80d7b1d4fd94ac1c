#include "agent/journey/policy.h"

namespace trayline::journey {

Policy DefaultPolicy(event::DeviceClass device) {
  Policy policy;
  policy.device = device;
  // Guests at a table come back to their tablet for another round, and a counter is driven by
  // staff: neither has gone because nobody touches the screen.
  policy.abandons_by_idling = device == event::DeviceClass::kKiosk;
  return policy;
}

}  // namespace trayline::journey
