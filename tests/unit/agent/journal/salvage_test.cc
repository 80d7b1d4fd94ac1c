// A database that is damaged in every way that a seed can think of: what stood on whole pages goes
// on, nothing wrong is taken, and the damaged files stay as they are.
#include "agent/journal/salvage.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <map>
#include <set>

#include "agent/event/event.h"
#include "agent/event/key.h"
#include "agent/journal/damaged_file.h"
#include "agent/journal/damaged_rows.h"
#include "agent/journal/journal_id.h"
#include "agent/journal/salvage_rows.h"
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

constexpr std::uint64_t kEvents = 3000;
constexpr std::uint64_t kAcked = 1200;
constexpr std::uint64_t kCheckpointAt = 2900;
constexpr std::size_t kPage = static_cast<std::size_t>(kPageBytes);

class JournalSalvage : public JournalFixture {
 protected:
  using EventsBySequence = std::map<std::uint64_t, ports::StoredEvent>;

  // A journal of kEvents, each with a record of its own, of which HQ has kAcked.
  void Fill() {
    Open();
    const Epoch epoch = journal_->State().epoch;
    constexpr std::uint64_t kPiece = 500;
    for (std::uint64_t first = 1; first <= kEvents; first += kPiece) {
      ports::Transaction transaction = Events(first, first + kPiece - 1);
      for (ports::StoredEvent& stored : transaction.events) Encode(stored, epoch);
      if (first == 1) {
        transaction.streams = {{1, "kiosk-a"}, {2, "kiosk-b"}};
        transaction.foreign_keys = {ports::ForeignKey{.stream = 2,
                                                      .id = "order-7",
                                                      .digest = 77,
                                                      .first = Sequence{7},
                                                      .last = Sequence{7},
                                                      .journey = JourneyId{epoch, 1},
                                                      .recorded = clock_.Wall(),
                                                      .epoch = {}}};
      }
      if (first + kPiece > kCheckpointAt) {
        transaction.checkpoint = ports::Checkpoint{Sequence{kCheckpointAt}, "the state"};
      }
      for (const ports::StoredEvent& event : transaction.events) {
        truth_[event.sequence.value] = event;
      }
      Commit(std::move(transaction));
      if (first == 2001) Acknowledge(kAcked);
    }
    RunUntilIdle();
    old_epoch_ = epoch;
  }
  void Encode(ports::StoredEvent& stored, Epoch epoch) {
    event::Event event;
    stored.journey = 1 + stored.sequence.value / 100;
    event.journey = JourneyId{epoch, stored.journey};
    event.time = WallFromMs(1'795'348'800'000);
    event.data.Set(event::Key::kItemId, "item " + std::to_string(stored.sequence.value));
    stored.body = event::EncodeBody(event, epoch);
    stored.stream = 1;
    stored.number = 1000 + stored.sequence.value;
    stored.digest = stored.sequence.value;
  }
  void FillAndClose() {
    Fill();
    ASSERT_TRUE(journal_->Close().ok());
    journal_.reset();
  }
  // The files as a power cut finds them, with a WAL.
  void FillAndCrash() {
    options_.wal_autocheckpoint_pages = 100;
    Fill();
    const std::string database = ReadFile(options_.path);
    const std::string wal = ReadFile(options_.path + "-wal");
    journal_.reset();
    std::filesystem::remove(options_.path + "-shm");
    WriteFile(options_.path, database);
    WriteFile(options_.path + "-wal", wal);
  }
  // Sequences of the events on each page.
  std::map<std::uint32_t, std::set<std::uint64_t>> EventsByPage() {
    std::map<std::uint32_t, std::set<std::uint64_t>> pages;
    auto file = DamagedFile::Open(options_.path, options_.path + "-wal", kPage);
    EXPECT_TRUE(file.ok());
    if (!file.ok()) return pages;
    for (std::uint32_t page = 1; page <= (*file)->page_count(); ++page) {
      for (const DamagedRow& row : RowsOf(**file, page)) {
        const auto event = AsEvent(row, old_epoch_);
        if (event) pages[page].insert(event->sequence.value);
      }
    }
    return pages;
  }
  void Damage(const std::set<std::uint32_t>& pages) {
    std::string contents = ReadFile(options_.path);
    for (const std::uint32_t page : pages) {
      for (std::size_t i = 0; i < kPage; ++i) {
        contents[(page - 1) * kPage + i] = static_cast<char>(random_.Next());
      }
    }
    WriteFile(options_.path, contents);
  }
  SalvageReport Recover() {
    std::map<std::string, std::string> before;
    for (const char* part : {"", "-wal"}) {
      if (std::filesystem::exists(options_.path + part)) {
        before[part] = ReadFile(options_.path + part);
      }
    }
    auto report = RecoverDatabase(options_, clock_, random_, log_, "a test");
    EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().text);
    if (!report.ok()) return {};
    for (const auto& [part, contents] : before) {
      EXPECT_EQ(ReadFile(options_.path + ".broken-1" + part), contents) << "quarantined as it was";
    }
    return *report;
  }
  // Opens the new journal; everything in the closed epoch that it lists.
  EventsBySequence ReadClosed(const SalvageReport& report) {
    EventsBySequence events;
    Open();
    for (const ports::ClosedEpoch& closed : journal_->State().closed) {
      EXPECT_EQ(closed.epoch, report.old_epoch);
      for (Sequence at = closed.acked; at < closed.last;) {
        const auto range = journal_->ReadRange(closed.epoch, at, 500, 1'000'000);
        EXPECT_TRUE(range.ok());
        if (!range.ok() || range->covered <= at) {
          ADD_FAILURE() << "HQ's watermark stays at " << at.value << " of " << closed.last.value;
          return events;
        }
        for (const ports::StoredEvent& event : range->events) events[event.sequence.value] = event;
        at = range->covered;
      }
    }
    return events;
  }
  // Every event of found is as it was recorded.
  void ExpectTrue(const EventsBySequence& found) {
    for (const auto& [sequence, event] : found) {
      const auto truth = truth_.find(sequence);
      ASSERT_NE(truth, truth_.end()) << "there never was " << sequence;
      EXPECT_EQ(event.type, truth->second.type);
      EXPECT_EQ(event.journey, truth->second.journey);
      EXPECT_EQ(event.body, truth->second.body) << sequence;
    }
  }
  // The new journal records, stops and starts.
  void ExpectAlive() {
    const ports::CommittedState state = Load();
    EXPECT_TRUE(state.incident);
    EXPECT_EQ(state.last, Sequence{});
    ports::Transaction transaction = Events(1, 3);
    transaction.checkpoint = ports::Checkpoint{Sequence{3}, "new"};
    Commit(std::move(transaction));
    EXPECT_FALSE(Load().incident);
    CloseAndReopen();
    EXPECT_EQ(journal_->State().last, Sequence{3});
  }
  void StartAnew() {
    journal_.reset();
    truth_.clear();
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(options_.path).parent_path())) {
      std::filesystem::remove(entry.path());
    }
  }

  EventsBySequence truth_;
  Epoch old_epoch_;
};

