// Policy: the times of a journey, per class of device (domain.md, timers). They become part of the
// signed bundle later; until then these defaults, with the overrides of the configuration. Value
// type.
#ifndef TRAYLINE_AGENT_JOURNEY_POLICY_H_
#define TRAYLINE_AGENT_JOURNEY_POLICY_H_

#include "agent/base/time.h"
#include "agent/event/vocabulary.h"

namespace trayline::journey {

struct Policy {
  event::DeviceClass device = event::DeviceClass::kKiosk;
  bool abandons_by_idling = true;  // false: table tablet, counter
  Millis idle_browse{30'000};      // started and browsing
  Millis idle_cart{40'000};
  Millis idle_review{50'000};    // reviewing, and paying before payment.started
  Millis warning{20'000};        // from idle_warned to the end, extendable
  int accessibility_factor = 4;  // stretches idle and warning times
  Millis presence_lost{5'000};
  Millis unpaid{600'000};  // unpaid_submitted to abandoned_unpaid
  Millis relink{900'000};  // a closed journey may still be revised by its purchase
  Millis page_lost_grace{20'000};
  Millis restart_grace{60'000};  // an open journey after a start of the daemon
  Millis superseded{3'000};      // start over this soon after a warning: another guest
  int payment_attempts_max = 3;
};

// The defaults of a class of device.
Policy DefaultPolicy(event::DeviceClass device);

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_POLICY_H_
