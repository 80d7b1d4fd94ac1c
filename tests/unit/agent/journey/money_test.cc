// How journeys end with money: completion, payment, revision.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;
using ::testing::ElementsAre;

// --- Completion ---------------------------------------------------------------------------------

TEST(Completion, AHostThatSendsCompletedOrdersOnlyHasWholeJourneys) {
  Driver driver = Driver::Started();
  Record order = Lines({Line("burger", 500, 2), Line("cola", 200)});
  order.Set(Key::kTransactionId, std::string("order-1"));
  const auto recorded = driver.Send(T::kPurchase, order);
  EXPECT_THAT(Types(recorded),
              ElementsAre(T::kPurchase, T::kJourneyStageChanged, T::kJourneyClosed));
  EXPECT_EQ(recorded[0].data.Int(Key::kValueMinor), 1'200);
  EXPECT_EQ(recorded[2].data.Int(Key::kValueMinor), 1'200);
  EXPECT_EQ(recorded[2].data.Int(Key::kLineCount), 2);
  EXPECT_EQ(driver.journey().outcome, Outcome::kCompleted);
  EXPECT_EQ(driver.journey().revision, 1U);
  EXPECT_EQ(driver.journey().transaction_id, "order-1");
}

TEST(Completion, ClosesWithThePurchaseValueWhereTheHostGaveOne) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPurchase, With(Key::kValueMinor, std::int64_t{480}));
  EXPECT_EQ(driver.journey().closing_value_minor, 480);
  Driver other = Driver::At(Stage::kPaying);
  const auto recorded = other.Send(T::kPaymentApproved);
  EXPECT_EQ(recorded.back().data.Int(Key::kValueMinor), 500);
  EXPECT_EQ(recorded.back().data.Int(Key::kCurrency), 840);
  EXPECT_EQ(recorded.back().data.Enum<Stage>(Key::kStage, 11), Stage::kPaying);
}

TEST(Completion, APurchaseAfterTheApprovalCorrectsTheValueOnce) {
  Driver driver = Driver::At(Stage::kCompleted);
  EXPECT_EQ(driver.journey().closing_value_minor, 500);
  const auto recorded = driver.Send(T::kPurchase, With(Key::kValueMinor, std::int64_t{480}));
  EXPECT_THAT(Types(recorded), ElementsAre(T::kPurchase, T::kJourneyOutcomeRevised));
  EXPECT_EQ(driver.journey().outcome, Outcome::kCompleted);
  EXPECT_EQ(driver.journey().closing_value_minor, 480);
  EXPECT_EQ(driver.journey().revision, 2U);
  EXPECT_THAT(Types(driver.Send(T::kPurchase, With(Key::kValueMinor, std::int64_t{480}))),
              ElementsAre(T::kPurchase));
}

TEST(Completion, APurchaseWithoutAValueAfterTheCartWasEmptiedKeepsTheValue) {
  Driver driver = Driver::At(Stage::kCompleted);
  driver.Send(T::kCartSnapshot, Lines({}));
  EXPECT_TRUE(driver.journey().cart.empty());
  EXPECT_THAT(Types(driver.Send(T::kPurchase)), ElementsAre(T::kPurchase));
  EXPECT_EQ(driver.journey().closing_value_minor, 500);
}

TEST(Completion, APurchaseAfterAnAbandonmentRevisesTheOutcome) {
  Driver driver = Driver::At(Stage::kClosed);
  ASSERT_EQ(driver.journey().outcome, Outcome::kAbandonedCart);
  const auto recorded = driver.Send(T::kPurchase, With(Key::kValueMinor, std::int64_t{700}));
  ASSERT_THAT(Types(recorded), ElementsAre(T::kPurchase, T::kJourneyOutcomeRevised));
  const Record& revised = recorded[1].data;
  EXPECT_EQ(revised.Enum<Outcome>(Key::kOutcome, 11), Outcome::kCompleted);
  EXPECT_EQ(revised.Enum<Outcome>(Key::kPreviousOutcome, 11), Outcome::kAbandonedCart);
  EXPECT_EQ(revised.Enum<Evidence>(Key::kEvidence, 12), Evidence::kLatePurchase);
  EXPECT_EQ(revised.Int(Key::kRevision), 2);
  EXPECT_EQ(revised.Int(Key::kValueMinor), 700);
  EXPECT_EQ(driver.journey().outcome, Outcome::kCompleted);
  EXPECT_EQ(driver.journey().revision, 2U);
  EXPECT_EQ(driver.journey().stage, Stage::kCompleted);
}

