// What is given up, in which order, and what stands in its place: against a model, with seeds.
#include "agent/journal/shed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/journal/options.h"
#include "agent/journal/range.h"
#include "agent/journal/schema.h"
#include "agent/sqlite/migrate.h"
#include "agent/sqlite/transaction.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"

namespace trayline::journal {

namespace {

using event::EventType;
using event::QuotaClass;
using ports::StoredEvent;
using ports::VoidRun;

// There is no offer among today's types: a test's classes.
QuotaClass TestClass(EventType type) {
  if (type == EventType::kSearch) return QuotaClass::kOffer;
  return QuotaClassOf(type);
}

StoredEvent Row(std::uint64_t sequence, EventType type, std::uint64_t journey,
                std::size_t body_bytes = 20) {
  StoredEvent row;
  row.sequence = Sequence{sequence};
  row.type = type;
  row.journey = journey;
  row.stream = 1;
  row.number = sequence / 2 + 1;
  row.digest = sequence % 2 == 0 ? sequence * 7 : 0;
  row.body.assign(body_bytes, static_cast<char>('a' + sequence % 26));
  return row;
}

class Shedding : public testing::Test {
 protected:
  Shedding() {
    sqlite::OpenOptions open;
    open.path = folder_.File("journal.db");
    open.page_size = kPageBytes;
    auto database = sqlite::Database::Open(open);
    EXPECT_TRUE(database.ok());
    database_.emplace(std::move(*database));
    EXPECT_TRUE(sqlite::Migrate(*database_, JournalSchema()).ok());
    voids_.emplace(*database_);
    EXPECT_TRUE(voids_->Prepare().ok());
    shedder_.emplace(*database_, *voids_, TestClass);
    EXPECT_TRUE(shedder_->Prepare().ok());
  }

  void Insert(const std::vector<StoredEvent>& rows) {
    auto transaction = sqlite::Transaction::Begin(*database_);
    ASSERT_TRUE(transaction.ok());
    auto insert = database_->Prepare("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?)");
    ASSERT_TRUE(insert.ok());
    for (const StoredEvent& row : rows) {
      ASSERT_TRUE(insert
                      ->Run({row.sequence.value, static_cast<std::uint16_t>(row.type),
                             sqlite::Bind::NullIfZero(row.journey), row.stream, row.number,
                             sqlite::Bind::NullIfZero(row.digest), sqlite::Bind::Blob(row.body)})
                      .ok());
    }
    ASSERT_TRUE(transaction->Commit().ok());
    last_ = rows.back().sequence;
  }
  Shedder::Step Take(Sequence limit, bool insist = true) {
    const auto step = shedder_->Take({Sequence{1}, limit, last_}, insist);
    EXPECT_TRUE(step.ok()) << (step.ok() ? "" : step.error().text);
    return step.ok() ? *step : Shedder::Step{};
  }
  ShedCounts TakeAll(Sequence limit) {
    ShedCounts shed{};
    for (bool more = true; more;) {
      const Shedder::Step step = Take(limit);
      for (std::size_t i = 0; i < shed.size(); ++i) shed[i] += step.shed[i];
      more = step.more;
    }
    return shed;
  }
  std::vector<StoredEvent> Rows() {
    std::vector<StoredEvent> rows;
    auto select = database_->Prepare("SELECT * FROM event ORDER BY sequence");
    EXPECT_TRUE(select.ok());
    EXPECT_TRUE(select
                    ->ForEach({},
                              [&rows](const sqlite::Row& row) {
                                rows.push_back({Sequence{row.Unsigned(0)},
                                                static_cast<EventType>(row.Int(1)), row.Unsigned(2),
                                                std::string(row.Blob(6)),
                                                static_cast<std::uint32_t>(row.Unsigned(3)),
                                                row.Unsigned(4), row.Unsigned(5)});
                                return sqlite::Visit::kContinue;
                              })
                    .ok());
    return rows;
  }
  std::vector<VoidRun> Voids() {
    std::vector<VoidRun> runs;
    auto select = database_->Prepare("SELECT * FROM void_run ORDER BY first");
    EXPECT_TRUE(select.ok());
    EXPECT_TRUE(select
                    ->ForEach({},
                              [&runs](const sqlite::Row& row) {
                                runs.push_back({Sequence{row.Unsigned(0)}, row.Unsigned(1),
                                                static_cast<QuotaClass>(row.Int(2)),
                                                static_cast<ports::VoidReason>(row.Int(3))});
                                return sqlite::Visit::kContinue;
                              })
                    .ok());
    return runs;
  }
  std::int64_t UsedPages() {
    return *database_->ReadInt("PRAGMA page_count") - *database_->ReadInt("PRAGMA freelist_count");
  }

