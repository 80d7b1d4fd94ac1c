// The table of the journey state machine (domain.md, journey state machine) as data: which stage
// and host event lead where, under which guard. Only the .cc files of this module include it.
// Constants and pure functions; any thread.
#ifndef TRAYLINE_AGENT_JOURNEY_TABLE_H_
#define TRAYLINE_AGENT_JOURNEY_TABLE_H_

#include <cstdint>
#include <span>

#include "agent/event/event.h"
#include "agent/journey/journey.h"
#include "agent/journey/policy.h"

namespace trayline::journey {

// One bit for each stage.
using Stages = std::uint16_t;
constexpr Stages In(Stage stage) { return static_cast<Stages>(1U << static_cast<unsigned>(stage)); }

// What must hold beside stage and event. "was" speaks of the journey before the event.
enum class Guard : std::uint8_t {
  kAlways,
  kPending,       // was: a payment has started and not ended
  kHasLines,      // the cart has lines
  kEmptied,       // the cart has none
  kSentOff,       // the cart has none, and was submitted as it was
  kAttemptsLeft,  // fewer attempts to pay than the policy allows
  kJustWarned,    // within the policy's time after a warning
  kGivenUp,       // was warned, and it is the system that cancels
  kFirstTime,     // was: neither asked to cancel (cancel_requested) nor warned (idle_warned)
  kPayAtCounter,
  kApproved,    // of payment.reconciled
  kNotCharged,  // of payment.reconciled
  kDeclined,    // of payment.reconciled
  kOtherValue,  // the purchase's value is not the one that the journey was closed with
};

// What follows.
enum class Effect : std::uint8_t {
  kStay,         // listed, and nothing follows
  kIrregular,    // as if not listed: irregular first, then what the fact itself makes certain
  kMove,         // stage_changed to next
  kEmpty,        // stage_changed to next, at_risk(cart_emptied)
  kResume,       // stage_changed to where the journey was suspended
  kDecline,      // stage_changed to next, at_risk(payment_declined)
  kLastDecline,  // abandoned by payment_declined, closed
  kIdleRisk,     // at_risk(idle_warned)
  kCancelRisk,   // at_risk(cancel_requested)
  kComplete,     // stage_changed to next, closed
  kCancel,       // closed as cancelled
  kTimeOut,      // abandoned by idle_timeout, closed
  kSupersede,    // abandoned by superseded_guest, closed
  kStaffReset,   // closed as staff_reset
  kRevise,       // outcome_revised to completed
  kCorrect,      // outcome_revised: completed still, with another value
};

struct Row {
  Stages from;
  event::EventType event;
  Guard guard;
  Effect effect;
  Stage next;  // kIdle where the effect names no stage: nothing leads back there
};

// What the guards look at. The references must outlive it.
struct Situation {
  const Journey& before;
  const Journey& after;
  const event::Event& event;
  const Policy& policy;
};

// Every listed pair. The first row whose stage, event and guard fit is the one.
std::span<const Row> Listed();
// For pairs that are not listed: what is certain all the same.
std::span<const Row> Certain();
// Null when no row fits.
const Row* FirstFit(std::span<const Row> rows, const Situation& situation);

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_TABLE_H_
