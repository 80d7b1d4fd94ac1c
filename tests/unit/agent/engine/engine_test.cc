#include "agent/engine/engine.h"

#include <gmock/gmock.h>

#include "agent/engine/desk.h"
#include "tests/unit/agent/engine/terminal_fixture.h"

namespace trayline::engine {
namespace {

using event::EventType;
using event::Key;
using event::Record;
using journey::Outcome;
using journey::Stage;
using ::testing::Contains;
using ::testing::HasSubstr;
using ResultKind = RecordResult::Outcome;

TEST(Engine, NumbersEventsWithoutAGap) {
  Terminal terminal;
  terminal.Say(EventType::kViewItemList);
  terminal.Say(EventType::kAddToCart, OneLine("101", 850));
  const auto events = terminal.Events();
  ASSERT_GT(events.size(), 4U);
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].sequence.value, i + 1);
  EXPECT_EQ(events[0].type, EventType::kSystemStarted);
  EXPECT_TRUE(events[0].journey.IsNone());
}

TEST(Engine, AnswersOnlyWhenDurable) {
  Terminal terminal;
  bool answered = false;
  RecordBatch batch{"kiosk", {}};
  batch.items.push_back(Item(EventType::kViewItemList));
  terminal.engine->Record(std::move(batch), [&](const RecordAnswer&) { answered = true; });
  EXPECT_FALSE(answered);
  EXPECT_EQ(terminal.engine->InFlight(), 1U);
  terminal.Pump();
  EXPECT_TRUE(answered);
}

TEST(Engine, NamesTheNumbersOfEachItem) {
  Terminal terminal;
  RecordBatch batch{"kiosk", {}};
  batch.items.push_back(Item(EventType::kAddToCart, OneLine("101", 850), 1));
  batch.items.push_back(Item(EventType::kViewCart, {}, 2));
  const auto answer = terminal.Send(std::move(batch));
  ASSERT_TRUE(answer.status.ok());
  ASSERT_EQ(answer.results.size(), 2U);
  EXPECT_EQ(answer.results[0].last.Next(), answer.results[1].first);
  EXPECT_EQ(answer.results[1].last, terminal.engine->status().last);
  EXPECT_EQ(answer.results[0].journey, answer.results[1].journey);
}

TEST(Engine, KioskOrderBecomesOneCompletedJourney) {
  Terminal terminal;
  terminal.Say(EventType::kJourneyStarted);
  terminal.Say(EventType::kAddToCart, OneLine("101", 850, 2));
  terminal.Say(EventType::kViewCart);
  terminal.Say(EventType::kBeginCheckout);
  terminal.Say(EventType::kPaymentStarted);
  const auto id = terminal.Say(EventType::kPaymentApproved).results[0].journey;
  Record purchase;
  purchase.Set(Key::kValueMinor, 1700).Set(Key::kTransactionId, std::string("T1"));
  EXPECT_EQ(terminal.Say(EventType::kPurchase, purchase).results[0].journey, id);
  const auto journey = terminal.engine->Find(id);
  ASSERT_TRUE(journey.has_value());
  EXPECT_EQ(journey->outcome, Outcome::kCompleted);
  EXPECT_EQ(journey->closing_value_minor, 1700);
  EXPECT_EQ(terminal.CountOf(EventType::kIrregular), 0U);
  EXPECT_EQ(terminal.CountOf(EventType::kJourneyStarted), 1U);
}

TEST(Engine, HostOfCompletedOrdersGetsAJourneyForEach) {
  Terminal terminal;
  for (int i = 1; i <= 3; ++i) {
    Record purchase = OneLine("101", 500);
    purchase.Set(Key::kTransactionId, "T" + std::to_string(i)).Set(Key::kValueMinor, 500);
    terminal.Say(EventType::kPurchase, purchase);
  }
  EXPECT_EQ(terminal.CountOf(EventType::kJourneyStarted), 3U);
  EXPECT_EQ(terminal.CountOf(EventType::kIrregular), 0U);
  EXPECT_TRUE(terminal.engine->OpenJourneys(10).empty());
}

