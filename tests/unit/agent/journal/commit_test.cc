// Groups, failures of the disk, limits, closing.
#include "agent/journal/files.h"
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

using JournalCommit = JournalFixture;
using fault::Fault;
using fault::Operation;
using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

TEST_F(JournalCommit, WhatArrivesTogetherSharesACommit) {
  Open();
  for (std::uint64_t i = 1; i <= 100; ++i) Submit(Events(i, i));
  const std::uint64_t syncs = vfs_.syncs();
  EXPECT_TRUE(journal_->RunOnce());
  EXPECT_THAT(TakeAnswers(), testing::AllOf(SizeIs(100), Each("ok")));
  EXPECT_EQ(journal_->stats().commits, 1U);
  EXPECT_EQ(journal_->stats().transactions, 100U);
  EXPECT_EQ(vfs_.syncs() - syncs, 1U);
}

TEST_F(JournalCommit, AGroupIsBounded) {
  options_.group_max_events = 10;
  Open();
  for (std::uint64_t i = 0; i < 5; ++i) Submit(Events(i * 4 + 1, i * 4 + 4));
  EXPECT_TRUE(journal_->RunOnce());
  EXPECT_THAT(TakeAnswers(), SizeIs(2));
  Submit(Events(21, 60));  // larger than a group: goes alone
  RunUntilIdle();
  EXPECT_THAT(TakeAnswers(), ElementsAre("ok", "ok", "ok", "ok"));
  EXPECT_EQ(journal_->stats().commits, 4U);
}

// "After one full disk every later event vanishes in silence."
TEST_F(JournalCommit, RecordsAgainAfterAFullDisk) {
  Open();
  Commit(Events(1, 5));
  vfs_.Fail(Operation::kWrite, Fault::kDiskFull);
  Submit(Events(6, 6));
  Submit(Events(7, 7));
  journal_->RunOnce();
  EXPECT_THAT(TakeAnswers(), ElementsAre("full", "full"));
  vfs_.Heal();
  EXPECT_EQ(Load().last, Sequence{5});
  for (std::uint64_t i = 6; i <= 20; ++i) Commit(Events(i, i));
  Crash();
  EXPECT_EQ(Load().last, Sequence{20});
}

TEST_F(JournalCommit, AFailedSyncIsRetriedByTheCaller) {
  Open();
  Commit(Events(1, 5));
  vfs_.Fail(Operation::kSync, Fault::kIoError);
  Submit(Events(6, 6));
  Submit(Events(7, 7));
  journal_->RunOnce();
  EXPECT_THAT(TakeAnswers(), ElementsAre("retry_later", "retry_later"));
  EXPECT_EQ(journal_->stats().failed_commits, 1U);
  vfs_.Heal();
  EXPECT_EQ(Load().last, Sequence{5});
  Commit(Events(6, 9));
  Crash();
  EXPECT_EQ(Load().last, Sequence{9});
}

// The disk fails at each write and each sync of a run in turn: whatever was answered ok is there
// afterwards, without a hole, and the journal goes on.
TEST_F(JournalCommit, NothingAnsweredIsLostWhereverTheDiskFails) {
  for (const Operation operation : {Operation::kWrite, Operation::kSync}) {
    for (std::int64_t after = 0; after < 25; ++after) {
      SCOPED_TRACE(testing::Message()
                   << "operation " << static_cast<int>(operation) << " after " << after);
      options_.path =
          folder_.File(std::to_string(static_cast<int>(operation)) + "-" + std::to_string(after));
      options_.wal_autocheckpoint_pages = 100;
      Open();
      CommitMany(1, 300);  // brings the WAL near its checkpoint
      std::uint64_t durable = 300;
      vfs_.Fail(operation, Fault::kIoError, after);
      for (int i = 0; i < 8; ++i) {
        Submit(Events(durable + 1, durable + 3, 200));
        journal_->RunOnce();
        if (TakeAnswers() != std::vector<std::string>{"ok"}) break;
        durable += 3;
      }
      vfs_.Heal();
      EXPECT_EQ(Load().last, Sequence{durable});
      Commit(Events(durable + 1, durable + 2));
      Crash();
      EXPECT_EQ(Load().last, Sequence{durable + 2});
      journal_.reset();
    }
  }
}

