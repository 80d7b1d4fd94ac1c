#include <gtest/gtest.h>

#include <random>
#include <string>

#include "sync/wire/frame.h"
#include "tests/unit/sync/wire/wire_cases.h"

namespace trayline::wire {
namespace {

using event::Event;
using event::Key;

// Events that do not compress: each with a text of size random letters.
std::vector<Event> NoisyEvents(std::size_t count, std::size_t size) {
  std::mt19937_64 random(3);
  std::vector<Event> events(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    while (text.size() < size) text.push_back(static_cast<char>('!' + random() % 90));
    events[i].sequence = Sequence{1 + i};
    events[i].data.Set(Key::kItemName, text);
  }
  return events;
}

class FrameFit : public testing::Test {
 protected:
  Result<Encoded> Encode(const std::vector<Event>& events, const std::vector<VoidRun>& voids = {},
                         std::size_t max_bytes = kFrameBytesMax) {
    return encoder_.Encode(TestTerminal(), kTestEpoch, Sequence{1}, events, voids, max_bytes);
  }
  FrameEncoder encoder_;
  FrameDecoder decoder_;
};

TEST_F(FrameFit, TakesNearlyAsManyEventsAsFit) {
  const auto events = NoisyEvents(500, 200);
  for (const std::size_t max_bytes : {600U, 3'000U, 12'288U}) {
    SCOPED_TRACE(max_bytes);
    const auto encoded = Encode(events, {}, max_bytes);
    ASSERT_TRUE(encoded.ok()) << encoded.error().text;
    EXPECT_LE(encoded->bytes.size(), max_bytes);
    EXPECT_EQ(encoded->last.value, encoded->events);
    // A sixteenth of what would fit may be missing, and what one event takes.
    EXPECT_GT(encoded->bytes.size() + 250, max_bytes * 15 / 16 - 30);
    const auto frame = decoder_.Decode(encoded->bytes, TestTerminal());
    ASSERT_TRUE(frame.ok()) << frame.error().text;
    EXPECT_EQ(frame->events.size(), encoded->events);
  }
}

TEST_F(FrameFit, NeverTakesMoreEventsThanAFrameMayHave) {
  const auto events = NoisyEvents(600, 1);
  const auto encoded = Encode(events);
  ASSERT_TRUE(encoded.ok()) << encoded.error().text;
  EXPECT_EQ(encoded->events, kFrameEventsMax);
  EXPECT_EQ(encoded->last, Sequence{kFrameEventsMax});
}

TEST_F(FrameFit, LetsOneHugeEventPassAlone) {
  std::vector<Event> events = NoisyEvents(3, 10);
  event::RecordList lines;
  for (const Event& noisy : NoisyEvents(16, 4'000)) {
    lines.push_back(
        event::Record().Set(Key::kItemName, std::string(noisy.data.TextOr(Key::kItemName, ""))));
  }
  events[0].data.Set(Key::kLines, lines);
  const auto encoded = Encode(events);
  ASSERT_TRUE(encoded.ok()) << encoded.error().text;
  EXPECT_EQ(encoded->events, 1U);
  EXPECT_GT(encoded->bytes.size(), kFrameBytesMax);
  const auto frame = decoder_.Decode(encoded->bytes, TestTerminal());
  ASSERT_TRUE(frame.ok()) << frame.error().text;
  EXPECT_EQ(frame->events[0].data, events[0].data);
}

TEST_F(FrameFit, StopsBeforeAHugeEvent) {
  std::vector<Event> events = NoisyEvents(3, 10);
  events[2].data = NoisyEvents(1, 4'096)[0].data;
  const auto encoded = Encode(events, {}, 500);
  ASSERT_TRUE(encoded.ok()) << encoded.error().text;
  EXPECT_EQ(encoded->events, 2U);
}

TEST_F(FrameFit, KeepsVoidRunsBehindTheCutForTheNextFrame) {
  auto events = NoisyEvents(40, 200);
  std::vector<VoidRun> voids;
  for (std::size_t i = 0; i < events.size(); ++i) {
    voids.push_back(VoidRun{.first = Sequence{1 + 3 * i}, .count = 2});
    events[i].sequence = Sequence{3 + 3 * i};
  }
  const auto encoded = Encode(events, voids, 2'000);
  ASSERT_TRUE(encoded.ok()) << encoded.error().text;
  ASSERT_LT(encoded->events, events.size());
  EXPECT_EQ(encoded->last, events[encoded->events - 1].sequence);
  const auto frame = decoder_.Decode(encoded->bytes, TestTerminal());
  ASSERT_TRUE(frame.ok()) << frame.error().text;
  EXPECT_EQ(frame->voids.size(), encoded->events);
  EXPECT_EQ(frame->events.back().sequence, encoded->last);
}

TEST_F(FrameFit, TakesVoidRunsInPortions) {
  std::vector<VoidRun> voids;
  for (std::size_t i = 0; i < kFrameVoidsMax + 20; ++i) {
    voids.push_back(VoidRun{.first = Sequence{1 + i}, .count = 1});
  }
  const auto encoded = Encode({}, voids);
  ASSERT_TRUE(encoded.ok()) << encoded.error().text;
  EXPECT_EQ(encoded->last, Sequence{kFrameVoidsMax});
}

TEST_F(FrameFit, RefusesAGap) {
  auto events = NoisyEvents(3, 5);
  events[2].sequence = Sequence{7};
  const auto refused = Encode(events);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::kRejected);
  EXPECT_NE(refused.error().text.find("position 3"), std::string::npos) << refused.error().text;
}

TEST_F(FrameFit, RefusesWhatOverlapsOrIsNothing) {
  const auto events = NoisyEvents(3, 5);
  EXPECT_FALSE(Encode(events, {VoidRun{.first = Sequence{2}, .count = 1}}).ok());
  EXPECT_FALSE(Encode({}).ok());
  EXPECT_FALSE(
      encoder_.Encode(TestTerminal(), kTestEpoch, Sequence{0}, NoisyEvents(1, 5), {}).ok());
  EXPECT_FALSE(Encode({}, {VoidRun{.first = Sequence{1}, .count = 0}}).ok());
  EXPECT_FALSE(Encode({}, {VoidRun{.first = Sequence{1}, .count = UINT64_MAX}}).ok());
}

}  // namespace
}  // namespace trayline::wire
