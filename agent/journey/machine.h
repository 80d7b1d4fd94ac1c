// The journey state machine of domain.md as functions: what a host says is normalised into recorded
// facts (Normalise), each fact is folded (Fold in journey.h), and the machine's table says which
// facts of our own follow (React, OnDeadline, OnRestart). The caller records and folds those in
// order. Pure: no clock, no disk; the same input gives the same output.
#ifndef TRAYLINE_AGENT_JOURNEY_MACHINE_H_
#define TRAYLINE_AGENT_JOURNEY_MACHINE_H_

#include <optional>
#include <vector>

#include "agent/base/time.h"
#include "agent/event/event.h"
#include "agent/journey/journey.h"
#include "agent/journey/policy.h"

namespace trayline::journey {

// An event that has no number, time or journey yet.
struct Draft {
  event::EventType type;
  event::Record data;
  friend bool operator==(const Draft&, const Draft&) = default;
};

// What to record for a host's event on this journey, in order. Usually the event itself, completed:
// lines without an id get one (an add: the next number; a removal or update: the line that matches
// item and modifiers), the cart revision is set, a value that the host left out is computed. A
// cart_snapshot becomes at most one remove_from_cart, one add_to_cart and one update_cart_line (in
// this order), or nothing when the cart is already so. Lines of a removal that match nothing stay
// in the event as the host sent them (no true fact is refused).
std::vector<Draft> Normalise(const Journey& journey, event::EventType type, event::Record data);

// What follows from event, which has been folded into after. before is the journey as it was.
// The first entry may be system.irregular (a pair that the table does not list). Order matters.
std::vector<Draft> React(const Journey& before, const Journey& after, const event::Event& event,
                         const Policy& policy);

// When OnDeadline wants to be called next; nullopt when nothing is pending.
std::optional<MonoTime> Deadline(const Journey& journey, const Policy& policy);

// What follows because time has passed. Empty when nothing is due at now.
std::vector<Draft> OnDeadline(const Journey& journey, MonoTime now, const Policy& policy);

// What follows for an open journey when the daemon starts: nothing (it may be resumed within the
// restart grace, which the caller watches), but a pending payment becomes payment.unknown at once.
// When the boot is another one the caller calls RebaseMono first.
std::vector<Draft> OnRestart(const Journey& journey, const Policy& policy);

// What ends an open journey from outside the table (the next guest has begun, the host did not come
// back after a restart, too many are open): an abandonment is abandoned, then closed; any other
// outcome closed alone. Money is never abandoned: with a payment pending an abandonment becomes
// payment.unknown and the journey stays open; with the payment unknown or an order waiting to be
// paid at the counter nothing follows. Outcomes that are no abandonment always end it.
std::vector<Draft> End(const Journey& journey, Outcome outcome, Evidence evidence, MonoTime now);

// Moves every monotonic time of a journey of an earlier boot so that its last activity lies at now.
void RebaseMono(Journey& journey, std::uint32_t boot, MonoTime now);

// Whether a closed journey is within the time in which it may still be revised.
bool MayBeRevised(const Journey& journey, MonoTime now, const Policy& policy);

// Whether an event without a reference is about this closed journey (the host's last one): facts of
// money within the relink time, but not a second purchase on a completed order (another
// transaction, or none named), nor a payment after one that was approved. A host that sends
// completed orders only has each order in a journey of its own through this.
bool TakesLate(const Journey& journey, event::EventType type, const event::Record& data,
               MonoTime now, const Policy& policy);

// Whether an event without a reference goes on with this open journey. Not with a suspended one
// (but order.resumed), and what a guest does at the screen not with one that waits to be paid at
// the counter or whose payment is unknown: that is the next guest.
bool TakesUnreferenced(const Journey& journey, event::EventType type);

// How deep an abandonment was (domain.md, classification).
Outcome Classify(const Journey& journey);

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_MACHINE_H_
