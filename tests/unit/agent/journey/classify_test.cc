#include <gtest/gtest.h>

#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

TEST(Classification, PaymentAttemptedIsDeepest) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(EventType::kPaymentStarted);
  driver.Send(EventType::kPaymentFailed);
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAbandonedPayment);
}

TEST(Classification, CheckoutBegunStaysEvenAfterGoingBack) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(EventType::kRemoveFromCart, Lines({Line("burger", 500)}));
  EXPECT_EQ(driver.journey().stage, Stage::kBrowsing);
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAbandonedCheckout);
}

TEST(Classification, AnyLineEverIsACart) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Send(EventType::kRemoveFromCart, Lines({Line("burger", 500)}));
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAbandonedCart);
  EXPECT_EQ(Classify(Driver::At(Stage::kReviewing).journey()), Outcome::kAbandonedCart);
}

TEST(Classification, LookingForSomeTimeIsBrowsing) {
  Driver driver = Driver::Started();
  driver.Wait(Millis(6'000));
  driver.Send(EventType::kTouched);
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAbandonedBrowse);
}

TEST(Classification, OneBriefTouchIsAccidental) {
  Driver driver = Driver::Started();
  driver.Wait(Millis(1'000));
  driver.Send(EventType::kTouched);
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAccidental);
  driver.Send(EventType::kTouched);
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAbandonedBrowse);
}

TEST(Classification, AHostWithoutTouchesShowsThemByViews) {
  Driver driver = Driver::Started();
  driver.Send(EventType::kViewItemList);
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAccidental);
  driver.Send(EventType::kViewItem);
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAbandonedBrowse);
}

// --- Which late events are about a journey ------------------------------------------------------

Record Transaction(const std::string& id) { return With(Key::kTransactionId, id); }

TEST(LateFacts, ClosedJourneysMayBeRevisedWithinTheRelinkTime) {
  Driver driver = Driver::At(Stage::kClosed);
  const Journey& journey = driver.journey();
  const MonoTime last = journey.closed_mono + driver.policy().relink;
  EXPECT_TRUE(MayBeRevised(journey, last, driver.policy()));
  EXPECT_FALSE(MayBeRevised(journey, last + Millis(1), driver.policy()));
  EXPECT_FALSE(MayBeRevised(Driver::At(Stage::kPaying).journey(), last, driver.policy()));
}

TEST(LateFacts, AnAbandonedJourneyTakesItsLatePurchase) {
  Driver driver = Driver::At(Stage::kClosed);
  const MonoTime soon = driver.journey().closed_mono + Millis(1'000);
  const Policy& policy = driver.policy();
  EXPECT_TRUE(TakesLate(driver.journey(), EventType::kPurchase, {}, soon, policy));
  EXPECT_TRUE(TakesLate(driver.journey(), EventType::kPaymentApproved, {}, soon, policy));
  EXPECT_FALSE(TakesLate(driver.journey(), EventType::kAddToCart, {}, soon, policy));
}

TEST(LateFacts, ASecondOrderOfAHostThatSendsCompletedOrdersIsAnotherJourney) {
  Driver driver = Driver::Started();
  driver.Send(EventType::kPurchase, Transaction("order-1"));
  const Journey& journey = driver.journey();
  const Policy& policy = driver.policy();
  EXPECT_FALSE(
      TakesLate(journey, EventType::kPurchase, Transaction("order-2"), driver.now(), policy));
  EXPECT_FALSE(TakesLate(journey, EventType::kPurchase, {}, driver.now(), policy));
  EXPECT_TRUE(
      TakesLate(journey, EventType::kPurchase, Transaction("order-1"), driver.now(), policy));
  EXPECT_TRUE(TakesLate(journey, EventType::kPaymentApproved, {}, driver.now(), policy));
}

TEST(LateFacts, APurchaseAfterItsPaymentBelongsToTheSameJourney) {
  Driver driver = Driver::At(Stage::kCompleted);
  const Policy& policy = driver.policy();
  EXPECT_TRUE(TakesLate(driver.journey(), EventType::kPurchase, {}, driver.now(), policy));
  EXPECT_FALSE(TakesLate(driver.journey(), EventType::kPaymentStarted, {}, driver.now(), policy));
}

TEST(UnreferencedEvents, GoOnWithAnOpenJourneyButNotWithOneSetAside) {
  const Journey carting = Driver::At(Stage::kCarting).journey();
  EXPECT_TRUE(TakesUnreferenced(carting, EventType::kAddToCart));
  EXPECT_FALSE(TakesUnreferenced(carting, EventType::kJourneyStarted));
  const Journey suspended = Driver::At(Stage::kSuspended).journey();
  EXPECT_FALSE(TakesUnreferenced(suspended, EventType::kAddToCart));
  EXPECT_TRUE(TakesUnreferenced(suspended, EventType::kOrderResumed));
  for (const Stage stage : {Stage::kUnpaidSubmitted, Stage::kPaymentUnknown}) {
    const Journey waiting = Driver::At(stage).journey();
    EXPECT_FALSE(TakesUnreferenced(waiting, EventType::kAddToCart));
    EXPECT_FALSE(TakesUnreferenced(waiting, EventType::kStaffReset));
    EXPECT_TRUE(TakesUnreferenced(waiting, EventType::kPaymentApproved));
    EXPECT_TRUE(TakesUnreferenced(waiting, EventType::kTouched));
  }
  EXPECT_FALSE(TakesUnreferenced(Driver::At(Stage::kCompleted).journey(), EventType::kPurchase));
}

}  // namespace
}  // namespace trayline::journey
