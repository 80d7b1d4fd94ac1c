// What the engine holds is what the store holds: after kills, failed commits and checkpoints.
#include <gmock/gmock.h>

#include <random>

#include "agent/engine/desk.h"
#include "tests/unit/agent/engine/terminal_fixture.h"

namespace trayline::engine {
namespace {

using event::EventType;
using event::Key;
using event::Record;
using journey::Outcome;
using ::testing::Contains;

// The desk that a start would build from what is committed.
Desk Rebuilt(Terminal& terminal, const journey::Policy& policy, bool from_checkpoint) {
  const auto state = terminal.store.Load();
  EXPECT_TRUE(state.ok());
  Desk desk(policy);
  Sequence above;
  if (from_checkpoint && state->checkpoint) {
    desk = *Desk::Decode(state->checkpoint->state, policy);
    above = state->checkpoint->at;
  }
  for (const auto& event : terminal.Events()) {
    if (event.sequence > above) desk.Apply(event);
  }
  return desk;
}

Record Anything(std::mt19937_64& random) {
  Record data = OneLine(std::to_string(random() % 5), static_cast<std::int64_t>(random() % 900),
                        static_cast<std::int64_t>(random() % 3) + 1);
  data.Set(Key::kAttempt, static_cast<std::int64_t>(random() % 4));
  return data;
}

constexpr EventType kSaid[] = {
    EventType::kJourneyStarted, EventType::kViewItemList,    EventType::kAddToCart,
    EventType::kAddToCart,      EventType::kRemoveFromCart,  EventType::kUpdateCartLine,
    EventType::kViewCart,       EventType::kBeginCheckout,   EventType::kPaymentStarted,
    EventType::kPaymentFailed,  EventType::kPaymentApproved, EventType::kPurchase,
    EventType::kOrderCancelled, EventType::kTouched,         EventType::kIdleWarned,
    EventType::kOrderSuspended, EventType::kOrderResumed,    EventType::kStartOver,
    EventType::kPaymentUnknown, EventType::kPageLost,        EventType::kCartSnapshot,
};

TEST(Recovery, LiveStateEqualsReplayAndCheckpointWithReplay) {
  constexpr std::uint64_t kSeed = 20261122;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  std::mt19937_64 random(kSeed);
  Options options;
  options.checkpoint_every = 64;
  Terminal terminal(options);
  for (int i = 0; i < 3000; ++i) {
    const auto type = kSaid[random() % std::size(kSaid)];
    const std::string ref = random() % 3 == 0 ? "r" + std::to_string(random() % 20) : "";
    terminal.Say(type, Anything(random), 0, ref);
    terminal.clock.Advance(Millis(random() % 20'000));
    terminal.engine->Tick();
    terminal.Pump();
  }
  const Desk from_all = Rebuilt(terminal, options.policy, false);
  const Desk from_checkpoint = Rebuilt(terminal, options.policy, true);
  EXPECT_TRUE(from_all == from_checkpoint);
  const auto open = terminal.engine->OpenJourneys(kOpenJourneysMax);
  ASSERT_EQ(open.size(), from_all.open().size());
  for (const auto& journey : open) EXPECT_EQ(journey, from_all.open().at(journey.id));
}

TEST(Recovery, AKilledAgentGoesOnWhereItWas) {
  Terminal terminal;
  const auto id = terminal.Say(EventType::kAddToCart, OneLine("1", 250, 2)).results[0].journey;
  const auto last = terminal.engine->status().last;
  terminal.Kill();
  terminal.Start();
  EXPECT_THAT(terminal.Types(), Contains(EventType::kCrashRecovered));
  EXPECT_GT(terminal.engine->status().last, last);
  ASSERT_TRUE(terminal.engine->Find(id).has_value());
  EXPECT_EQ(terminal.engine->Find(id)->cart.ValueMinor(), 500);
  EXPECT_EQ(terminal.Say(EventType::kViewCart).results[0].journey, id);
}

TEST(Recovery, AGuestWhoseHostComesBackKeepsTheJourney) {
  Terminal terminal;
  const auto id = terminal.Say(EventType::kAddToCart, OneLine("1", 250)).results[0].journey;
  terminal.Kill(true);
  terminal.clock.SetMono(MonoFromMs(500));
  terminal.Start();
  terminal.clock.Advance(Millis(50'000));
  terminal.engine->Tick();
  terminal.Pump();
  EXPECT_TRUE(terminal.engine->Find(id)->IsOpen());
  terminal.Say(EventType::kTouched);
  terminal.clock.Advance(Millis(20'000));
  terminal.engine->Tick();
  terminal.Pump();
  EXPECT_TRUE(terminal.engine->Find(id)->IsOpen());
}

TEST(Recovery, AJourneyWhoseHostStaysAwayIsASystemExit) {
  Terminal terminal;
  const auto id = terminal.Say(EventType::kAddToCart, OneLine("1", 250)).results[0].journey;
  terminal.Kill();
  terminal.Start();
  terminal.clock.Advance(Options{}.policy.restart_grace);
  terminal.engine->Tick();
  terminal.Pump();
  EXPECT_EQ(terminal.engine->Find(id)->outcome, Outcome::kSystemExit);
}

TEST(Recovery, APendingPaymentIsUnknownAfterARestartAndNeverAbandoned) {
  Terminal terminal;
  terminal.Say(EventType::kAddToCart, OneLine("1", 250));
  const auto id = terminal.Say(EventType::kPaymentStarted).results[0].journey;
  terminal.Kill();
  terminal.Start();
  EXPECT_EQ(terminal.engine->Find(id)->stage, journey::Stage::kPaymentUnknown);
  terminal.clock.Advance(Millis(3'600'000));
  terminal.engine->Tick();
  terminal.Pump();
  EXPECT_TRUE(terminal.engine->Find(id)->IsOpen());
}

TEST(Recovery, AFailedCommitTakesEverythingBehindItAlong) {
  Terminal terminal;
  const auto before = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 1);
  const auto last = terminal.engine->status().last;
  std::vector<RecordAnswer> answers;
  for (std::uint64_t id = 2; id <= 4; ++id) {
    RecordBatch batch{"kiosk", {}};
    batch.items.push_back(Item(EventType::kAddToCart, OneLine("2", 100), id));
    terminal.engine->Record(std::move(batch),
                            [&](RecordAnswer answer) { answers.push_back(std::move(answer)); });
  }
  terminal.store.FailNextCommit(Error{Errc::kFull, "no space left"});
  terminal.Pump();
  ASSERT_EQ(answers.size(), 3U);
  for (const auto& answer : answers) {
    EXPECT_FALSE(answer.status.ok());
    EXPECT_TRUE(answer.results.empty());
  }
  EXPECT_EQ(terminal.engine->status().reloads, 1U);
  EXPECT_EQ(terminal.engine->status().last, last);
  // Memory does not run ahead of the disk: the same ids are new, and the cart is as it was.
  const auto again = terminal.Say(EventType::kAddToCart, OneLine("2", 100), 2);
  ASSERT_TRUE(again.status.ok());
  EXPECT_EQ(again.results[0].outcome, RecordResult::Outcome::kRecorded);
  EXPECT_EQ(terminal.engine->Find(before.results[0].journey)->cart.ValueMinor(), 200);
}

TEST(Recovery, AnUnreadableCheckpointIsSaidAndNotGuessed) {
  EXPECT_EQ(Desk::Decode("", {}).error().code, Errc::kCorrupt);
  EXPECT_EQ(Desk::Decode(std::string("\x01\x05\x00\x02", 4), {}).error().code, Errc::kCorrupt);
  std::string good = Desk(journey::Policy{}).Encode();
  EXPECT_TRUE(Desk::Decode(good, {}).ok());
  EXPECT_FALSE(Desk::Decode(good + "x", {}).ok());
}

}  // namespace
}  // namespace trayline::engine
