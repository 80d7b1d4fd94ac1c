// The journal passes the suite of its port.
#include "agent/journal/journal.h"

#include <memory>
#include <string>

#include "agent/journal/closed.h"
#include "agent/sqlite/database.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fault/vfs/failing_vfs.h"
#include "tests/ports/event_range_suite.h"
#include "tests/ports/event_store_epoch_suite.h"
#include "tests/ports/event_store_suite.h"
#include "tests/ports/event_store_window_suite.h"

namespace trayline::ports {

namespace {

class JournalUnderTest final : public StoreUnderTest {
 public:
  JournalUnderTest() { Open(); }

  EventStore& store() override { return *journal_; }
  EventReader& reader() override { return *journal_; }
  Outbox& outbox() override { return *journal_; }
  void RunOnce() override {
    journal_->RunOnce();
    vfs_.Heal();
  }
  void FailNextCommit() override { vfs_.Fail(fault::Operation::kWrite, fault::Fault::kDiskFull); }
  void Restart(bool clean_stop, bool new_boot) override {
    if (clean_stop) {
      ASSERT_TRUE(journal_->Close().ok());
    }
    journal_.reset();
    if (new_boot) boot_id_ += "x";
    Open();
  }
  void AddClosed(const ClosedEpoch& closed, const std::vector<StoredEvent>& events,
                 Sequence folded) override {
    ASSERT_TRUE(journal_->Close().ok());
    journal_.reset();
    Insert(closed, events, folded);
    Open();
  }
  // By hand: the journal gives up nothing while there is room.
  void GiveUp(Sequence first, Sequence last, event::QuotaClass quota) override {
    ASSERT_TRUE(journal_->Close().ok());
    journal_.reset();
    {
      sqlite::OpenOptions open;
      open.path = folder_.File("journal.db");
      auto database = sqlite::Database::Open(open);
      ASSERT_TRUE(database.ok());
      const std::string from = std::to_string(first.value);
      const std::string count = std::to_string(last.value - first.value + 1);
      ASSERT_TRUE(database
                      ->Execute("DELETE FROM event WHERE sequence BETWEEN " + from + " AND " +
                                std::to_string(last.value) +
                                ";INSERT INTO void_run(first, count, quota, reason) VALUES(" +
                                from + ", " + count + ", " +
                                std::to_string(static_cast<int>(quota)) + ", 0)")
                      .ok());
    }
    Open();
  }
  void SetWall(WallTime at) override { clock_.SetWall(at); }

 private:
  void Insert(const ClosedEpoch& closed, const std::vector<StoredEvent>& events, Sequence folded) {
    sqlite::OpenOptions open;
    open.path = folder_.File("journal.db");
    auto database = sqlite::Database::Open(open);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(journal::WriteClosedEpoch(*database, closed, folded).ok());
    auto insert = database->Prepare("INSERT INTO closed_event VALUES(?, ?, ?, ?, ?)");
    ASSERT_TRUE(insert.ok());
    for (const StoredEvent& event : events) {
      ASSERT_TRUE(insert
                      ->Run({closed.epoch.value, event.sequence.value,
                             static_cast<std::uint16_t>(event.type), event.journey,
                             sqlite::Bind::Blob(event.body)})
                      .ok());
    }
  }
  void Open() {
    journal::Options options;
    options.path = folder_.File("journal.db");
    options.boot_id = boot_id_;
    options.queue_max = kSuiteQueueMax;
    options.vfs = vfs_.name();
    auto opened = journal::Journal::Open(options, clock_, random_, log_);
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    journal_ = std::move(*opened);
  }

  fakes::TemporaryFolder folder_;
  fakes::ManualClock clock_;
  fakes::SeededRandom random_{1};
  Log log_ = NullLog();
  fault::FailingVfs vfs_{"suite"};
  std::string boot_id_ = "boot";
  std::unique_ptr<journal::Journal> journal_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Journal, EventStoreSuite,
                         testing::Values([]() -> std::unique_ptr<StoreUnderTest> {
                           return std::make_unique<JournalUnderTest>();
                         }));
INSTANTIATE_TEST_SUITE_P(Journal, EventRangeSuite,
                         testing::Values([]() -> std::unique_ptr<StoreUnderTest> {
                           return std::make_unique<JournalUnderTest>();
                         }));

INSTANTIATE_TEST_SUITE_P(Journal, EventStoreEpochSuite,
                         testing::Values([]() -> std::unique_ptr<StoreUnderTest> {
                           return std::make_unique<JournalUnderTest>();
                         }));

}  // namespace trayline::ports
