#include "agent/sqlite/transaction.h"

#include <gtest/gtest.h>

#include <utility>

#include "agent/sqlite/database.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fault/vfs/failing_vfs.h"

namespace trayline::sqlite {

namespace {

class TransactionTest : public testing::Test {
 protected:
  TransactionTest() : database_(Open()) {
    EXPECT_TRUE(database_.Execute("CREATE TABLE t(a)").ok());
  }
  Database Open() {
    OpenOptions options;
    options.path = folder_.File("test.db");
    options.busy_timeout = Millis{0};
    options.vfs = vfs_.name();
    auto opened = Database::Open(options);
    EXPECT_TRUE(opened.ok());
    return std::move(*opened);
  }
  std::int64_t Count(Database& database) {
    const auto count = database.ReadInt("SELECT count(*) FROM t");
    EXPECT_TRUE(count.ok());
    return count.ok() ? *count : -1;
  }

  fakes::TemporaryFolder folder_;
  fault::FailingVfs vfs_{"transaction_test"};
  Database database_;
};

TEST_F(TransactionTest, CommitsWhole) {
  {
    auto transaction = Transaction::Begin(database_);
    ASSERT_TRUE(transaction.ok());
    EXPECT_TRUE(database_.in_transaction());
    ASSERT_TRUE(database_.Execute("INSERT INTO t VALUES(1); INSERT INTO t VALUES(2)").ok());
    EXPECT_TRUE(transaction->Commit().ok());
  }
  EXPECT_FALSE(database_.in_transaction());
  EXPECT_EQ(Count(database_), 2);
}

TEST_F(TransactionTest, RollsBackWhenItGoesOutOfScope) {
  {
    auto transaction = Transaction::Begin(database_);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(database_.Execute("INSERT INTO t VALUES(1)").ok());
  }
  EXPECT_FALSE(database_.in_transaction());
  EXPECT_EQ(Count(database_), 0);
}

TEST_F(TransactionTest, LeavesNothingOpenAfterAFailedCommit) {
  {
    auto transaction = Transaction::Begin(database_);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(database_.Execute("INSERT INTO t VALUES(1)").ok());
    vfs_.Fail(fault::Operation::kSync, fault::Fault::kIoError);
    EXPECT_EQ(transaction->Commit().error().code, Errc::kRetryLater);
    EXPECT_FALSE(database_.in_transaction());
    vfs_.Heal();
  }
  EXPECT_EQ(Count(database_), 0);
  auto again = Transaction::Begin(database_);
  ASSERT_TRUE(again.ok());
  ASSERT_TRUE(database_.Execute("INSERT INTO t VALUES(1)").ok());
  EXPECT_TRUE(again->Commit().ok());
  EXPECT_EQ(Count(database_), 1);
}

TEST_F(TransactionTest, OneAtATimeOnAConnection) {
  auto first = Transaction::Begin(database_);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Transaction::Begin(database_).error().code, Errc::kConflict);
  EXPECT_TRUE(first->Commit().ok());
}

TEST_F(TransactionTest, AnotherWriterWaitsInVain) {
  Database other = Open();
  auto first = Transaction::Begin(database_);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Transaction::Begin(other).error().code, Errc::kRetryLater);
  EXPECT_TRUE(Transaction::Begin(other, Transaction::Kind::kRead).ok());
}

TEST_F(TransactionTest, AReaderSeesOneUnchangingView) {
  Database reader = Open();
  auto view = Transaction::Begin(reader, Transaction::Kind::kRead);
  ASSERT_TRUE(view.ok());
  EXPECT_EQ(Count(reader), 0);
  ASSERT_TRUE(database_.Execute("INSERT INTO t VALUES(1)").ok());
  EXPECT_EQ(Count(reader), 0);
  ASSERT_TRUE(view->Commit().ok());
  EXPECT_EQ(Count(reader), 1);
}

}  // namespace

}  // namespace trayline::sqlite
