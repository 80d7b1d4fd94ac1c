// What the engine records of the machine itself: clock, storage, and a checkpoint that it cannot
// read.
#include <gtest/gtest.h>

#include "agent/engine/idempotency.h"
#include "tests/unit/agent/engine/terminal_fixture.h"

namespace trayline::engine {
namespace {

using event::ClockState;
using event::EventType;
using event::Key;

constexpr std::chrono::days kTenYears{3652};

// The events of one type, in order.
std::vector<event::Event> Of(Terminal& terminal, EventType type) {
  std::vector<event::Event> found;
  for (event::Event& event : terminal.Events()) {
    if (event.type == type) found.push_back(std::move(event));
  }
  return found;
}

TEST(SystemEvents, AStepOfTheClockIsRecordedBeforeTheNextEvent) {
  for (const auto step : {kTenYears, -kTenYears}) {
    Terminal terminal;
    terminal.Say(EventType::kAddToCart, OneLine("burger", 875), 1);
    const WallTime before = terminal.clock.Wall();
    terminal.clock.SetWall(before + step);
    terminal.clock.Advance(Millis(2'000));
    terminal.Say(EventType::kAddToCart, OneLine("cola", 250), 2);
    const auto changes = Of(terminal, EventType::kClockAdjusted);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].data.IntOr(Key::kOldWallMs, 0), ToMs(before + Millis(2'000)));
    EXPECT_EQ(changes[0].data.IntOr(Key::kNewWallMs, 0), ToMs(before + step + Millis(2'000)));
    const auto added = Of(terminal, EventType::kAddToCart);
    ASSERT_EQ(added.size(), 2U);
    EXPECT_LT(changes[0].sequence, added[1].sequence);
    EXPECT_EQ(added[0].journey, added[1].journey) << "the clock must not end a journey";
  }
}

TEST(SystemEvents, AClockThatBecomesTrustworthyIsRecorded) {
  Terminal terminal;
  terminal.clock.SetState(ClockState::kUnsynced);
  terminal.Say(EventType::kTouched);
  terminal.clock.SetState(ClockState::kSynced);
  terminal.Say(EventType::kTouched);
  const auto changes = Of(terminal, EventType::kClockAdjusted);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].clock, ClockState::kSynced);
}

TEST(SystemEvents, ATenYearStepEndsNoJourneyByIdling) {
  Terminal terminal;
  const auto id = terminal.Say(EventType::kAddToCart, OneLine("burger", 875)).results[0].journey;
  terminal.clock.SetWall(terminal.clock.Wall() + kTenYears);
  terminal.engine->Tick();
  terminal.Pump();
  EXPECT_TRUE(terminal.engine->Find(id)->IsOpen());
}

TEST(SystemEvents, ARefusedHostLeavesNoGapBehindAStepOfTheClock) {
  Terminal terminal;
  for (std::size_t i = 0; i < kStreamsMax; ++i) {
    terminal.Say(EventType::kTouched, {}, 1, {}, "host" + std::to_string(i));
  }
  terminal.clock.SetWall(terminal.clock.Wall() + kTenYears);
  EXPECT_EQ(terminal.Say(EventType::kTouched, {}, 1, {}, "one-too-many").status.error().code,
            Errc::kRejected);
  EXPECT_TRUE(terminal.Say(EventType::kTouched, {}, 2, {}, "host1").status.ok());
}

TEST(SystemEvents, TheStateOfTheStorageIsRecorded) {
  Terminal terminal;
  terminal.engine->NoteStorage(event::StorageState::kLow, "80 % of 256 MB are used");
  terminal.Pump();
  const auto noted = Of(terminal, EventType::kStorageState);
  ASSERT_EQ(noted.size(), 1U);
  EXPECT_EQ(noted[0].data.IntOr(Key::kStorageState, 0),
            static_cast<std::int64_t>(event::StorageState::kLow));
}

TEST(SystemEvents, ACheckpointOfANewerVersionDoesNotKeepTheTerminalFromRecording) {
  Terminal terminal;
  terminal.Say(EventType::kAddToCart, OneLine("burger", 875), 1);
  ports::Transaction transaction;
  transaction.checkpoint =
      ports::Checkpoint{terminal.engine->status().last, std::string("\x63 of version 99")};
  terminal.store.Submit(std::move(transaction), [](const Status&) {});
  terminal.Pump();
  terminal.Kill();
  terminal.Start();
  const auto answer = terminal.Say(EventType::kAddToCart, OneLine("cola", 250), 2);
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(terminal.Say(EventType::kAddToCart, OneLine("burger", 875), 1).results[0].outcome,
            RecordResult::Outcome::kRepeated);
}

}  // namespace
}  // namespace trayline::engine
