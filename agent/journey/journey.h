// Journey: one guest's visit to a terminal, as its events have made it. The state is a fold over
// recorded events and nothing else, so the terminal after a restart, a rebuild, and HQ all come to
// the same journey. Value type, pure.
#ifndef TRAYLINE_AGENT_JOURNEY_JOURNEY_H_
#define TRAYLINE_AGENT_JOURNEY_JOURNEY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "agent/event/event.h"
#include "agent/event/vocabulary.h"
#include "agent/journey/cart.h"

namespace trayline::journey {

using event::Evidence;
using event::Outcome;
using event::Stage;

struct Journey {
  JourneyId id;
  std::string host;  // local: who recorded it; empty at HQ
  std::string ref;   // local: the host's own reference

  // kCompleted when the outcome is completed, kClosed with any other.
  Stage stage = Stage::kIdle;
  Stage resume_stage = Stage::kIdle;  // where a suspended journey goes on
  Stage deepest = Stage::kIdle;       // deepest of started..paying ever reached
  std::optional<Outcome> outcome;     // set when closed, replaced by a revision
  Evidence evidence = Evidence::kHostReport;
  std::uint32_t revision = 0;  // of the outcome: 0 while open, 1 when closed, + 1 each revision

  // Flags
  bool at_risk = false;
  bool warned = false;
  bool training = false;
  bool accessibility = false;
  bool payment_pending = false;  // payment.started without an end
  bool cancel_requested = false;
  bool submitted = false;  // the cart as it is was sent off; a host that empties it tidies up
  bool purchased = false;  // a purchase has been reported
  bool approved = false;   // a payment has been approved

  Cart cart;
  std::int64_t currency = 0;  // ISO 4217 number, 0 not known
  std::int64_t purchase_value_minor = 0;
  std::int64_t highest_value_minor = 0;
  // Value of the cart when the journey was closed: what was lost or sold.
  std::int64_t closing_value_minor = 0;
  std::int64_t closing_lines = 0;

  // Features
  std::uint32_t events = 0;
  std::uint32_t views = 0;
  std::uint32_t adds = 0;     // acts of adding; one act may add several lines
  std::uint32_t removes = 0;  // acts of removing; clearing the cart is one
  std::uint32_t cycles = 0;   // an item added again after it was removed
  std::uint32_t touches = 0;
  std::uint32_t payment_attempts = 0;
  std::uint32_t payment_failures = 0;
  std::uint32_t irregular = 0;
  bool ever_line = false;
  std::uint64_t last_removed_item = 0;  // FNV-1a 64 of the item id, for cycles

  // What the host said of it
  std::int64_t entry_source = 0;
  std::int64_t order_mode = -1;  // -1 not said
  std::int64_t channel = -1;
  std::string locale;
  std::string ticket;
  std::string transaction_id;
  std::optional<event::CancelReason> cancel_reason;

  // Time. Monotonic times belong to the boot.
  WallTime started;
  WallTime last_wall;
  WallTime closed_wall;
  std::uint32_t boot = 0;
  MonoTime started_mono;
  MonoTime last_activity;  // last event that a guest caused
  MonoTime stage_since;
  MonoTime warned_at;     // 0: never warned
  MonoTime warning_from;  // the warning's time runs from here; moved on by idle_extended
  MonoTime page_lost_at;
  bool page_lost = false;
  MonoTime closed_mono;
  event::EventType last_touchpoint = event::EventType::kJourneyStarted;

  [[nodiscard]] bool IsOpen() const { return !outcome.has_value(); }
  friend bool operator==(const Journey&, const Journey&) = default;
};

// The one way a journey changes. event belongs to this journey; any type, any order, any values:
// texts are cut and numbers clamped to the limits of cart.h and bounds.h. An event of another boot
// than the one before moves the monotonic times on first (RebaseMono of machine.h).
void Fold(Journey& journey, const event::Event& event);

// Checkpoint form, versioned. kCorrupt when bytes are not one.
std::string EncodeJourney(const Journey& journey);
Result<Journey> DecodeJourney(std::string_view bytes);

}  // namespace trayline::journey

#endif  // TRAYLINE_AGENT_JOURNEY_JOURNEY_H_
