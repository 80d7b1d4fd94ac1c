// What a doctor finds, and when it may drop the checkpoint.
#include "agent/journal/database_check.h"

#include "tests/unit/agent/journal/journal_fixture.h"

namespace trayline::journal {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class JournalCheck : public JournalFixture {
 protected:
  void FillAndClose(std::uint64_t last = 100) {
    Open();
    ports::Transaction transaction = Events(1, last);
    transaction.checkpoint = ports::Checkpoint{Sequence{last / 2}, "state"};
    Commit(std::move(transaction));
    ASSERT_TRUE(journal_->Close().ok());
    journal_.reset();
  }
  std::vector<std::string> Findings() {
    auto findings = CheckDatabase(options_);
    EXPECT_TRUE(findings.ok()) << (findings.ok() ? "" : findings.error().text);
    return findings.ok() ? std::move(*findings) : std::vector<std::string>{"error"};
  }
};

TEST_F(JournalCheck, FindsNothingInASoundDatabase) {
  FillAndClose();
  EXPECT_THAT(Findings(), IsEmpty());
}

TEST_F(JournalCheck, NeedsADatabase) {
  EXPECT_EQ(CheckDatabase(options_).error().code, Errc::kNotFound);
  EXPECT_EQ(DropCheckpoint(options_).error().code, Errc::kNotFound);
  WriteFile(options_.path, std::string(5000, 'x'));
  EXPECT_EQ(CheckDatabase(options_).error().code, Errc::kCorrupt);
}

TEST_F(JournalCheck, FindsMissingPositionsAndADamagedCheckpoint) {
  FillAndClose();
  Execute("DELETE FROM event WHERE sequence IN (70, 71, 80)");
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("3 positions above 50")));
  Execute("INSERT INTO void_run VALUES(70, 2, 0, 0)");
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("1 positions above 50")));
  Execute("UPDATE checkpoint SET state = x'00'");
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("digest"), HasSubstr("1 positions above 0")));
  Execute("UPDATE journal SET acked = 200");
  EXPECT_THAT(Findings(), ElementsAre(HasSubstr("digest"), HasSubstr("above 100")));
}

TEST_F(JournalCheck, FindsDamagedPages) {
  FillAndClose(2000);
  std::string contents = ReadFile(options_.path);
  contents.replace(30 * kPageBytes, 3 * kPageBytes, 3 * kPageBytes, '\xAA');
  WriteFile(options_.path, contents);
  EXPECT_THAT(Findings(), Not(IsEmpty()));
}

TEST_F(JournalCheck, DropsACheckpointThatTheEventsTellAnew) {
  FillAndClose();
  ASSERT_TRUE(DropCheckpoint(options_).ok());
  Open();
  const ports::CommittedState state = Load();
  EXPECT_FALSE(state.checkpoint);
  EXPECT_EQ(state.tail.size(), 100U);
}

TEST_F(JournalCheck, KeepsACheckpointThatNothingElseTells) {
  FillAndClose();
  Execute("DELETE FROM event WHERE sequence = 1");
  EXPECT_EQ(DropCheckpoint(options_).error().code, Errc::kConflict);
  Open();
  EXPECT_TRUE(Load().checkpoint);
  Acknowledge(50);
  journal_->BeginEpoch({}, [](const Status&) {});
  journal_->RunOnce();
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  EXPECT_EQ(DropCheckpoint(options_).error().code, Errc::kConflict)
      << "all events of this epoch are here, but it did not begin empty";
}

}  // namespace

}  // namespace trayline::journal
