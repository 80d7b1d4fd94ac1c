// What every HqReader promises (sync/hq/ports/hq_reader.h), as typed tests. A Maker says how the
// store that is read comes about: TerminalRow Enrol(name), void Fill(const IngestBatch&), which
// keeps a batch and folds it into journeys, and HqReader& reader().
#ifndef TRAYLINE_TESTS_PORTS_HQ_READER_HQ_READER_SUITE_H_
#define TRAYLINE_TESTS_PORTS_HQ_READER_HQ_READER_SUITE_H_

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sync/hq/ports/hq_reader.h"
#include "tests/unit/sync/hq/analysis/guests.h"

namespace trayline::hq {

inline constexpr WallTime kSuiteDay = WallFromMs(kGuestsNoonMs - 8 * 3'600'000);
inline constexpr Millis kSuiteWeek{7 * 86'400'000LL};

template <typename Maker>
class HqReaderSuite : public ::testing::Test {
 protected:
  HqReader& reader() { return maker_.reader(); }
  Guests Kiosk(const std::string& name) { return Guests(maker_.Enrol(name).key); }
  void Fill(const Guests& guests) { maker_.Fill(guests.Batch()); }

  // From first up to an hour later, and a week before.
  static OverviewQuery HourFrom(WallTime first) {
    const TimeRange hour{first, first + Millis(3'600'000)};
    const TimeRange before{first - kSuiteWeek, hour.last - kSuiteWeek};
    return {hour, before, before};
  }
  static std::uint64_t Count(const std::vector<JourneyGroup>& groups) {
    std::uint64_t count = 0;
    for (const JourneyGroup& group : groups) count += group.journeys;
    return count;
  }
  std::vector<std::uint64_t> Numbers(const JourneyQuery& query) {
    std::vector<std::uint64_t> numbers;
    const auto page = reader().Journeys(query);
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return numbers;
    for (const JourneyEntry& entry : page->journeys) numbers.push_back(entry.row.id.number);
    return numbers;
  }

