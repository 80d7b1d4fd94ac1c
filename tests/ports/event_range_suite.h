// What every implementation of agent/ports/event_store.h must do with ranges and void runs.
// Instantiate EventRangeSuite as EventStoreSuite.
#ifndef TRAYLINE_TESTS_PORTS_EVENT_RANGE_SUITE_H_
#define TRAYLINE_TESTS_PORTS_EVENT_RANGE_SUITE_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/ports/event_store_suite.h"

namespace trayline::ports {

class EventRangeSuite : public EventStoreSuite {
 protected:
  // "1 2 [3 2 browsing quota] 5 = 5": events, voids with first, count, class and reason, covered.
  std::string ReadRange(std::uint64_t after, std::size_t limit, std::size_t max_bytes) {
    const auto range =
        reader().ReadRange(outbox().State().epoch, Sequence{after}, limit, max_bytes);
    if (!range.ok()) return std::string(ErrcName(range.error().code));
    std::vector<std::pair<std::uint64_t, std::string>> parts;
    for (const StoredEvent& event : range->events) {
      parts.emplace_back(event.sequence.value, std::to_string(event.sequence.value) + " ");
    }
    for (const VoidRun& run : range->voids) {
      parts.emplace_back(run.first.value,
                         "[" + std::to_string(run.first.value) + " " + std::to_string(run.count) +
                             (run.quota == event::QuotaClass::kBrowsing ? " browsing" : " other") +
                             (run.reason == VoidReason::kQuota ? " quota] " : " damaged] "));
    }
    std::sort(parts.begin(), parts.end());
    std::string text;
    for (const auto& [at, part] : parts) text += part;
    return text + "= " + std::to_string(range->covered.value);
  }
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EventRangeSuite);

TEST_P(EventRangeSuite, ReadsRangesWithoutVoids) {
  EXPECT_EQ(ReadRange(0, kNoLimit, kNoLimit), "= 0");
  Transaction transaction;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    transaction.events.push_back(MakeStored(i, 1, std::string(10, 'x')));
  }
  Commit(std::move(transaction));
  EXPECT_EQ(ReadRange(0, kNoLimit, kNoLimit), "1 2 3 4 5 = 5");
  EXPECT_EQ(ReadRange(2, 2, kNoLimit), "3 4 = 4");
  EXPECT_EQ(ReadRange(0, kNoLimit, 29), "1 2 = 2");
  EXPECT_EQ(ReadRange(3, kNoLimit, 1), "4 = 4") << "the first always comes";
  EXPECT_EQ(ReadRange(5, kNoLimit, kNoLimit), "= 5");
  const Epoch other{outbox().State().epoch.value + 1};
  const auto range = reader().ReadRange(other, Sequence{}, 1, 1);
  ASSERT_FALSE(range.ok());
  EXPECT_EQ(range.error().code, Errc::kNotFound);
}

TEST_P(EventRangeSuite, ReadsVoidRunsInTheirPlace) {
  Commit(MakeTransaction(1, 12));
  under_test_->GiveUp(Sequence{1}, Sequence{2}, event::QuotaClass::kBrowsing);
  under_test_->GiveUp(Sequence{5}, Sequence{8}, event::QuotaClass::kOffer);
  under_test_->GiveUp(Sequence{9}, Sequence{9}, event::QuotaClass::kBrowsing);
  under_test_->Restart(true, false);
  EXPECT_EQ(outbox().State().first, Sequence{1}) << "a void is kept as an event is";
  EXPECT_EQ(outbox().State().last, Sequence{12});
  EXPECT_EQ(ReadRange(0, kNoLimit, kNoLimit),
            "[1 2 browsing quota] 3 4 [5 4 other quota] [9 1 browsing quota] 10 11 12 = 12");
  EXPECT_EQ(ReadRange(1, kNoLimit, kNoLimit),
            "[2 1 browsing quota] 3 4 [5 4 other quota] [9 1 browsing quota] 10 11 12 = 12")
      << "only the part of a run that lies above";
  EXPECT_EQ(ReadRange(6, kNoLimit, kNoLimit),
            "[7 2 other quota] [9 1 browsing quota] 10 11 12 = 12");
  EXPECT_EQ(ReadRange(9, kNoLimit, kNoLimit), "10 11 12 = 12");
  EXPECT_THAT(ReadSequences(0, kNoLimit, kNoLimit), testing::ElementsAre(3, 4, 10, 11, 12));
}

TEST_P(EventRangeSuite, PiecesOfARangeAreWithinTheirLimitsAndLeaveNothingOut) {
  constexpr std::uint64_t kLast = 40;
  Commit(MakeTransaction(1, kLast));
  // 1, 5, 9, ... and 2 of each four are given up, as runs of two classes side by side.
  for (std::uint64_t i = 1; i < kLast; i += 4) {
    under_test_->GiveUp(Sequence{i}, Sequence{i}, event::QuotaClass::kBrowsing);
    under_test_->GiveUp(Sequence{i + 1}, Sequence{i + 1}, event::QuotaClass::kOffer);
  }
  under_test_->Restart(true, false);
  for (std::size_t limit = 1; limit <= 9; ++limit) {
    SCOPED_TRACE(limit);
    std::uint64_t after = 0;
    while (after < kLast) {
      const auto range =
          reader().ReadRange(outbox().State().epoch, Sequence{after}, limit, kNoLimit);
      ASSERT_TRUE(range.ok());
      ASSERT_LE(range->events.size(), limit);
      ASSERT_LE(range->voids.size(), limit);
      std::uint64_t positions = range->events.size();
      for (const VoidRun& run : range->voids) {
        EXPECT_EQ(run.reason, VoidReason::kQuota);
        positions += run.count;
      }
      ASSERT_GT(range->covered.value, after);
      ASSERT_EQ(positions, range->covered.value - after);
      after = range->covered.value;
    }
    EXPECT_EQ(after, kLast);
  }
}

}  // namespace trayline::ports

#endif  // TRAYLINE_TESTS_PORTS_EVENT_RANGE_SUITE_H_
