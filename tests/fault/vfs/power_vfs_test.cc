// SQLite on the disk in memory: it recovers from every cut, and a disk that lies is found out.
#include "tests/fault/vfs/power_vfs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "agent/sqlite/database.h"
#include "agent/sqlite/transaction.h"

namespace trayline::fault {

namespace {

constexpr const char* kPath = "/store/test.db";
constexpr std::int64_t kRowsWide = 40;

class PowerVfsTest : public testing::Test {
 protected:
  static Result<sqlite::Database> TryOpen(const PowerVfs& vfs,
                                          sqlite::Access access = sqlite::Access::kCreate) {
    sqlite::OpenOptions options;
    options.path = kPath;
    options.access = access;
    options.page_size = 1024;
    options.wal_autocheckpoint_pages = 20;  // so that cuts hit checkpoints
    options.busy_timeout = Millis{0};
    options.vfs = vfs.name();
    return sqlite::Database::Open(options);
  }
  static sqlite::Database Open(const PowerVfs& vfs) {
    auto database = TryOpen(vfs);
    EXPECT_TRUE(database.ok()) << (database.ok() ? "" : database.error().text);
    return std::move(*database);
  }
  static std::int64_t ReadInt(sqlite::Database& database, const std::string& sql) {
    const auto value = database.ReadInt(sql);
    EXPECT_TRUE(value.ok()) << (value.ok() ? "" : value.error().text);
    return value.ok() ? *value : -1;
  }
  static Status AddRow(sqlite::Database& database, std::int64_t row) {
    return database.Execute("INSERT INTO t VALUES(" + std::to_string(row) + ", randomblob(300))");
  }

  // Rows that are there; nullopt when the database does not open or is not whole.
  static std::optional<std::int64_t> CountRows(const PowerVfs& vfs) {
    auto database = TryOpen(vfs);
    if (!database.ok()) return std::nullopt;
    const auto whole =
        database->ReadInt("SELECT integrity_check = 'ok' FROM pragma_integrity_check");
    if (!whole.ok() || *whole != 1) return std::nullopt;
    const auto tables = database->ReadInt("SELECT count(*) FROM sqlite_schema");
    if (!tables.ok()) return std::nullopt;
    return *tables == 0 ? 0 : ReadInt(*database, "SELECT count(*) FROM t");
  }

