// Every pair of stage and host event, listed or not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "agent/event/spec.h"
#include "agent/journey/table.h"
#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;
using ::testing::ElementsAre;

constexpr std::array kStages{
    Stage::kIdle,      Stage::kStarted,         Stage::kBrowsing,       Stage::kCarting,
    Stage::kReviewing, Stage::kPaying,          Stage::kCompleted,      Stage::kClosed,
    Stage::kSuspended, Stage::kUnpaidSubmitted, Stage::kPaymentUnknown,
};

std::vector<T> HostTypes() {
  std::vector<T> types;
  for (const event::TypeSpec& spec : event::AllTypes()) {
    const bool recorded = spec.type != T::kCartSnapshot;
    if (spec.origin == event::Origin::kHost && recorded) types.push_back(spec.type);
  }
  return types;
}

// Data of each kind that an event may have, so that every guard is met both ways.
std::vector<Record> Variants(T type) {
  std::vector<Record> variants{Record()};
  if (type == T::kAddToCart || type == T::kUpdateCartLine || type == T::kRemoveFromCart) {
    variants = {Lines({Line("burger", 500, 1)}), Lines({Line("stranger", 1, 1, "no such line")})};
  } else if (type == T::kPaymentReconciled) {
    for (std::int64_t result = -1; result < 4; ++result) {
      variants.push_back(With(Key::kResult, result));
    }
  } else if (type == T::kOrderSubmitted) {
    variants.push_back(With(Key::kPayAtCounter, true));
  } else if (type == T::kOrderCancelled) {
    variants.push_back(With(Key::kBy, event::Actor::kSystem));
  } else if (type == T::kPurchase) {
    variants.push_back(With(Key::kValueMinor, std::int64_t{77}));
  }
  return variants;
}

// Each stage, without and with a payment pending, without and with a warning.
std::vector<Driver> Journeys(Stage stage) {
  std::vector<Driver> drivers;
  drivers.push_back(stage == Stage::kIdle ? Driver() : Driver::At(stage));
  drivers.push_back(drivers[0]);
  drivers.back().mutable_journey().payment_pending = true;
  drivers.push_back(drivers[0]);
  drivers.back().Send(T::kIdleWarned);
  return drivers;
}

bool IsOver(Stage stage) { return stage == Stage::kCompleted || stage == Stage::kClosed; }

void CheckPair(Driver driver, T type, const Record& data) {
  const Journey before = driver.journey();
  SCOPED_TRACE(std::string(WordName(before.stage, event::kStageNames)) + " + " +
               event::ShortTypeName(type) + (before.payment_pending ? " while pending" : ""));
  const auto recorded = driver.Send(type, data);
  ASSERT_FALSE(recorded.empty());
  const Journey& after = driver.journey();
  EXPECT_EQ(after.outcome.has_value(), IsOver(after.stage));
  EXPECT_EQ(after.outcome == Outcome::kCompleted, after.stage == Stage::kCompleted);
  EXPECT_LE(Count(recorded, T::kIrregular), 1U);
  if (Count(recorded, T::kIrregular) == 1) {
    const Record& irregular = recorded[1].data;
    EXPECT_EQ(recorded[1].type, T::kIrregular) << "irregular comes first";
    EXPECT_EQ(irregular.Enum<Stage>(Key::kStage, kStages.size()), before.stage);
    EXPECT_EQ(irregular.Int(Key::kEventType), static_cast<std::int64_t>(type));
  }
  if (type == T::kPurchase || type == T::kPaymentApproved) {
    EXPECT_EQ(after.outcome, Outcome::kCompleted);
  } else if (IsOver(before.stage) && type != T::kPaymentReconciled) {
    EXPECT_EQ(after.outcome, before.outcome) << "only money revises an outcome";
  }
  if (before.payment_pending && type != T::kPaymentFailed && type != T::kPaymentReconciled) {
    EXPECT_EQ(Count(recorded, T::kJourneyAbandoned), 0U) << "money is unknown";
  }
}

TEST(EveryPair, LeadsToASoundJourneyAndNeverCrashes) {
  std::size_t pairs = 0;
  for (const Stage stage : kStages) {
    for (const Driver& driver : Journeys(stage)) {
      for (const T type : HostTypes()) {
        for (const Record& data : Variants(type)) CheckPair(driver, type, data);
        ++pairs;
      }
    }
  }
  EXPECT_EQ(pairs, kStages.size() * 3 * HostTypes().size());
}

TEST(EveryPair, IsIrregularExactlyWhenTheTableDoesNotListIt) {
  std::size_t irregular = 0;
  for (const Stage stage : kStages) {
    for (const T type : HostTypes()) {
      bool listed = false;
      for (const Row& row : Listed()) {
        listed = listed || ((row.from & In(stage)) != 0 && row.event == type);
      }
      if (listed) continue;
      Driver driver = stage == Stage::kIdle ? Driver() : Driver::At(stage);
      for (const Record& data : Variants(type)) {
        Driver copy = driver;
        EXPECT_EQ(Count(copy.Send(type, data), T::kIrregular), 1U)
            << WordName(stage, event::kStageNames) << " + " << event::ShortTypeName(type);
        EXPECT_EQ(copy.journey().irregular, driver.journey().irregular + 1);
      }
      ++irregular;
    }
  }
  EXPECT_GT(irregular, 100U);
}

