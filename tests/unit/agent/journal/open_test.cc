// How a journal comes to be: epoch, identity, boots, and what it refuses to open.
#include "agent/journal/schema.h"
#include "agent/sqlite/migrate.h"
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

using JournalOpen = JournalFixture;
using testing::HasSubstr;

TEST_F(JournalOpen, TakesItsEpochFromTheClockAndKeepsItOutside) {
  Open();
  const std::uint64_t seconds = fakes::kManualClockStartMs / 1000;
  EXPECT_EQ(journal_->State().epoch, Epoch{seconds});
  EXPECT_EQ(ReadFile(options_.path + ".epoch"), std::to_string(seconds) + "\n");
}

TEST_F(JournalOpen, HasAnEpochEvenIn1970) {
  clock_.SetWall(WallFromMs(0));
  Open();
  EXPECT_EQ(journal_->State().epoch, Epoch{1});
}

TEST_F(JournalOpen, ALostDatabaseIsFollowedByAHigherEpoch) {
  Open();
  const ports::OutboxState before = journal_->State();
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  std::filesystem::remove(options_.path);
  clock_.SetWall(WallFromMs(0));
  Open();
  EXPECT_EQ(journal_->State().epoch, before.epoch.Next());
  EXPECT_NE(journal_->State().journal_id, before.journal_id);
  EXPECT_EQ(journal_->State().opens, 1U);
}

