// Fold: what each event makes of a journey. Facts of the guest and the host fill the cart, the
// features and the flags; the stage and the outcome change by our own events alone. Pure.
#include <algorithm>
#include <optional>
#include <string>

#include "agent/base/hash.h"
#include "agent/base/money.h"
#include "agent/journey/acts.h"
#include "agent/journey/bounds.h"
#include "agent/journey/journey.h"
#include "agent/journey/machine.h"

namespace trayline::journey {
namespace {

using event::Event;
using event::EventType;
using event::Key;
using event::Record;

constexpr std::int64_t kCurrencyMax = 999;  // ISO 4217 numbers have three digits

std::string Kept(std::string_view text, std::size_t limit) {
  return std::string(BoundedText(text, limit));
}

std::uint32_t Counted(const Record& data, Key key, std::int64_t fallback) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(data.IntOr(key, fallback), 0, kFeatureMax));
}

std::int64_t Value(std::int64_t minor) {
  return std::clamp<std::int64_t>(minor, 0, kMoneyMaxMinor);
}

// --- What any event may say ---------------------------------------------------------------------

template <typename E>
void TakeWord(const Record& data, Key key, std::size_t count, std::int64_t& field) {
  if (const auto word = data.Enum<E>(key, count)) field = static_cast<std::int64_t>(*word);
}

void TakeText(const Record& data, Key key, std::size_t limit, std::string& field) {
  if (const auto text = data.Text(key)) field = Kept(*text, limit);
}

// A refund and a link name the ticket and transaction of something else.
bool NamesItsOwnOrder(EventType type) {
  return type != EventType::kRefund && type != EventType::kJourneyLinked;
}

void TakeWhatIsSaid(Journey& journey, const Event& event) {
  const Record& data = event.data;
  if (journey.host.empty()) TakeText(data, Key::kHost, kJourneyTextMax, journey.host);
  if (journey.ref.empty()) TakeText(data, Key::kJourneyRef, kJourneyTextMax, journey.ref);
  TakeText(data, Key::kLocale, kLocaleTextMax, journey.locale);
  if (NamesItsOwnOrder(event.type)) {
    TakeText(data, Key::kTicket, kJourneyTextMax, journey.ticket);
    TakeText(data, Key::kTransactionId, kJourneyTextMax, journey.transaction_id);
  }
  TakeWord<event::EntrySource>(data, Key::kEntrySource, event::kEntrySourceNames.size(),
                               journey.entry_source);
  TakeWord<event::OrderMode>(data, Key::kOrderMode, event::kOrderModeNames.size(),
                             journey.order_mode);
  TakeWord<event::Channel>(data, Key::kChannel, event::kChannelNames.size(), journey.channel);
  const std::int64_t currency = data.IntOr(Key::kCurrency, 0);
  if (currency > 0 && currency <= kCurrencyMax) journey.currency = currency;
  if (const auto on = data.Int(Key::kAccessibilityMode)) journey.accessibility = *on != 0;
}

// --- The guest is there -------------------------------------------------------------------------

void TakeAct(Journey& journey, EventType type, MonoTime now) {
  if (IsTouchpoint(type)) journey.last_touchpoint = type;
  if (!IsGuestAct(type)) return;
  journey.last_activity = now;
  journey.page_lost = false;
  if (type != EventType::kCancelRequested) journey.cancel_requested = false;
  if (type == EventType::kIdleExtended) return;  // still warned, for longer
  if (journey.warned || IsStepForward(type)) journey.at_risk = false;
  journey.warned = false;
}

// --- Cart ---------------------------------------------------------------------------------------

// A guest who adds the item that was taken out last goes round in a circle.
void TakeAdd(Journey& journey, const Record& data) {
  for (const Record& line : data.List(Key::kLines)) {
    journey.cart.Add(line);
    const std::string_view item = line.TextOr(Key::kItemId, "");
    if (item.empty() || journey.last_removed_item != Fnv1a64(BoundedText(item, kLineIdMax))) {
      continue;
    }
    CountUp(journey.cycles);
    journey.last_removed_item = 0;
  }
  CountUp(journey.adds);
  journey.submitted = false;
}

void TakeRemoval(Journey& journey, const Record& data) {
  std::uint64_t removed = 0;
  for (const Record& line : data.List(Key::kLines)) {
    const CartLine* known = journey.cart.Find(line.TextOr(Key::kLineId, ""));
    const std::string_view item = known != nullptr
                                      ? std::string_view(known->item_id)
                                      : BoundedText(line.TextOr(Key::kItemId, ""), kLineIdMax);
    if (!item.empty()) removed = Fnv1a64(item);
    journey.cart.Remove(line);
  }
  // A host that empties the cart once it is sent off or sold takes nothing back for the guest.
  const bool sent_off = journey.submitted && journey.cart.empty();
  if (sent_off || !journey.IsOpen()) return;
  CountUp(journey.removes);
  if (removed != 0) journey.last_removed_item = removed;
}