  fakes::TemporaryFolder folder_;
  std::optional<sqlite::Database> database_;
  std::optional<VoidRuns> voids_;
  std::optional<Shedder> shedder_;
  Sequence last_;
};

VoidRun Void(std::uint64_t first, std::uint64_t count, QuotaClass quota = QuotaClass::kBrowsing) {
  return {Sequence{first}, count, quota, ports::VoidReason::kQuota};
}

TEST_F(Shedding, GivesUpBrowsingThenOffersAndNoOrderAndNoOpenJourney) {
  Insert({Row(1, EventType::kJourneyStarted, 1), Row(2, EventType::kViewItem, 1),
          Row(3, EventType::kSearch, 1), Row(4, EventType::kViewItem, 2),
          Row(5, EventType::kViewItem, 1), Row(6, EventType::kPurchase, 1),
          Row(7, EventType::kJourneyClosed, 1), Row(8, EventType::kTouched, 0),
          Row(9, EventType::kViewItem, 1)});
  EXPECT_EQ(Take(Sequence{8}).shed, (ShedCounts{3, 0, 0})) << "browsing of closed journeys, none's";
  EXPECT_THAT(Voids(), testing::ElementsAre(Void(2, 1), Void(5, 1), Void(8, 1)));
  EXPECT_EQ(TakeAll(Sequence{8}), (ShedCounts{0, 1, 0})) << "then the offers";
  EXPECT_THAT(Voids(), testing::ElementsAre(Void(2, 1), Void(3, 1, QuotaClass::kOffer), Void(5, 1),
                                            Void(8, 1)));
  EXPECT_EQ(TakeAll(Sequence{8}), ShedCounts{});
  std::vector<std::uint64_t> kept;
  for (const StoredEvent& row : Rows()) kept.push_back(row.sequence.value);
  EXPECT_THAT(kept, testing::ElementsAre(1, 4, 6, 7, 9)) << "4 is open, 9 above the limit";
}

TEST_F(Shedding, ATypeThatThisVersionDoesNotKnowIsKept) {
  Insert({Row(1, static_cast<EventType>(60'000), 0)});
  EXPECT_EQ(TakeAll(Sequence{1}), ShedCounts{});
}

TEST_F(Shedding, GoesOldestFirstInBoundedSteps) {
  std::vector<StoredEvent> rows;
  for (std::uint64_t i = 1; i <= 10'000; ++i) rows.push_back(Row(i, EventType::kTouched, 0));
  Insert(rows);
  const Shedder::Step step = Take(Sequence{9'000});
  EXPECT_TRUE(step.more);
  ASSERT_GT(step.total(), 0U);
  ASSERT_LE(step.total(), 4096U);
  EXPECT_THAT(Voids(), testing::ElementsAre(Void(1, step.total())));
  TakeAll(Sequence{9'000});
  EXPECT_THAT(Voids(), testing::ElementsAre(Void(1, 9'000))) << "one run";
}

TEST_F(Shedding, AStepIsBoundedInBytesToo) {
  std::vector<StoredEvent> rows;
  for (std::uint64_t i = 1; i <= 100; ++i) rows.push_back(Row(i, EventType::kTouched, 0, 60'000));
  Insert(rows);
  EXPECT_LE(Take(Sequence{100}).total(), 10U);
}

TEST_F(Shedding, FreesPagesAlsoWhereEverySecondRowStays) {
  std::vector<StoredEvent> rows;
  for (std::uint64_t i = 1; i <= 20'000; ++i) {
    rows.push_back(Row(i, i % 2 == 0 ? EventType::kTouched : EventType::kPageLost, 0, 80));
  }
  Insert(rows);
  const std::int64_t before = UsedPages();
  TakeAll(Sequence{20'000});
  EXPECT_LT(UsedPages(), before * 7 / 10);
}

TEST_F(Shedding, AJourneyThatClosesLaterIsGivenUpLater) {
  std::vector<StoredEvent> rows;
  for (std::uint64_t i = 1; i <= 50; ++i) rows.push_back(Row(i, EventType::kViewItem, 9));
  for (std::uint64_t i = 51; i <= 100; ++i) rows.push_back(Row(i, EventType::kPageLost, 0));
  Insert(rows);
  EXPECT_EQ(TakeAll(Sequence{100}), ShedCounts{});
  rows = {Row(101, EventType::kJourneyClosed, 9)};
  for (std::uint64_t i = 102; i <= 101 + kKeepRows; ++i) {
    rows.push_back(Row(i, EventType::kPageLost, 0));
  }
  Insert(rows);
  EXPECT_EQ(TakeAll(last_), (ShedCounts{50, 0, 0}));
  EXPECT_THAT(Voids(), testing::ElementsAre(Void(1, 50)));
}

TEST_F(Shedding, RunsThatTheRetentionCutsKeepTheirRest) {
  std::vector<StoredEvent> rows;
  for (std::uint64_t i = 1; i <= 30; ++i) rows.push_back(Row(i, EventType::kTouched, 0));
  Insert(rows);
  TakeAll(Sequence{20});
  ASSERT_TRUE(voids_->DropUpTo(Sequence{12}).ok());
  EXPECT_THAT(Voids(), testing::ElementsAre(Void(13, 8)));
  ASSERT_TRUE(voids_->DropUpTo(Sequence{20}).ok());
  EXPECT_THAT(Voids(), testing::IsEmpty());
  ASSERT_TRUE(voids_->DropUpTo(Sequence{25}).ok());
}

TEST_F(Shedding, AJourneyFarOutsideTheBitsCountsAsOpen) {
  const std::uint64_t far = 1'000'000 + ClosedJourneys::kSpan;
  Insert({Row(1, EventType::kJourneyClosed, 1'000'000), Row(2, EventType::kViewItem, far),
          Row(3, EventType::kJourneyClosed, far), Row(4, EventType::kViewItem, 1)});
  EXPECT_EQ(TakeAll(Sequence{4}), ShedCounts{});
}

// Random journals, random steps. The model knows each position: an event, a void, or nothing any
// more below the retention's cut.
class SheddingModel : public Shedding, public testing::WithParamInterface<int> {
 protected:
  void Append() {
    static constexpr std::array kTypes = {EventType::kViewItem, EventType::kTouched,
                                          EventType::kSearch, EventType::kPurchase,
                                          EventType::kJourneyClosed};
    std::vector<StoredEvent> rows;
    const std::uint64_t count = 1 + random_.Next() % 60;
    for (std::uint64_t i = 1; i <= count; ++i) {
      const EventType type = kTypes[random_.Next() % kTypes.size()];
      const std::uint64_t journey = type == EventType::kTouched ? 0 : 1 + random_.Next() % 12;
      // Once closed, a journey number is not used for a closing again; late rows are fine.
      if (type == EventType::kJourneyClosed) closed_.insert(journey);
      rows.push_back(Row(last_.value + i, type, journey, random_.Next() % 200));
      events_[rows.back().sequence.value] = rows.back();
    }
    Insert(rows);
  }
  void Give() {
    limit_ = Sequence{std::max(limit_.value, last_.value - random_.Next() % (last_.value / 2 + 1))};
    const Shedder::Step step = Take(limit_, random_.Next() % 2 == 0);
    std::uint64_t gone = 0;
    const std::vector<StoredEvent> rows = Rows();
    for (auto known = events_.begin(); known != events_.end();) {
      const StoredEvent& event = known->second;
      if (std::binary_search(rows.begin(), rows.end(), event,
                             [](const StoredEvent& one, const StoredEvent& other) {
                               return one.sequence < other.sequence;
                             })) {
        ++known;
        continue;
      }
      ++gone;
      EXPECT_LE(event.sequence, limit_);
      EXPECT_NE(TestClass(event.type), QuotaClass::kOrder);
      EXPECT_TRUE(event.journey == 0 || closed_.contains(event.journey));
      EXPECT_EQ(step.shed[static_cast<std::size_t>(TestClass(event.type))], step.total());
      voids_known_[event.sequence.value] = TestClass(event.type);
      known = events_.erase(known);
    }
    EXPECT_EQ(gone, step.total());
  }
  void Retain() {
    const Sequence cut{random_.Next() % (limit_.value + 1)};
    ASSERT_TRUE(
        database_->Execute("DELETE FROM event WHERE sequence <= " + std::to_string(cut.value))
            .ok());
    ASSERT_TRUE(voids_->DropUpTo(cut).ok());
    events_.erase(events_.begin(), events_.upper_bound(cut.value));
    voids_known_.erase(voids_known_.begin(), voids_known_.upper_bound(cut.value));
  }
  void Check() {
    std::vector<StoredEvent> expected;
    for (const auto& [at, event] : events_) expected.push_back(event);
    ASSERT_EQ(Rows(), expected) << "what stays is as it was";
    std::map<std::uint64_t, QuotaClass> positions;
    std::optional<VoidRun> before;
    for (const VoidRun& run : Voids()) {
      for (std::uint64_t i = 0; i < run.count; ++i) {
        EXPECT_TRUE(positions.emplace(run.first.value + i, run.quota).second) << "runs overlap";
      }
      if (before && before->first.value + before->count == run.first.value) {
        EXPECT_NE(before->quota, run.quota) << "neighbours of a class are one run";
      }
      before = run;
    }
    ASSERT_EQ(positions, voids_known_) << "every position is an event or a void";
  }

  fakes::SeededRandom random_{static_cast<std::uint64_t>(GetParam())};
  std::map<std::uint64_t, StoredEvent> events_;
  std::map<std::uint64_t, QuotaClass> voids_known_;
  std::set<std::uint64_t> closed_;
  Sequence limit_;
};

TEST_P(SheddingModel, PositionsAreEventsAndVoidsAlways) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  for (int i = 0; i < 60; ++i) {
    const std::uint64_t dice = random_.Next() % 10;
    if (i == 0 || dice < 3) {
      Append();
    } else if (dice < 9) {
      Give();
    } else {
      Retain();
    }
    Check();
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SheddingModel, testing::Range(1, 41));

}  // namespace

}  // namespace trayline::journal
