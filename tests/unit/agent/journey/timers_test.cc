// The timers by a clock that is turned by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Millis kDay{86'400'000};

struct Idle {
  Stage stage;
  Millis time;
  Outcome outcome;
};

class IdleTimers : public ::testing::TestWithParam<Idle> {};

TEST_P(IdleTimers, WarnThenGiveUp) {
  const Idle& idle = GetParam();
  Driver driver = Driver::At(idle.stage);
  EXPECT_THAT(driver.Wait(idle.time - Millis(1)), IsEmpty());
  const auto warned = driver.Wait(Millis(1));
  EXPECT_THAT(Types(warned), ElementsAre(T::kIdleWarned, T::kJourneyAtRisk));
  EXPECT_THAT(Risks(warned), ElementsAre(Risk::kIdleWarned));
  EXPECT_TRUE(driver.journey().warned);
  EXPECT_TRUE(driver.journey().at_risk);
  EXPECT_THAT(driver.Wait(Millis(19'999)), IsEmpty());
  EXPECT_THAT(Types(driver.Wait(Millis(1))), ElementsAre(T::kJourneyAbandoned, T::kJourneyClosed));
  EXPECT_EQ(driver.journey().outcome, idle.outcome);
  EXPECT_EQ(driver.journey().evidence, Evidence::kIdleTimeout);
  EXPECT_THAT(driver.Wait(kDay), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Kiosk, IdleTimers,
    ::testing::Values(Idle{Stage::kStarted, Millis(30'000), Outcome::kAccidental},
                      Idle{Stage::kBrowsing, Millis(30'000), Outcome::kAccidental},
                      Idle{Stage::kCarting, Millis(40'000), Outcome::kAbandonedCart},
                      Idle{Stage::kReviewing, Millis(50'000), Outcome::kAbandonedCart},
                      Idle{Stage::kPaying, Millis(50'000), Outcome::kAbandonedCheckout}));

TEST(Timers, ATouchBeginsTheIdleTimeAnew) {
  Driver driver = Driver::At(Stage::kCarting);
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(driver.Wait(Millis(39'000)), IsEmpty());
    driver.Send(T::kTouched);
  }
  EXPECT_TRUE(driver.journey().IsOpen());
}

TEST(Timers, ATouchClearsTheWarning) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Wait(Millis(40'000));
  ASSERT_TRUE(driver.journey().warned);
  driver.Send(T::kTouched);
  EXPECT_FALSE(driver.journey().warned);
  EXPECT_FALSE(driver.journey().at_risk);
  EXPECT_THAT(driver.Wait(Millis(39'999)), IsEmpty());
  EXPECT_THAT(Types(driver.Wait(Millis(1))), ElementsAre(T::kIdleWarned, T::kJourneyAtRisk));
}

TEST(Timers, AWarningIsExtendedAtLeastTenTimes) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Wait(Millis(40'000));
  for (int i = 0; i < 12; ++i) {
    EXPECT_THAT(driver.Wait(Millis(19'000)), IsEmpty());
    driver.Send(T::kIdleExtended);
    EXPECT_TRUE(driver.journey().warned);
  }
  EXPECT_THAT(driver.Wait(Millis(19'999)), IsEmpty());
  driver.Wait(Millis(1));
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedCart);
}

TEST(Timers, AHostThatWarnsItselfIsNotWarnedTwice) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Wait(Millis(10'000));
  EXPECT_THAT(Types(driver.Send(T::kIdleWarned)), ElementsAre(T::kIdleWarned, T::kJourneyAtRisk));
  EXPECT_THAT(Types(driver.Send(T::kIdleWarned)), ElementsAre(T::kIdleWarned));
  EXPECT_THAT(Types(driver.Wait(Millis(20'000))),
              ElementsAre(T::kJourneyAbandoned, T::kJourneyClosed));
}

TEST(Timers, AccessibilityStretchesThemFourTimes) {
  Driver driver = Driver::Started(DefaultPolicy(event::DeviceClass::kKiosk),
                                  With(Key::kAccessibilityMode, true));
  driver.Send(T::kAddToCart, Lines({Line("burger", 500)}));
  EXPECT_THAT(driver.Wait(Millis(4 * 40'000 - 1)), IsEmpty());
  EXPECT_EQ(Count(driver.Wait(Millis(1)), T::kIdleWarned), 1U);
  EXPECT_THAT(driver.Wait(Millis(4 * 20'000 - 1)), IsEmpty());
  driver.Wait(Millis(1));
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedCart);
}

// odoo#120548: an idle timer deleted the order while the guest was paying.
TEST(Timers, Odoo120548PaymentPendingIsNeverAbandoned) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Wait(Millis(50'000));  // warned while choosing how to pay
  ASSERT_TRUE(driver.journey().warned);
  driver.Send(T::kPaymentStarted);
  EXPECT_EQ(Deadline(driver.journey(), driver.policy()), std::nullopt);
  EXPECT_THAT(driver.Wait(kDay), IsEmpty());
  EXPECT_THAT(OnDeadline(driver.journey(), driver.now(), driver.policy()), IsEmpty());
  // The host's own idle timer makes no difference.
  EXPECT_THAT(Types(driver.Send(T::kIdleWarned)), ElementsAre(T::kIdleWarned));
  EXPECT_FALSE(driver.journey().warned);
  EXPECT_THAT(driver.Wait(kDay), IsEmpty());
  driver.Send(T::kPaymentApproved);
  EXPECT_EQ(driver.journey().outcome, Outcome::kCompleted);
}

TEST(Timers, AnUnknownPaymentIsNeverAbandoned) {
  Driver driver = Driver::At(Stage::kPaymentUnknown);
  EXPECT_THAT(driver.Wait(kDay), IsEmpty());
  EXPECT_TRUE(driver.journey().IsOpen());
  Driver unstarted = Driver::At(Stage::kPaying);
  unstarted.Send(T::kPaymentUnknown);
  EXPECT_THAT(unstarted.Wait(kDay), IsEmpty());
}

TEST(Timers, AfterADeclineTheIdleTimeBeginsAnew) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPaymentStarted);
  driver.Wait(Millis(120'000));
  driver.Send(T::kPaymentFailed);
  EXPECT_THAT(driver.Wait(Millis(49'999)), IsEmpty());
  EXPECT_EQ(Count(driver.Wait(Millis(1)), T::kIdleWarned), 1U);
}

TEST(Timers, AnOrderToPayAtTheCounterWaitsTenMinutes) {
  Driver driver = Driver::At(Stage::kUnpaidSubmitted);
  EXPECT_THAT(driver.Wait(Millis(599'999)), IsEmpty());
  EXPECT_THAT(Types(driver.Wait(Millis(1))), ElementsAre(T::kJourneyAbandoned, T::kJourneyClosed));
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedUnpaid);
  EXPECT_EQ(driver.journey().evidence, Evidence::kUnpaidTimeout);
}

TEST(Timers, SuspendedAndFinishedJourneysHaveNone) {
  for (const Stage stage : {Stage::kSuspended, Stage::kCompleted, Stage::kClosed}) {
    Driver driver = Driver::At(stage);
    EXPECT_THAT(driver.Wait(kDay), IsEmpty());
  }
  EXPECT_EQ(Deadline(Journey(), Policy()), std::nullopt);
}

TEST(Timers, TableTabletsAndCountersNeverAbandonByIdling) {
  for (const auto device : {event::DeviceClass::kTableTablet, event::DeviceClass::kCounterPos}) {
    for (const Stage stage : {Stage::kStarted, Stage::kBrowsing, Stage::kCarting, Stage::kReviewing,
                              Stage::kPaying, Stage::kUnpaidSubmitted}) {
      Driver driver = Driver::At(stage, DefaultPolicy(device));
      EXPECT_THAT(driver.Wait(kDay), IsEmpty());
      driver.Send(T::kIdleWarned);
      EXPECT_THAT(driver.Wait(kDay), IsEmpty());
      EXPECT_TRUE(driver.journey().IsOpen());
    }
  }
}

// --- Lost pages ---------------------------------------------------------------------------------

TEST(LostPages, HaveAGraceBeforeTheIdleTimeGoesOn) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Wait(Millis(35'000));
  driver.Send(T::kPageLost);
  EXPECT_THAT(driver.Wait(Millis(19'999)), IsEmpty());
  EXPECT_EQ(Count(driver.Wait(Millis(1)), T::kIdleWarned), 1U);
  EXPECT_EQ(Count(driver.Wait(Millis(20'000)), T::kJourneyAbandoned), 1U);
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedCart);
  EXPECT_EQ(driver.journey().evidence, Evidence::kPageLost);
}

TEST(LostPages, HoldUpAWarningThatIsRunning) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Wait(Millis(40'000 + 15'000));
  ASSERT_TRUE(driver.journey().warned);
  driver.Send(T::kPageLost);
  EXPECT_THAT(driver.Wait(Millis(19'999)), IsEmpty());
  driver.Wait(Millis(1));
  EXPECT_EQ(driver.journey().evidence, Evidence::kPageLost);
}

TEST(LostPages, ComeBackWithTheGuest) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Wait(Millis(35'000));
  driver.Send(T::kPageLost);
  driver.Wait(Millis(10'000));
  driver.Send(T::kPageRestored);
  EXPECT_FALSE(driver.journey().page_lost);
  EXPECT_THAT(driver.Wait(Millis(39'999)), IsEmpty());
  driver.Wait(Millis(20'001));
  EXPECT_EQ(driver.journey().evidence, Evidence::kIdleTimeout);
}

// --- Restarts -----------------------------------------------------------------------------------

TEST(Restarts, LeaveAnOpenJourneyAsItIs) {
  const Driver driver = Driver::At(Stage::kReviewing);
  EXPECT_THAT(OnRestart(driver.journey(), driver.policy()), IsEmpty());
}

TEST(Restarts, MakeAPendingPaymentUnknownAtOnce) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPaymentStarted);
  driver.WriteAll(OnRestart(driver.journey(), driver.policy()));
  EXPECT_EQ(driver.journey().stage, Stage::kPaymentUnknown);
  EXPECT_THAT(OnRestart(driver.journey(), driver.policy()), IsEmpty());
  EXPECT_THAT(driver.Wait(kDay), IsEmpty());
  driver.Send(T::kPaymentReconciled, With(Key::kResult, event::PaymentResult::kApproved));
  EXPECT_EQ(driver.journey().outcome, Outcome::kCompleted);
}

TEST(Restarts, AnotherBootMovesTheTimesAndKeepsTheirDistances) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Wait(Millis(8'000));
  driver.Send(T::kTouched);
  driver.Wait(Millis(2'000));
  driver.Send(T::kPaymentFailed);  // later than the last thing the guest did
  Journey journey = driver.journey();
  RebaseMono(journey, 2, MonoFromMs(5'000));
  EXPECT_EQ(journey.boot, 2U);
  EXPECT_EQ(journey.last_activity, MonoFromMs(5'000));
  EXPECT_EQ(journey.started_mono, MonoFromMs(-3'000));
  EXPECT_EQ(journey.stage_since, MonoFromMs(5'000)) << "nothing lies in the future";
  EXPECT_EQ(journey.warned_at, MonoTime()) << "never warned stays never warned";
  EXPECT_EQ(Deadline(journey, driver.policy()), MonoFromMs(5'000 + 50'000));
}

TEST(Restarts, AnEventOfAnotherBootMovesTheTimesToo) {
  Driver driver = Driver::At(Stage::kCarting);
  Journey journey = driver.journey();
  Event event = driver.events().back();
  event.type = T::kPageLost;
  event.data = {};
  event.boot = 2;
  event.mono = MonoFromMs(700);
  Fold(journey, event);
  EXPECT_EQ(journey.last_activity, MonoFromMs(700));
  EXPECT_EQ(journey.page_lost_at, MonoFromMs(700));
}

}  // namespace
}  // namespace trayline::journey
