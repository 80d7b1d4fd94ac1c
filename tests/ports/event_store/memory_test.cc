// The fake passes the suite of its port.
#include "tests/fakes/memory_event_store.h"
#include "tests/ports/event_range_suite.h"
#include "tests/ports/event_store_epoch_suite.h"
#include "tests/ports/event_store_suite.h"
#include "tests/ports/event_store_window_suite.h"

namespace trayline::ports {

namespace {

class MemoryUnderTest final : public StoreUnderTest {
 public:
  EventStore& store() override { return store_; }
  EventReader& reader() override { return store_; }
  Outbox& outbox() override { return store_; }
  void RunOnce() override { store_.RunOnce(); }
  void FailNextCommit() override { store_.FailNextCommit(Error{Errc::kFull, "disk full"}); }
  void Restart(bool clean_stop, bool new_boot) override { store_.Restart(clean_stop, new_boot); }
  void AddClosed(const ClosedEpoch& closed, const std::vector<StoredEvent>& events,
                 Sequence folded) override {
    store_.AddClosed(closed, events, {}, folded);
  }
  void GiveUp(Sequence first, Sequence last, event::QuotaClass quota) override {
    store_.GiveUp(first, last, quota);
  }
  void SetWall(WallTime) override {}  // it goes by the time that the keys carry

 private:
  fakes::MemoryEventStore store_{
      fakes::MemoryEventStore::Options{.queue_max = kSuiteQueueMax, .commit_at_once = false}};
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Memory, EventStoreSuite,
                         testing::Values([]() -> std::unique_ptr<StoreUnderTest> {
                           return std::make_unique<MemoryUnderTest>();
                         }));
INSTANTIATE_TEST_SUITE_P(Memory, EventRangeSuite,
                         testing::Values([]() -> std::unique_ptr<StoreUnderTest> {
                           return std::make_unique<MemoryUnderTest>();
                         }));

INSTANTIATE_TEST_SUITE_P(Memory, EventStoreEpochSuite,
                         testing::Values([]() -> std::unique_ptr<StoreUnderTest> {
                           return std::make_unique<MemoryUnderTest>();
                         }));

}  // namespace trayline::ports
