#include "tests/prove/wire_book.h"

#include <gtest/gtest.h>

#include "agent/event/event.h"

namespace trayline::prove {
namespace {

constexpr const char* kBatch = "tl1/up/07/demo-s001/demo-s001-k1/b";
constexpr const char* kAck = "tl1/dn/demo-s001/demo-s001-k1/ack";

std::string Frame(std::uint64_t first, std::uint64_t count) {
  std::vector<event::Event> events(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    events[i].sequence = Sequence{first + i};
    events[i].type = event::EventType::kTouched;
  }
  wire::FrameEncoder encoder;
  auto encoded =
      encoder.Encode({"demo", "s001", "k1"}, Epoch{5}, Sequence{first}, events, {}, 1'000'000);
  EXPECT_TRUE(encoded.ok());
  return encoded->bytes;
}

class WireBookTest : public ::testing::Test {
 protected:
  void Send(std::uint64_t first, std::uint64_t count, bool lost = false) {
    const std::string frame = Frame(first, count);
    book_.AtAgent({.topic = kBatch, .payload = frame, .qos = 1}, {.drop = lost});
  }

  WireBook book_;
};

TEST_F(WireBookTest, CountsWhatWasSentBefore) {
  Send(1, 10);
  Send(11, 10);
  Send(11, 10);
  Send(15, 10);  // six of them known
  const WireTotals totals = book_.totals();
  EXPECT_EQ(totals.frames, 4U);
  EXPECT_EQ(totals.events, 24U);
  EXPECT_EQ(totals.repeated, 16U);
  EXPECT_EQ(totals.allowed, 0U);
}

TEST_F(WireBookTest, AFaultAllowsTheWindowAndNoMore) {
  for (std::uint64_t i = 0; i < 10; ++i) Send(1 + 10 * i, 10);
  book_.FaultBegins("demo-s001-k2");
  book_.FaultEnds("demo-s001-k2");
  EXPECT_EQ(book_.totals().faults, 0U);  // nobody of that name has sent anything
  book_.FaultBegins("demo-s001-k1");
  book_.FaultEnds("demo-s001-k1");
  EXPECT_EQ(book_.totals().faults, 1U);
  EXPECT_EQ(book_.totals().allowed, 40U);
}

TEST_F(WireBookTest, LostFramesAndAcknowledgementsAreFaults) {
  Send(1, 10, true);
  EXPECT_EQ(book_.totals().allowed, 10U);
  book_.AtAgent({.way = fault::MqttWay::kToClient, .topic = kAck, .payload = {}}, {.drop = true});
  book_.AtHq({.topic = kAck, .payload = {}}, {.drop = true});
  book_.AtHq({.topic = kAck, .payload = {}}, {});
  EXPECT_EQ(book_.totals().faults, 3U);
  EXPECT_EQ(book_.totals().allowed, 30U);
}

TEST_F(WireBookTest, WhatIsNoFrameIsSeen) {
  book_.AtAgent({.topic = kBatch, .payload = "no frame", .qos = 1}, {});
  EXPECT_EQ(book_.totals().unreadable, 1U);
}

}  // namespace
}  // namespace trayline::prove
