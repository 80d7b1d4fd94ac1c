#include <gtest/gtest.h>

#include <random>
#include <string>

#include "agent/event/spec.h"
#include "sync/wire/frame.h"
#include "tests/unit/sync/wire/wire_cases.h"

namespace trayline::wire {
namespace {

using event::Event;
using event::EventType;
using event::Key;
using event::Record;
using event::RecordList;

class FrameRoundTrip : public testing::Test {
 protected:
  Result<Frame> Travel(const Range& range) {
    auto encoded = encoder_.Encode(TestTerminal(), kTestEpoch, range.first, range.events,
                                   range.voids, kFrameRawMax);
    if (!encoded.ok()) return encoded.error();
    return decoder_.Decode(encoded->bytes, TestTerminal());
  }

  Range Of(Event event) {
    event.sequence = Sequence{1};
    return Range{.first = Sequence{1}, .events = {std::move(event)}, .voids = {}};
  }

  FrameEncoder encoder_;
  FrameDecoder decoder_;
};

TEST_F(FrameRoundTrip, AnOrderArrivesAsItLeft) {
  const Range range{.first = Sequence{41}, .events = OrderEvents(Sequence{41}), .voids = {}};
  const auto frame = Travel(range);
  ASSERT_TRUE(frame.ok()) << frame.error().text;
  EXPECT_EQ(frame->events, AsOutside(range.events));
  EXPECT_EQ(frame->header.epoch, kTestEpoch);
  EXPECT_EQ(frame->header.first, Sequence{41});
  EXPECT_EQ(frame->header.count, range.events.size());
  EXPECT_EQ(frame->header.catalogue, 0U);
}

TEST_F(FrameRoundTrip, AnythingThatARecordMayHoldArrivesAsItLeft) {
  constexpr std::uint64_t kSeed = 20261122;
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 400; ++round) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + " round " + std::to_string(round));
    const Range range = RandomRange(random, round % 10 == 0 ? 200 : 12);
    const auto frame = Travel(range);
    ASSERT_TRUE(frame.ok()) << frame.error().text;
    ASSERT_EQ(frame->events, AsOutside(range.events));
    ASSERT_EQ(frame->voids, range.voids);
    ASSERT_EQ(frame->header.first, range.first);
  }
}

TEST_F(FrameRoundTrip, LocalFieldsNeverLeave) {
  for (const event::TypeSpec& type : event::AllTypes()) {
    Event event;
    event.type = type.type;
    for (const event::FieldSpec& field : type.fields) {
      if (field.local) event.data.Set(field.key, std::string("secret-of-the-host"));
    }
    if (event.data.empty()) continue;
    auto encoded = encoder_.Encode(TestTerminal(), kTestEpoch, Sequence{1}, Of(event).events, {});
    ASSERT_TRUE(encoded.ok()) << encoded.error().text;
    EXPECT_EQ(encoded->bytes.find("secret"), std::string::npos) << event::ShortTypeName(type.type);
    const auto frame = decoder_.Decode(encoded->bytes, TestTerminal());
    ASSERT_TRUE(frame.ok()) << frame.error().text;
    EXPECT_TRUE(frame->events[0].data.empty()) << event::ShortTypeName(type.type);
  }
}

TEST_F(FrameRoundTrip, KeepsAJourneyThatBeganInAnEarlierEpoch) {
  Event event;
  event.journey = JourneyId{Epoch{kTestEpoch.value - 86'400}, 12};
  const auto frame = Travel(Of(event));
  ASSERT_TRUE(frame.ok()) << frame.error().text;
  EXPECT_EQ(frame->events[0].journey, event.journey);
}

TEST_F(FrameRoundTrip, CarriesOnlyVoidRuns) {
  Range range{.first = Sequence{5},
              .events = {},
              .voids = {VoidRun{.first = Sequence{5}, .count = 1'000'000, .reason = 0},
                        VoidRun{.first = Sequence{1'000'005},
                                .count = 2,
                                .quota = event::QuotaClass::kOffer,
                                .reason = 1}}};
  const auto frame = Travel(range);
  ASSERT_TRUE(frame.ok()) << frame.error().text;
  EXPECT_TRUE(frame->events.empty());
  EXPECT_EQ(frame->voids, range.voids);
  EXPECT_EQ(frame->header.count, 1'000'002U);
}

TEST_F(FrameRoundTrip, CarriesTextsOfEveryKind) {
  Event event;
  RecordList lines;
  for (const char* text : {"", "0", "00", "007", "008", "999999999999999999", "1000000000000000000",
                           "-1", "a1", "a2", "a02", "caf\xC3\xA9", "\xFF not UTF-8"}) {
    lines.push_back(Record().Set(Key::kItemName, std::string(text)));
  }
  lines.push_back(Record().Set(Key::kItemName, std::string("nul\0inside", 10)));
  lines.push_back(Record().Set(Key::kItemName, std::string(event::kRecordTextMax, '7')));
  event.data.Set(Key::kLines, lines);
  const auto frame = Travel(Of(event));
  ASSERT_TRUE(frame.ok()) << frame.error().text;
  EXPECT_EQ(frame->events[0].data, event.data);
}

TEST_F(FrameRoundTrip, RefusesARecordBeyondItsBounds) {
  Event long_text;
  long_text.data.Set(Key::kItemName, std::string(event::kRecordTextMax + 1, 'x'));
  const auto refused = Travel(Of(long_text));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::kRejected);
  EXPECT_NE(refused.error().text.find("item_name"), std::string::npos) << refused.error().text;

  Event long_list;
  long_list.data.Set(Key::kLines, RecordList(event::kRecordListMax + 1));
  EXPECT_FALSE(Travel(Of(long_list)).ok());

  Record deep;
  for (std::size_t i = 0; i < event::kRecordDepthMax; ++i) {
    deep = Record().Set(Key::kModifiers, RecordList{deep});
  }
  Event too_deep;
  too_deep.data = deep;
  EXPECT_FALSE(Travel(Of(too_deep)).ok());

  Event wide;
  for (std::uint16_t key = 0; key <= event::kRecordFieldsMax; ++key) {
    wide.data.Set(static_cast<Key>(key), std::int64_t{1});
  }
  EXPECT_FALSE(Travel(Of(wide)).ok());
}

TEST_F(FrameRoundTrip, IsTheSameBytesEachTime) {
  // The encoder keeps memory between frames; nothing of an earlier frame may be seen in a later
  // one.
  const auto events = OrderEvents(Sequence{1});
  const auto first = encoder_.Encode(TestTerminal(), kTestEpoch, Sequence{1}, events, {});
  std::mt19937_64 random(1);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Travel(RandomRange(random, 60)).ok());
  const auto second = encoder_.Encode(TestTerminal(), kTestEpoch, Sequence{1}, events, {});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->bytes, second->bytes);
}

}  // namespace
}  // namespace trayline::wire