TEST(Engine, EqualReferencesAreOneJourney) {
  Terminal terminal;
  const auto a = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 0, "a");
  const auto b = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 0, "b");
  const auto again = terminal.Say(EventType::kViewCart, {}, 0, "a");
  EXPECT_NE(a.results[0].journey, b.results[0].journey);
  EXPECT_EQ(a.results[0].journey, again.results[0].journey);
  EXPECT_EQ(terminal.engine->FindByRef("kiosk", "b")->id, b.results[0].journey);
  EXPECT_FALSE(terminal.engine->FindByRef("other", "b").has_value());
}

TEST(Engine, HostsDoNotMeddleWithEachOther) {
  Terminal terminal;
  const auto left = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 0, {}, "left");
  const auto right = terminal.Say(EventType::kViewItemList, {}, 0, {}, "right");
  EXPECT_NE(left.results[0].journey, right.results[0].journey);
}

TEST(Engine, IdleGuestIsWarnedThenGivenUp) {
  Terminal terminal;
  const auto id = terminal.Say(EventType::kAddToCart, OneLine("1", 100)).results[0].journey;
  for (int i = 0; i < 2; ++i) {
    const auto due = terminal.engine->NextDeadline();
    ASSERT_TRUE(due.has_value());
    terminal.clock.Advance(*due - terminal.clock.Mono());
    terminal.engine->Tick();
    terminal.Pump();
  }
  EXPECT_EQ(terminal.CountOf(EventType::kIdleWarned), 1U);
  EXPECT_EQ(terminal.engine->Find(id)->outcome, Outcome::kAbandonedCart);
  EXPECT_FALSE(terminal.engine->NextDeadline().has_value());
}

TEST(Engine, PurchaseAfterAnAbandonmentRevisesIt) {
  Terminal terminal;
  const auto id = terminal.Say(EventType::kAddToCart, OneLine("1", 900)).results[0].journey;
  while (const auto due = terminal.engine->NextDeadline()) {
    terminal.clock.Advance(*due - terminal.clock.Mono());
    terminal.engine->Tick();
    terminal.Pump();
  }
  ASSERT_EQ(terminal.engine->Find(id)->outcome, Outcome::kAbandonedCart);
  EXPECT_EQ(terminal.Say(EventType::kPurchase).results[0].journey, id);
  EXPECT_EQ(terminal.engine->Find(id)->outcome, Outcome::kCompleted);
  EXPECT_EQ(terminal.engine->Find(id)->revision, 2U);
  EXPECT_EQ(terminal.CountOf(EventType::kJourneyOutcomeRevised), 1U);
}

TEST(Engine, NextGuestSupersedesTheOneWhoLeft) {
  Terminal terminal;
  const auto first = terminal.Say(EventType::kAddToCart, OneLine("1", 100)).results[0].journey;
  const auto second = terminal.Say(EventType::kJourneyStarted).results[0].journey;
  EXPECT_NE(first, second);
  EXPECT_EQ(terminal.engine->Find(first)->outcome, Outcome::kAbandonedCart);
  EXPECT_EQ(terminal.engine->Find(first)->evidence, journey::Evidence::kSupersededGuest);
  EXPECT_EQ(terminal.engine->OpenJourneys(10).size(), 1U);
}

TEST(Engine, NoTrueFactIsRefusedForItsOrder) {
  Terminal terminal;
  Record failed;
  failed.Set(Key::kAttempt, 1);
  const auto answer = terminal.Say(EventType::kPaymentFailed, failed);
  EXPECT_EQ(answer.results[0].outcome, ResultKind::kRecorded);
  EXPECT_EQ(terminal.CountOf(EventType::kPaymentFailed), 1U);
  EXPECT_EQ(terminal.CountOf(EventType::kIrregular), 1U);
  EXPECT_EQ(terminal.engine->status().irregular, 1U);
}

