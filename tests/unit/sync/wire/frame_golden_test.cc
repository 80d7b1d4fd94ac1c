#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "agent/base/varint.h"
#include "sync/wire/body_writer.h"
#include "sync/wire/compressor.h"
#include "sync/wire/frame.h"
#include "sync/wire/frame_layout.h"
#include "sync/wire/vocabulary.h"
#include "tests/unit/sync/wire/wire_cases.h"

namespace trayline::wire {
namespace {

std::string GoldenFrame() {
  std::ifstream file(std::string(TRAYLINE_TEST_DATA) + "/golden/frame_v1.hex");
  std::stringstream text;
  text << file.rdbuf();
  return FromHex(text.str());
}

std::vector<VoidRun> GoldenVoids() {
  return {
      VoidRun{
          .first = Sequence{100}, .count = 3, .quota = event::QuotaClass::kBrowsing, .reason = 0},
      VoidRun{.first = Sequence{115}, .count = 1, .quota = event::QuotaClass::kOrder, .reason = 1}};
}

// What version 1 wrote must be readable for ever: it lies in brokers, quarantines and archives.
TEST(GoldenFrame, OfVersion1IsRead) {
  FrameDecoder decoder;
  const auto frame = decoder.Decode(GoldenFrame(), TestTerminal());
  ASSERT_TRUE(frame.ok()) << frame.error().text;
  EXPECT_EQ(frame->events, AsOutside(OrderEvents(Sequence{103})));
  EXPECT_EQ(frame->voids, GoldenVoids());
  EXPECT_EQ(frame->header.first, Sequence{100});
  EXPECT_EQ(frame->header.count, 16U);
}

// Before compression, because another release of zstd may find other bytes for the same. The writer
// may find shorter ways too; a change here must be meant.
TEST(GoldenFrame, HoldsWhatThisVersionWrites) {
  const std::string golden = GoldenFrame();
  VarintReader in(std::string_view(golden).substr(8, golden.size() - 8 - kChecksumBytes));
  for (int i = 0; i < 4; ++i) in.Varint();
  const std::string bits(in.Bytes(golden.size()));
  std::string body;
  ASSERT_TRUE(Decompressor(Dictionary1()).Decompress(in.rest(), kFrameRawMax, body));

  const auto events = OrderEvents(Sequence{103});
  BodyWriter writer(KnownShapes1());
  ASSERT_TRUE(writer.Gather(kTestEpoch, events).ok());
  writer.Write(Sequence{100}, GoldenVoids());
  EXPECT_EQ(ToHex(writer.body()), ToHex(body));
  EXPECT_EQ(ToHex(writer.bits()), ToHex(bits));
}

// What this version writes, read by itself.
TEST(GoldenFrame, IsWrittenAgain) {
  FrameEncoder encoder;
  FrameDecoder decoder;
  const auto encoded = encoder.Encode(TestTerminal(), kTestEpoch, Sequence{100},
                                      OrderEvents(Sequence{103}), GoldenVoids());
  ASSERT_TRUE(encoded.ok()) << encoded.error().text;
  const auto golden = decoder.Decode(GoldenFrame(), TestTerminal());
  const auto again = decoder.Decode(encoded->bytes, TestTerminal());
  ASSERT_TRUE(golden.ok() && again.ok());
  EXPECT_EQ(again->events, golden->events);
  EXPECT_EQ(again->voids, golden->voids);
}

}  // namespace
}  // namespace trayline::wire