  Maker maker_;
};

TYPED_TEST_SUITE_P(HqReaderSuite);

TYPED_TEST_P(HqReaderSuite, AnEmptyStoreHasEmptyAnswers) {
  const auto overview = this->reader().Overview(this->HourFrom(kSuiteDay));
  ASSERT_TRUE(overview.ok());
  EXPECT_TRUE(overview->today.empty());
  EXPECT_TRUE(overview->logs.empty());
  EXPECT_FALSE(overview->last_week_known);
  const auto page = this->reader().Journeys({});
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(page->journeys.empty());
  EXPECT_FALSE(page->next.has_value());
  EXPECT_TRUE(this->reader().Terminals().value().empty());
  EXPECT_TRUE(this->reader().Quarantine(10).value().empty());
  EXPECT_TRUE(this->reader().Reconcile().value().empty());
}

TYPED_TEST_P(HqReaderSuite, ARangeHoldsItsFirstMomentAndNotItsLast) {
  Guests guests = this->Kiosk("k1");
  guests.At(ToMs(kSuiteDay));
  const auto sale = guests.Sale(450);
  guests.At(ToMs(kSuiteDay - kSuiteWeek));
  guests.Loss(100);
  this->Fill(guests);
  const auto history = this->reader().Journey({"acme", "s1", "k1"}, guests.Id(sale));
  ASSERT_TRUE(history.ok());
  const WallTime closed = history->journey.row.day_time;
  const auto from = this->reader().Overview(this->HourFrom(closed));
  const auto until = this->reader().Overview(this->HourFrom(closed - Millis(3'600'000)));
  ASSERT_TRUE(from.ok() && until.ok());
  EXPECT_EQ(this->Count(from->today), 1U);
  EXPECT_EQ(this->Count(until->today), 0U);
  EXPECT_EQ(from->today.front().value_minor, 450);
  const auto week = this->reader().Overview(this->HourFrom(kSuiteDay));
  EXPECT_TRUE(week->last_week_known);
  EXPECT_EQ(this->Count(week->last_week), 1U);
}

TYPED_TEST_P(HqReaderSuite, PagesShowEachJourneyOnceNewestFirst) {
  Guests one = this->Kiosk("k1");
  Guests two = this->Kiosk("k2");
  for (int i = 0; i < 6; ++i) {
    one.Loss(100 + i);
    two.Sale(100 + i);  // starts at the same times
  }
  this->Fill(one);
  this->Fill(two);
  JourneyQuery query{.limit = 5};
  std::vector<JourneyRow> seen;
  std::set<std::pair<TerminalKey, JourneyId>> distinct;
  do {
    const auto page = this->reader().Journeys(query);
    ASSERT_TRUE(page.ok());
    ASSERT_LE(page->journeys.size(), 5U);
    ASSERT_FALSE(page->journeys.empty()) << "a next page that is empty";
    for (const JourneyEntry& entry : page->journeys) {
      seen.push_back(entry.row);
      distinct.insert({entry.row.terminal, entry.row.id});
      EXPECT_TRUE(entry.row.state.empty()) << "lists go without the state";
    }
    query.before = page->next;
  } while (query.before && seen.size() < 100);
  EXPECT_EQ(seen.size(), 12U);
  EXPECT_EQ(distinct.size(), 12U);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_GE(seen[i - 1].started, seen[i].started);
}

TYPED_TEST_P(HqReaderSuite, FiltersJourneys) {
  Guests guests = this->Kiosk("k1");
  Guests others = this->Kiosk("k2");
  const auto lost = guests.Loss(100);
  const auto training = guests.Loss(100, kUsd, /*training=*/true);
  const auto sold = guests.Sale(100);
  const auto open = guests.Start();
  others.Sale(70);
  this->Fill(guests);
  this->Fill(others);
  const TerminalId kiosk{"acme", "s1", "k1"};
  using Numbers = std::vector<std::uint64_t>;
  EXPECT_EQ(this->Numbers({.lost = true}), Numbers{lost});
  EXPECT_EQ(this->Numbers({.open = true}), Numbers{open});
  EXPECT_EQ(this->Numbers({.outcome = event::Outcome::kCompleted, .terminal = kiosk}),
            Numbers{sold});
  EXPECT_EQ(this->Numbers({.terminal = kiosk}), (Numbers{open, sold, training, lost}));
  EXPECT_EQ(this->Numbers({.terminal = TerminalId{"acme", "s1", "nobody"}}), Numbers{});
}

TYPED_TEST_P(HqReaderSuite, AJourneyComesWithItsOwnEventsInOrder) {
  Guests guests = this->Kiosk("k1");
  const auto one = guests.Start();
  const auto two = guests.Start();
  guests.Add(one, 100);
  guests.Outside();
  guests.Add(two, 200);
  guests.NextEpoch(Epoch{1'795'000'500});
  guests.Close(one, event::Outcome::kAbandonedCart, 100);
  this->Fill(guests);
  const auto history = this->reader().Journey({"acme", "s1", "k1"}, guests.Id(one));
  ASSERT_TRUE(history.ok()) << history.error().text;
  EXPECT_FALSE(history->journey.row.state.empty());
  ASSERT_EQ(history->events.size(), 3U);
  for (std::size_t i = 1; i < history->events.size(); ++i) {
    const EventRow& before = history->events[i - 1];
    const EventRow& after = history->events[i];
    EXPECT_LT((Position{before.epoch, before.sequence}), (Position{after.epoch, after.sequence}));
  }
}

TYPED_TEST_P(HqReaderSuite, SaysNotFoundForWhatIsNotThere) {
  Guests guests = this->Kiosk("k1");
  guests.Sale(100);
  this->Fill(guests);
  const auto code = [this](const TerminalId& terminal, JourneyId id) {
    return this->reader().Journey(terminal, id).error().code;
  };
  EXPECT_EQ(code({"acme", "s1", "k1"}, {Epoch{1}, 1}), Errc::kNotFound);
  EXPECT_EQ(code({"acme", "s1", "k7"}, guests.Id(1)), Errc::kNotFound);
}

TYPED_TEST_P(HqReaderSuite, TerminalsStandByIdentityWithTheSumsOfAllEpochs) {
  Guests second = this->Kiosk("k2");
  Guests first = this->Kiosk("k1");
  first.Sale(100);
  first.NextEpoch(Epoch{1'795'000'500});
  first.Start();
  this->Fill(first);
  this->Fill(second);
  const auto terminals = this->reader().Terminals();
  ASSERT_TRUE(terminals.ok());
  ASSERT_EQ(terminals->size(), 2U);
  EXPECT_EQ((*terminals)[0].row.id.terminal, "k1");
  EXPECT_EQ((*terminals)[0].received, first.rows().size());
  EXPECT_EQ((*terminals)[0].open_journeys, 1U);
  EXPECT_EQ((*terminals)[1].received, 0U);
}

TYPED_TEST_P(HqReaderSuite, QuarantineIsNewestFirstAndWithoutItsBytes) {
  const TerminalKey key = this->maker_.Enrol("k1").key;
  IngestBatch batch;
  for (std::uint64_t at = 1; at <= 3; ++at) {
    batch.quarantine.push_back({.terminal = key,
                                .epoch = Epoch{9},
                                .first = Sequence{at},
                                .count = 1,
                                .reason = "broken",
                                .arrived = WallFromMs(kGuestsNoonMs + static_cast<int>(at)),
                                .bytes = std::string(at, 'x')});
  }
  this->maker_.Fill(batch);
  const auto frames = this->reader().Quarantine(2);
  ASSERT_TRUE(frames.ok());
  ASSERT_EQ(frames->size(), 2U);
  EXPECT_EQ((*frames)[0].row.first, Sequence{3});
  EXPECT_EQ((*frames)[1].row.first, Sequence{2});
  EXPECT_EQ((*frames)[0].size_bytes, 3U);
  EXPECT_TRUE((*frames)[0].row.bytes.empty());
}

TYPED_TEST_P(HqReaderSuite, ReconcileCountsTheRowsAndTheOverviewTrustsTheCounter) {
  Guests guests = this->Kiosk("k1");
  guests.Sale(100);
  IngestBatch batch = guests.Batch();
  const auto rows = static_cast<std::uint64_t>(batch.events.size());
  batch.events.pop_back();  // the counter says one more than there is
  this->maker_.Fill(batch);
  const auto counted = this->reader().Reconcile();
  const auto trusted = this->reader().Overview(this->HourFrom(kSuiteDay));
  ASSERT_TRUE(counted.ok() && trusted.ok());
  ASSERT_EQ(counted->size(), 1U);
  ASSERT_EQ(trusted->logs.size(), 1U);
  EXPECT_EQ(counted->front().log.received, rows - 1);
  EXPECT_EQ(trusted->logs.front().log.received, rows);
}

REGISTER_TYPED_TEST_SUITE_P(HqReaderSuite, AnEmptyStoreHasEmptyAnswers,
                            ARangeHoldsItsFirstMomentAndNotItsLast,
                            PagesShowEachJourneyOnceNewestFirst, FiltersJourneys,
                            AJourneyComesWithItsOwnEventsInOrder, SaysNotFoundForWhatIsNotThere,
                            TerminalsStandByIdentityWithTheSumsOfAllEpochs,
                            QuarantineIsNewestFirstAndWithoutItsBytes,
                            ReconcileCountsTheRowsAndTheOverviewTrustsTheCounter);

}  // namespace trayline::hq

#endif  // TRAYLINE_TESTS_PORTS_HQ_READER_HQ_READER_SUITE_H_
