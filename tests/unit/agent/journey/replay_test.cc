// A journey is its recorded events and nothing else: whoever folds them again, at once or from a
// checkpoint on, with or without the fields that stay on the terminal, has the same journey.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "agent/event/json_form.h"
#include "agent/event/spec.h"
#include "tests/unit/agent/journey/driver.h"

namespace trayline::journey {
namespace {

using T = EventType;

constexpr std::size_t kEvents = 10'000;
constexpr std::size_t kEventsOfAJourney = 60;

// Hosts' events at random, most of them plausible.
class RandomHost {
 public:
  explicit RandomHost(std::uint64_t seed) : random_(seed) {
    for (const event::TypeSpec& spec : event::AllTypes()) {
      if (spec.origin == event::Origin::kHost) types_.push_back(spec.type);
    }
  }

  T Type() {
    constexpr std::array kUsual{T::kAddToCart, T::kRemoveFromCart, T::kViewItem,
                                T::kTouched,   T::kCartSnapshot,   T::kViewCart};
    return Below(2) == 0 ? kUsual[Below(kUsual.size())] : types_[Below(types_.size())];
  }

  Record Data(T type) {
    Record data;
    switch (type) {
      case T::kAddToCart:
      case T::kRemoveFromCart:
      case T::kUpdateCartLine:
      case T::kCartSnapshot:
        data = Lines(SomeLines(type == T::kCartSnapshot ? 0 : 1));
        break;
      case T::kPaymentReconciled:
        data.Set(Key::kResult, Number(3));
        break;
      case T::kPurchase:
        data.Set(Key::kTransactionId, "order-" + std::to_string(Below(3)));
        if (Below(2) == 0) data.Set(Key::kValueMinor, Number(5'000));
        break;
      case T::kOrderSubmitted:
        data.Set(Key::kPayAtCounter, Below(2) == 0);
        break;
      case T::kOrderCancelled:
        data.Set(Key::kBy, Number(3)).Set(Key::kReason, Number(8));
        break;
      case T::kJourneyStarted:
        data.Set(Key::kOrderMode, Number(4)).Set(Key::kAccessibilityMode, Below(2) == 0);
        break;
      default:
        break;
    }
    return data;
  }

  Millis Pause() { return Millis(Below(20) == 0 ? Below(700'000) : Below(9'000)); }

  std::size_t Below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

 private:
  std::int64_t Number(std::size_t limit) { return static_cast<std::int64_t>(Below(limit)); }

  RecordList SomeLines(std::size_t least) {
    RecordList lines;
    for (std::size_t i = Below(4) + least; i > 0; --i) {
      Record line = Line("item" + std::to_string(Below(5)), Number(900), Number(4));
      if (Below(3) == 0) line.Set(Key::kLineId, "L" + std::to_string(Below(5)));
      if (Below(4) == 0) line.Set(Key::kDiscountMinor, Number(2'000));
      if (Below(4) == 0) line.Remove(Key::kQuantity);
      lines.push_back(std::move(line));
    }
    return lines;
  }

  std::mt19937_64 random_;
  std::vector<T> types_;
};

Journey FoldAll(const std::vector<Event>& events) {
  Journey journey;
  for (const Event& event : events) Fold(journey, event);
  return journey;
}

Journey FoldWithCheckpointAt(const std::vector<Event>& events, std::size_t at) {
  Journey journey;
  for (std::size_t i = 0; i < events.size(); ++i) {
    Fold(journey, events[i]);
    if (i == at) journey = DecodeJourney(EncodeJourney(journey)).value();
  }
  return journey;
}

Journey FoldAtHeadquarters(const std::vector<Event>& events) {
  Journey journey;
  for (Event event : events) {
    event.data = event::WithoutLocalFields(event.type, event.data);
    Fold(journey, event);
  }
  return journey;
}

void CheckReplays(const Driver& driver, RandomHost& host) {
  const Journey& live = driver.journey();
  ASSERT_EQ(FoldAll(driver.events()), live);
  ASSERT_EQ(FoldWithCheckpointAt(driver.events(), host.Below(driver.events().size())), live);
  const Journey far = FoldAtHeadquarters(driver.events());
  Journey near = live;
  ASSERT_NE(near.host, far.host);
  ASSERT_NE(near.ref, far.ref);
  near.host = far.host;
  near.ref = far.ref;
  ASSERT_EQ(far, near);
}

void CheckSound(const Driver& driver) {
  const Journey& journey = driver.journey();
  ASSERT_GE(journey.cart.ValueMinor(), 0);
  ASSERT_GE(journey.closing_value_minor, 0);
  ASSERT_GE(journey.highest_value_minor, journey.cart.ValueMinor());
  ASSERT_LE(Count(driver.events(), T::kJourneyClosed), 1U);
  ASSERT_EQ(Count(driver.events(), T::kJourneyClosed), journey.IsOpen() ? 0U : 1U);
  std::int64_t revision = 0;
  for (const Event& event : driver.events()) {
    const bool ends = event.type == T::kJourneyClosed || event.type == T::kJourneyOutcomeRevised;
    ASSERT_GE(event.data.IntOr(Key::kValueMinor, 0), 0);
    if (!ends) continue;
    ++revision;
    ASSERT_EQ(event.data.IntOr(Key::kRevision, 0), revision);
  }
  ASSERT_EQ(journey.revision, static_cast<std::uint32_t>(revision));
}

TEST(Replay, GivesTheSameJourneyEverywhere) {
  constexpr std::uint64_t kSeed = 120'548;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  RandomHost host(kSeed);
  std::size_t journeys = 0;
  std::size_t completed = 0;
  for (std::size_t sent = 0; sent < kEvents; ++journeys) {
    Driver driver = Driver::Started();
    for (std::size_t i = 0; i < kEventsOfAJourney; ++i, ++sent) {
      const T type = host.Type();
      driver.Send(type, host.Data(type));
      driver.Wait(host.Pause());
    }
    ASSERT_NO_FATAL_FAILURE(CheckSound(driver)) << "journey " << journeys;
    ASSERT_NO_FATAL_FAILURE(CheckReplays(driver, host)) << "journey " << journeys;
    completed += driver.journey().outcome == Outcome::kCompleted ? 1U : 0U;
  }
  EXPECT_GT(completed, 0U);
  EXPECT_LT(completed, journeys);
}

TEST(Replay, IsTheSameForTheSameHost) {
  std::vector<Event> runs[2];
  for (auto& run : runs) {
    RandomHost host(77);
    Driver driver = Driver::Started();
    for (std::size_t i = 0; i < 500; ++i) {
      const T type = host.Type();
      driver.Send(type, host.Data(type));
      driver.Wait(host.Pause());
    }
    run = driver.events();
  }
  EXPECT_EQ(runs[0], runs[1]);
}

}  // namespace
}  // namespace trayline::journey
