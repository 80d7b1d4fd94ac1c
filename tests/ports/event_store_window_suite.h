// The part of the suite of agent/ports/event_store.h that is about the windows of streams: by what
// a repetition is known after a start. Include it beside event_store_suite.h.
#ifndef TRAYLINE_TESTS_PORTS_EVENT_STORE_WINDOW_SUITE_H_
#define TRAYLINE_TESTS_PORTS_EVENT_STORE_WINDOW_SUITE_H_

#include <utility>
#include <vector>

#include "tests/ports/event_store_suite.h"

namespace trayline::ports {

// A guest who begins ends the order of the one before in the same record.
TEST_P(EventStoreSuite, ARecordBelongsToTheJourneyOfTheHostsOwnEvent) {
  Transaction transaction;
  const std::vector<std::pair<event::EventType, std::uint64_t>> rows = {
      {event::EventType::kJourneyAbandoned, 1}, {event::EventType::kJourneyClosed, 1},
      {event::EventType::kJourneyStarted, 2},   {event::EventType::kStartOver, 2},
      {event::EventType::kJourneyClosed, 2},    {event::EventType::kJourneyStarted, 3}};
  for (std::uint64_t i = 0; i < rows.size(); ++i) {
    StoredEvent row = MakeStored(i + 1, rows[i].second);
    row.type = rows[i].first;
    row.stream = 1;
    row.number = i < 3 ? 7 : 8;
    row.digest = i % 3 == 0 ? 9 : 0;
    transaction.events.push_back(std::move(row));
  }
  transaction.streams = {{1, "kiosk"}};
  Commit(std::move(transaction));
  under_test_->Restart(true, false);
  EXPECT_THAT(Load().window,
              testing::ElementsAre(WindowEntry{1, 7, 9, Sequence{1}, Sequence{3}, {{}, 2}, {}},
                                   WindowEntry{1, 8, 9, Sequence{4}, Sequence{6}, {{}, 2}, {}}));
}

TEST_P(EventStoreSuite, RebuildsTheWindowsOfTheStreams) {
  Transaction transaction;
  for (std::uint64_t i = 1; i <= 6; ++i) transaction.events.push_back(MakeStored(i, i));
  const auto mark = [&transaction](std::size_t index, std::uint32_t stream, std::uint64_t number,
                                   std::uint64_t digest) {
    transaction.events[index].stream = stream;
    transaction.events[index].number = number;
    transaction.events[index].digest = digest;
  };
  mark(0, 2, 10, 111);  // stream 2, record 10: events 1 and 2
  mark(1, 2, 10, 0);
  mark(3, 1, 7, 222);  // event 3 belongs to no record
  mark(4, 2, 12, 333);
  transaction.streams = {{1, "kiosk-a"}, {2, "kiosk-b"}};
  Commit(std::move(transaction));
  under_test_->Restart(true, false);
  const CommittedState state = Load();
  EXPECT_THAT(state.streams,
              testing::ElementsAre(StreamName{1, "kiosk-a"}, StreamName{2, "kiosk-b"}));
  EXPECT_THAT(state.window,
              testing::ElementsAre(WindowEntry{1, 7, 222, Sequence{4}, Sequence{4}, {{}, 4}, {}},
                                   WindowEntry{2, 10, 111, Sequence{1}, Sequence{2}, {{}, 1}, {}},
                                   WindowEntry{2, 12, 333, Sequence{5}, Sequence{5}, {{}, 5}, {}}));
}

TEST_P(EventStoreSuite, KeepsOnlyTheLastRecordsOfAStream) {
  constexpr std::uint64_t kRecords = kStreamWindow + 20;
  Transaction transaction;
  for (std::uint64_t i = 1; i <= kRecords; ++i) {
    StoredEvent event = MakeStored(i);
    event.stream = 1;
    event.number = 1000 + i;
    event.digest = i;
    transaction.events.push_back(std::move(event));
  }
  Commit(std::move(transaction));
  const CommittedState state = Load();
  ASSERT_EQ(state.window.size(), kStreamWindow);
  EXPECT_EQ(state.window.front().number, 1000 + kRecords - kStreamWindow + 1);
  EXPECT_EQ(state.window.back().number, 1000 + kRecords);
}

}  // namespace trayline::ports

#endif  // TRAYLINE_TESTS_PORTS_EVENT_STORE_WINDOW_SUITE_H_
