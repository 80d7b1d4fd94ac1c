#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "agent/event/spec.h"
#include "agent/journey/bounds.h"
#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;

TEST(Folding, TakesWhatTheStartSays) {
  Record data = With(Key::kLocale, std::string("zh-CN"));
  data.Set(Key::kEntrySource, event::EntrySource::kTableQr)
      .Set(Key::kOrderMode, event::OrderMode::kDineIn)
      .Set(Key::kChannel, event::Channel::kTableTablet)
      .Set(Key::kAccessibilityMode, true);
  const Journey journey = Driver::Started({}, data).journey();
  EXPECT_EQ(journey.stage, Stage::kStarted);
  EXPECT_EQ(journey.host, "till");
  EXPECT_EQ(journey.ref, "visit-1");
  EXPECT_EQ(journey.locale, "zh-CN");
  EXPECT_EQ(journey.entry_source, static_cast<std::int64_t>(event::EntrySource::kTableQr));
  EXPECT_EQ(journey.order_mode, static_cast<std::int64_t>(event::OrderMode::kDineIn));
  EXPECT_EQ(journey.channel, static_cast<std::int64_t>(event::Channel::kTableTablet));
  EXPECT_EQ(journey.currency, 840);
  EXPECT_TRUE(journey.accessibility);
  EXPECT_EQ(journey.id, (JourneyId{Epoch{1'700'000'000}, 1}));
}

TEST(Folding, ASecondStartTakesNothingBack) {
  Driver driver = Driver::At(Stage::kReviewing);
  driver.Wait(Millis(1'000));
  const Journey before = driver.journey();
  driver.Send(T::kJourneyStarted, With(Key::kLocale, std::string("en")));
  EXPECT_EQ(driver.journey().stage, Stage::kReviewing);
  EXPECT_EQ(driver.journey().started_mono, before.started_mono);
  EXPECT_EQ(driver.journey().cart, before.cart);
  EXPECT_EQ(driver.journey().locale, "en");
}

TEST(Folding, CountsTheFeatures) {
  Driver driver = Driver::At(Stage::kCarting);
  driver.Send(T::kViewItem);
  driver.Send(T::kTouched, With(Key::kCount, std::int64_t{4}));
  driver.Send(T::kAddToCart, Lines({Line("cola", 200, 3)}));
  driver.Send(T::kRemoveFromCart, Lines({Line("cola", 200, 2)}));
  driver.Send(T::kAddToCart, Lines({Line("cola", 200)}));
  const Journey& journey = driver.journey();
  EXPECT_EQ(journey.views, 2U);
  EXPECT_EQ(journey.touches, 4U);
  EXPECT_EQ(journey.adds, 3U);
  EXPECT_EQ(journey.removes, 1U);
  EXPECT_EQ(journey.cycles, 1U);
  EXPECT_EQ(journey.highest_value_minor, 500 + 600);
  EXPECT_EQ(journey.deepest, Stage::kCarting);
}

TEST(Folding, TrainingTaintsTheWholeJourney) {
  Driver driver = Driver::At(Stage::kCarting);
  EXPECT_FALSE(driver.journey().training);
  driver.Send(T::kTrainingChanged, With(Key::kTraining, true));
  driver.Send(T::kTrainingChanged, With(Key::kTraining, false));
  EXPECT_TRUE(driver.journey().training);
}

TEST(Folding, ARefundDoesNotRenameTheOrder) {
  Driver driver = Driver::At(Stage::kPaying);
  driver.Send(T::kPurchase, With(Key::kTransactionId, std::string("order-1")));
  driver.Send(T::kRefund, With(Key::kTransactionId, std::string("refund-9")));
  EXPECT_EQ(driver.journey().transaction_id, "order-1");
  EXPECT_EQ(driver.journey().outcome, Outcome::kCompleted);
}

TEST(Folding, WordsOfANewerWriterAreLeftAlone) {
  Driver driver = Driver::At(Stage::kCarting);
  const Journey before = driver.journey();
  driver.WriteAll({{T::kJourneyStageChanged, With(Key::kStage, std::int64_t{99})},
                   {T::kJourneyClosed, With(Key::kOutcome, std::int64_t{99})},
                   {static_cast<T>(4'000), {}}});
  EXPECT_EQ(driver.journey().stage, before.stage);
  EXPECT_TRUE(driver.journey().IsOpen());
}

// Any type with any numbers and texts, as it may come from the wire.
TEST(Folding, ExtremeValuesAreClamped) {
  for (const std::int64_t number : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                                    std::numeric_limits<std::int64_t>::max()}) {
    Driver driver = Driver::At(Stage::kCarting);
    Journey journey = driver.journey();
    for (const event::TypeSpec& spec : event::AllTypes()) {
      Event event = driver.events().back();
      event.type = spec.type;
      event.mono = MonoFromMs(number);
      event.boot = spec.type == T::kTouched ? 2 : 1;
      event.data = Lines({Line("x", number, number, std::string(4'096, 'x'))});
      for (const event::FieldSpec& field : spec.fields) {
        const bool is_text = field.kind == event::Kind::kId || field.kind == event::Kind::kText;
        if (is_text) event.data.Set(field.key, std::string(4'096, 'y'));
        if (!is_text && field.kind != event::Kind::kList) event.data.Set(field.key, number);
      }
      const Journey before = journey;
      Fold(journey, event);
      for (const Draft& draft : React(before, journey, event, driver.policy())) {
        EXPECT_GE(draft.data.IntOr(Key::kValueMinor, 0), 0);
      }
      RebaseMono(journey, 1, MonoFromMs(number));
      static_cast<void>(Deadline(journey, driver.policy()));
    }
    EXPECT_GE(journey.closing_value_minor, 0);
    EXPECT_GE(journey.purchase_value_minor, 0);
    EXPECT_LE(journey.locale.size(), kLocaleTextMax);
    EXPECT_LE(journey.ticket.size(), kJourneyTextMax);
    EXPECT_LE(journey.touches, kFeatureMax);
    EXPECT_TRUE(DecodeJourney(EncodeJourney(journey)).ok());
  }
}

TEST(Bounds, CountersStopAtTheirLimit) {
  std::uint32_t counter = kFeatureMax - 1;
  CountUp(counter);
  CountUp(counter);
  EXPECT_EQ(counter, kFeatureMax);
  counter = 5;
  CountUp(counter, std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(counter, kFeatureMax);
}

}  // namespace
}  // namespace trayline::journey
