#include "agent/journey/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Record Add() { return Lines({Line("cola", 200)}); }
Record TakeOut() { return Lines({Line("burger", 500)}); }
Record Reprice() { return Lines({Line("burger", 450)}); }
Record Nothing() { return {}; }
Record AtCounter() { return With(Key::kPayAtCounter, true); }
Record BySystem() { return With(Key::kBy, event::Actor::kSystem); }

// --- Rows of the table that lead from a stage to a stage ----------------------------------------

struct Step {
  Stage from;
  T event;
  Record (*data)();
  Stage to;
};

class StageSteps : public ::testing::TestWithParam<Step> {};

TEST_P(StageSteps, LeadsWhereTheTableSays) {
  const Step& step = GetParam();
  Driver driver = Driver::At(step.from);
  ASSERT_EQ(driver.journey().stage, step.from);
  const auto recorded = driver.Send(step.event, step.data());
  EXPECT_EQ(driver.journey().stage, step.to);
  EXPECT_EQ(Count(recorded, T::kIrregular), 0U);
  EXPECT_EQ(Count(recorded, T::kJourneyStageChanged), step.from == step.to ? 0U : 1U);
}

constexpr Stage kStarted = Stage::kStarted;
constexpr Stage kBrowsing = Stage::kBrowsing;
constexpr Stage kCarting = Stage::kCarting;
constexpr Stage kReviewing = Stage::kReviewing;
constexpr Stage kPaying = Stage::kPaying;
constexpr Stage kCompleted = Stage::kCompleted;
constexpr Stage kUnpaid = Stage::kUnpaidSubmitted;
constexpr Stage kUnknown = Stage::kPaymentUnknown;
constexpr Stage kSuspended = Stage::kSuspended;

