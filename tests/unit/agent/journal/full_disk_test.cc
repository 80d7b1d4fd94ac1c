// A file system that is really full: a small tmpfs of the test's own with a ballast file beside the
// database. It takes root to mount one.
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "agent/journal/files.h"
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

using event::StorageState;
using testing::HasSubstr;

constexpr std::uint64_t kKib = 1024;

class JournalFullDisk : public JournalFixture {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "mounting a tmpfs takes root";
    place_ = folder_.File("small");
    std::filesystem::create_directory(place_);
    if (::mount("tmpfs", place_.c_str(), "tmpfs", 0, "size=16m") != 0) {
      GTEST_SKIP() << "no tmpfs can be mounted here: " << std::strerror(errno);
    }
    mounted_ = true;
    options_.path = place_ + "/journal.db";
    options_.vfs.clear();  // the real one
    options_.reserve_bytes = 1024 * 1024;
    options_.low_free_bytes = 2048 * 1024;
  }
  void TearDown() override {
    journal_.reset();
    if (mounted_) ::umount2(place_.c_str(), MNT_DETACH);
  }

  // Takes what is free but for left bytes.
  void TakeSpace(std::uint64_t left) {
    const auto free_bytes = FreeBytes(options_.path);
    ASSERT_TRUE(free_bytes.ok());
    if (*free_bytes <= left) return;
    std::ofstream ballast(place_ + "/ballast", std::ios::binary | std::ios::app);
    ballast << std::string(*free_bytes - left, 'x');
  }
  void GiveSpaceBack() { std::filesystem::remove(place_ + "/ballast"); }

  // The answer to count more events of closed journeys, half of them browsing.
  std::string Record(std::uint64_t count, std::size_t body_bytes = 200) {
    ports::Transaction transaction = Events(last_ + 1, last_ + count, body_bytes);
    for (ports::StoredEvent& event : transaction.events) {
      event.journey = 0;
      event.type =
          event.sequence.value % 2 == 0 ? event::EventType::kTouched : event::EventType::kPageLost;
    }
    transaction.checkpoint = ports::Checkpoint{Sequence{last_ + count}, "state"};
    Submit(std::move(transaction));
    journal_->RunOnce();
    const std::vector<std::string> answers = TakeAnswers();
    if (answers == std::vector<std::string>{"ok"}) {
      last_ += count;
      return "ok";
    }
    Load();
    return answers.empty() ? "none" : answers.front();
  }
  StorageState State() { return journal_->storage().state; }
  // Every position is an event or a void; what the class of orders has is all there.
  void CheckPositions() {
    std::uint64_t positions = 0;
    std::uint64_t kept = 0;
    Sequence after;
    while (after.value < last_) {
      const auto range = journal_->ReadRange(journal_->State().epoch, after, 2000, 10'000'000);
      ASSERT_TRUE(range.ok());
      ASSERT_GT(range->covered, after);
      positions += range->events.size();
      for (const ports::StoredEvent& event : range->events) {
        kept += event.type == event::EventType::kPageLost ? 1 : 0;
      }
      for (const ports::VoidRun& run : range->voids) {
        EXPECT_EQ(run.reason, ports::VoidReason::kQuota);
        positions += run.count;
      }
      after = range->covered;
    }
    EXPECT_EQ(positions, last_);
    EXPECT_EQ(kept, (last_ + 1) / 2);
  }

  std::string place_;
  bool mounted_ = false;
  std::uint64_t last_ = 0;
};

TEST_F(JournalFullDisk, TheReserveCarriesOnThenBrowsingMakesRoomThenItIsFullThenItHeals) {
  Open();
  ASSERT_TRUE(journal_->storage().reserve_held);
  for (int i = 0; i < 30; ++i) ASSERT_EQ(Record(500), "ok");
  EXPECT_EQ(State(), StorageState::kOk);

  TakeSpace(64 * kKib);
  std::uint64_t recorded_on_a_full_disk = 0;
  std::string answer = "ok";
  for (int i = 0; i < 4000 && answer == "ok"; ++i) {
    answer = Record(20);
    if (answer == "ok") recorded_on_a_full_disk += 20;
    clock_.Advance(kMeasureEvery);
  }
  EXPECT_EQ(answer, "full");
  EXPECT_EQ(State(), StorageState::kFull);
  EXPECT_THAT(journal_->storage().reason, HasSubstr("no space is left"));
  EXPECT_EQ(journal_->stats().reserve_releases, 1U);
  EXPECT_GT(journal_->stats().shed[0], 1000U);
  EXPECT_GT(recorded_on_a_full_disk, 5000U);
  CheckPositions();

  GiveSpaceBack();
  clock_.Advance(kLookEvery);
  RunUntilIdle();
  EXPECT_EQ(State(), StorageState::kOk) << journal_->storage().reason;
  EXPECT_TRUE(journal_->storage().reserve_held);
  for (int i = 0; i < 20; ++i) ASSERT_EQ(Record(20), "ok");
  Crash();
  EXPECT_EQ(Load().last, Sequence{last_});
  CheckPositions();
}

TEST_F(JournalFullDisk, AStartOnAFullDiskTakesTheReserve) {
  Open();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(Record(100), "ok");
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  TakeSpace(0);
  Open();
  EXPECT_FALSE(journal_->storage().reserve_held);
  EXPECT_EQ(State(), StorageState::kLow);
  EXPECT_EQ(Record(10), "ok");
  EXPECT_EQ(Load().last, Sequence{last_});
}

TEST_F(JournalFullDisk, LittleFreeSpaceIsLowBeforeItIsFull) {
  Open();
  ASSERT_EQ(Record(10), "ok");
  TakeSpace(1024 * kKib);
  clock_.Advance(kMeasureEvery);
  ASSERT_EQ(Record(10), "ok");
  EXPECT_EQ(State(), StorageState::kLow);
  EXPECT_THAT(journal_->storage().reason, HasSubstr("free on the file system"));
  EXPECT_TRUE(journal_->storage().reserve_held);
  GiveSpaceBack();
  clock_.Advance(kLookEvery);
  RunUntilIdle();
  EXPECT_EQ(State(), StorageState::kOk) << "without a guest";
}

// The file system turns read-only under a running journal, as ext4 does after errors.
TEST_F(JournalFullDisk, AReadOnlyFileSystemIsBrokenAndHeals) {
  Open();
  ASSERT_EQ(Record(10), "ok");
  // A mount with files open for writing refuses to become read-only; a new journal finds it so.
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  ASSERT_EQ(::mount(nullptr, place_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, "size=16m"), 0);
  const auto opened = TryOpen();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::kRetryLater) << opened.error().text;
  EXPECT_THAT(opened.error().text, HasSubstr("journal.db"));
  ASSERT_EQ(::mount(nullptr, place_.c_str(), nullptr, MS_REMOUNT, "size=16m"), 0);
  Open();
  EXPECT_EQ(Record(10), "ok");
}

}  // namespace

}  // namespace trayline::journal
