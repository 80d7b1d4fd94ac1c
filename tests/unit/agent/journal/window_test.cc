#include "agent/journal/window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trayline::journal {

namespace {

using ports::WindowEntry;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kTouched = event::EventType::kTouched;

TEST(WindowBuilder, JoinsTheRowsOfARecord) {
  WindowBuilder window;
  window.Add(1, 5, 0, Sequence{12}, kTouched, {{}, 3});
  window.Add(1, 5, 0, Sequence{11}, kTouched, {});
  window.Add(1, 5, 99, Sequence{10}, kTouched, {});
  EXPECT_THAT(window.Build(),
              ElementsAre(WindowEntry{1, 5, 99, Sequence{10}, Sequence{12}, {{}, 3}, {}}));
}

TEST(WindowBuilder, TakesTheJourneyOfTheHostsOwnEvent) {
  WindowBuilder window;
  window.Add(1, 5, 0, Sequence{12}, event::EventType::kJourneyStarted, {{}, 4});
  window.Add(1, 5, 0, Sequence{11}, event::EventType::kJourneyClosed, {{}, 3});
  window.Add(1, 5, 99, Sequence{10}, event::EventType::kPaymentUnknown, {{}, 3});
  EXPECT_THAT(window.Build(),
              ElementsAre(WindowEntry{1, 5, 99, Sequence{10}, Sequence{12}, {{}, 4}, {}}));
}

TEST(WindowBuilder, LeavesOutARecordWhoseBeginningIsGone) {
  WindowBuilder window;
  window.Add(1, 6, 77, Sequence{12}, kTouched, {{}, 3});
  window.Add(1, 5, 0, Sequence{11}, kTouched, {{}, 3});
  EXPECT_THAT(window.Build(),
              ElementsAre(WindowEntry{1, 6, 77, Sequence{12}, Sequence{12}, {{}, 3}, {}}));
}

TEST(WindowBuilder, KeepsTheNewestRecordsWhole) {
  WindowBuilder window;
  std::uint64_t sequence = 100'000;
  for (std::uint64_t number = ports::kStreamWindow + 5; number > 0; --number) {
    window.Add(1, number, 0, Sequence{sequence--}, kTouched, {{}, 1});
    window.Add(1, number, number, Sequence{sequence--}, kTouched, {{}, 1});
  }
  const auto built = window.Build();
  ASSERT_EQ(built.size(), ports::kStreamWindow);
  EXPECT_EQ(built.front().number, 6U);
  EXPECT_EQ(built.front().last.value, built.front().first.value + 1);
}

TEST(WindowBuilder, OfNothingIsEmpty) { EXPECT_THAT(WindowBuilder().Build(), IsEmpty()); }

}  // namespace

}  // namespace trayline::journal
