#include "sync/uplink/frame_source.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "agent/base/hash.h"
#include "tests/fakes/uplink_world.h"

namespace trayline::uplink {
namespace {

constexpr Epoch kEpoch{1'700'000'000};

// A reader over events 1..last without those that are given up, with bodies as told.
class Reader final : public ports::EventReader {
 public:
  explicit Reader(std::uint64_t last) : last_(last) {}

  Result<std::vector<ports::StoredEvent>> Read(Sequence after, std::size_t limit,
                                               std::size_t) override {
    ++reads;
    if (failure) return *failure;
    std::vector<ports::StoredEvent> rows;
    for (std::uint64_t s = after.value + 1; s <= last_ && rows.size() < limit; ++s) {
      if (gone.contains(s)) continue;
      const auto type =
          closed.contains(s) ? event::EventType::kJourneyClosed : event::EventType::kAddToCart;
      const event::Event event = fakes::PlainEvent(s, kEpoch, type);
      std::string body = bodies.contains(s) ? bodies[s] : event::EncodeBody(event, kEpoch);
      rows.push_back({event.sequence, type, event.journey.number, std::move(body), 0, 0, 0});
    }
    return rows;
  }
  Result<ports::JournalRange> ReadRange(Epoch, Sequence, std::size_t, std::size_t) override {
    return ports::JournalRange{};
  }
  Result<std::vector<ports::StoredEvent>> ReadJourney(std::uint64_t, std::size_t) override {
    return std::vector<ports::StoredEvent>{};
  }
  void Grow(std::uint64_t last) { last_ = last; }

  std::set<std::uint64_t> gone;
  std::set<std::uint64_t> closed;
  std::map<std::uint64_t, std::string> bodies;
  std::optional<Error> failure;
  int reads = 0;

 private:
  std::uint64_t last_;
};

class FrameSourceTest : public ::testing::Test {
 protected:
  // The frame as HQ reads it.
  wire::Frame Make(std::uint64_t first, std::size_t limit = wire::kFrameEventsMax) {
    auto made = source.Make(Sequence{first}, limit);
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
  FrameSource source{reader, fakes::KioskOne(), kEpoch};
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
  EXPECT_EQ(source.Make(Sequence{2'001}, 500).error().code, Errc::kNotFound);
  EXPECT_LE(reader.reads, 14);
}

TEST_F(FrameSourceTest, GoesBackAndTakesSingles) {
  Make(1'000);
  EXPECT_EQ(Make(10, 1).events.size(), 1U);
  EXPECT_EQ(Make(11, 1).events.front(), fakes::PlainEvent(11, kEpoch));
  EXPECT_EQ(Make(12).events.front(), fakes::PlainEvent(12, kEpoch));
}

TEST_F(FrameSourceTest, SendsWhatIsGivenUpAsVoid) {
  for (std::uint64_t s = 1; s <= 10; ++s) reader.gone.insert(s);
  for (std::uint64_t s = 100; s < 1'500; ++s) reader.gone.insert(s);
  const wire::Frame frame = Make(1, 95);
  ASSERT_EQ(frame.voids.size(), 2U);
  EXPECT_EQ(frame.voids[0].first, Sequence{1});
  EXPECT_EQ(frame.voids[0].count, 10U);
  EXPECT_EQ(frame.voids[0].reason, 0);
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

TEST_F(FrameSourceTest, SaysNothingOfAGapThatNoLaterRowProves) {
  for (std::uint64_t s = 1'990; s <= 2'000; ++s) reader.gone.insert(s);
  EXPECT_EQ(source.Make(Sequence{1'990}, 500).error().code, Errc::kNotFound);
  reader.Grow(2'001);
  const wire::Frame frame = Make(1'990);
  EXPECT_EQ(frame.voids.size(), 1U);
  EXPECT_EQ(frame.events.size(), 1U);
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
  EXPECT_EQ(source.Make(Sequence{5}, 500).error().code, Errc::kRejected);
  EXPECT_EQ(source.damaged(), 0U);
}

TEST_F(FrameSourceTest, PassesOnTheReadersError) {
  reader.failure = Error{Errc::kRetryLater, "disk"};
  EXPECT_EQ(source.Make(Sequence{1}, 500).error().code, Errc::kRetryLater);
  reader.failure.reset();
  EXPECT_FALSE(Make(1).events.empty());
}

TEST_F(FrameSourceTest, DigestsAnEventAsHqStoresIt) {
  const wire::Frame frame = Make(7, 1);
  EXPECT_EQ(source.DigestOf(Sequence{7}), Fnv1a64(event::EncodeBody(frame.events.front(), kEpoch)));
  EXPECT_NE(source.DigestOf(Sequence{8}), source.DigestOf(Sequence{7}));
  reader.gone.insert(9);
  reader.bodies[10] = "";
  for (const std::uint64_t none : {0U, 9U, 10U, 5'000U}) {
    EXPECT_EQ(source.DigestOf(Sequence{none}), 0U);
  }
}

TEST_F(FrameSourceTest, FindsTheLastClosedJourney) {
  reader.closed = {3, 40, 900};
  EXPECT_EQ(*source.LastJourneyClosed(Sequence{1}), Sequence{40});
  EXPECT_EQ(*source.LastJourneyClosed(Sequence{41}), Sequence{0});
  EXPECT_EQ(*source.LastJourneyClosed(Sequence{600}), Sequence{900});
}

}  // namespace
}  // namespace trayline::uplink