INSTANTIATE_TEST_SUITE_P(Table, StageSteps,
                         ::testing::Values(
                             // domain.md's rows
                             Step{kStarted, T::kViewItemList, Nothing, kBrowsing},
                             Step{kStarted, T::kSelectItem, Nothing, kBrowsing},
                             Step{kStarted, T::kViewItem, Nothing, kBrowsing},
                             Step{kBrowsing, T::kAddToCart, Add, kCarting},
                             Step{kCarting, T::kRemoveFromCart, TakeOut, kBrowsing},
                             Step{kCarting, T::kViewCart, Nothing, kReviewing},
                             Step{kReviewing, T::kBeginCheckout, Nothing, kPaying},
                             Step{kReviewing, T::kAddPaymentInfo, Nothing, kPaying},
                             Step{kReviewing, T::kOrderSubmitted, AtCounter, kUnpaid},
                             // easily forgotten
                             Step{kReviewing, T::kAddToCart, Add, kCarting},
                             Step{kReviewing, T::kRemoveFromCart, TakeOut, kBrowsing},
                             Step{kCarting, T::kBeginCheckout, Nothing, kPaying},
                             Step{kStarted, T::kAddToCart, Add, kCarting},
                             Step{kCarting, T::kOrderSubmitted, AtCounter, kUnpaid},
                             Step{kStarted, T::kPurchase, Nothing, kCompleted},
                             Step{kCompleted, T::kRefund, Nothing, kCompleted},
                             // the rest
                             Step{kStarted, T::kJourneyStarted, Nothing, kStarted},
                             Step{kStarted, T::kViewCart, Nothing, kStarted},
                             Step{kBrowsing, T::kViewItem, Nothing, kBrowsing},
                             Step{kCarting, T::kViewItem, Nothing, kCarting},
                             Step{kCarting, T::kAddToCart, Add, kCarting},
                             Step{kCarting, T::kUpdateCartLine, Reprice, kCarting},
                             Step{kReviewing, T::kUpdateCartLine, Reprice, kReviewing},
                             Step{kReviewing, T::kViewCart, Nothing, kReviewing},
                             Step{kPaying, T::kUpdateCartLine, Reprice, kPaying},
                             Step{kPaying, T::kAddToCart, Add, kCarting},
                             Step{kPaying, T::kRemoveFromCart, TakeOut, kBrowsing},
                             Step{kPaying, T::kViewCart, Nothing, kReviewing},
                             Step{kPaying, T::kBeginCheckout, Nothing, kPaying},
                             Step{kPaying, T::kAddPaymentInfo, Nothing, kPaying},
                             Step{kPaying, T::kOrderSubmitted, AtCounter, kUnpaid},
                             Step{kPaying, T::kOrderSubmitted, Nothing, kPaying},
                             Step{kPaying, T::kPaymentStarted, Nothing, kPaying},
                             Step{kCarting, T::kPaymentStarted, Nothing, kPaying},
                             Step{kReviewing, T::kPaymentStarted, Nothing, kPaying},
                             Step{kUnpaid, T::kPaymentStarted, Nothing, kPaying},
                             Step{kPaying, T::kPaymentApproved, Nothing, kCompleted},
                             Step{kPaying, T::kPaymentUnknown, Nothing, kUnknown},
                             Step{kUnknown, T::kPaymentUnknown, Nothing, kUnknown},
                             Step{kUnknown, T::kPaymentApproved, Nothing, kCompleted},
                             Step{kUnknown, T::kPurchase, Nothing, kCompleted},
                             Step{kUnpaid, T::kPurchase, Nothing, kCompleted},
                             Step{kUnpaid, T::kPaymentApproved, Nothing, kCompleted},
                             Step{kBrowsing, T::kPurchase, Nothing, kCompleted},
                             Step{kCarting, T::kPurchase, Nothing, kCompleted},
                             Step{kReviewing, T::kPurchase, Nothing, kCompleted},
                             Step{kCompleted, T::kPaymentApproved, Nothing, kCompleted},
                             Step{kCompleted, T::kRemoveFromCart, TakeOut, kCompleted},
                             Step{kCompleted, T::kOrderSubmitted, Nothing, kCompleted},
                             Step{kCompleted, T::kStaffReset, Nothing, kCompleted},
                             Step{kStarted, T::kOrderSuspended, Nothing, kSuspended},
                             Step{kReviewing, T::kOrderSuspended, Nothing, kSuspended},
                             Step{kUnpaid, T::kOrderSuspended, Nothing, kSuspended},
                             Step{kSuspended, T::kOrderResumed, Nothing, kCarting},
                             Step{kUnpaid, T::kStartOver, Nothing, kUnpaid},
                             Step{kUnknown, T::kStartOver, Nothing, kUnknown},
                             Step{kSuspended, T::kStartOver, Nothing, kSuspended}));

TEST(NeutralEvents, AreListedInEveryOpenStageAndLeadNowhere) {
  for (const Stage stage :
       {kStarted, kBrowsing, kCarting, kReviewing, kPaying, kUnpaid, kUnknown, kSuspended}) {
    for (const T type : {T::kTouched, T::kSearch, T::kViewPromotion, T::kSelectPromotion,
                         T::kIdleExtended, T::kPageLost, T::kPageRestored, T::kTrainingChanged}) {
      Driver driver = Driver::At(stage);
      EXPECT_THAT(Types(driver.Send(type)), ElementsAre(type));
      EXPECT_EQ(driver.journey().stage, stage);
    }
  }
}

// --- Risks --------------------------------------------------------------------------------------

TEST(Risks, OneClearCartRaisesAtRiskOnce) {
  Driver driver = Driver::At(kCarting);
  driver.Send(T::kAddToCart, Lines({Line("cola", 200), Line("fries", 300)}));
  const auto recorded = driver.Send(T::kCartSnapshot, Lines({}));
  EXPECT_THAT(Types(recorded),
              ElementsAre(T::kRemoveFromCart, T::kJourneyStageChanged, T::kJourneyAtRisk));
  EXPECT_EQ(recorded[0].data.List(Key::kLines).size(), 3U);
  EXPECT_THAT(Risks(recorded), ElementsAre(Risk::kCartEmptied));
  EXPECT_EQ(driver.journey().removes, 1U);
  EXPECT_THAT(driver.Send(T::kCartSnapshot, Lines({})), IsEmpty());
}

