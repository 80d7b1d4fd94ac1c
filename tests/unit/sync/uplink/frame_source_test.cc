#include "sync/uplink/frame_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "agent/base/hash.h"
#include "tests/fakes/uplink_world.h"

namespace trayline::uplink {
namespace {

constexpr Epoch kEpoch{1'700'000'000};
constexpr Epoch kOldEpoch{1'600'000'000};

// A reader over events 1..last with void runs, holes and bodies as told.
class Reader final : public ports::EventReader {
 public:
  explicit Reader(std::uint64_t last) : last_(last) {}

  Result<ports::JournalRange> ReadRange(Epoch epoch, Sequence after, std::size_t limit,
                                        std::size_t) override {
    ++reads;
    if (failure) return *failure;
    if (epoch != kEpoch && epoch != kOldEpoch) return Error{Errc::kNotFound, "no such epoch"};
    ports::JournalRange range;
    range.covered = after;
    std::uint64_t s = after.value + 1;
    while (s <= last_ && range.events.size() < limit) {
      const auto run = std::find_if(voids.begin(), voids.end(), [s](const ports::VoidRun& other) {
        return s >= other.first.value && s < other.first.value + other.count;
      });
      if (run != voids.end()) {
        const std::uint64_t behind = run->first.value + run->count;
        range.voids.push_back({Sequence{s}, behind - s, run->quota, run->reason});
        s = behind;
      } else if (!holes.contains(s++)) {
        range.events.push_back(Row(epoch, s - 1));
      }
    }
    range.covered = Sequence{s - 1};
    return range;
  }
  Result<std::vector<ports::StoredEvent>> Read(Sequence, std::size_t, std::size_t) override {
    return std::vector<ports::StoredEvent>{};
  }
  Result<std::vector<ports::StoredEvent>> ReadJourney(std::uint64_t, std::size_t) override {
    return std::vector<ports::StoredEvent>{};
  }
  void Grow(std::uint64_t last) { last_ = last; }
  void GiveUp(std::uint64_t first, std::uint64_t count,
              event::QuotaClass quota = event::QuotaClass::kBrowsing) {
    voids.push_back({Sequence{first}, count, quota, ports::VoidReason::kQuota});
  }

  std::vector<ports::VoidRun> voids;
  std::set<std::uint64_t> holes;  // neither event nor void: damage
  std::set<std::uint64_t> closed;
  std::map<std::uint64_t, std::string> bodies;
  std::optional<Error> failure;
  int reads = 0;

 private:
  ports::StoredEvent Row(Epoch epoch, std::uint64_t s) {
    const auto type =
        closed.contains(s) ? event::EventType::kJourneyClosed : event::EventType::kAddToCart;
    const event::Event event = fakes::PlainEvent(s, epoch, type);
    std::string body = bodies.contains(s) ? bodies[s] : event::EncodeBody(event, epoch);
    return {event.sequence, type, event.journey.number, std::move(body), 0, 0, 0};
  }

  std::uint64_t last_;
};

class FrameSourceTest : public ::testing::Test {
 protected:
  // The frame as HQ reads it.
  wire::Frame Make(std::uint64_t first, std::size_t limit = wire::kFrameEventsMax,
                   Epoch epoch = kEpoch) {
    auto made = source.Make(epoch, Sequence{first}, limit);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().text);
    if (!made.ok()) return {};
    wire::FrameDecoder decoder;
    auto frame = decoder.Decode(made->bytes, fakes::KioskOne());
    EXPECT_TRUE(frame.ok()) << (frame.ok() ? "" : frame.error().text);
    if (!frame.ok()) return {};
    EXPECT_EQ(frame->header.first, Sequence{first});
    EXPECT_EQ(frame->header.first.value + frame->header.count - 1, made->last.value);
    EXPECT_EQ(frame->events.size(), made->events);
    return *std::move(frame);
  }

  Reader reader{2'000};
  FrameSource source{reader, fakes::KioskOne()};
};

TEST_F(FrameSourceTest, MakesFramesThatFollowEachOther) {
  std::uint64_t next = 1;
  while (next <= 2'000) {
    const wire::Frame frame = Make(next);
    ASSERT_FALSE(frame.events.empty());
    for (const event::Event& event : frame.events) {
      EXPECT_EQ(event, fakes::PlainEvent(next++, kEpoch));
    }
  }
  EXPECT_EQ(source.Make(kEpoch, Sequence{2'001}, 500).error().code, Errc::kNotFound);
  EXPECT_LE(reader.reads, 14);
}

TEST_F(FrameSourceTest, GoesBackAndTakesSingles) {
  Make(1'000);
  EXPECT_EQ(Make(10, 1).events.size(), 1U);
  EXPECT_EQ(Make(11, 1).events.front(), fakes::PlainEvent(11, kEpoch));
  EXPECT_EQ(Make(12).events.front(), fakes::PlainEvent(12, kEpoch));
}

TEST_F(FrameSourceTest, SendsWhatIsGivenUpAsVoid) {
  reader.GiveUp(1, 10, event::QuotaClass::kOrder);
  reader.GiveUp(100, 1'400);
  const wire::Frame frame = Make(1, 95);
  ASSERT_EQ(frame.voids.size(), 2U);
  EXPECT_EQ(frame.voids[0].first, Sequence{1});
  EXPECT_EQ(frame.voids[0].count, 10U);
  EXPECT_EQ(frame.voids[0].reason, 0);
  EXPECT_EQ(frame.voids[0].quota, event::QuotaClass::kOrder);
  EXPECT_EQ(frame.voids[1].first, Sequence{100});
  EXPECT_EQ(frame.voids[1].count, 1'400U);
  EXPECT_EQ(frame.events.size(), 95U);
  EXPECT_EQ(frame.header.count, 1'505U);
  // Begun again within a run.
  const wire::Frame inside = Make(700, 5);
  ASSERT_EQ(inside.voids.size(), 1U);
  EXPECT_EQ(inside.voids[0].first, Sequence{700});
  EXPECT_EQ(inside.voids[0].count, 800U);
}

TEST_F(FrameSourceTest, SendsTheVoidAtTheEndWithoutWaitingForAnEvent) {
  reader.GiveUp(1'990, 11);
  const wire::Frame frame = Make(1'990);
  EXPECT_TRUE(frame.events.empty());
  ASSERT_EQ(frame.voids.size(), 1U);
  EXPECT_EQ(frame.voids[0].count, 11U);
}

TEST_F(FrameSourceTest, AVoidRunThatHasGrownSinceItWasReadIsCoveredOnce) {
  reader.Grow(10);
  reader.GiveUp(8, 3);
  EXPECT_EQ(Make(8).header.count, 3U);
  reader.Grow(20);
  reader.voids.clear();
  reader.GiveUp(6, 9);
  const wire::Frame frame = Make(8);
  EXPECT_EQ(frame.header.count, 13U);
  EXPECT_EQ(frame.events.size(), 6U);
}

TEST_F(FrameSourceTest, AHoleThatNoVoidRunExplainsIsDamage) {
  reader.holes = {5, 6};
  const wire::Frame frame = Make(1);
  ASSERT_EQ(frame.voids.size(), 1U);
  EXPECT_EQ(frame.voids[0].first, Sequence{5});
  EXPECT_EQ(frame.voids[0].count, 2U);
  EXPECT_EQ(frame.voids[0].reason, 1);
}

TEST_F(FrameSourceTest, ReadsAClosedEpochAndThenThePresentOne) {
  reader.Grow(50);
  EXPECT_EQ(Make(41, 500, kOldEpoch).events.front(), fakes::PlainEvent(41, kOldEpoch));
  EXPECT_EQ(Make(41).events.front(), fakes::PlainEvent(41, kEpoch));
  EXPECT_EQ(source.Make(Epoch{5}, Sequence{1}, 500).error().code, Errc::kNotFound);
}

TEST_F(FrameSourceTest, SendsADamagedRowAsVoidAndCountsItOnce) {
  reader.bodies[3] = "\x01 damaged";
  for (int i = 0; i < 2; ++i) {
    const wire::Frame frame = Make(1, 10);
    ASSERT_EQ(frame.voids.size(), 1U);
    EXPECT_EQ(frame.voids[0].first, Sequence{3});
    EXPECT_EQ(frame.voids[0].reason, 1);
    EXPECT_EQ(frame.events.size(), 10U);
    Make(1'000);
  }
  EXPECT_EQ(source.damaged(), 1U);
}

TEST_F(FrameSourceTest, SendsALastDamagedRowToo) {
  reader.Grow(3);
  reader.bodies[3] = "";
  const wire::Frame frame = Make(3);
  EXPECT_TRUE(frame.events.empty());
  ASSERT_EQ(frame.voids.size(), 1U);
  EXPECT_EQ(frame.voids[0].count, 1U);
}

TEST_F(FrameSourceTest, StopsBeforeARowOfANewerAgent) {
  std::string newer = event::EncodeBody(fakes::PlainEvent(5, kEpoch), kEpoch);
  newer[0] = 99;  // the version of the body
  reader.bodies[5] = newer;
  EXPECT_EQ(Make(1).events.size(), 4U);
  EXPECT_EQ(source.Make(kEpoch, Sequence{5}, 500).error().code, Errc::kRejected);
  EXPECT_EQ(source.damaged(), 0U);
}

TEST_F(FrameSourceTest, PassesOnTheReadersError) {
  reader.failure = Error{Errc::kRetryLater, "disk"};
  EXPECT_EQ(source.Make(kEpoch, Sequence{1}, 500).error().code, Errc::kRetryLater);
  reader.failure.reset();
  EXPECT_FALSE(Make(1).events.empty());
}

TEST_F(FrameSourceTest, DigestsAnEventAsHqStoresIt) {
  const wire::Frame frame = Make(7, 1);
  EXPECT_EQ(source.DigestOf(kEpoch, Sequence{7}),
            Fnv1a64(event::EncodeBody(frame.events.front(), kEpoch)));
  EXPECT_NE(source.DigestOf(kEpoch, Sequence{8}), source.DigestOf(kEpoch, Sequence{7}));
  Make(1'000);  // what the last frame held is not read again
  reader.GiveUp(9, 1);
  reader.bodies[10] = "";
  for (const std::uint64_t none : {0U, 9U, 10U, 5'000U}) {
    EXPECT_EQ(source.DigestOf(kEpoch, Sequence{none}), 0U);
  }
}

TEST_F(FrameSourceTest, FindsTheLastClosedJourney) {
  reader.closed = {3, 40, 900};
  EXPECT_EQ(*source.LastJourneyClosed(kEpoch, Sequence{1}), Sequence{40});
  EXPECT_EQ(*source.LastJourneyClosed(kEpoch, Sequence{41}), Sequence{0});
  EXPECT_EQ(*source.LastJourneyClosed(kEpoch, Sequence{600}), Sequence{900});
}

}  // namespace
}  // namespace trayline::uplink