TEST_F(JournalCommit, TheQuotaIsFullAndAcknowledgedEventsMakeRoom) {
  options_.quota_bytes = 8LL * 1024 * 1024;
  Open();
  std::uint64_t last = 0;
  std::vector<std::string> answers;
  while (last < 100'000) {
    ports::Transaction transaction = Events(last + 1, last + 2000, 150);
    transaction.checkpoint = ports::Checkpoint{Sequence{last + 2000}, "state"};
    Submit(std::move(transaction));
    journal_->RunOnce();
    answers = TakeAnswers();
    if (answers != std::vector<std::string>{"ok"}) break;
    last += 2000;
  }
  EXPECT_THAT(answers, ElementsAre("full"));
  EXPECT_GT(last, kKeepRows + 2 * kRetentionStepRows);
  EXPECT_LE(FileBytes(options_.path) + FileBytes(options_.path + "-wal"), 8ULL * 1024 * 1024);
  EXPECT_EQ(Load().last, Sequence{last});

  Acknowledge(last);
  RunUntilIdle();
  EXPECT_GT(journal_->stats().deleted, 0U) << "made room by itself";
  Commit(Events(last + 1, last + 2000, 150));
}

TEST_F(JournalCommit, ClosingCommitsWhatIsWaitingAndRefusesTheRest) {
  Open();
  Submit(Events(1, 3));
  EXPECT_TRUE(journal_->Close().ok());
  EXPECT_THAT(TakeAnswers(), ElementsAre("ok"));
  Submit(Events(4, 4));
  EXPECT_THAT(TakeAnswers(), ElementsAre("retry_later"));
  EXPECT_TRUE(journal_->Close().ok()) << "twice is once";
  const auto events = journal_->Read(Sequence{}, 10, 1000);
  ASSERT_TRUE(events.ok());
  EXPECT_EQ(events->size(), 3U) << "reading goes on";
  Crash();
  EXPECT_TRUE(Load().clean_stop);
  EXPECT_EQ(Load().last, Sequence{3});
}

TEST_F(JournalCommit, AnswersWhatStillWaitsWhenItGoes) {
  Open();
  Submit(Events(1, 3));
  journal_.reset();
  EXPECT_THAT(TakeAnswers(), ElementsAre("retry_later"));
}

TEST_F(JournalCommit, RefusesACheckpointOfTheFuture) {
  Open();
  ports::Transaction transaction = Events(1, 3);
  transaction.checkpoint = ports::Checkpoint{Sequence{4}, "state"};
  Submit(std::move(transaction));
  journal_->RunOnce();
  EXPECT_THAT(TakeAnswers(), ElementsAre("conflict"));
}

TEST_F(JournalCommit, AStreamThatIsNamedTwiceIsAConflictAndNothingIsKept) {
  Open();
  ports::Transaction transaction = Events(1, 2);
  transaction.streams = {{1, "kiosk"}};
  Commit(std::move(transaction));
  transaction = Events(3, 4);
  transaction.streams = {{2, "kiosk"}};
  Submit(std::move(transaction));
  Submit(Events(5, 5));
  journal_->RunOnce();
  EXPECT_THAT(TakeAnswers(), ElementsAre("conflict", "retry_later"));
  const ports::CommittedState state = Load();
  EXPECT_EQ(state.last, Sequence{2});
  EXPECT_THAT(state.streams, SizeIs(1));
}

TEST_F(JournalCommit, ReadsTheJourneysOfALongJournal) {
  Open();
  CommitMany(1, 40'000);
  ports::Transaction transaction = Events(40'001, 40'003);
  for (ports::StoredEvent& event : transaction.events) event.journey = 2;
  Commit(std::move(transaction));
  const auto events = journal_->ReadJourney(2, 100);
  ASSERT_TRUE(events.ok());
  ASSERT_THAT(*events, SizeIs(3));
  EXPECT_EQ(events->front().sequence, Sequence{40'001});
}

TEST_F(JournalCommit, ReadsAJourneyAcrossAnyGap) {
  Open();
  Commit(Events(1, 3));
  ASSERT_TRUE(journal_->Close().ok());
  Execute("UPDATE event SET sequence = 9223372036854775807 WHERE sequence = 3");
  const auto events = journal_->ReadJourney(1, 100);
  ASSERT_TRUE(events.ok());
  EXPECT_THAT(*events, SizeIs(3)) << "and within this life";
}

TEST_F(JournalCommit, TellsItsSizeOnDisk) {
  Open();
  CommitMany(1, 5000);
  clock_.Advance(kCursorEvery);
  Commit(Events(5001, 5001));
  EXPECT_EQ(journal_->State().bytes, FileBytes(options_.path) + FileBytes(options_.path + "-wal"));
  EXPECT_GT(journal_->State().bytes, 100'000U);
}

}  // namespace

}  // namespace trayline::journal