TEST(Risks, ACartEmptiedLineByLineRaisesItOnceToo) {
  Driver driver = Driver::At(kCarting);
  driver.Send(T::kAddToCart, Add());
  EXPECT_THAT(Risks(driver.Send(T::kRemoveFromCart, TakeOut())), IsEmpty());
  EXPECT_THAT(Risks(driver.Send(T::kRemoveFromCart, Add())), ElementsAre(Risk::kCartEmptied));
}

TEST(Risks, EmptyingTheCartOnceItIsSentOffIsNone) {
  Driver driver = Driver::At(kCarting, DefaultPolicy(event::DeviceClass::kTableTablet));
  driver.Send(T::kOrderSubmitted);
  const auto recorded = driver.Send(T::kCartSnapshot, Lines({}));
  EXPECT_THAT(Risks(recorded), IsEmpty());
  EXPECT_EQ(driver.journey().stage, kBrowsing);
  driver.Send(T::kAddToCart, TakeOut());  // the second round, with the same dish
  EXPECT_EQ(driver.journey().cycles, 0U);
  EXPECT_THAT(Risks(driver.Send(T::kCartSnapshot, Lines({}))), ElementsAre(Risk::kCartEmptied));
}

TEST(Risks, TheSecondCycleIsABacktrackOnce) {
  Driver driver = Driver::At(kCarting);
  driver.Send(T::kAddToCart, Add());
  std::vector<Risk> raised;
  for (int i = 0; i < 4; ++i) {
    driver.Send(T::kRemoveFromCart, TakeOut());
    for (const Risk risk : Risks(driver.Send(T::kAddToCart, TakeOut()))) raised.push_back(risk);
    EXPECT_EQ(raised.size(), i >= 1 ? 1U : 0U);
  }
  EXPECT_THAT(raised, ElementsAre(Risk::kRepeatedBacktrack));
  EXPECT_EQ(driver.journey().cycles, 4U);
}

