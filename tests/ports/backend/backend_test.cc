// The daemon's way to its core, with a real engine on a core thread over a journal in memory, and
// the fake that the API's tests stand on.
#include <string>
#include <thread>

#include "firmware/traylined/core_backend.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/memory_event_store.h"
#include "tests/ports/backend/backend_suite.h"
#include "tests/unit/agent/api/fake_backend.h"

namespace trayline::api {
namespace {

class CoreEnv {
 public:
  CoreEnv() {
    EXPECT_TRUE(engine_.Start({"suite", "suite-boot", 1}).ok());
    core_ = std::jthread([this] { loop_.Run(engine_); });
  }
  ~CoreEnv() { StopCore(); }
  CoreEnv(const CoreEnv&) = delete;
  CoreEnv& operator=(const CoreEnv&) = delete;

  Backend& backend() { return backend_; }
  JourneyId StartJourney() {
    event::HostEvent started;
    started.type = event::EventType::kJourneyStarted;
    started.journey_ref = "guest-" + std::to_string(++guests_);
    engine::RecordBatch batch{"till", {}};
    batch.items.push_back({std::move(started), guests_});
    const auto answer = backend_.Record(std::move(batch));
    EXPECT_TRUE(answer.ok() && answer->status.ok());
    return answer->results.at(0).journey;
  }
  void FillDisk() { store_.FailNextCommit(Error{Errc::kFull, "disk full"}); }
  void StopCore() {
    if (!core_.joinable()) return;
    loop_.Close();
    core_.join();
  }

 private:
  Log log_ = NullLog();
  fakes::ManualClock clock_;
  fakes::MemoryEventStore store_;
  traylined::CoreLoop loop_{clock_, 1};
  engine::Engine engine_{{}, store_, clock_, log_, [this](std::function<void()> answer) {
                           loop_.PostAnswer(std::move(answer));
                         }};
  traylined::CoreBackend backend_{loop_, engine_, [this] { return store_.State().epoch; },
                                  [](AgentStatus&) {}};
  std::uint64_t guests_ = 0;
  std::jthread core_;
};

class FakeEnv {
 public:
  Backend& backend() { return backend_; }
  JourneyId StartJourney() {
    journey::Journey journey;
    journey.id = {kTestEpoch, ++guests_};
    backend_.AddJourney(journey);
    return journey.id;
  }
  void FillDisk() { backend_.Refuse(Error{Errc::kFull, "disk full"}); }
  void StopCore() { backend_.Fail(Error{Errc::kRetryLater, "the core does not answer"}); }

 private:
  FakeBackend backend_;
  std::uint64_t guests_ = 0;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Core, BackendSuite, CoreEnv);
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, BackendSuite, FakeEnv);

}  // namespace
}  // namespace trayline::api