TEST_F(JournalSalvage, TakesEverythingFromAWholeDatabase) {
  FillAndCrash();
  const std::string id = [this] {
    Open();
    return journal_->State().journal_id;
  }();
  journal_.reset();
  const SalvageReport report = Recover();
  EXPECT_TRUE(report.epoch_known);
  EXPECT_TRUE(report.checkpoint);
  EXPECT_EQ(report.old_epoch, old_epoch_);
  EXPECT_EQ(report.epoch, old_epoch_.Next());
  EXPECT_EQ(report.carried, kEvents - kAcked);
  EXPECT_EQ(report.lost, 0U);
  const EventsBySequence found = ReadClosed(report);
  EXPECT_EQ(found.size(), kEvents - kAcked);
  ExpectTrue(found);
  const ports::OutboxState outbox = journal_->State();
  EXPECT_EQ(outbox.epoch, report.epoch);
  ASSERT_EQ(outbox.closed.size(), 1U);
  EXPECT_EQ(outbox.closed.front().journal_id, id);
  EXPECT_EQ(outbox.closed.front().acked, Sequence{kAcked});
  const ports::CommittedState state = Load();
  EXPECT_EQ(state.checkpoint, (ports::Checkpoint{Sequence{}, "the state"}));
  ASSERT_EQ(state.carried.size(), kEvents - kCheckpointAt);
  EXPECT_EQ(state.carried.front().event.sequence.value, kCheckpointAt + 1);
  EXPECT_EQ(state.carried.front().epoch, old_epoch_);
  EXPECT_EQ(state.journeys, 1 + kEvents / 100);
  ASSERT_EQ(state.streams.size(), 2U);
  EXPECT_EQ(state.streams.back().name, "kiosk-b");
  ASSERT_EQ(state.window.size(), ports::kStreamWindow);
  const ports::WindowEntry newest{
      1,         1000 + kEvents, kEvents, Sequence{kEvents}, Sequence{kEvents}, {old_epoch_, 31},
      old_epoch_};
  EXPECT_EQ(state.window.back(), newest);
  ASSERT_EQ(state.foreign_keys.size(), 1U);
  EXPECT_EQ(state.foreign_keys.front().epoch, old_epoch_);
  ASSERT_TRUE(state.incident);
  EXPECT_EQ(state.incident->kind, ports::Incident::Kind::kSalvaged);
  EXPECT_EQ(state.incident->carried, kEvents - kAcked);
  ExpectAlive();
}

