// FakeBackend: a Backend that keeps what it is given and answers what the test wants.
#ifndef TRAYLINE_TESTS_UNIT_AGENT_API_FAKE_BACKEND_H_
#define TRAYLINE_TESTS_UNIT_AGENT_API_FAKE_BACKEND_H_

#include <optional>
#include <utility>
#include <vector>

#include "agent/api/backend.h"
#include "agent/base/mutex.h"

namespace trayline::api {

inline constexpr Epoch kTestEpoch{1'700'000'000};

class FakeBackend final : public Backend {
 public:
  Result<engine::RecordAnswer> Record(engine::RecordBatch batch) override {
    MutexLock lock(mutex_);
    batches_.push_back(batch);
    if (failure_) return *failure_;
    engine::RecordAnswer answer;
    answer.epoch = kTestEpoch;
    if (refusal_) {
      answer.status = *refusal_;
      return answer;
    }
    for (std::size_t i = 0; i < batch.items.size(); ++i) {
      engine::RecordResult result;
      if (!scripted_.empty()) {
        result = scripted_.front();
        scripted_.erase(scripted_.begin());
      } else {
        result.first = result.last = Sequence{++sequence_};
        result.journey = {kTestEpoch, 1};
      }
      answer.results.push_back(result);
    }
    return answer;
  }

  Result<std::vector<journey::Journey>> OpenJourneys(std::size_t limit) override {
    MutexLock lock(mutex_);
    if (failure_) return *failure_;
    return std::vector<journey::Journey>(
        journeys_.begin(),
        journeys_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, journeys_.size())));
  }

  Result<journey::Journey> FindJourney(JourneyId id) override {
    MutexLock lock(mutex_);
    if (failure_) return *failure_;
    for (const journey::Journey& journey : journeys_) {
      if (journey.id == id) return journey;
    }
    return Error{Errc::kNotFound, "not in memory"};
  }

  Result<AgentStatus> Status() override {
    MutexLock lock(mutex_);
    if (failure_) return *failure_;
    return status_;
  }

  Epoch JournalEpoch() override { return kTestEpoch; }

  // Every call fails with it from now on.
  void Fail(Error error) {
    MutexLock lock(mutex_);
    failure_ = std::move(error);
  }
  // Record answers with this status from now on.
  void Refuse(Error error) {
    MutexLock lock(mutex_);
    refusal_ = std::move(error);
  }
  // The result of the next event without one.
  void Script(engine::RecordResult result) {
    MutexLock lock(mutex_);
    scripted_.push_back(std::move(result));
  }
  void AddJourney(journey::Journey journey) {
    MutexLock lock(mutex_);
    journeys_.push_back(std::move(journey));
  }
  void SetStatus(AgentStatus status) {
    MutexLock lock(mutex_);
    status_ = std::move(status);
  }
  std::vector<engine::RecordBatch> batches() {
    MutexLock lock(mutex_);
    return batches_;
  }

 private:
  Mutex mutex_;
  std::optional<Error> failure_ GUARDED_BY(mutex_);
  std::optional<Error> refusal_ GUARDED_BY(mutex_);
  std::vector<engine::RecordResult> scripted_ GUARDED_BY(mutex_);
  std::vector<journey::Journey> journeys_ GUARDED_BY(mutex_);
  std::vector<engine::RecordBatch> batches_ GUARDED_BY(mutex_);
  AgentStatus status_ GUARDED_BY(mutex_);
  std::uint64_t sequence_ GUARDED_BY(mutex_) = 0;
};

}  // namespace trayline::api

#endif  // TRAYLINE_TESTS_UNIT_AGENT_API_FAKE_BACKEND_H_
