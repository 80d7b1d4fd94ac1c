#include "agent/engine/idempotency.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/engine/terminal_fixture.h"

namespace trayline::engine {
namespace {

using event::EventType;
using ResultKind = RecordResult::Outcome;

TEST(Idempotency, TheSameBodyGetsTheSameAnswer) {
  Terminal terminal;
  const auto first = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 7);
  const auto last = terminal.engine->status().last;
  const auto again = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 7);
  ASSERT_EQ(again.results[0].outcome, ResultKind::kRepeated);
  EXPECT_EQ(again.results[0].first, first.results[0].first);
  EXPECT_EQ(again.results[0].last, first.results[0].last);
  EXPECT_EQ(again.results[0].journey, first.results[0].journey);
  EXPECT_EQ(terminal.engine->status().last, last);
}

TEST(Idempotency, TheSameIdWithAnotherBodyIsAConflict) {
  Terminal terminal;
  terminal.Say(EventType::kAddToCart, OneLine("1", 100), 7);
  const auto answer = terminal.Say(EventType::kAddToCart, OneLine("2", 100), 7);
  EXPECT_EQ(answer.results[0].outcome, ResultKind::kConflict);
  EXPECT_FALSE(answer.results[0].reason.empty());
}

TEST(Idempotency, AnUnknownIdBelowTheHighWaterIsNeverAcknowledged) {
  Terminal terminal;
  terminal.Say(EventType::kAddToCart, OneLine("1", 100), 7);
  const auto answer = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 6);
  EXPECT_EQ(answer.results[0].outcome, ResultKind::kRejected);
}

TEST(Idempotency, ForeignIdsAreKeptToo) {
  Terminal terminal;
  RecordBatch batch{"pos", {}};
  batch.items.push_back(Item(EventType::kAddToCart, OneLine("1", 100)));
  batch.items[0].event.id = std::string("abc-9");
  const auto first = terminal.Send(batch);
  const auto again = terminal.Send(batch);
  EXPECT_EQ(again.results[0].outcome, ResultKind::kRepeated);
  EXPECT_EQ(again.results[0].first, first.results[0].first);
  batch.items[0].digest ^= 2;
  EXPECT_EQ(terminal.Send(batch).results[0].outcome, ResultKind::kConflict);
}

TEST(Idempotency, StreamsOfHostsAreTheirOwn) {
  Terminal terminal;
  terminal.Say(EventType::kTouched, {}, 7, {}, "left");
  EXPECT_EQ(terminal.Say(EventType::kTouched, {}, 7, {}, "right").results[0].outcome,
            ResultKind::kRecorded);
}

TEST(Idempotency, WithoutAnIdARepetitionIsRecordedAgain) {
  Terminal terminal;
  terminal.Say(EventType::kTouched);
  EXPECT_EQ(terminal.Say(EventType::kTouched).results[0].outcome, ResultKind::kRecorded);
}

TEST(Idempotency, SurvivesAKill) {
  Terminal terminal;
  const auto first = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 7);
  terminal.Kill();
  terminal.Start();
  const auto again = terminal.Say(EventType::kAddToCart, OneLine("1", 100), 7);
  ASSERT_EQ(again.results[0].outcome, ResultKind::kRepeated);
  EXPECT_EQ(again.results[0].first, first.results[0].first);
  EXPECT_EQ(again.results[0].journey, first.results[0].journey);
}

// Found by scripts/prove, seed 2: the repetition was answered with the journey of the guest before.
TEST(Idempotency, AGuestWhoTookOverIsTheSameGuestAfterAKill) {
  for (const EventType type : {EventType::kJourneyStarted, EventType::kStartOver}) {
    Terminal terminal;
    terminal.Say(EventType::kAddToCart, OneLine("1", 100), 7);
    const auto first = terminal.Say(type, {}, 8);
    ASSERT_EQ(first.results[0].outcome, ResultKind::kRecorded);
    terminal.Kill();
    terminal.Start();
    const auto again = terminal.Say(type, {}, 8);
    ASSERT_EQ(again.results[0].outcome, ResultKind::kRepeated);
    EXPECT_EQ(again.results[0].journey, first.results[0].journey);
  }
}

TEST(Idempotency, ARepetitionWaitsForTheDiskAsTheFirstDid) {
  Terminal terminal;
  int answers = 0;
  for (int i = 0; i < 2; ++i) {
    RecordBatch batch{"kiosk", {}};
    batch.items.push_back(Item(EventType::kTouched, {}, 1));
    terminal.engine->Record(std::move(batch), [&](const RecordAnswer& answer) {
      ++answers;
      EXPECT_TRUE(answer.status.ok());
    });
  }
  EXPECT_EQ(answers, 0);
  terminal.Pump();
  EXPECT_EQ(answers, 2);
}

TEST(Idempotency, KeepsTheNewestOfAStream) {
  Idempotency known;
  const auto stream = known.OpenStream("kiosk");
  for (std::uint64_t i = 1; i <= ports::kStreamWindow + 1; ++i) {
    known.Note(*stream, i, Recorded{i, Sequence{i}, Sequence{i}, {}, {}});
  }
  EXPECT_EQ(known.Check(*stream, 1, 1).known, Known::kTooOld);
  EXPECT_EQ(known.Check(*stream, 2, 2).known, Known::kSame);
  EXPECT_EQ(known.Check(*stream, ports::kStreamWindow + 2, 1).known, Known::kNew);
}

TEST(Idempotency, ForgetsForeignIdsByNumberAndAge) {
  Idempotency known;
  const WallTime start = WallFromMs(1'000'000);
  known.NoteForeign(1, "old", Recorded{1, Sequence{1}, Sequence{1}, {}, {}}, start);
  const WallTime later = start + std::chrono::days(8);
  known.NoteForeign(1, "new", Recorded{1, Sequence{2}, Sequence{2}, {}, {}}, later);
  EXPECT_EQ(known.CheckForeign(1, "old", 1).known, Known::kSame) << "among the newest";
  const auto fill = [&](const std::string& prefix, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      known.NoteForeign(1, prefix + std::to_string(i),
                        Recorded{1, Sequence{3}, Sequence{3}, {}, {}}, later);
    }
  };
  fill("m", ports::kForeignKeysKept);
  EXPECT_EQ(known.CheckForeign(1, "old", 1).known, Known::kNew);
  EXPECT_EQ(known.CheckForeign(1, "new", 1).known, Known::kSame);
  fill("n", ports::kForeignKeysMax);
  EXPECT_EQ(known.CheckForeign(1, "new", 1).known, Known::kNew);
}

}  // namespace
}  // namespace trayline::engine
