// Frames that are whole on the wire and still cannot be read: a fault of an encoder, or a newer
// one.
#include <gtest/gtest.h>

#include <string>

#include "agent/base/hash.h"
#include "agent/base/varint.h"
#include "sync/hq/receiver/receiver_core.h"
#include "sync/wire/frame_layout.h"
#include "sync/wire/topics.h"
#include "tests/fakes/memory_hq_store.h"
#include "tests/unit/sync/hq/receiver/model_terminal.h"

namespace trayline::hq {
namespace {

constexpr WallTime kNow = WallFromMs(1'795'348'900'000);

class Quarantine : public ::testing::Test {
 protected:
  Quarantine() {
    EXPECT_TRUE(core_.Start().ok());
    Give(terminal_.Birth());
  }

  void Give(const Incoming& message) {
    for (const Outgoing& out : core_.Handle(std::vector<Incoming>{message}, kNow, 0)) {
      terminal_.OnAck(out);
    }
  }

  // A frame with a right header and checksum and a body that says nothing.
  [[nodiscard]] Incoming Poison(std::uint64_t first, std::uint64_t count,
                                std::uint8_t codec = 0) const {
    std::string bytes(wire::kFrameMagic);
    bytes.push_back(static_cast<char>(wire::kFrameVersion));
    bytes.push_back(static_cast<char>(codec));
    wire::PutFixed32(bytes, wire::TerminalHash(terminal_.id));
    PutVarint(bytes, terminal_.birth.epoch.value);
    PutVarint(bytes, first);
    PutVarint(bytes, count);
    PutVarint(bytes, 0);
    PutBytes(bytes, "");
    bytes += "\xFF\xFF\xFF nothing";
    wire::PutFixed32(bytes, Crc32(bytes));
    return {wire::UpTopic(terminal_.id, wire::UpKind::kBatch), bytes};
  }

  LogRow LogNow() { return store_.logs[{TerminalKey{1}, terminal_.birth.epoch}]; }

  Log log_ = NullLog();
  fakes::MemoryHqStore store_;
  ReceiverCore core_{{}, store_, log_};
  ModelTerminal terminal_{"k1"};
};

TEST_F(Quarantine, SeveralPositionsAreAskedForOneByOne) {
  Give(Poison(1, 2));
  EXPECT_EQ(terminal_.last_ack.flags, wire::kAckBad);
  EXPECT_TRUE(store_.quarantine.empty());
  EXPECT_EQ(LogNow().watermark.value, 0U);
}

TEST_F(Quarantine, OnePositionIsKeptAndTheWatermarkPassesOver) {
  terminal_.Record(3);
  Give(terminal_.Frame(1, 1));
  const Incoming poison = Poison(2, 1);
  Give(poison);
  EXPECT_EQ(terminal_.watermark, 2U);
  ASSERT_EQ(store_.quarantine.size(), 1U);
  EXPECT_EQ(store_.quarantine[0].bytes, poison.payload);
  EXPECT_EQ(store_.quarantine[0].first.value, 2U);
  EXPECT_EQ(store_.quarantine[0].kind, QuarantineKind::kUnreadable);
  EXPECT_EQ(store_.quarantine[0].arrived, kNow);
  EXPECT_FALSE(store_.quarantine[0].reason.empty());
  Give(terminal_.Frame(3, 3));
  EXPECT_EQ(terminal_.watermark, 3U);
  EXPECT_EQ(LogNow().received, 2U);
  EXPECT_EQ(LogNow().quarantined, 1U);
}

TEST_F(Quarantine, ANewerFormOfOnePositionIsKeptAsNewer) {
  Give(Poison(1, 1, 0xE0));
  ASSERT_EQ(store_.quarantine.size(), 1U);
  EXPECT_EQ(store_.quarantine[0].kind, QuarantineKind::kNewer);
}

TEST_F(Quarantine, NothingIsPassedOverBehindAGap) {
  Give(Poison(5, 1));
  EXPECT_EQ(terminal_.last_ack.flags, wire::kAckGap);
  EXPECT_TRUE(store_.quarantine.empty());
}

TEST_F(Quarantine, NothingIsPassedOverWhenTheCommitFails) {
  store_.FailCommits(1);
  Give(Poison(1, 1));
  EXPECT_EQ(terminal_.watermark, 0U);
  EXPECT_TRUE(store_.quarantine.empty());
  EXPECT_EQ(LogNow().watermark.value, 0U);
}

TEST_F(Quarantine, ARangeBeyondAllNumbersIsBad) {
  Give(Poison(1, kHqNumberMax + 1));
  EXPECT_EQ(terminal_.last_ack.flags, wire::kAckBad);
  Give(Poison(0, 1));
  EXPECT_EQ(terminal_.last_ack.flags, wire::kAckBad);
  EXPECT_TRUE(store_.quarantine.empty());
}

}  // namespace
}  // namespace trayline::hq
