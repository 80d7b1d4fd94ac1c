#include "agent/sqlite/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "tests/fakes/temporary_folder.h"
#include "tests/fault/vfs/failing_vfs.h"

namespace trayline::sqlite {

namespace {

class DatabaseTest : public testing::Test {
 protected:
  OpenOptions Options() {
    OpenOptions options;
    options.path = folder_.File("test.db");
    return options;
  }
  static Database Must(Result<Database> opened) {
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().text);
    return std::move(*opened);
  }
  static Statement Must(Result<Statement> prepared) {
    EXPECT_TRUE(prepared.ok()) << (prepared.ok() ? "" : prepared.error().text);
    return std::move(*prepared);
  }

  fakes::TemporaryFolder folder_;
};

TEST_F(DatabaseTest, OpensWithWalFullSyncAndTheWantedPages) {
  OpenOptions options = Options();
  options.page_size = 1024;
  Database database = Must(Database::Open(options));
  EXPECT_EQ(*database.ReadInt("PRAGMA page_size"), 1024);
  EXPECT_EQ(*database.ReadInt("PRAGMA synchronous"), 2);
  EXPECT_EQ(*database.ReadInt("PRAGMA auto_vacuum"), 0);
  EXPECT_EQ(*Must(database.Prepare("PRAGMA journal_mode")).ReadText(), "wal");
}

TEST_F(DatabaseTest, NamesTheOptionThatIsOutOfRange) {
  OpenOptions options = Options();
  options.page_size = 1000;
  auto opened = Database::Open(options);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::kRejected);
  EXPECT_THAT(opened.error().text, testing::HasSubstr("page_size"));
  options = Options();
  options.cache_kib = 0;
  opened = Database::Open(options);
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().text, testing::HasSubstr("cache_kib"));
}

TEST_F(DatabaseTest, ReadOnlyNeedsTheFileAndCannotWrite) {
  OpenOptions read_only = Options();
  read_only.access = Access::kReadOnly;
  EXPECT_EQ(Database::Open(read_only).error().code, Errc::kRetryLater);
  Database writer = Must(Database::Open(Options()));
  ASSERT_TRUE(writer.Execute("CREATE TABLE t(a)").ok());
  Database reader = Must(Database::Open(read_only));
  EXPECT_EQ(*reader.ReadInt("SELECT count(*) FROM t"), 0);
  EXPECT_FALSE(reader.Execute("INSERT INTO t VALUES(1)").ok());
}

TEST_F(DatabaseTest, RefusesAFileThatIsNoDatabaseAndLeavesItAlone) {
  const std::string contents(2000, 'x');
  std::ofstream(Options().path) << contents;
  const auto opened = Database::Open(Options());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::kCorrupt);
  std::ifstream file(Options().path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), contents);
}

TEST_F(DatabaseTest, KeepsValuesOfEveryKind) {
  Database database = Must(Database::Open(Options()));
  ASSERT_TRUE(database.Execute("CREATE TABLE t(a, b, c, d, e)").ok());
  const std::string bytes("\0\xFF\0", 3);
  ASSERT_TRUE(Must(database.Prepare("INSERT INTO t VALUES(?, ?, ?, ?, ?)"))
                  .Run({std::numeric_limits<std::uint64_t>::max(), "text", Bind::Blob(bytes),
                        std::nullopt, Bind::Blob("")})
                  .ok());
  EXPECT_EQ(database.changes(), 1);
  int rows = 0;
  Statement select = Must(database.Prepare("SELECT * FROM t"));
  ASSERT_TRUE(select
                  .ForEach({},
                           [&](const Row& row) {
                             ++rows;
                             EXPECT_EQ(row.Unsigned(0), std::numeric_limits<std::uint64_t>::max());
                             EXPECT_EQ(row.Text(1), "text");
                             EXPECT_EQ(row.Blob(2), bytes);
                             EXPECT_TRUE(row.IsNull(3));
                             EXPECT_EQ(row.Int(3), 0);
                             EXPECT_FALSE(row.IsNull(4));
                             EXPECT_EQ(row.Blob(4), "");
                             return Visit::kContinue;
                           })
                  .ok());
  EXPECT_EQ(rows, 1);
}

TEST_F(DatabaseTest, NullIfZeroStoresNull) {
  Database database = Must(Database::Open(Options()));
  Statement select = Must(database.Prepare("SELECT ? IS NULL"));
  EXPECT_EQ(*select.ReadInt({Bind::NullIfZero(0)}), 1);
  EXPECT_EQ(*select.ReadInt({Bind::NullIfZero(1)}), 0);
}