TEST_F(JournalSalvage, KeepsWhatStoodOnWholePages) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    StartAnew();
    FillAndClose();
    const auto by_page = EventsByPage();
    fakes::SeededRandom random(seed);
    const std::uint64_t pages = std::filesystem::file_size(options_.path) / kPage;
    std::set<std::uint32_t> damaged;
    for (std::uint64_t i = 0; i < seed * 8; ++i) {
      damaged.insert(static_cast<std::uint32_t>(1 + random.Next() % pages));
    }
    std::set<std::uint64_t> expected;
    for (const auto& [page, sequences] : by_page) {
      if (damaged.contains(page)) continue;
      for (const std::uint64_t sequence : sequences) {
        if (sequence > kAcked) expected.insert(sequence);
      }
    }
    Damage(damaged);
    const EventsBySequence found = ReadClosed(Recover());
    ExpectTrue(found);
    for (const std::uint64_t sequence : expected) EXPECT_TRUE(found.contains(sequence)) << sequence;
    ExpectAlive();
  }
}

TEST_F(JournalSalvage, KnowsEveryEventOfAWholeFile) {
  FillAndClose();
  std::set<std::uint64_t> all;
  for (const auto& [page, sequences] : EventsByPage())
    all.insert(sequences.begin(), sequences.end());
  EXPECT_EQ(all.size(), kEvents) << "so that the other tests expect enough";
}

// Half of a page is what a disk loses most often.
TEST_F(JournalSalvage, TakesNothingWrongFromHalfDamagedPages) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    StartAnew();
    FillAndClose();
    fakes::SeededRandom random(seed);
    std::string contents = ReadFile(options_.path);
    constexpr std::size_t kSector = 512;
    for (std::size_t i = 0; i < 60; ++i) {
      const std::size_t sector = random.Next() % (contents.size() / kSector);
      const bool zeroed = random.Next() % 2 == 0;
      for (std::size_t at = 0; at < kSector; ++at) {
        contents[sector * kSector + at] = zeroed ? '\0' : static_cast<char>(random.Next());
      }
    }
    WriteFile(options_.path, contents);
    const EventsBySequence found = ReadClosed(Recover());
    ExpectTrue(found);
    EXPECT_GT(found.size(), (kEvents - kAcked) / 2);
    ExpectAlive();
  }
}

TEST_F(JournalSalvage, WithoutItsHeaderStillTakesEveryEvent) {
  FillAndClose();
  Damage({1});
  const SalvageReport report = Recover();
  EXPECT_EQ(report.carried, kEvents - kAcked);
  EXPECT_EQ(report.lost, 0U);
  ExpectTrue(ReadClosed(report));
  ExpectAlive();
}

TEST_F(JournalSalvage, WithoutInteriorPagesStillTakesEveryEvent) {
  FillAndClose();
  const std::string contents = ReadFile(options_.path);
  std::set<std::uint32_t> interior;
  for (std::uint32_t page = 2; page <= contents.size() / kPage; ++page) {
    if (contents[(page - 1) * kPage] == '\x05') interior.insert(page);
  }
  ASSERT_FALSE(interior.empty());
  Damage(interior);
  const SalvageReport report = Recover();
  EXPECT_EQ(report.carried, kEvents - kAcked);
  ExpectTrue(ReadClosed(report));
  ExpectAlive();
}

TEST_F(JournalSalvage, ATruncatedFileGivesWhatIsLeft) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    StartAnew();
    FillAndClose();
    fakes::SeededRandom random(seed);
    const std::uint64_t size = random.Next() % std::filesystem::file_size(options_.path);
    std::filesystem::resize_file(options_.path, size);
    const SalvageReport report = Recover();
    const EventsBySequence found = ReadClosed(report);
    ExpectTrue(found);
    EXPECT_EQ(found.size(), report.carried);
    ExpectAlive();
  }
}

TEST_F(JournalSalvage, AZeroedFileIsFollowedByAnEmptyJournal) {
  FillAndClose();
  WriteFile(options_.path, std::string(std::filesystem::file_size(options_.path), '\0'));
  const SalvageReport report = Recover();
  EXPECT_FALSE(report.epoch_known);
  EXPECT_EQ(report.old_epoch, old_epoch_) << "the epoch file has the best guess";
  EXPECT_EQ(report.epoch, old_epoch_.Next());
  EXPECT_EQ(report.carried, 0U);
  EXPECT_TRUE(ReadClosed(report).empty());
  EXPECT_EQ(Load().incident->old_epoch, Epoch{}) << "it could not be read";
  ExpectAlive();
}

