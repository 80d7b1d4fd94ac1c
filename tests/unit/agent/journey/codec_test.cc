#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;

Journey Rich() {
  Driver driver = Driver::At(Stage::kReviewing);
  driver.Send(T::kAddToCart, Lines({Line("cola", 200, 2, "host-line"), Line("fries", 300)}));
  driver.Send(T::kCancelRequested, With(Key::kReason, event::CancelReason::kTooSlow));
  driver.Wait(Millis(3'600'000));
  Record purchase = With(Key::kTicket, std::string("A17"));
  purchase.Set(Key::kTransactionId, std::string("order-1"));
  driver.Send(T::kPurchase, purchase);
  return driver.journey();
}

TEST(JourneyCodec, GivesBackTheSameJourney) {
  for (const Journey& journey : {Journey(), Driver::At(Stage::kSuspended).journey(), Rich()}) {
    const auto decoded = DecodeJourney(EncodeJourney(journey));
    ASSERT_TRUE(decoded.ok()) << decoded.error().text;
    EXPECT_EQ(*decoded, journey);
  }
}

TEST(JourneyCodec, RefusesEveryPrefixAndEveryExtension) {
  const std::string bytes = EncodeJourney(Rich());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto decoded = DecodeJourney(std::string_view(bytes).substr(0, length));
    ASSERT_FALSE(decoded.ok()) << length;
    EXPECT_EQ(decoded.error().code, Errc::kCorrupt);
  }
  EXPECT_FALSE(DecodeJourney(bytes + '\0').ok());
}

TEST(JourneyCodec, RefusesAnotherVersion) {
  std::string bytes = EncodeJourney(Rich());
  bytes[0] = 2;
  EXPECT_FALSE(DecodeJourney(bytes).ok());
}

// What is accepted is a journey that can go on: it folds, times, and encodes.
TEST(JourneyCodec, DamagedBytesAreRefusedOrHarmless) {
  constexpr std::uint64_t kSeed = 4'711;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  const std::string good = EncodeJourney(Rich());
  Driver driver = Driver::At(Stage::kCarting);
  Event event = driver.events().back();
  event.boot = 9;
  for (int run = 0; run < 20'000; ++run) {
    std::string bytes = good;
    for (std::uint64_t i = 0; i <= random() % 4; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    auto decoded = DecodeJourney(bytes);
    if (!decoded.ok()) continue;
    Journey journey = *decoded;
    Fold(journey, event);
    static_cast<void>(Deadline(journey, driver.policy()));
    for (const Draft& draft : Normalise(journey, T::kAddToCart, Lines({Line("x", 1)}))) {
      event.data = draft.data;
      Fold(journey, event);
    }
    static_cast<void>(React(*decoded, journey, event, driver.policy()));
    EXPECT_TRUE(DecodeJourney(EncodeJourney(journey)).ok());
  }
}

}  // namespace
}  // namespace trayline::journey