void TakeCartChange(Journey& journey, const Event& event) {
  switch (event.type) {
    case EventType::kAddToCart:
      TakeAdd(journey, event.data);
      break;
    case EventType::kRemoveFromCart:
      TakeRemoval(journey, event.data);
      break;
    default:
      for (const Record& line : event.data.List(Key::kLines)) journey.cart.Update(line);
      break;
  }
  journey.cart.BumpRevision();
  journey.ever_line = journey.ever_line || !journey.cart.empty();
  journey.highest_value_minor = std::max(journey.highest_value_minor, journey.cart.ValueMinor());
}

// --- Money --------------------------------------------------------------------------------------

void TakeAttempt(Journey& journey, const Record& data) {
  CountUp(journey.payment_attempts);
  journey.payment_attempts = std::max(journey.payment_attempts, Counted(data, Key::kAttempt, 0));
}

void TakePaymentFailed(Journey& journey, const Record& data) {
  // A host that reports only how payments end: the failure is the attempt.
  if (!journey.payment_pending) TakeAttempt(journey, data);
  CountUp(journey.payment_failures);
  journey.payment_pending = false;
}

void TakeReconciled(Journey& journey, const Record& data) {
  const auto result =
      data.Enum<event::PaymentResult>(Key::kResult, event::kPaymentResultNames.size());
  if (!result) return;
  journey.payment_pending = false;
  if (*result == event::PaymentResult::kApproved) journey.approved = true;
  if (*result == event::PaymentResult::kFailed) CountUp(journey.payment_failures);
}

// What a purchase without a value was worth: what it was worth when it was reported before; else
// the cart, unless the host has emptied it since the journey was closed.
std::int64_t KnownValueMinor(const Journey& journey) {
  if (journey.purchased) return journey.purchase_value_minor;
  return journey.cart.empty() ? journey.closing_value_minor : journey.cart.ValueMinor();
}

void TakePurchase(Journey& journey, const Record& data) {
  journey.payment_pending = false;
  // The lines of a host that sends completed orders only.
  if (journey.cart.empty() && !journey.ever_line) {
    for (const Record& line : data.List(Key::kLines)) journey.cart.Add(line);
    journey.ever_line = !journey.cart.empty();
    journey.highest_value_minor = std::max(journey.highest_value_minor, journey.cart.ValueMinor());
  }
  journey.purchase_value_minor = Value(data.IntOr(Key::kValueMinor, KnownValueMinor(journey)));
  journey.purchased = true;
}

// --- The journey's own events -------------------------------------------------------------------

void TakeStarted(Journey& journey, const Event& event, MonoTime now) {
  if (journey.stage != Stage::kIdle) return;
  journey.stage = Stage::kStarted;
  journey.deepest = std::max(journey.deepest, Stage::kStarted);
  journey.started = event.time;
  journey.started_mono = now;
  journey.stage_since = now;
}

void Deepen(Journey& journey, Stage stage) {
  if (stage <= Stage::kPaying) journey.deepest = std::max(journey.deepest, stage);
}

void TakeStage(Journey& journey, const Record& data, MonoTime now) {
  const auto stage = data.Enum<Stage>(Key::kStage, event::kStageNames.size());
  if (!stage) return;
  if (*stage == Stage::kSuspended && journey.stage != Stage::kSuspended) {
    journey.resume_stage = journey.stage;
  }
  journey.stage = *stage;
  journey.stage_since = now;
  journey.warned = false;
  Deepen(journey, *stage);
}

void TakeOutcome(Journey& journey, const Record& data) {
  const auto outcome = data.Enum<Outcome>(Key::kOutcome, event::kOutcomeNames.size());
  if (!outcome) return;
  journey.outcome = outcome;
  journey.evidence = data.Enum<Evidence>(Key::kEvidence, event::kEvidenceNames.size())
                         .value_or(Evidence::kHostReport);
  journey.revision = Counted(data, Key::kRevision, std::int64_t{journey.revision} + 1);
  journey.closing_value_minor = Value(data.IntOr(Key::kValueMinor, journey.closing_value_minor));
  journey.stage = *outcome == Outcome::kCompleted ? Stage::kCompleted : Stage::kClosed;
}

