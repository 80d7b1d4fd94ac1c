#include "agent/journey/machine.h"

#include <algorithm>
#include <string_view>

#include "agent/event/spec.h"
#include "agent/journey/drafts.h"
#include "agent/journey/table.h"

namespace trayline::journey {
namespace {

using event::Actor;
using event::EventType;
using event::Key;
using event::Record;
using event::Risk;

// Add-remove cycles that show a guest who cannot decide (decisions.md, recovery defaults).
constexpr std::uint32_t kBacktrackCycles = 2;

// Why a line of the event found no place in the cart; empty when all did.
std::string_view LineWithoutPlace(const Situation& s) {
  if (!s.before.IsOpen()) return "";
  for (const Record& line : s.event.data.List(Key::kLines)) {
    const std::string_view id = line.TextOr(Key::kLineId, "");
    switch (s.event.type) {
      case EventType::kAddToCart:
        // A line without an id has got one from the cart, if there was room.
        if (!id.empty() && s.after.cart.Find(id) == nullptr)
          return "a line has no place in the cart";
        break;
      case EventType::kRemoveFromCart:
      case EventType::kUpdateCartLine:
        if (s.before.cart.Find(id) == nullptr) return "a line is not in the cart";
        break;
      default:
        return "";
    }
  }
  return "";
}

Evidence CancelEvidence(const event::Event& event) {
  switch (event.data.Enum<Actor>(Key::kBy, event::kActorNames.size()).value_or(Actor::kGuest)) {
    case Actor::kGuest:
      return Evidence::kCancelTap;
    case Actor::kStaff:
      return Evidence::kStaffAction;
    case Actor::kSystem:
      return Evidence::kHostReport;
  }
  return Evidence::kHostReport;
}

Evidence LateEvidence(const event::Event& event) {
  return event.type == EventType::kPurchase ? Evidence::kLatePurchase : Evidence::kLatePayment;
}

void Move(const Situation& s, Stage next, std::vector<Draft>& out) {
  if (next != s.before.stage) out.push_back(StageChanged(s.before.stage, next));
}

// Where a suspended journey goes on; by its cart when nothing says where it was.
Stage ResumeStage(const Journey& journey) {
  if (journey.resume_stage != Stage::kIdle) return journey.resume_stage;
  return journey.cart.empty() ? Stage::kBrowsing : Stage::kCarting;
}

void Apply(const Row& row, const Situation& s, std::vector<Draft>& out) {
  const Journey& journey = s.after;
  const MonoTime now = s.event.mono;
  switch (row.effect) {
    case Effect::kStay:
    case Effect::kIrregular:
      return;
    case Effect::kMove:
      return Move(s, row.next, out);
    case Effect::kResume:
      return Move(s, ResumeStage(journey), out);
    case Effect::kEmpty:
      Move(s, row.next, out);
      return out.push_back(AtRisk(journey, Risk::kCartEmptied, now));
    case Effect::kDecline:
      Move(s, row.next, out);
      return out.push_back(AtRisk(journey, Risk::kPaymentDeclined, now));
    case Effect::kIdleRisk:
      return out.push_back(AtRisk(journey, Risk::kIdleWarned, now));
    case Effect::kCancelRisk:
      return out.push_back(AtRisk(journey, Risk::kCancelRequested, now));
    case Effect::kLastDecline:
      return AppendAbandoned(journey, Outcome::kAbandonedPayment, Evidence::kPaymentDeclined, now,
                             out);
    case Effect::kTimeOut:
      return AppendAbandoned(journey, Classify(journey), Evidence::kIdleTimeout, now, out);
    case Effect::kSupersede:
      return AppendAbandoned(journey, Classify(journey), Evidence::kSupersededGuest, now, out);
    case Effect::kComplete:
      Move(s, row.next, out);
      return out.push_back(Closed(journey, Outcome::kCompleted, Evidence::kHostReport, now));
    case Effect::kCancel:
      return out.push_back(Closed(journey, Outcome::kCancelled, CancelEvidence(s.event), now));
    case Effect::kStaffReset:
      return out.push_back(Closed(journey, Outcome::kStaffReset, Evidence::kStaffAction, now));
    case Effect::kRevise:
      return out.push_back(RevisedToCompleted(journey, LateEvidence(s.event)));
    case Effect::kCorrect:
      return out.push_back(RevisedToCompleted(journey, Evidence::kHostReport));
  }
}

bool IsHostType(EventType type) {
  const event::TypeSpec* spec = event::FindType(type);
  return spec != nullptr && spec->origin == event::Origin::kHost;
}

bool IsAbandonment(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAbandonedBrowse:
    case Outcome::kAbandonedCart:
    case Outcome::kAbandonedCheckout:
    case Outcome::kAbandonedPayment:
    case Outcome::kAbandonedUnpaid:
    case Outcome::kAccidental:
      return true;
    case Outcome::kCompleted:
    case Outcome::kCancelled:
    case Outcome::kHandedOver:
    case Outcome::kStaffReset:
    case Outcome::kSystemExit:
      return false;
  }
  return false;
}

}  // namespace

std::vector<Draft> React(const Journey& before, const Journey& after, const event::Event& event,
                         const Policy& policy) {
  std::vector<Draft> out;
  if (!IsHostType(event.type)) return out;
  const Situation situation{before, after, event, policy};
  const Row* row = FirstFit(Listed(), situation);
  if (row == nullptr || row->effect == Effect::kIrregular) {
    out.push_back(Irregular(before.stage, event.type, "this event is not expected in this stage"));
    row = FirstFit(Certain(), situation);
  } else if (const std::string_view reason = LineWithoutPlace(situation); !reason.empty()) {
    out.push_back(Irregular(before.stage, event.type, reason));
  }
  if (row != nullptr) Apply(*row, situation, out);
  const bool backtracked = before.cycles < kBacktrackCycles && after.cycles >= kBacktrackCycles;
  if (backtracked && before.IsOpen()) {
    out.push_back(AtRisk(after, Risk::kRepeatedBacktrack, event.mono));
  }
  return out;
}

std::vector<Draft> End(const Journey& journey, Outcome outcome, Evidence evidence, MonoTime now) {
  std::vector<Draft> out;
  if (!journey.IsOpen()) return out;
  if (!IsAbandonment(outcome)) {
    out.push_back(Closed(journey, outcome, evidence, now));
  } else if (journey.stage == Stage::kPaymentUnknown || journey.stage == Stage::kUnpaidSubmitted) {
    return out;
  } else if (journey.payment_pending) {
    AppendPaymentUnknown(journey, out);
  } else {
    AppendAbandoned(journey, outcome, evidence, now, out);
  }
  return out;
}

}  // namespace trayline::journey