TEST(Completion, AnApprovalAfterAnAbandonmentRevisesTheOutcome) {
  Driver driver = Driver::At(Stage::kClosed);
  driver.Send(T::kPaymentApproved);
  EXPECT_EQ(driver.journey().outcome, Outcome::kCompleted);
  EXPECT_EQ(driver.journey().evidence, Evidence::kLatePayment);
  EXPECT_EQ(driver.journey().closing_value_minor, 500);
}

// --- Payment ------------------------------------------------------------------------------------

TEST(Payment, ADeclineLeadsBackToTheReviewAtRisk) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPaymentStarted);
  const auto recorded = driver.Send(T::kPaymentFailed);
  EXPECT_THAT(Types(recorded),
              ElementsAre(T::kPaymentFailed, T::kJourneyStageChanged, T::kJourneyAtRisk));
  EXPECT_THAT(Risks(recorded), ElementsAre(Risk::kPaymentDeclined));
  EXPECT_EQ(driver.journey().stage, Stage::kReviewing);
  EXPECT_EQ(driver.journey().payment_attempts, 1U);
}

TEST(Payment, TheLastDeclineAbandonsThePayment) {
  Driver driver = Driver::At(Stage::kReviewing);
  std::vector<Event> recorded;
  for (int attempt = 0; attempt < 3; ++attempt) {
    driver.Send(T::kPaymentStarted);
    recorded = driver.Send(T::kPaymentFailed);
  }
  EXPECT_THAT(Types(recorded),
              ElementsAre(T::kPaymentFailed, T::kJourneyAbandoned, T::kJourneyClosed));
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedPayment);
  EXPECT_EQ(driver.journey().evidence, Evidence::kPaymentDeclined);
}

TEST(Payment, TheHostsOwnNumberOfTheAttemptCounts) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPaymentStarted, With(Key::kAttempt, std::int64_t{3}));
  driver.Send(T::kPaymentFailed);
  EXPECT_EQ(driver.journey().outcome, Outcome::kAbandonedPayment);
}

TEST(Payment, FailuresWithoutStartsAreAttempts) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPaymentFailed);
  EXPECT_EQ(driver.journey().payment_attempts, 1U);
  EXPECT_EQ(driver.journey().stage, Stage::kReviewing);
}

Record Result(event::PaymentResult result) { return With(Key::kResult, result); }

TEST(Payment, AnUnknownEndIsReconciledIntoEachResult) {
  Driver approved = Driver::At(Stage::kPaymentUnknown);
  approved.Send(T::kPaymentReconciled, Result(event::PaymentResult::kApproved));
  EXPECT_EQ(approved.journey().outcome, Outcome::kCompleted);
  Driver not_charged = Driver::At(Stage::kPaymentUnknown);
  not_charged.Send(T::kPaymentReconciled, Result(event::PaymentResult::kNotCharged));
  EXPECT_EQ(not_charged.journey().stage, Stage::kReviewing);
  EXPECT_FALSE(not_charged.journey().payment_pending);
  Driver failed = Driver::At(Stage::kPaymentUnknown);
  failed.Send(T::kPaymentReconciled, Result(event::PaymentResult::kFailed));
  EXPECT_EQ(failed.journey().outcome, Outcome::kAbandonedPayment);
  EXPECT_EQ(failed.journey().evidence, Evidence::kPaymentDeclined);
}

TEST(Completion, ARepeatedPurchaseWithoutAValueChangesNothing) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPurchase, With(Key::kValueMinor, std::int64_t{480}));
  EXPECT_THAT(Types(driver.Send(T::kPurchase)), ElementsAre(T::kPurchase));
  EXPECT_EQ(driver.journey().closing_value_minor, 480);
  EXPECT_EQ(driver.journey().purchase_value_minor, 480);
}

}  // namespace
}  // namespace trayline::journey