void TakeClosed(Journey& journey, const Event& event, MonoTime now) {
  TakeOutcome(journey, event.data);
  if (journey.IsOpen()) return;  // the outcome is a newer writer's word
  journey.closing_lines = std::clamp<std::int64_t>(event.data.IntOr(Key::kLineCount, 0), 0,
                                                   static_cast<std::int64_t>(kCartLinesMax));
  if (const auto deepest = event.data.Enum<Stage>(Key::kStage, event::kStageNames.size())) {
    Deepen(journey, *deepest);
  }
  journey.stage_since = now;
  journey.closed_wall = event.time;
  journey.closed_mono = now;
}

// --- The host itself ----------------------------------------------------------------------------

void TakeWarned(Journey& journey, MonoTime now) {
  if (journey.warned || journey.payment_pending || !journey.IsOpen()) return;
  journey.warned = true;
  journey.warned_at = now;
  journey.warning_from = now;
}

void TakePageLost(Journey& journey, MonoTime now) {
  if (!journey.page_lost) journey.page_lost_at = now;
  journey.page_lost = true;
}

void TakeCancelled(Journey& journey, const Record& data) {
  const auto reason =
      data.Enum<event::CancelReason>(Key::kReason, event::kCancelReasonNames.size());
  if (reason) journey.cancel_reason = reason;
}

void TakeOwn(Journey& journey, const Event& event, MonoTime now) {
  switch (event.type) {
    case EventType::kJourneyStarted:
      return TakeStarted(journey, event, now);
    case EventType::kJourneyStageChanged:
      return TakeStage(journey, event.data, now);
    case EventType::kJourneyAtRisk:
      journey.at_risk = true;
      return;
    case EventType::kJourneyOutcomeRevised:
      return TakeOutcome(journey, event.data);
    case EventType::kJourneyClosed:
      return TakeClosed(journey, event, now);
    case EventType::kIrregular:
      return CountUp(journey.irregular);
    default:
      return;
  }
}

void TakeGuest(Journey& journey, const Event& event) {
  switch (event.type) {
    case EventType::kViewItemList:
    case EventType::kSelectItem:
    case EventType::kViewItem:
      return CountUp(journey.views);
    case EventType::kAddToCart:
    case EventType::kRemoveFromCart:
    case EventType::kUpdateCartLine:
      return TakeCartChange(journey, event);
    case EventType::kTouched:
      return CountUp(journey.touches, Counted(event.data, Key::kCount, 1));
    case EventType::kOrderSubmitted:
      journey.submitted = true;
      return;
    case EventType::kCancelRequested:
      journey.cancel_requested = true;
      return TakeCancelled(journey, event.data);
    case EventType::kOrderCancelled:
      return TakeCancelled(journey, event.data);
    default:
      return;
  }
}

void TakeMoney(Journey& journey, const Event& event) {
  switch (event.type) {
    case EventType::kPurchase:
      return TakePurchase(journey, event.data);
    case EventType::kPaymentStarted:
      TakeAttempt(journey, event.data);
      journey.payment_pending = true;
      journey.warned = false;
      return;
    case EventType::kPaymentFailed:
      return TakePaymentFailed(journey, event.data);
    case EventType::kPaymentReconciled:
      return TakeReconciled(journey, event.data);
    case EventType::kPaymentApproved:
      journey.approved = true;
      journey.payment_pending = false;
      return;
    default:
      return;
  }
}

void TakeHost(Journey& journey, const Event& event, MonoTime now) {
  switch (event.type) {
    case EventType::kIdleWarned:
      return TakeWarned(journey, now);
    case EventType::kIdleExtended:
      if (journey.warned) journey.warning_from = now;
      return;
    case EventType::kPageLost:
      return TakePageLost(journey, now);
    case EventType::kTrainingChanged:
      journey.training = journey.training || event.data.IntOr(Key::kTraining, 0) != 0;
      return;
    default:
      return;
  }
}

}  // namespace

void Fold(Journey& journey, const Event& event) {
  const MonoTime now = BoundedTime(event.mono);
  if (journey.events > 0 && event.boot != journey.boot) RebaseMono(journey, event.boot, now);
  if (journey.events == 0) journey.last_activity = now;
  if (journey.id.IsNone()) journey.id = event.journey;
  journey.boot = event.boot;
  journey.last_wall = event.time;
  journey.training = journey.training || event.training;
  CountUp(journey.events);
  TakeWhatIsSaid(journey, event);
  TakeAct(journey, event.type, now);
  TakeGuest(journey, event);
  TakeMoney(journey, event);
  TakeHost(journey, event, now);
  TakeOwn(journey, event, now);
}

}  // namespace trayline::journey
