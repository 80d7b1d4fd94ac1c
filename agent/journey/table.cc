#include "agent/journey/table.h"

#include <array>

#include "agent/journey/bounds.h"

namespace trayline::journey {
namespace {

using event::Actor;
using event::EventType;
using event::Key;
using event::PaymentResult;

// Short names keep a row on a line and the columns readable: idle, started, browsing, carting,
// reviewing, paying, done (completed), closed, unpaid, questioned (payment unknown), suspended.
constexpr Stages kI = In(Stage::kIdle);
constexpr Stages kS = In(Stage::kStarted);
constexpr Stages kB = In(Stage::kBrowsing);
constexpr Stages kC = In(Stage::kCarting);
constexpr Stages kR = In(Stage::kReviewing);
constexpr Stages kP = In(Stage::kPaying);
constexpr Stages kD = In(Stage::kCompleted);
constexpr Stages kX = In(Stage::kClosed);
constexpr Stages kU = In(Stage::kUnpaidSubmitted);
constexpr Stages kQ = In(Stage::kPaymentUnknown);
constexpr Stages kZ = In(Stage::kSuspended);
constexpr Stages kOpen = kS | kB | kC | kR | kP | kU | kQ | kZ;
constexpr Stages kOver = kD | kX;
constexpr Stages kShop = kS | kB | kC | kR;
constexpr Stages kEarly = kI | kS | kB;
constexpr Stages kNoMoney = kEarly | kC | kR | kU | kZ;  // no payment is under way

using T = EventType;
using G = Guard;
using E = Effect;

constexpr Stage kNowhere = Stage::kIdle;
constexpr Stage kBrowsing = Stage::kBrowsing;
constexpr Stage kCarting = Stage::kCarting;
constexpr Stage kReviewing = Stage::kReviewing;
constexpr Stage kPaying = Stage::kPaying;
constexpr Stage kCompleted = Stage::kCompleted;
constexpr Stage kUnpaid = Stage::kUnpaidSubmitted;
constexpr Stage kUnknown = Stage::kPaymentUnknown;
constexpr Stage kSuspended = Stage::kSuspended;

// In paying, the rows with kPending come first: those below speak of the time before
// payment.started.
// clang-format off
constexpr std::array kListed{
    //  from                  event                  guard             effect           next
    // --- beginning: folding journey.started itself leads from idle to started
    Row{kI | kS,              T::kJourneyStarted,    G::kAlways,       E::kStay,        kNowhere},

    // --- looking
    Row{kS,                   T::kViewItemList,      G::kAlways,       E::kMove,        kBrowsing},
    Row{kS,                   T::kSelectItem,        G::kAlways,       E::kMove,        kBrowsing},
    Row{kS,                   T::kViewItem,          G::kAlways,       E::kMove,        kBrowsing},
    Row{kB | kC | kR | kP,    T::kViewItemList,      G::kAlways,       E::kStay,        kNowhere},
    Row{kB | kC | kR | kP,    T::kSelectItem,        G::kAlways,       E::kStay,        kNowhere},
    Row{kB | kC | kR | kP,    T::kViewItem,          G::kAlways,       E::kStay,        kNowhere},
    Row{kOpen | kD,           T::kSearch,            G::kAlways,       E::kStay,        kNowhere},
    Row{kOpen | kD,           T::kViewPromotion,     G::kAlways,       E::kStay,        kNowhere},
    Row{kOpen | kD,           T::kSelectPromotion,   G::kAlways,       E::kStay,        kNowhere},

    // --- cart; started -> add is a one-tap usual; a host empties its cart after a purchase
    Row{kP,                   T::kAddToCart,         G::kPending,      E::kIrregular,   kNowhere},
    Row{kS | kB | kR | kP,    T::kAddToCart,         G::kHasLines,     E::kMove,        kCarting},
    Row{kC,                   T::kAddToCart,         G::kHasLines,     E::kStay,        kNowhere},
    Row{kP,                   T::kRemoveFromCart,    G::kPending,      E::kIrregular,   kNowhere},
    Row{kC,                   T::kRemoveFromCart,    G::kHasLines,     E::kStay,        kNowhere},
    Row{kR | kP,              T::kRemoveFromCart,    G::kHasLines,     E::kMove,        kCarting},
    Row{kC | kR | kP,         T::kRemoveFromCart,    G::kSentOff,      E::kMove,        kBrowsing},
    Row{kC | kR | kP,         T::kRemoveFromCart,    G::kEmptied,      E::kEmpty,       kBrowsing},
    Row{kD,                   T::kRemoveFromCart,    G::kAlways,       E::kStay,        kNowhere},
    Row{kP,                   T::kUpdateCartLine,    G::kPending,      E::kIrregular,   kNowhere},
    Row{kC | kR | kP,         T::kUpdateCartLine,    G::kHasLines,     E::kStay,        kNowhere},
    Row{kC | kR | kP,         T::kUpdateCartLine,    G::kEmptied,      E::kEmpty,       kBrowsing},

    // --- review and checkout; carting -> begin_checkout goes without a review
    Row{kS | kB,              T::kViewCart,          G::kEmptied,      E::kStay,        kNowhere},
    Row{kC,                   T::kViewCart,          G::kHasLines,     E::kMove,        kReviewing},
    Row{kR,                   T::kViewCart,          G::kAlways,       E::kStay,        kNowhere},
    Row{kP,                   T::kViewCart,          G::kPending,      E::kIrregular,   kNowhere},
    Row{kP,                   T::kViewCart,          G::kAlways,       E::kMove,        kReviewing},
    Row{kC | kR,              T::kBeginCheckout,     G::kAlways,       E::kMove,        kPaying},
    Row{kP,                   T::kBeginCheckout,     G::kPending,      E::kIrregular,   kNowhere},
    Row{kP,                   T::kBeginCheckout,     G::kAlways,       E::kStay,        kNowhere},
    Row{kC | kR,              T::kAddPaymentInfo,    G::kAlways,       E::kMove,        kPaying},
    Row{kP,                   T::kAddPaymentInfo,    G::kAlways,       E::kStay,        kNowhere},

    // --- payment
    Row{kC | kR | kU,         T::kPaymentStarted,    G::kAlways,       E::kMove,        kPaying},
    Row{kP,                   T::kPaymentStarted,    G::kAlways,       E::kStay,        kNowhere},
    Row{kP | kQ,              T::kPaymentFailed,     G::kAttemptsLeft, E::kDecline,     kReviewing},
    Row{kP | kQ,              T::kPaymentFailed,     G::kAlways,       E::kLastDecline, kNowhere},
    Row{kP,                   T::kPaymentUnknown,    G::kAlways,       E::kMove,        kUnknown},
    Row{kQ,                   T::kPaymentUnknown,    G::kAlways,       E::kStay,        kNowhere},
    Row{kQ,                   T::kPaymentReconciled, G::kApproved,     E::kComplete,    kCompleted},
    Row{kQ,                   T::kPaymentReconciled, G::kNotCharged,   E::kMove,        kReviewing},
    Row{kQ,                   T::kPaymentReconciled, G::kDeclined,     E::kLastDecline, kNowhere},
    Row{kP | kU | kQ,         T::kPaymentApproved,   G::kAlways,       E::kComplete,    kCompleted},
    Row{kD,                   T::kPaymentApproved,   G::kAlways,       E::kStay,        kNowhere},
    Row{kD,                   T::kPaymentReconciled, G::kApproved,     E::kStay,        kNowhere},
    Row{kX,                   T::kPaymentApproved,   G::kAlways,       E::kRevise,      kCompleted},
    Row{kX,                   T::kPaymentReconciled, G::kApproved,     E::kRevise,      kCompleted},

    // --- purchase; started -> purchase is a host that sends completed orders only
    Row{kShop | kP | kU | kQ, T::kPurchase,          G::kAlways,       E::kComplete,    kCompleted},
    Row{kD,                   T::kPurchase,          G::kOtherValue,   E::kCorrect,     kCompleted},
    Row{kD,                   T::kPurchase,          G::kAlways,       E::kStay,        kNowhere},
    Row{kX,                   T::kPurchase,          G::kAlways,       E::kRevise,      kCompleted},
    Row{kD,                   T::kRefund,            G::kAlways,       E::kStay,        kNowhere},

    // --- order
    Row{kP,                   T::kOrderSubmitted,    G::kPending,      E::kStay,        kNowhere},
    Row{kC | kR | kP,         T::kOrderSubmitted,    G::kPayAtCounter, E::kMove,        kUnpaid},
    Row{kC | kR | kP,         T::kOrderSubmitted,    G::kAlways,       E::kStay,        kNowhere},
    Row{kU | kD,              T::kOrderSubmitted,    G::kAlways,       E::kStay,        kNowhere},
    Row{kP,                   T::kOrderSuspended,    G::kPending,      E::kIrregular,   kNowhere},
    Row{kShop | kP | kU,      T::kOrderSuspended,    G::kAlways,       E::kMove,        kSuspended},
    Row{kZ,                   T::kOrderResumed,      G::kAlways,       E::kResume,      kNowhere},
    Row{kP,                   T::kCancelRequested,   G::kPending,      E::kIrregular,   kNowhere},
    Row{kShop | kP | kU | kZ, T::kCancelRequested,   G::kFirstTime,    E::kCancelRisk,  kNowhere},
    Row{kShop | kP | kU | kZ, T::kCancelRequested,   G::kAlways,       E::kStay,        kNowhere},
    Row{kP,                   T::kOrderCancelled,    G::kPending,      E::kIrregular,   kNowhere},
    Row{kShop | kP,           T::kOrderCancelled,    G::kGivenUp,      E::kTimeOut,     kNowhere},
    Row{kShop | kP | kU | kZ, T::kOrderCancelled,    G::kAlways,       E::kCancel,      kNowhere},

    // --- the host itself; once a journey is over, or out of the guest's hands, it tidies up
    Row{kOpen | kOver,        T::kTouched,           G::kAlways,       E::kStay,        kNowhere},
    Row{kP,                   T::kIdleWarned,        G::kPending,      E::kStay,        kNowhere},
    Row{kShop | kP,           T::kIdleWarned,        G::kFirstTime,    E::kIdleRisk,    kNowhere},
    Row{kOpen | kOver,        T::kIdleWarned,        G::kAlways,       E::kStay,        kNowhere},
    Row{kOpen | kOver,        T::kIdleExtended,      G::kAlways,       E::kStay,        kNowhere},
    Row{kP,                   T::kStartOver,         G::kPending,      E::kIrregular,   kNowhere},
    Row{kShop | kP,           T::kStartOver,         G::kJustWarned,   E::kSupersede,   kNowhere},
    Row{kShop | kP,           T::kStartOver,         G::kAlways,       E::kCancel,      kNowhere},
    Row{kU | kQ | kZ | kOver, T::kStartOver,         G::kAlways,       E::kStay,        kNowhere},
    Row{kOpen,                T::kStaffReset,        G::kAlways,       E::kStaffReset,  kNowhere},
    Row{kOver,                T::kStaffReset,        G::kAlways,       E::kStay,        kNowhere},
    Row{kOpen | kOver,        T::kPageLost,          G::kAlways,       E::kStay,        kNowhere},
    Row{kOpen | kOver,        T::kPageRestored,      G::kAlways,       E::kStay,        kNowhere},
    Row{kOpen | kOver,        T::kTrainingChanged,   G::kAlways,       E::kStay,        kNowhere},
};

// A payment that is pending or unknown keeps its stage: only its own end is certain.
constexpr std::array kCertain{
    //  from                  event                  guard             effect           next
    Row{kEarly | kU | kZ,     T::kAddToCart,         G::kHasLines,     E::kMove,        kCarting},
    Row{kEarly | kU | kZ,     T::kRemoveFromCart,    G::kHasLines,     E::kMove,        kCarting},
    Row{kEarly | kU | kZ,     T::kUpdateCartLine,    G::kHasLines,     E::kMove,        kCarting},
    Row{kU | kZ,              T::kRemoveFromCart,    G::kEmptied,      E::kMove,        kBrowsing},
    Row{kU | kZ,              T::kUpdateCartLine,    G::kEmptied,      E::kMove,        kBrowsing},
    Row{kEarly | kU | kZ,     T::kBeginCheckout,     G::kAlways,       E::kMove,        kPaying},
    Row{kEarly | kU | kZ,     T::kAddPaymentInfo,    G::kAlways,       E::kMove,        kPaying},

    Row{kEarly | kZ,          T::kPaymentStarted,    G::kAlways,       E::kMove,        kPaying},
    Row{kShop,                T::kPaymentFailed,     G::kAttemptsLeft, E::kDecline,     kReviewing},
    Row{kShop,                T::kPaymentFailed,     G::kAlways,       E::kLastDecline, kNowhere},
    Row{kNoMoney,             T::kPaymentUnknown,    G::kAlways,       E::kMove,        kUnknown},
    Row{kNoMoney,             T::kPaymentApproved,   G::kAlways,       E::kComplete,    kCompleted},
    Row{kI | kOpen,           T::kPaymentReconciled, G::kApproved,     E::kComplete,    kCompleted},
    Row{kP,                   T::kPaymentReconciled, G::kNotCharged,   E::kMove,        kReviewing},
    Row{kP,                   T::kPaymentReconciled, G::kDeclined,     E::kLastDecline, kNowhere},
    Row{kI | kZ,              T::kPurchase,          G::kAlways,       E::kComplete,    kCompleted},

    Row{kEarly | kZ,          T::kOrderSubmitted,    G::kPayAtCounter, E::kMove,        kUnpaid},
    Row{kI,                   T::kOrderCancelled,    G::kAlways,       E::kCancel,      kNowhere},
    Row{kP,                   T::kStartOver,         G::kPending,      E::kMove,        kUnknown},
    Row{kI,                   T::kStaffReset,        G::kAlways,       E::kStaffReset,  kNowhere},
};
// clang-format on

bool Reconciled(const event::Event& event, PaymentResult wanted) {
  return event.data.Enum<PaymentResult>(Key::kResult, event::kPaymentResultNames.size()) == wanted;
}

bool JustWarned(const Situation& s) {
  const MonoTime warned = s.before.warned_at;
  if (warned == MonoTime()) return false;
  const Millis since = BoundedTime(s.event.mono) - warned;
  return since >= Millis(0) && since <= s.policy.superseded;
}

bool GivenUp(const Situation& s) {
  const auto by = s.event.data.Enum<Actor>(Key::kBy, event::kActorNames.size());
  return s.before.warned && by == Actor::kSystem;
}

bool Holds(Guard guard, const Situation& s) {
  switch (guard) {
    case Guard::kAlways:
      return true;
    case Guard::kPending:
      return s.before.payment_pending;
    case Guard::kHasLines:
      return !s.after.cart.empty();
    case Guard::kEmptied:
      return s.after.cart.empty();
    case Guard::kSentOff:
      return s.after.cart.empty() && s.before.submitted;
    case Guard::kAttemptsLeft:
      return static_cast<std::int64_t>(s.after.payment_attempts) < s.policy.payment_attempts_max;
    case Guard::kJustWarned:
      return JustWarned(s);
    case Guard::kGivenUp:
      return GivenUp(s);
    case Guard::kFirstTime:
      return s.event.type == EventType::kIdleWarned ? !s.before.warned : !s.before.cancel_requested;
    case Guard::kPayAtCounter:
      return s.event.data.IntOr(Key::kPayAtCounter, 0) != 0;
    case Guard::kApproved:
      return Reconciled(s.event, PaymentResult::kApproved);
    case Guard::kNotCharged:
      return Reconciled(s.event, PaymentResult::kNotCharged);
    case Guard::kDeclined:
      return Reconciled(s.event, PaymentResult::kFailed);
    case Guard::kOtherValue:
      return s.after.purchased && s.after.purchase_value_minor != s.after.closing_value_minor;
  }
  return false;
}

}  // namespace

std::span<const Row> Listed() { return kListed; }

std::span<const Row> Certain() { return kCertain; }

const Row* FirstFit(std::span<const Row> rows, const Situation& situation) {
  const Stages here = In(situation.before.stage);
  for (const Row& row : rows) {
    const bool fits = (row.from & here) != 0 && row.event == situation.event.type;
    if (fits && Holds(row.guard, situation)) return &row;
  }
  return nullptr;
}

}  // namespace trayline::journey