TEST_F(DatabaseTest, AStatementThatStoppedEarlyCanBeUsedAgain) {
  Database database = Must(Database::Open(Options()));
  ASSERT_TRUE(database.Execute("CREATE TABLE t(a); INSERT INTO t VALUES(1), (2), (3)").ok());
  Statement select = Must(database.Prepare("SELECT a FROM t WHERE a >= ? ORDER BY a"));
  EXPECT_EQ(*select.ReadInt({2}), 2);
  EXPECT_EQ(*select.ReadInt({3}), 3);
  EXPECT_EQ(*select.ReadInt({4}), std::nullopt);
  // Nothing is left open: the table can be dropped.
  EXPECT_TRUE(database.Execute("DROP TABLE t").ok());
}

TEST_F(DatabaseTest, AConflictIsAConflictAndTheStatementGoesOn) {
  Database database = Must(Database::Open(Options()));
  ASSERT_TRUE(database.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY)").ok());
  Statement insert = Must(database.Prepare("INSERT INTO t VALUES(?)"));
  ASSERT_TRUE(insert.Run({1}).ok());
  EXPECT_EQ(insert.Run({1}).error().code, Errc::kConflict);
  EXPECT_TRUE(insert.Run({2}).ok());
  EXPECT_EQ(*database.ReadInt("SELECT count(*) FROM t"), 2);
  EXPECT_EQ(database.last_row_id(), 2);
}

// One full disk must not poison the statement for ever.
TEST_F(DatabaseTest, AStatementWorksAgainAfterAFullDisk) {
  fault::FailingVfs vfs("database_test");
  OpenOptions options = Options();
  options.vfs = vfs.name();
  Database database = Must(Database::Open(options));
  ASSERT_TRUE(database.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY)").ok());
  Statement insert = Must(database.Prepare("INSERT INTO t VALUES(?)"));
  vfs.Fail(fault::Operation::kWrite, fault::Fault::kDiskFull);
  EXPECT_EQ(insert.Run({1}).error().code, Errc::kFull);
  vfs.Fail(fault::Operation::kSync, fault::Fault::kIoError);
  EXPECT_EQ(insert.Run({1}).error().code, Errc::kRetryLater);
  vfs.Heal();
  EXPECT_TRUE(insert.Run({1}).ok());
  EXPECT_TRUE(insert.Run({2}).ok());
  EXPECT_EQ(*database.ReadInt("SELECT count(*) FROM t"), 2);
}

TEST_F(DatabaseTest, MorePagesThanAllowedIsFull) {
  OpenOptions options = Options();
  options.page_size = 1024;
  options.pages_max = 20;
  Database database = Must(Database::Open(options));
  ASSERT_TRUE(database.Execute("CREATE TABLE t(a)").ok());
  Statement insert = Must(database.Prepare("INSERT INTO t VALUES(zeroblob(?))"));
  EXPECT_EQ(insert.Run({40'000}).error().code, Errc::kFull);
  EXPECT_TRUE(insert.Run({1000}).ok());
}

TEST_F(DatabaseTest, RefusesStatementsThatCannotBePrepared) {
  Database database = Must(Database::Open(Options()));
  EXPECT_EQ(database.Prepare("SELECT nothing FROM nowhere").error().code, Errc::kRejected);
  EXPECT_EQ(database.Prepare("").error().code, Errc::kRejected);
  EXPECT_EQ(database.Prepare("SELECT 1; SELECT 2").error().code, Errc::kRejected);
  EXPECT_TRUE(database.Prepare("SELECT 1 ; ").ok());
}

TEST_F(DatabaseTest, AbortsOnAWrongNumberOfParametersAndOnReuseWithinARow) {
  Database database = Must(Database::Open(Options()));
  Statement select = Must(database.Prepare("SELECT ?"));
  EXPECT_DEATH(static_cast<void>(select.Run({1, 2})), "broken invariant");
  EXPECT_DEATH(static_cast<void>(select.ForEach({1},
                                                [&select](const Row&) {
                                                  static_cast<void>(select.Run({1}));
                                                  return Visit::kStop;
                                                })),
               "broken invariant");
  EXPECT_DEATH(static_cast<void>(select.ForEach({1},
                                                [](const Row& row) {
                                                  static_cast<void>(row.Int(1));
                                                  return Visit::kStop;
                                                })),
               "broken invariant");
}

TEST_F(DatabaseTest, ACheckpointEmptiesTheWal) {
  Database database = Must(Database::Open(Options()));
  ASSERT_TRUE(database.Execute("CREATE TABLE t(a); INSERT INTO t VALUES(1)").ok());
  ASSERT_TRUE(database.CheckpointAndTruncate().ok());
  std::ifstream wal(Options().path + "-wal", std::ios::ate | std::ios::binary);
  EXPECT_EQ(wal.tellg(), 0);
}

}  // namespace

}  // namespace trayline::sqlite