TEST(EveryRow, OfTheTablesIsReachable) {
  // A row that stands behind one with the same stages and event and a weaker guard never fits.
  for (const auto rows : {Listed(), Certain()}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Stages open = rows[i].from;
      for (std::size_t j = 0; j < i; ++j) {
        const bool covers = rows[j].event == rows[i].event &&
                            (rows[j].guard == Guard::kAlways || rows[j].guard == rows[i].guard);
        if (covers) open = static_cast<Stages>(open & ~rows[j].from);
      }
      EXPECT_NE(open, 0) << "row " << i << ", " << event::ShortTypeName(rows[i].event);
    }
  }
}

TEST(EveryRow, ThatMovesNamesAStage) {
  for (const auto rows : {Listed(), Certain()}) {
    for (const Row& row : rows) {
      const bool moves = row.effect == Effect::kMove || row.effect == Effect::kEmpty ||
                         row.effect == Effect::kDecline || row.effect == Effect::kComplete;
      EXPECT_EQ(moves || row.effect == Effect::kRevise || row.effect == Effect::kCorrect,
                row.next != Stage::kIdle)
          << event::ShortTypeName(row.event);
    }
  }
}

// --- What is certain all the same ---------------------------------------------------------------

TEST(IrregularFacts, AnEditBeforePaymentLeadsToCarting) {
  for (const Stage stage : {Stage::kSuspended, Stage::kUnpaidSubmitted}) {
    Driver driver = Driver::At(stage);
    const auto recorded = driver.Send(T::kAddToCart, Lines({Line("cola", 200)}));
    EXPECT_THAT(Types(recorded),
                ElementsAre(T::kAddToCart, T::kIrregular, T::kJourneyStageChanged));
    EXPECT_EQ(driver.journey().stage, Stage::kCarting);
  }
}

TEST(IrregularFacts, AnEditWhileMoneyIsUnderWayIsKeptAndMovesNothing) {
  for (const Stage stage : {Stage::kPaying, Stage::kPaymentUnknown}) {
    Driver driver = Driver::At(stage);
    driver.Send(T::kPaymentStarted);
    const auto recorded = driver.Send(T::kAddToCart, Lines({Line("cola", 200)}));
    EXPECT_EQ(recorded[1].type, T::kIrregular);
    EXPECT_EQ(driver.journey().stage, stage);
    EXPECT_EQ(driver.journey().cart.lines().size(), 2U);
    EXPECT_TRUE(driver.journey().payment_pending);
  }
}

TEST(IrregularFacts, AnApprovalCompletesAJourneyThatNeverPaid) {
  Driver driver = Driver::At(Stage::kBrowsing);
  const auto recorded = driver.Send(T::kPaymentApproved);
  EXPECT_THAT(Types(recorded), ElementsAre(T::kPaymentApproved, T::kIrregular,
                                           T::kJourneyStageChanged, T::kJourneyClosed));
}

TEST(IrregularFacts, AHostThatStartsOverDuringAPaymentLeavesItUnknown) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPaymentStarted);
  driver.Send(T::kStartOver);
  EXPECT_EQ(driver.journey().stage, Stage::kPaymentUnknown);
  EXPECT_TRUE(driver.journey().IsOpen());
}

TEST(IrregularFacts, CheckoutOfAHostThatReportsNoLinesIsBelieved) {
  Driver driver = Driver::At(Stage::kBrowsing);
  driver.Send(T::kBeginCheckout);
  EXPECT_EQ(driver.journey().stage, Stage::kPaying);
  EXPECT_EQ(driver.journey().irregular, 1U);
  EXPECT_EQ(Classify(driver.journey()), Outcome::kAbandonedCheckout);
}

TEST(IrregularFacts, ARemovalOfALineThatIsNotThereIsKeptAsSent) {
  Driver driver = Driver::At(Stage::kCarting);
  const auto recorded = driver.Send(T::kRemoveFromCart, Lines({Line("cake", 100)}));
  EXPECT_THAT(Types(recorded), ElementsAre(T::kRemoveFromCart, T::kIrregular));
  EXPECT_EQ(recorded[0].data.List(Key::kLines)[0], Line("cake", 100));
  EXPECT_EQ(driver.journey().cart.lines().size(), 1U);
}

TEST(IrregularFacts, LinesBeyondTheCartsLimitStayInTheEvent) {
  Driver driver = Driver::Started();
  for (std::size_t i = 0; i < kCartLinesMax; ++i) {
    driver.Send(T::kAddToCart, Lines({Line("item" + std::to_string(i), 1)}));
  }
  EXPECT_EQ(driver.journey().irregular, 0U);
  const auto recorded = driver.Send(T::kAddToCart, Lines({Line("one more", 1)}));
  EXPECT_THAT(Types(recorded), ElementsAre(T::kAddToCart, T::kIrregular));
  EXPECT_EQ(recorded[0].data.List(Key::kLines).size(), 1U);
  EXPECT_EQ(driver.journey().cart.lines().size(), kCartLinesMax);
}

}  // namespace
}  // namespace trayline::journey