  struct Outcome {
    std::uint64_t lost = 0;    // rows whose commit had returned
    std::uint64_t broken = 0;  // databases that do not open or are not whole
  };
  // Rounds of: write until the power goes in the middle of something, look what is there. pragmas
  // set the connection up.
  static Outcome CutOften(PowerVfs& vfs, const std::string& pragmas, std::uint64_t rounds,
                          std::uint32_t failing_syncs_per_million = 0) {
    Outcome outcome;
    std::int64_t committed = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
      vfs.CutAt(1 + round * 7 % 211);
      vfs.FailSometimes(Operation::kSync, Fault::kIoError, failing_syncs_per_million);
      if (auto database = TryOpen(vfs); database.ok()) {
        static_cast<void>(database->Execute(pragmas));
        static_cast<void>(
            database->Execute("CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b BLOB)"));
        const auto last = database->ReadInt("SELECT max(a) FROM t");
        std::int64_t row = last.ok() ? *last : 0;
        while (vfs.powered()) {
          if (AddRow(*database, row + 1).ok()) committed = ++row;
        }
      }
      vfs.PowerOn();
      vfs.Heal();
      const auto there = CountRows(vfs);
      if (!there) {
        ++outcome.broken;
        vfs.Restore({});
      } else if (*there < committed) {
        outcome.lost += static_cast<std::uint64_t>(committed - *there);
      }
      committed = there.value_or(0);
    }
    return outcome;
  }
};

TEST_F(PowerVfsTest, AWalDatabaseLosesNoCommitInManyCuts) {
  PowerVfs vfs("power_test", 1);
  const Outcome outcome = CutOften(vfs, "", 300);
  EXPECT_EQ(outcome.lost, 0U);
  EXPECT_EQ(outcome.broken, 0U);
  EXPECT_EQ(vfs.counts().cuts, 300U);
  EXPECT_GT(vfs.counts().sectors_lost, 1000U);
}

TEST_F(PowerVfsTest, ARollbackJournalLosesNoCommitInManyCuts) {
  PowerVfs vfs("power_test", 2);
  const Outcome outcome = CutOften(vfs, "PRAGMA journal_mode=DELETE;PRAGMA synchronous=EXTRA", 300);
  EXPECT_EQ(outcome.lost, 0U);
  EXPECT_EQ(outcome.broken, 0U);
}

// SQLite's own manual: in DELETE mode only EXTRA syncs the folder after the journal is deleted.
TEST_F(PowerVfsTest, ARollbackJournalComesBackWhenItsFolderIsNotSynced) {
  PowerVfs vfs("power_test", 3);
  const Outcome outcome = CutOften(vfs, "PRAGMA journal_mode=DELETE;PRAGMA synchronous=FULL", 300);
  EXPECT_GT(outcome.lost, 0U);
  EXPECT_EQ(outcome.broken, 0U);
}

TEST_F(PowerVfsTest, SynchronousOffLosesCommits) {
  PowerVfs vfs("power_test", 4);
  const Outcome outcome = CutOften(vfs, "PRAGMA synchronous=OFF", 100);
  EXPECT_GT(outcome.lost + outcome.broken, 0U);
}

TEST_F(PowerVfsTest, ADiskThatLiesLosesCommits) {
  PowerVfs vfs("power_test", 5);
  vfs.LieAboutSyncs(Lies::kAboutAllSyncs);
  const Outcome outcome = CutOften(vfs, "", 100);
  EXPECT_GT(outcome.lost + outcome.broken, 0U);
}

TEST_F(PowerVfsTest, ADiskThatLiesAboutTheWalLosesCommits) {
  PowerVfs vfs("power_test", 6);
  vfs.LieAboutSyncs(Lies::kAboutTheWal);
  const Outcome outcome = CutOften(vfs, "", 100);
  EXPECT_GT(outcome.lost, 0U);
}

// A commit is padded to the end of its sector with its last page once more. What of the padding
// lies in the next sector is not synced with it; a later sync that fails and is forgotten loses it,
// and with it everything after that place in the WAL.
TEST_F(PowerVfsTest, OnlyForgottenSyncsWithoutPowersafeOverwriteLoseCommits) {
  for (const bool powersafe : {false, true}) {
    for (const bool forgets : {false, true}) {
      PowerVfs vfs("power_test", 17,
                   {.powersafe_overwrite = powersafe, .forgets_failed_syncs = forgets});
      const Outcome outcome = CutOften(vfs, "", 300, 50'000);
      EXPECT_EQ(outcome.lost + outcome.broken > 0, forgets && !powersafe)
          << powersafe << forgets << ": " << outcome.lost << " lost, " << outcome.broken
          << " broken";
    }
  }
}

TEST_F(PowerVfsTest, HandlesOfBeforeTheCutAreDead) {
  PowerVfs vfs("power_test", 7);
  auto before = Open(vfs);
  ASSERT_TRUE(before.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)").ok());
  vfs.PowerCut();
  EXPECT_FALSE(AddRow(before, 1).ok());
  EXPECT_FALSE(before.ReadInt("SELECT count(*) FROM t").ok());
  auto after = Open(vfs);
  EXPECT_TRUE(AddRow(after, 1).ok());
  EXPECT_FALSE(AddRow(before, 2).ok());
  EXPECT_EQ(ReadInt(after, "SELECT count(*) FROM t"), 1);
}

TEST_F(PowerVfsTest, NothingOpensWhileThePowerIsAway) {
  PowerVfs vfs("power_test", 8);
  vfs.CutAt(1);
  EXPECT_FALSE(TryOpen(vfs).ok());
  EXPECT_FALSE(vfs.powered());
  EXPECT_FALSE(TryOpen(vfs).ok());
  vfs.PowerOn();
  EXPECT_TRUE(TryOpen(vfs).ok());
  EXPECT_EQ(vfs.counts().cuts, 1U);
}

TEST_F(PowerVfsTest, AKilledProcessLeavesWhatItHadWritten) {
  PowerVfs vfs("power_test", 9);
  vfs.LieAboutSyncs(Lies::kAboutAllSyncs);
  auto before = Open(vfs);
  ASSERT_TRUE(before.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)").ok());
  for (std::int64_t row = 1; row <= kRowsWide; ++row) ASSERT_TRUE(AddRow(before, row).ok());
  vfs.KillProcess();
  EXPECT_FALSE(AddRow(before, 100).ok());
  auto after = Open(vfs);
  EXPECT_EQ(ReadInt(after, "SELECT count(*) FROM t"), kRowsWide);
}

TEST_F(PowerVfsTest, ConnectionsLockEachOtherOut) {
  PowerVfs vfs("power_test", 10);
  auto writer = Open(vfs);
  auto other = Open(vfs);
  ASSERT_TRUE(writer.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)").ok());
  {
    auto transaction = sqlite::Transaction::Begin(writer);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(AddRow(writer, 1).ok());
    EXPECT_FALSE(sqlite::Transaction::Begin(other).ok());
    EXPECT_EQ(ReadInt(other, "SELECT count(*) FROM t"), 0);
    ASSERT_TRUE(transaction->Commit().ok());
  }
  EXPECT_EQ(ReadInt(other, "SELECT count(*) FROM t"), 1);
  EXPECT_TRUE(sqlite::Transaction::Begin(other).ok());
}

// The locks of the rollback mode: SHARED beside RESERVED, EXCLUSIVE alone.
TEST_F(PowerVfsTest, ConnectionsLockEachOtherOutWithoutAWal) {
  PowerVfs vfs("power_test", 11);
  auto writer = Open(vfs);
  ASSERT_TRUE(writer.Execute("PRAGMA journal_mode=DELETE").ok());
  ASSERT_TRUE(writer.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)").ok());
  auto opened = TryOpen(vfs, sqlite::Access::kReadOnly);
  ASSERT_TRUE(opened.ok());
  {
    auto view = sqlite::Transaction::Begin(*opened, sqlite::Transaction::Kind::kRead);
    ASSERT_TRUE(view.ok());
    EXPECT_EQ(ReadInt(*opened, "SELECT count(*) FROM t"), 0);
    EXPECT_FALSE(AddRow(writer, 1).ok());  // the reader is in the way of the commit
  }
  EXPECT_TRUE(AddRow(writer, 1).ok());
  auto transaction = sqlite::Transaction::Begin(writer);
  ASSERT_TRUE(transaction.ok());
  EXPECT_EQ(ReadInt(*opened, "SELECT count(*) FROM t"), 1);
}

TEST_F(PowerVfsTest, ThreadsReadWhileOneWrites) {
  PowerVfs vfs("power_test", 12);
  auto writer = Open(vfs);
  ASSERT_TRUE(writer.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)").ok());
  std::atomic<std::int64_t> written = 0;
  std::jthread reader([&](const std::stop_token& stop) {
    auto opened = TryOpen(vfs, sqlite::Access::kReadOnly);
    ASSERT_TRUE(opened.ok());
    while (!stop.stop_requested()) {
      const std::int64_t at_least = written;
      ASSERT_GE(ReadInt(*opened, "SELECT count(*) FROM t"), at_least);
    }
  });
  for (std::int64_t row = 1; row <= 300; ++row) {
    ASSERT_TRUE(AddRow(writer, row).ok());
    written = row;
  }
}

TEST_F(PowerVfsTest, FaultsComeWhenAskedAndEndWhenHealed) {
  PowerVfs vfs("power_test", 13);
  auto database = Open(vfs);
  ASSERT_TRUE(database.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)").ok());
  vfs.Fail(Operation::kWrite, Fault::kDiskFull);
  const Status full = AddRow(database, 1);
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, Errc::kFull);
  vfs.Fail(Operation::kSync, Fault::kIoError);
  EXPECT_EQ(AddRow(database, 1).error().code, Errc::kRetryLater);
  vfs.Heal();
  EXPECT_TRUE(AddRow(database, 1).ok());
  EXPECT_GE(vfs.counts().faults, 2U);
}

TEST_F(PowerVfsTest, RandomFaultsFollowFromTheSeed) {
  const auto run = [](std::uint64_t seed) {
    PowerVfs vfs("power_test", seed);
    auto database = Open(vfs);
    static_cast<void>(database.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)"));
    vfs.FailSometimes(Operation::kWrite, Fault::kIoError, 100'000);
    vfs.FailSometimes(Operation::kSync, Fault::kIoError, 100'000);
    std::string outcomes;
    for (std::int64_t row = 1; row <= 50; ++row) {
      outcomes += AddRow(database, row).ok() ? '+' : '-';
    }
    return outcomes;
  };
  EXPECT_EQ(run(14), run(14));
  EXPECT_NE(run(14), run(15));
  EXPECT_NE(run(14).find('-'), std::string::npos);
  EXPECT_NE(run(14).find('+'), std::string::npos);
}

TEST_F(PowerVfsTest, ADiskCanBeClonedAndPutBack) {
  PowerVfs vfs("power_test", 16);
  std::optional<sqlite::Database> database(Open(vfs));
  ASSERT_TRUE(database->Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)").ok());
  ASSERT_TRUE(AddRow(*database, 1).ok());
  const Snapshot image = vfs.Take();
  ASSERT_TRUE(AddRow(*database, 2).ok());
  vfs.Restore(image);
  EXPECT_FALSE(AddRow(*database, 3).ok());
  database.emplace(Open(vfs));
  EXPECT_EQ(ReadInt(*database, "SELECT count(*) FROM t"), 1);
  database.reset();
  EXPECT_TRUE(vfs.Copy(kPath, "/store/copy.db"));
  EXPECT_EQ(vfs.ReadFile("/store/copy.db"), vfs.ReadFile(kPath));
  vfs.WriteFile(kPath, "this is no database at all");
  EXPECT_FALSE(TryOpen(vfs).ok());
  vfs.DeleteFile(kPath);
  EXPECT_FALSE(vfs.ReadFile(kPath).has_value());
}

}  // namespace

}  // namespace trayline::fault
