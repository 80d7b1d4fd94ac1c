// The acknowledged cursor: at once in memory, durable later, never more than once a second.
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

class JournalCursor : public JournalFixture {
 protected:
  void SetUp() override {
    Open();
    Commit(Events(1, 100));
  }
  std::uint64_t Acked() { return journal_->State().acked.value; }
};

TEST_F(JournalCursor, IsKnownAtOnceAndLostInACrash) {
  Acknowledge(40);
  EXPECT_EQ(Acked(), 40U);
  Crash();
  EXPECT_EQ(Acked(), 0U) << "nothing was written yet; HQ is asked again";
}

TEST_F(JournalCursor, IsWrittenWhenThereIsNothingElseToDo) {
  Acknowledge(40);
  EXPECT_TRUE(journal_->RunOnce());
  EXPECT_FALSE(journal_->RunOnce());
  Crash();
  EXPECT_EQ(Acked(), 40U);
}

TEST_F(JournalCursor, IsWrittenAloneOnlyNowAndThen) {
  Acknowledge(40);
  RunUntilIdle();
  for (std::uint64_t i = 41; i <= 90; ++i) {
    Acknowledge(i);
    EXPECT_FALSE(journal_->RunOnce());
  }
  EXPECT_EQ(journal_->stats().cursor_writes, 1U);
  clock_.Advance(kCursorEvery);
  EXPECT_TRUE(journal_->RunOnce());
  EXPECT_EQ(journal_->stats().cursor_writes, 2U);
  Crash();
  EXPECT_EQ(Acked(), 90U);
}

TEST_F(JournalCursor, TravelsWithACommit) {
  Acknowledge(40);
  Commit(Events(101, 101));
  EXPECT_EQ(journal_->stats().cursor_writes, 0U);
  EXPECT_FALSE(journal_->RunOnce());
  Crash();
  EXPECT_EQ(Acked(), 40U);
}

TEST_F(JournalCursor, DoesNotTouchItsTableInEveryCommit) {
  Acknowledge(40);
  Commit(Events(101, 101));
  const std::uint64_t writes = vfs_.writes();
  Commit(Events(102, 102));
  const std::uint64_t plain = vfs_.writes() - writes;
  Acknowledge(41);
  Commit(Events(103, 103));
  EXPECT_EQ(vfs_.writes() - writes, 2 * plain);
}

TEST_F(JournalCursor, IsWrittenWhenTheJournalCloses) {
  Acknowledge(40);
  RunUntilIdle();
  Acknowledge(50);
  CloseAndReopen();
  EXPECT_EQ(Acked(), 50U);
}

TEST_F(JournalCursor, TriesAgainAfterADiskThatFailed) {
  Acknowledge(40);
  vfs_.Fail(fault::Operation::kWrite, fault::Fault::kIoError);
  journal_->RunOnce();
  vfs_.Heal();
  EXPECT_FALSE(journal_->RunOnce()) << "not before it is due again";
  clock_.Advance(kCursorEvery);
  EXPECT_TRUE(journal_->RunOnce());
  Crash();
  EXPECT_EQ(Acked(), 40U);
}

TEST_F(JournalCursor, WritesNothingWhileIdle) {
  RunUntilIdle();
  const std::uint64_t writes = vfs_.writes();
  for (int i = 0; i < 1000; ++i) {
    clock_.Advance(Millis{60'000});
    EXPECT_FALSE(journal_->RunOnce());
  }
  EXPECT_EQ(vfs_.writes(), writes);
}

}  // namespace

}  // namespace trayline::journal
