// What every api::Backend promises (agent/api/backend.h), as typed tests. Env gives backend(),
// JourneyId StartJourney() (a guest begins; the first one comes first), void FillDisk() (from now
// on nothing can be recorded) and void StopCore() (from now on the core answers nobody).
#ifndef TRAYLINE_TESTS_PORTS_BACKEND_BACKEND_SUITE_H_
#define TRAYLINE_TESTS_PORTS_BACKEND_BACKEND_SUITE_H_

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "agent/api/backend.h"

namespace trayline::api {

// Touches, by a host that numbers them from first.
inline engine::RecordBatch SuiteBatch(std::uint64_t first, std::size_t count) {
  engine::RecordBatch batch{"suite", {}};
  for (std::size_t i = 0; i < count; ++i) {
    event::HostEvent touched;
    touched.type = event::EventType::kTouched;
    touched.id = first + i;
    batch.items.push_back({std::move(touched), first + i});
  }
  return batch;
}

template <typename Env>
class BackendSuite : public ::testing::Test {
 protected:
  Backend& backend() { return env_.backend(); }
  Env env_;
};

TYPED_TEST_SUITE_P(BackendSuite);

TYPED_TEST_P(BackendSuite, AnswersEachItemInItsPlace) {
  const auto answer = this->backend().Record(SuiteBatch(1, 5));
  ASSERT_TRUE(answer.ok());
  ASSERT_TRUE(answer->status.ok());
  ASSERT_EQ(answer->results.size(), 5U);
  Sequence last;
  for (const engine::RecordResult& result : answer->results) {
    EXPECT_EQ(result.outcome, engine::RecordResult::Outcome::kRecorded);
    EXPECT_GT(result.first, last);
    EXPECT_GE(result.last, result.first);
    last = result.last;
  }
  const auto next = this->backend().Record(SuiteBatch(6, 1));
  ASSERT_TRUE(next.ok());
  EXPECT_GT(next->results.front().first, last);
}

TYPED_TEST_P(BackendSuite, AnswersWithTheEpochOfItsJournal) {
  const auto answer = this->backend().Record(SuiteBatch(1, 1));
  ASSERT_TRUE(answer.ok());
  EXPECT_NE(this->backend().JournalEpoch(), Epoch{});
  EXPECT_EQ(answer->epoch, this->backend().JournalEpoch());
}

TYPED_TEST_P(BackendSuite, ServesSeveralThreadsAtATime) {
  constexpr std::size_t kThreads = 4;
  constexpr std::uint64_t kEach = 50;
  std::array<std::vector<Sequence>, kThreads> given;
  {
    std::vector<std::jthread> threads;
    for (auto& mine : given) {
      threads.emplace_back([this, &mine] {
        for (std::uint64_t i = 0; i < kEach; ++i) {
          engine::RecordBatch batch = SuiteBatch(1, 1);
          batch.items[0].event.id = std::monostate();  // another one each time
          const auto answer = this->backend().Record(std::move(batch));
          if (answer.ok() && answer->status.ok()) mine.push_back(answer->results.at(0).first);
        }
      });
    }
  }
  std::set<Sequence> distinct;
  for (const auto& mine : given) {
    EXPECT_EQ(mine.size(), kEach);
    distinct.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(distinct.size(), kThreads * kEach);
}

TYPED_TEST_P(BackendSuite, ShowsOpenJourneysOldestFirstAndNoMoreThanAsked) {
  EXPECT_TRUE(this->backend().OpenJourneys(10).value().empty());
  const JourneyId first = this->env_.StartJourney();
  const JourneyId second = this->env_.StartJourney();
  const auto all = this->backend().OpenJourneys(10);
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].id, first);
  EXPECT_EQ((*all)[1].id, second);
  const auto one = this->backend().OpenJourneys(1);
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front().id, first);
}

TYPED_TEST_P(BackendSuite, FindsAJourneyAndSaysWhenThereIsNone) {
  const JourneyId id = this->env_.StartJourney();
  const auto found = this->backend().FindJourney(id);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->id, id);
  EXPECT_EQ(this->backend().FindJourney({id.epoch, id.number + 1000}).error().code,
            Errc::kNotFound);
}

TYPED_TEST_P(BackendSuite, AFullDiskIsAnAnswerWithoutResults) {
  ASSERT_TRUE(this->backend().Record(SuiteBatch(1, 1)).ok());
  this->env_.FillDisk();
  const auto answer = this->backend().Record(SuiteBatch(2, 3));
  ASSERT_TRUE(answer.ok()) << "the core did answer";
  ASSERT_FALSE(answer->status.ok());
  EXPECT_EQ(answer->status.error().code, Errc::kFull);
  EXPECT_TRUE(answer->results.empty());
}

TYPED_TEST_P(BackendSuite, ACoreThatDoesNotAnswerMeansComeAgain) {
  this->env_.StopCore();
  EXPECT_EQ(this->backend().Record(SuiteBatch(1, 1)).error().code, Errc::kRetryLater);
  EXPECT_EQ(this->backend().OpenJourneys(10).error().code, Errc::kRetryLater);
  EXPECT_EQ(this->backend().FindJourney({Epoch{1}, 1}).error().code, Errc::kRetryLater);
  EXPECT_EQ(this->backend().Status().error().code, Errc::kRetryLater);
  EXPECT_NE(this->backend().JournalEpoch(), Epoch{}) << "known without the core";
}

REGISTER_TYPED_TEST_SUITE_P(BackendSuite, AnswersEachItemInItsPlace,
                            AnswersWithTheEpochOfItsJournal, ServesSeveralThreadsAtATime,
                            ShowsOpenJourneysOldestFirstAndNoMoreThanAsked,
                            FindsAJourneyAndSaysWhenThereIsNone, AFullDiskIsAnAnswerWithoutResults,
                            ACoreThatDoesNotAnswerMeansComeAgain);

}  // namespace trayline::api

#endif  // TRAYLINE_TESTS_PORTS_BACKEND_BACKEND_SUITE_H_