TEST(Engine, WhatTheHostSaysOfItselfStartsNoJourney) {
  Terminal terminal;
  terminal.Say(EventType::kPageLost);
  terminal.Say(EventType::kStaffReset);
  EXPECT_EQ(terminal.CountOf(EventType::kJourneyStarted), 0U);
  EXPECT_EQ(terminal.CountOf(EventType::kPageLost), 1U);
}

TEST(Engine, TrainingMarksTheJourneysThatBeginInIt) {
  Terminal terminal;
  Record on;
  on.Set(Key::kTraining, true);
  terminal.Say(EventType::kTrainingChanged, on);
  const auto id = terminal.Say(EventType::kAddToCart, OneLine("1", 100)).results[0].journey;
  EXPECT_TRUE(terminal.engine->Find(id)->training);
  EXPECT_TRUE(terminal.Events().back().training);
}

TEST(Engine, ASnapshotOfTheSameCartChangesNothing) {
  Terminal terminal;
  terminal.Say(EventType::kCartSnapshot, OneLine("1", 100));
  const auto last = terminal.engine->status().last;
  const auto answer = terminal.Say(EventType::kCartSnapshot, OneLine("1", 100));
  EXPECT_EQ(answer.results[0].outcome, ResultKind::kNoChange);
  EXPECT_EQ(terminal.engine->status().last, last);
}

TEST(Engine, AHostThatNeverEndsAJourneyMakesRoom) {
  Options options;
  options.policy = journey::DefaultPolicy(event::DeviceClass::kCounterPos);
  Terminal terminal(options);
  RecordAnswer first;
  for (std::size_t i = 0; i <= kOpenJourneysMax; ++i) {
    auto answer = terminal.Say(EventType::kAddToCart, OneLine("1", 1), 0, "r" + std::to_string(i));
    if (i == 0) first = std::move(answer);
  }
  EXPECT_EQ(terminal.engine->OpenJourneys(kOpenJourneysMax + 1).size(), kOpenJourneysMax);
  EXPECT_EQ(terminal.engine->Find(first.results[0].journey)->outcome, Outcome::kSystemExit);
}

TEST(Engine, KnowsABoundedNumberOfHosts) {
  Terminal terminal;
  RecordAnswer answer;
  for (int i = 0; i <= 64; ++i) {
    answer = terminal.Say(EventType::kTouched, {}, 0, {}, "host" + std::to_string(i));
  }
  ASSERT_FALSE(answer.status.ok());
  EXPECT_EQ(answer.status.error().code, Errc::kRejected);
  EXPECT_THAT(answer.status.error().text, HasSubstr("host"));
}

TEST(Engine, ConnectivityIsAFactOfItsOwn) {
  Terminal terminal;
  terminal.engine->NoteConnectivity(true);
  terminal.Pump();
  EXPECT_THAT(terminal.Types(), Contains(EventType::kConnectivityChanged));
}

TEST(Engine, StoppedItRefusesAndRemembers) {
  Terminal terminal;
  terminal.Say(EventType::kAddToCart, OneLine("1", 100));
  bool stopped = false;
  terminal.engine->Stop([&] { stopped = true; });
  terminal.Pump();
  EXPECT_TRUE(stopped);
  const auto answer = terminal.Say(EventType::kViewCart);
  ASSERT_FALSE(answer.status.ok());
  EXPECT_EQ(answer.status.error().code, Errc::kRetryLater);
  EXPECT_TRUE(terminal.store.Load()->checkpoint.has_value());
}

TEST(HostName, IsAShortPlainWord) {
  EXPECT_TRUE(IsHostName("kiosk-ui.2"));
  EXPECT_FALSE(IsHostName(""));
  EXPECT_FALSE(IsHostName("Kiosk"));
  EXPECT_FALSE(IsHostName(std::string(33, 'a')));
}

}  // namespace
}  // namespace trayline::engine
