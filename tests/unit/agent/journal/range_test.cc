// A piece of a journal without holes, from rows and void runs.
#include "agent/journal/range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>
#include <vector>

namespace trayline::journal {

namespace {

using event::QuotaClass;
using ports::JournalRange;
using ports::VoidReason;
using ports::VoidRun;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<ports::StoredEvent> Rows(std::initializer_list<std::uint64_t> sequences) {
  std::vector<ports::StoredEvent> rows;
  for (const std::uint64_t sequence : sequences) {
    ports::StoredEvent row;
    row.sequence = Sequence{sequence};
    rows.push_back(std::move(row));
  }
  return rows;
}
std::vector<std::uint64_t> SequencesOf(const JournalRange& range) {
  std::vector<std::uint64_t> sequences;
  for (const ports::StoredEvent& row : range.events) sequences.push_back(row.sequence.value);
  return sequences;
}
VoidRun Browsing(std::uint64_t first, std::uint64_t count) {
  return {Sequence{first}, count, QuotaClass::kBrowsing, VoidReason::kQuota};
}
VoidRun Damaged(std::uint64_t first, std::uint64_t count) {
  return {Sequence{first}, count, QuotaClass::kBrowsing, VoidReason::kDamaged};
}

TEST(MergeRange, OfNothingCoversNothing) {
  const JournalRange range = MergeRange(Sequence{7}, {}, {}, false);
  EXPECT_EQ(range.covered, Sequence{7});
  EXPECT_THAT(range.events, IsEmpty());
  EXPECT_THAT(range.voids, IsEmpty());
}

TEST(MergeRange, LaysRunsBetweenRows) {
  const JournalRange range =
      MergeRange(Sequence{}, Rows({1, 4, 5, 9}), {Browsing(2, 2), Browsing(6, 3)}, false);
  EXPECT_THAT(SequencesOf(range), ElementsAre(1, 4, 5, 9));
  EXPECT_THAT(range.voids, ElementsAre(Browsing(2, 2), Browsing(6, 3)));
  EXPECT_EQ(range.covered, Sequence{9});
}

TEST(MergeRange, GivesOnlyThePartOfARunAboveTheStart) {
  const JournalRange range = MergeRange(Sequence{4}, Rows({8}), {Browsing(2, 6)}, false);
  EXPECT_THAT(range.voids, ElementsAre(Browsing(5, 3)));
  EXPECT_EQ(range.covered, Sequence{8});
}

TEST(MergeRange, ARunAtTheEndIsToldWhenNoRowFollows) {
  const JournalRange range = MergeRange(Sequence{}, Rows({1}), {Browsing(2, 5)}, false);
  EXPECT_THAT(range.voids, ElementsAre(Browsing(2, 5)));
  EXPECT_EQ(range.covered, Sequence{6});
}

TEST(MergeRange, ARunBehindTheLastRowWaitsForTheNextPiece) {
  const JournalRange range = MergeRange(Sequence{}, Rows({1}), {Browsing(2, 5)}, true);
  EXPECT_THAT(range.voids, IsEmpty());
  EXPECT_EQ(range.covered, Sequence{1});
}

TEST(MergeRange, RunsOfDifferentClassesStandSideBySide) {
  const VoidRun offers{Sequence{3}, 1, QuotaClass::kOffer, VoidReason::kQuota};
  const JournalRange range = MergeRange(Sequence{}, Rows({4}), {Browsing(1, 2), offers}, false);
  EXPECT_THAT(range.voids, ElementsAre(Browsing(1, 2), offers));
}

TEST(MergeRange, WhatIsNeitherRowNorVoidIsDamage) {
  const JournalRange range =
      MergeRange(Sequence{1}, Rows({4, 9}), {Browsing(6, 1), Browsing(12, 2)}, false);
  EXPECT_THAT(SequencesOf(range), ElementsAre(4, 9));
  EXPECT_THAT(range.voids, ElementsAre(Damaged(2, 2), Damaged(5, 1), Browsing(6, 1), Damaged(7, 2),
                                       Damaged(10, 2), Browsing(12, 2)));
  EXPECT_EQ(range.covered, Sequence{13});
}

TEST(MergeRange, ARowWithinARunIsNotVoid) {
  // Two tables that disagree: what can be read counts, and no position is told twice.
  const JournalRange range = MergeRange(Sequence{}, Rows({3}), {Browsing(1, 5)}, false);
  EXPECT_THAT(SequencesOf(range), ElementsAre(3));
  std::uint64_t positions = range.events.size();
  for (const VoidRun& run : range.voids) positions += run.count;
  EXPECT_EQ(positions, range.covered.value);
}

}  // namespace

}  // namespace trayline::journal