TEST_F(JournalOpen, UsesAGivenEpochForANewDatabaseOnly) {
  options_.epoch = Epoch{2'000'000'000};
  Open();
  EXPECT_EQ(journal_->State().epoch, Epoch{2'000'000'000});
  options_.epoch = Epoch{2'100'000'000};
  CloseAndReopen();
  EXPECT_EQ(journal_->State().epoch, Epoch{2'000'000'000});
}

TEST_F(JournalOpen, NeverRepeatsAnEpochThatWasUsedEvenWhenGivenIt) {
  WriteFile(options_.path + ".epoch", "2000000000\n");
  options_.epoch = Epoch{2'000'000'000};
  Open();
  EXPECT_EQ(journal_->State().epoch, Epoch{2'000'000'001});
}

TEST_F(JournalOpen, GoesOnWithADamagedEpochFile) {
  WriteFile(options_.path + ".epoch", "12x\n");
  Open();
  EXPECT_EQ(journal_->State().epoch, Epoch{fakes::kManualClockStartMs / 1000});
  EXPECT_EQ(ReadFile(options_.path + ".epoch"),
            std::to_string(fakes::kManualClockStartMs / 1000) + "\n");
}

TEST_F(JournalOpen, MendsAMissingEpochFile) {
  Open();
  const std::string file = options_.path + ".epoch";
  const std::string before = ReadFile(file);
  std::filesystem::remove(file);
  CloseAndReopen();
  EXPECT_EQ(ReadFile(file), before);
}

TEST_F(JournalOpen, CountsOpensBootsAndCleanStops) {
  Open();
  ports::CommittedState state = Load();
  EXPECT_EQ(state.opens, 1U);
  EXPECT_EQ(state.boot, 1U);
  CloseAndReopen();
  state = Load();
  EXPECT_EQ(state.opens, 2U);
  EXPECT_EQ(state.boot, 1U);
  EXPECT_FALSE(state.new_boot);
  EXPECT_TRUE(state.clean_stop);
  options_.boot_id = "boot-2";
  Crash();
  state = Load();
  EXPECT_EQ(state.opens, 3U);
  EXPECT_EQ(state.boot, 2U);
  EXPECT_TRUE(state.new_boot);
  EXPECT_FALSE(state.clean_stop);
  CloseAndReopen();
  EXPECT_TRUE(Load().clean_stop) << "a clean stop is known again after a crash before it";
}

TEST_F(JournalOpen, NamesTheOptionThatIsOutOfRange) {
  options_.retention_days = 0;
  auto opened = TryOpen();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::kRejected);
  EXPECT_THAT(opened.error().text, HasSubstr("retention_days"));
  options_.retention_days = 14;
  options_.boot_id = "";
  opened = TryOpen();
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().text, HasSubstr("boot_id"));
}

TEST_F(JournalOpen, RefusesAnUnreadableHeaderAndLeavesTheFileAlone) {
  Open();
  Commit(Events(1, 10));
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  std::string contents = ReadFile(options_.path);
  contents.replace(0, 16, "not a database!!");
  WriteFile(options_.path, contents);
  EXPECT_EQ(CodeOfOpen(), Errc::kCorrupt);
  EXPECT_EQ(ReadFile(options_.path), contents);
}

TEST_F(JournalOpen, RefusesDamagedPagesWhenTheyAreRead) {
  Open();
  CommitMany(1, 500);
  Commit(Events(501, 2000));
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  std::string contents = ReadFile(options_.path);
  contents.replace(20 * kPageBytes, 40 * kPageBytes, 40 * kPageBytes, '\xAA');
  WriteFile(options_.path, contents);
  Open();
  const auto state = journal_->Load();
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().code, Errc::kCorrupt);
  Submit(Events(2001, 2001));
  RunUntilIdle();
  EXPECT_THAT(TakeAnswers(), testing::ElementsAre("retry_later")) << "a failed Load ends nothing";
}

TEST_F(JournalOpen, RefusesNumbersThatNoEventHas) {
  Open();
  Commit(Events(1, 3));
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Execute("UPDATE event SET sequence = -5 WHERE sequence = 2");
  EXPECT_EQ(CodeOfOpen(), Errc::kCorrupt);
}

// SQLite would throw the WAL away, and the events in it.
TEST_F(JournalOpen, RefusesAnEmptyDatabaseBesideAFullWal) {
  Open();
  Commit(Events(1, 10));
  const std::string wal = ReadFile(options_.path + "-wal");
  ASSERT_FALSE(wal.empty());
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  WriteFile(options_.path + "-wal", wal);
  WriteFile(options_.path, "");
  EXPECT_EQ(CodeOfOpen(), Errc::kCorrupt);
  EXPECT_EQ(ReadFile(options_.path + "-wal"), wal);
}

TEST_F(JournalOpen, RefusesToLoadWhenEventsAreMissing) {
  Open();
  Commit(Events(1, 10));
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Execute("DELETE FROM event WHERE sequence = 5");
  Open();
  const auto state = journal_->Load();
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().code, Errc::kCorrupt);
}

// A crash between the tables and the first row.
TEST_F(JournalOpen, FinishesAHalfMadeDatabase) {
  Open();
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Execute("DELETE FROM journal");
  Open();
  EXPECT_EQ(Load().opens, 1U);
  Commit(Events(1, 1));
}

TEST_F(JournalOpen, ADamagedCheckpointIsIgnoredWhileAllEventsAreThere) {
  Open();
  ports::Transaction transaction = Events(1, 10);
  transaction.checkpoint = ports::Checkpoint{Sequence{8}, "state"};
  Commit(std::move(transaction));
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Execute("UPDATE checkpoint SET state = x'00'");
  Open();
  const ports::CommittedState state = Load();
  EXPECT_FALSE(state.checkpoint);
  EXPECT_EQ(state.tail.size(), 10U);
}

TEST_F(JournalOpen, ADamagedCheckpointIsFatalWhenEventsAreGone) {
  Open();
  ports::Transaction transaction = Events(1, 10);
  transaction.checkpoint = ports::Checkpoint{Sequence{8}, "state"};
  Commit(std::move(transaction));
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Execute("UPDATE checkpoint SET at = 7; DELETE FROM event WHERE sequence < 3");
  Open();
  const auto state = journal_->Load();
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().code, Errc::kCorrupt);
}

TEST_F(JournalOpen, TheStepsOfTheSchemaLeadToTheSchema) {
  sqlite::OpenOptions open;
  open.path = folder_.File("fresh.db");
  auto fresh = sqlite::Database::Open(open);
  open.path = folder_.File("stepped.db");
  auto stepped = sqlite::Database::Open(open);
  ASSERT_TRUE(fresh.ok() && stepped.ok());
  const sqlite::Schema& schema = JournalSchema();
  ASSERT_TRUE(sqlite::Migrate(*fresh, schema).ok());
  for (std::size_t i = 1; i <= schema.steps.size(); ++i) {
    ASSERT_TRUE(sqlite::MigrateByStepsTo(*stepped, schema, static_cast<std::int64_t>(i)).ok());
  }
  EXPECT_EQ(*sqlite::SchemaText(*fresh), *sqlite::SchemaText(*stepped));
}

TEST_F(JournalOpen, OpensWhatALaterVersionHasWritten) {
  Open();
  Commit(Events(1, 3));
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Execute(
      "ALTER TABLE event ADD COLUMN later INTEGER; CREATE TABLE later(a); PRAGMA user_version=99");
  Open();
  Commit(Events(4, 5));
  EXPECT_EQ(Load().last, Sequence{5});
}

}  // namespace

}  // namespace trayline::journal