TEST_F(JournalSalvage, ReadsTheWalOverTheDatabase) {
  FillAndCrash();
  ASSERT_GT(std::filesystem::file_size(options_.path + "-wal"), 10 * kPage);
  Damage({1});
  const SalvageReport report = Recover();
  EXPECT_EQ(report.carried, kEvents - kAcked);
  EXPECT_EQ(report.lost, 0U);
  ExpectTrue(ReadClosed(report));
  ExpectAlive();
}

TEST_F(JournalSalvage, ADamagedWalCostsNoMoreThanItsFrames) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    StartAnew();
    FillAndCrash();
    fakes::SeededRandom random(seed);
    std::string wal = ReadFile(options_.path + "-wal");
    for (std::uint64_t i = 0; i < seed * seed; ++i) {
      char& byte = wal[random.Next() % wal.size()];
      byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1 + random.Next() % 255));
    }
    if (seed == 6) wal.assign(wal.size(), 'x');
    WriteFile(options_.path + "-wal", wal);
    const SalvageReport report = Recover();
    const EventsBySequence found = ReadClosed(report);
    ExpectTrue(found);
    EXPECT_GT(found.size(), 200U);
    ExpectAlive();
  }
}

TEST_F(JournalSalvage, WithoutAnyKnowledgeTakesAnEpochThatNeverWas) {
  FillAndClose();
  std::filesystem::remove(options_.path + ".epoch");
  Execute("UPDATE journal SET journal_id = 'too short'");
  const SalvageReport report = Recover();
  EXPECT_FALSE(report.epoch_known);
  EXPECT_NE(report.old_epoch, Epoch{});
  EXPECT_EQ(report.epoch, report.old_epoch.Next());
  EXPECT_EQ(ReadClosed(report).size(), kEvents) << "all of them, HQ tells which it has";
  Open();
  ASSERT_EQ(journal_->State().closed.size(), 1U);
  EXPECT_EQ(journal_->State().closed[0].journal_id, kUnknownJournalId);
}

TEST_F(JournalSalvage, ASecondSalvageKeepsTheTailOfTheFirst) {
  FillAndClose();
  const SalvageReport first = Recover();
  Open();
  ports::Transaction transaction = Events(1, 10);
  const Epoch epoch = journal_->State().epoch;
  for (ports::StoredEvent& event : transaction.events) Encode(event, epoch);
  Load();
  Commit(std::move(transaction));
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Damage({1});
  const auto second = RecoverDatabase(options_, clock_, random_, log_, "again");
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->carried, 10U);
  EXPECT_EQ(second->quarantined.front(), options_.path + ".broken-2");
  Open();
  const auto closed = journal_->State().closed;
  ASSERT_EQ(closed.size(), 2U);
  EXPECT_EQ(closed.front().epoch, first.old_epoch);
  EXPECT_EQ(closed.front().acked, Sequence{kAcked});
  const auto range = journal_->ReadRange(closed.front().epoch, Sequence{kAcked}, 5000, 10'000'000);
  ASSERT_TRUE(range.ok());
  EXPECT_EQ(range->events.size(), kEvents - kAcked);
  EXPECT_TRUE(range->voids.empty());
}

// A crash after the new database was whole and before it was in its place.
TEST_F(JournalSalvage, TheNextOpenFinishesWhatACrashInterrupted) {
  FillAndClose();
  const std::string damaged = ReadFile(options_.path);
  const SalvageReport report = Recover();
  std::filesystem::rename(options_.path, options_.path + ".recovered");
  for (const char* part : {"-wal", "-shm"}) {
    std::filesystem::remove(options_.path + ".broken-1" + part);
  }
  WriteFile(options_.path + "-wal", "left behind");
  Open();
  EXPECT_EQ(journal_->State().epoch, report.epoch);
  EXPECT_EQ(journal_->State().closed.size(), 1U);
  EXPECT_EQ(ReadFile(options_.path + ".broken-1"), damaged);
  EXPECT_EQ(ReadFile(options_.path + ".broken-1-wal"), "left behind");
}

TEST_F(JournalSalvage, AFullDiskLeavesTheDamagedDatabaseWhereItIs) {
  FillAndClose();
  Damage({1});
  const std::string damaged = ReadFile(options_.path);
  vfs_.Fail(fault::Operation::kWrite, fault::Fault::kDiskFull, 50);
  const auto report = RecoverDatabase(options_, clock_, random_, log_, "a test");
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, Errc::kFull);
  vfs_.Heal();
  EXPECT_EQ(ReadFile(options_.path), damaged);
  EXPECT_EQ(Recover().carried, kEvents - kAcked);
}

}  // namespace

}  // namespace trayline::journal