TEST(Risks, CarryTheFeatures) {
  Driver driver = Driver::At(kCarting);
  driver.Wait(Millis(5'000));
  const auto recorded = driver.Send(T::kCancelRequested);
  ASSERT_THAT(Types(recorded), ElementsAre(T::kCancelRequested, T::kJourneyAtRisk));
  const Record& risk = recorded[1].data;
  EXPECT_EQ(risk.Int(Key::kAdds), 1);
  EXPECT_EQ(risk.Int(Key::kRemoves), 0);
  EXPECT_EQ(risk.Int(Key::kCycles), 0);
  EXPECT_EQ(risk.Int(Key::kElapsedMs), 5'000);
  EXPECT_EQ(risk.Int(Key::kValueMinor), 500);
  EXPECT_EQ(risk.Int(Key::kLineCount), 1);
}

// --- Cancelling and starting over ---------------------------------------------------------------

TEST(Cancelling, AsksOnceAndEndsWithItsReason) {
  Driver driver = Driver::At(kReviewing);
  EXPECT_THAT(Risks(driver.Send(T::kCancelRequested)), ElementsAre(Risk::kCancelRequested));
  EXPECT_THAT(Risks(driver.Send(T::kCancelRequested)), IsEmpty());
  const auto recorded =
      driver.Send(T::kOrderCancelled, With(Key::kReason, event::CancelReason::kTooSlow));
  EXPECT_THAT(Types(recorded), ElementsAre(T::kOrderCancelled, T::kJourneyClosed));
  EXPECT_EQ(driver.journey().outcome, Outcome::kCancelled);
  EXPECT_EQ(driver.journey().evidence, Evidence::kCancelTap);
  EXPECT_EQ(driver.journey().cancel_reason, event::CancelReason::kTooSlow);
}

TEST(Cancelling, AGuestWhoGoesOnHasStayed) {
  for (const T type : {T::kTouched, T::kAddToCart}) {
    Driver driver = Driver::At(kCarting);
    driver.Send(T::kCancelRequested);
    EXPECT_TRUE(driver.journey().cancel_requested);
    driver.Send(type, type == T::kAddToCart ? Add() : Nothing());
    EXPECT_FALSE(driver.journey().cancel_requested);
    EXPECT_THAT(Risks(driver.Send(T::kCancelRequested)), ElementsAre(Risk::kCancelRequested));
  }
}

TEST(Cancelling, ByTheSystemInAWarningIsATimeout) {
  Driver driver = Driver::At(kCarting);
  driver.Send(T::kIdleWarned);
  const auto recorded = driver.Send(T::kOrderCancelled, BySystem());
  EXPECT_THAT(Types(recorded),
              ElementsAre(T::kOrderCancelled, T::kJourneyAbandoned, T::kJourneyClosed));
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedCart);
  EXPECT_EQ(driver.journey().evidence, Evidence::kIdleTimeout);
}

TEST(Cancelling, ByStaffIsTheirAction) {
  Driver driver = Driver::At(kCarting);
  driver.Send(T::kOrderCancelled, With(Key::kBy, event::Actor::kStaff));
  EXPECT_EQ(driver.journey().outcome, Outcome::kCancelled);
  EXPECT_EQ(driver.journey().evidence, Evidence::kStaffAction);
}

TEST(StartOver, WithinThreeSecondsOfTheWarningIsTheNextGuest) {
  Driver driver = Driver::At(kCarting);
  driver.Send(T::kIdleWarned);
  driver.Wait(Millis(3'000));
  driver.Send(T::kTouched);  // the tap itself
  const auto recorded = driver.Send(T::kStartOver);
  EXPECT_THAT(Types(recorded), ElementsAre(T::kStartOver, T::kJourneyAbandoned, T::kJourneyClosed));
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedCart);
  EXPECT_EQ(driver.journey().evidence, Evidence::kSupersededGuest);
}

TEST(StartOver, LaterOrWithoutAWarningItCancels) {
  Driver late = Driver::At(kCarting);
  late.Send(T::kIdleWarned);
  late.Wait(Millis(3'001));
  late.Send(T::kStartOver);
  EXPECT_EQ(late.journey().outcome, Outcome::kCancelled);
  EXPECT_EQ(late.journey().evidence, Evidence::kCancelTap);
  Driver unwarned = Driver::At(kPaying);
  EXPECT_THAT(Types(unwarned.Send(T::kStartOver)), ElementsAre(T::kStartOver, T::kJourneyClosed));
  EXPECT_EQ(unwarned.journey().outcome, Outcome::kCancelled);
}

TEST(StaffReset, EndsEveryOpenStageAndIsNoAbandonment) {
  for (const Stage stage :
       {kStarted, kBrowsing, kCarting, kReviewing, kPaying, kUnpaid, kUnknown, kSuspended}) {
    Driver driver = Driver::At(stage);
    EXPECT_THAT(Types(driver.Send(T::kStaffReset)), ElementsAre(T::kStaffReset, T::kJourneyClosed));
    EXPECT_EQ(driver.journey().outcome, Outcome::kStaffReset);
    EXPECT_EQ(driver.journey().evidence, Evidence::kStaffAction);
    EXPECT_EQ(driver.journey().stage, Stage::kClosed);
  }
}

TEST(Suspending, GoesOnWhereItStopped) {
  for (const Stage stage : {kStarted, kBrowsing, kCarting, kReviewing, kPaying, kUnpaid}) {
    Driver driver = Driver::At(stage);
    driver.Send(T::kOrderSuspended);
    EXPECT_EQ(driver.journey().stage, kSuspended);
    driver.Send(T::kOrderResumed);
    EXPECT_EQ(driver.journey().stage, stage);
  }
}

// --- Abandonment events and ends from outside ---------------------------------------------------

TEST(Abandonment, SaysWhatWasLostAndWhere) {
  Driver driver = Driver::At(kReviewing);
  driver.Wait(Millis(50'000));
  const auto recorded = driver.Wait(Millis(20'000));
  ASSERT_THAT(Types(recorded), ElementsAre(T::kJourneyAbandoned, T::kJourneyClosed));
  const Record& abandoned = recorded[0].data;
  EXPECT_EQ(abandoned.Enum<Outcome>(Key::kOutcome, 11), Outcome::kAbandonedCart);
  EXPECT_EQ(abandoned.Enum<Evidence>(Key::kEvidence, 12), Evidence::kIdleTimeout);
  EXPECT_EQ(abandoned.Enum<Stage>(Key::kStage, 11), kReviewing);
  EXPECT_EQ(abandoned.Int(Key::kLastTouchpoint), static_cast<std::int64_t>(T::kViewCart));
  EXPECT_EQ(abandoned.Int(Key::kValueMinor), 500);
  EXPECT_EQ(abandoned.Int(Key::kCurrency), 840);
  EXPECT_EQ(abandoned.Int(Key::kLineCount), 1);
  EXPECT_EQ(abandoned.Int(Key::kRevision), 1);
  EXPECT_EQ(recorded[1].data.Int(Key::kElapsedMs), 70'000);
}

TEST(EndFromOutside, AbandonmentsAreAbandonedThenClosed) {
  Driver driver = Driver::At(kCarting);
  driver.WriteAll(
      End(driver.journey(), Outcome::kAbandonedCart, Evidence::kSupersededGuest, driver.now()));
  EXPECT_EQ(Count(driver.events(), T::kJourneyAbandoned), 1U);
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedCart);
  EXPECT_THAT(End(driver.journey(), Outcome::kSystemExit, Evidence::kHostReport, driver.now()),
              IsEmpty());
}

TEST(EndFromOutside, OtherOutcomesAreClosedAlone) {
  for (const Stage stage : {kCarting, kUnpaid, kUnknown}) {
    Driver driver = Driver::At(stage);
    driver.WriteAll(
        End(driver.journey(), Outcome::kSystemExit, Evidence::kDaemonRestart, driver.now()));
    EXPECT_EQ(Count(driver.events(), T::kJourneyAbandoned), 0U);
    EXPECT_EQ(driver.journey().outcome, Outcome::kSystemExit);
  }
}

TEST(EndFromOutside, MoneyUnderWayIsNeverAbandoned) {
  Driver driver = Driver::At(kPaying);
  driver.Send(T::kPaymentStarted);
  driver.WriteAll(
      End(driver.journey(), Classify(driver.journey()), Evidence::kSupersededGuest, driver.now()));
  EXPECT_TRUE(driver.journey().IsOpen());
  EXPECT_EQ(driver.journey().stage, kUnknown);
  for (const Stage stage : {kUnpaid, kUnknown}) {
    const Journey journey = Driver::At(stage).journey();
    EXPECT_THAT(End(journey, Outcome::kAbandonedCheckout, Evidence::kSupersededGuest, driver.now()),
                IsEmpty());
  }
}

TEST(React, AnswersNothingToTheAgentsOwnEvents) {
  const Driver driver = Driver::At(kCarting);
  Event event = driver.events().back();
  for (const T type :
       {T::kJourneyStageChanged, T::kJourneyClosed, T::kIrregular, T::kSystemStarted}) {
    event.type = type;
    EXPECT_THAT(React(driver.journey(), driver.journey(), event, driver.policy()), IsEmpty());
  }
}

}  // namespace
}  // namespace trayline::journey
