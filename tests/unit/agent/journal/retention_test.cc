// What may be deleted: events that HQ has, that a checkpoint covers, that are old or too many;
// never the newest rows.
#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

constexpr Millis kDay{24LL * 3600 * 1000};

class JournalRetention : public JournalFixture {
 protected:
  std::uint64_t First() { return journal_->State().first.value; }
  // Two commits make the journal look at its retention; then everything that may go goes.
  void Look() {
    const std::uint64_t last = journal_->State().last.value;
    CommitMany(last + 1, last + kRetentionEveryEvents);
    RunUntilIdle();
  }
};

TEST_F(JournalRetention, KeepsYoungEventsOfASmallJournal) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  RunUntilIdle();
  Look();
  EXPECT_EQ(First(), 1U);
  EXPECT_EQ(journal_->stats().deleted, 0U);
}

TEST_F(JournalRetention, DeletesAcknowledgedEventsBeyondTheSize) {
  options_.retention_bytes = 1024LL * 1024;
  Open();
  CommitMany(1, 30'000, 60);
  Look();
  EXPECT_EQ(First(), 1U) << "HQ has none of them";
  Acknowledge(5000);
  clock_.Advance(kCursorEvery);
  RunUntilIdle();
  Look();
  EXPECT_EQ(First(), 5001U);
  EXPECT_EQ(journal_->stats().deleted, 5000U);
  Crash();
  EXPECT_EQ(First(), 5001U);
  const auto events = journal_->Read(Sequence{}, 1, 1000);
  ASSERT_TRUE(events.ok());
  EXPECT_EQ(events->front().sequence, Sequence{5001});
}

TEST_F(JournalRetention, DoesNotWaitForTheCursorToBeDue) {
  options_.retention_bytes = 1024LL * 1024;
  Open();
  CommitMany(1, 30'000, 60);
  Acknowledge(1000);
  RunUntilIdle();
  Acknowledge(5000);  // the clock stands still: a write of the cursor is not due
  Look();
  EXPECT_EQ(First(), 5001U);
  Crash();
  EXPECT_EQ(First(), 5001U);
  EXPECT_EQ(journal_->State().acked, Sequence{5000});
}

TEST_F(JournalRetention, DeletesAcknowledgedEventsBeyondTheirDays) {
  Open();
  CommitMany(1, 10'000);
  clock_.Advance(kDay * 13);
  CommitMany(10'001, 30'000);
  Acknowledge(30'000);
  RunUntilIdle();
  Look();
  EXPECT_EQ(First(), 1U);
  clock_.Advance(kDay * 2);  // the first 10,000 are 15 days old, the others 2
  Look();
  EXPECT_GT(First(), 4000U);
  EXPECT_LE(First(), 10'001U);
}

TEST_F(JournalRetention, AgeCountsForNothingWithoutAClock) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  clock_.SetState(event::ClockState::kUnsynced);
  clock_.Advance(kDay * 300);
  Look();
  EXPECT_EQ(First(), 1U);
}

TEST_F(JournalRetention, KeepsTheNewestRowsForTheWindows) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  clock_.Advance(kDay * 300);
  Look();
  const std::uint64_t last = journal_->State().last.value;
  EXPECT_EQ(First(), last - kKeepRows + 1);
}

TEST_F(JournalRetention, DeletesNothingAboveTheCheckpoint) {
  Open();
  ports::Transaction transaction = Events(1, 1000);
  transaction.checkpoint = ports::Checkpoint{Sequence{1000}, "state"};
  Commit(std::move(transaction));
  Commit(Events(1001, 20'000));
  Acknowledge(20'000);
  clock_.Advance(kDay * 300);
  Commit(Events(20'001, 22'000));
  RunUntilIdle();
  EXPECT_EQ(First(), 1001U);
  Crash();
  EXPECT_EQ(Load().tail.size(), 21'000U);
}

TEST_F(JournalRetention, DeletesNothingUnderADamagedCheckpoint) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  Execute("UPDATE checkpoint SET digest = digest + 1");
  clock_.Advance(kDay * 300);
  Open();
  Commit(Events(20'001, 22'000));
  RunUntilIdle();
  EXPECT_EQ(First(), 1U);
  EXPECT_EQ(Load().tail.size(), 22'000U);
}

TEST_F(JournalRetention, AStepIsBounded) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  RunUntilIdle();
  clock_.Advance(kDay * 300);
  CommitMany(20'001, 20'001 + kRetentionEveryEvents);
  EXPECT_EQ(journal_->stats().deleted, kRetentionStepRows);
  EXPECT_TRUE(journal_->RunOnce()) << "goes on when there is nothing else to do";
  EXPECT_EQ(journal_->stats().deleted, 2 * kRetentionStepRows);
}

TEST_F(JournalRetention, WindowsAreRebuiltFromWhatIsKept) {
  Open();
  ports::Transaction transaction = Events(1, 20'000);
  for (ports::StoredEvent& event : transaction.events) {
    event.stream = 1;
    event.number = (event.sequence.value + 1) / 2;  // records of two events
    event.digest = event.sequence.value % 2 == 1 ? event.number : 0;
  }
  transaction.checkpoint = ports::Checkpoint{Sequence{20'000}, "state"};
  Commit(std::move(transaction));
  Acknowledge(20'000);
  RunUntilIdle();
  clock_.Advance(kDay * 300);
  Look();
  ASSERT_GT(First(), 1U);
  Crash();
  const ports::CommittedState state = Load();
  ASSERT_EQ(state.window.size(), ports::kStreamWindow);
  EXPECT_EQ(state.window.back().number, 10'000U);
  EXPECT_EQ(state.window.back().first, Sequence{19'999});
  EXPECT_EQ(state.window.back().last, Sequence{20'000});
  EXPECT_EQ(state.window.back().digest, 10'000U);
}

constexpr Millis kTenYears = kDay * 3652;

TEST_F(JournalRetention, AClockTenYearsAheadMakesNothingOld) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  RunUntilIdle();
  clock_.SetWall(clock_.Wall() + kTenYears);
  Look();
  EXPECT_EQ(First(), 1U);
  EXPECT_EQ(Load().last, journal_->State().last);
  Look();
  // From here on it grows old as ever.
  clock_.Advance(kDay * 15);
  Look();
  Look();
  EXPECT_GT(First(), 1U);
}

TEST_F(JournalRetention, AClockTenYearsAheadAtTheStartMakesNothingOld) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  clock_.SetWall(clock_.Wall() + kTenYears);
  Open();
  RunUntilIdle();
  Look();
  EXPECT_EQ(First(), 1U);
}

TEST_F(JournalRetention, AClockTenYearsBackNeitherDeletesNorKeepsForTenYears) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  RunUntilIdle();
  clock_.SetWall(clock_.Wall() - kTenYears);
  Look();
  Look();
  EXPECT_EQ(First(), 1U);
  clock_.Advance(kDay * 15);
  Look();
  Look();
  EXPECT_GT(First(), 1U) << "the notes of before, ten years ahead, do not keep it";
}

TEST_F(JournalRetention, AClockThatStepsWithinACommitThatFailsIsStillSeen) {
  Open();
  CommitMany(1, 20'000);
  Acknowledge(20'000);
  RunUntilIdle();
  clock_.SetWall(clock_.Wall() + kTenYears);
  clock_.Advance(kAgeMarkEvery);
  vfs_.Fail(fault::Operation::kSync, fault::Fault::kIoError);
  Submit(Events(20'001, 20'010));
  journal_->RunOnce();
  EXPECT_THAT(TakeAnswers(), testing::ElementsAre("retry_later"));
  vfs_.Heal();
  Load();
  Look();
  EXPECT_EQ(First(), 1U);
}

TEST_F(JournalRetention, WhatHeadquartersHasNotIsNeverOld) {
  Open();
  CommitMany(1, 20'000);
  RunUntilIdle();
  clock_.Advance(kTenYears);
  Look();
  Look();
  EXPECT_EQ(First(), 1U);
}

TEST_F(JournalRetention, AnAcknowledgementThatIsTakenBackKeepsWhatIsThere) {
  options_.retention_bytes = 1024LL * 1024;
  Open();
  CommitMany(1, 30'000, 60);
  Acknowledge(20'000);
  journal_->Rewind(journal_->State().epoch, Sequence{5000}, 1);
  RunUntilIdle();
  Look();
  EXPECT_EQ(First(), 5001U);
}

}  // namespace

}  // namespace trayline::journal
