#include "sync/hq/receiver/birth_rules.h"

#include <gtest/gtest.h>

namespace trayline::hq {
namespace {

class BirthRules : public ::testing::Test {
 protected:
  BirthRules() {
    known_.epoch = Epoch{100};
    known_.journal_id = "aa";
    known_.opens = 3;
    known_.birth_number = 7;
    known_.nonce = 77;
    log_.epoch = Epoch{100};
    log_.watermark = Sequence{50};
    birth_.epoch = Epoch{100};
    birth_.journal_id = "aa";
    birth_.opens = 3;
    birth_.birth_number = 8;
    birth_.nonce = 88;
    birth_.first = Sequence{1};
    birth_.last = Sequence{60};
    birth_.acked = Sequence{50};
    birth_.acked_digest = 5;
  }

  [[nodiscard]] BirthVerdict Judge(std::optional<std::uint64_t> digest = 5) const {
    return JudgeBirth(known_, log_, birth_, digest);
  }

  TerminalRow known_;
  LogRow log_;
  wire::Birth birth_;
};

TEST_F(BirthRules, ANewConnectionResumes) { EXPECT_EQ(Judge(), BirthVerdict::kResume); }

TEST_F(BirthRules, AnUnknownTerminalBegins) {
  known_ = {};
  log_ = {};
  birth_.acked = Sequence{0};
  EXPECT_EQ(Judge(std::nullopt), BirthVerdict::kFirst);
}

TEST_F(BirthRules, AHigherEpochBegins) {
  birth_.epoch = Epoch{101};
  birth_.acked = Sequence{0};
  EXPECT_EQ(Judge(std::nullopt), BirthVerdict::kFirst);
}

TEST_F(BirthRules, ALowerEpochIsRefused) {
  birth_.epoch = Epoch{99};
  EXPECT_EQ(Judge(), BirthVerdict::kOldEpoch);
}

TEST_F(BirthRules, AnotherJournalUnderTheSameEpochIsForeign) {
  birth_.journal_id = "bb";
  EXPECT_EQ(Judge(), BirthVerdict::kForeign);
}

TEST_F(BirthRules, FewerOpensMeanARestoredDisk) {
  birth_.opens = 2;
  EXPECT_EQ(Judge(), BirthVerdict::kForeign);
}

TEST_F(BirthRules, ATwinWithTheSameNumbersIsForeign) {
  birth_.birth_number = 7;
  EXPECT_EQ(Judge(), BirthVerdict::kForeign);
}

TEST_F(BirthRules, LessCommittedThanHqHasIsForeign) {
  birth_.last = Sequence{49};
  birth_.acked = Sequence{40};
  EXPECT_EQ(Judge(std::nullopt), BirthVerdict::kForeign);
}

TEST_F(BirthRules, AnotherEventAtTheAcknowledgedPlaceIsForeign) {
  EXPECT_EQ(Judge(6), BirthVerdict::kForeign);
}

TEST_F(BirthRules, AMissingEventProvesNothing) {
  EXPECT_EQ(Judge(std::nullopt), BirthVerdict::kResume);
  birth_.acked_digest = 0;
  EXPECT_EQ(Judge(6), BirthVerdict::kResume);
}

TEST_F(BirthRules, TheSameBirthAgainIsARepeatWhateverItsAge) {
  birth_.birth_number = 7;
  birth_.nonce = 77;
  birth_.last = Sequence{10};
  birth_.acked = Sequence{5};
  EXPECT_EQ(Judge(std::nullopt), BirthVerdict::kRepeat);
}

TEST_F(BirthRules, AnOlderBirthIsStale) {
  birth_.birth_number = 6;
  EXPECT_EQ(Judge(), BirthVerdict::kStale);
}

TEST_F(BirthRules, MoreAcknowledgedThanHqHasMeansThatHqLostIt) {
  birth_.acked = Sequence{55};
  EXPECT_EQ(Judge(std::nullopt), BirthVerdict::kRewind);
  birth_.epoch = Epoch{101};
  EXPECT_EQ(Judge(std::nullopt), BirthVerdict::kRewind);
}

TEST_F(BirthRules, NumbersOutOfRangeAreUnusable) {
  birth_.epoch = Epoch{0};
  EXPECT_EQ(Judge(), BirthVerdict::kUnusable);
  birth_.epoch = Epoch{kHqNumberMax + 1};
  EXPECT_EQ(Judge(), BirthVerdict::kUnusable);
  birth_.epoch = Epoch{100};
  birth_.acked = Sequence{61};
  EXPECT_EQ(Judge(), BirthVerdict::kUnusable);
}

TEST_F(BirthRules, AFreshEpochWasNeverUsedByEither) {
  EXPECT_EQ(FreshEpoch(known_, birth_, WallFromMs(500'000)).value, 500U);
  birth_.epoch = Epoch{900};
  EXPECT_EQ(FreshEpoch(known_, birth_, WallFromMs(500'000)).value, 901U);
  EXPECT_EQ(FreshEpoch(known_, birth_, WallFromMs(-5)).value, 901U);
}

TEST_F(BirthRules, OnlyWhatTheTerminalNoLongerKeepsIsLost) {
  EXPECT_EQ(LostUpTo(log_, birth_.first, birth_.last), std::nullopt);
  birth_.first = Sequence{51};
  EXPECT_EQ(LostUpTo(log_, birth_.first, birth_.last), std::nullopt);
  birth_.first = Sequence{55};
  EXPECT_EQ(LostUpTo(log_, birth_.first, birth_.last), Sequence{54});
  birth_.first = Sequence{0};
  EXPECT_EQ(LostUpTo(log_, birth_.first, birth_.last), Sequence{60});
}

}  // namespace
}  // namespace trayline::hq
