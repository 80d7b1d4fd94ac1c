// A session with a clock turned by hand, and the words of HQ.
#ifndef TRAYLINE_TESTS_UNIT_SYNC_UPLINK_SESSION_FIXTURE_H_
#define TRAYLINE_TESTS_UNIT_SYNC_UPLINK_SESSION_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sync/uplink/session.h"
#include "sync/wire/frame.h"
#include "sync/wire/messages.h"
#include "tests/fakes/seeded_random.h"

namespace trayline::uplink {

inline constexpr Epoch kEpoch{1'700'000'000};

class SessionFixture : public ::testing::Test {
 protected:
  explicit SessionFixture(std::uint64_t last = 0, std::uint64_t acked = 0)
      : session(SessionOptions{}, {kEpoch, 3, Sequence{last}, Sequence{acked}}, random) {}

  void Pass(Millis time) { now += time; }
  Step Next() { return session.Next(now); }
  Step::Kind Kind() { return Next().kind; }

  // Up to the birth that is published; HQ has not answered.
  void Connect() {
    Step step = Next();
    if (step.kind == Step::Kind::kWait) {
      now = step.until;
      step = Next();
    }
    ASSERT_EQ(step.kind, Step::Kind::kConnect);
    session.OnConnected(now);
    ASSERT_EQ(Kind(), Step::Kind::kBirth);
    session.OnBirthSent(now);
  }
  void Ack(std::uint64_t watermark, std::uint32_t flags = 0) {
    wire::Ack ack = Plain(watermark, flags);
    Say(ack);
  }
  wire::Ack Plain(std::uint64_t watermark, std::uint32_t flags) const {
    wire::Ack ack;
    ack.nonce = session.nonce();
    ack.hq_generation = 1;
    ack.epoch = kEpoch;
    ack.watermark = Sequence{watermark};
    ack.flags = flags;
    ack.credit = 4;
    return ack;
  }
  void Say(const wire::Ack& ack) { session.OnAck(wire::EncodeAck(ack), now); }
  void Hq(bool present, const std::string& boot = "b1") {
    session.OnHqState(wire::EncodeHqState({.present = present, .generation = 1, .boot = boot}),
                      now);
  }
  void Commit(std::uint64_t last) { session.OnCommitted(Sequence{last}, now); }

  // Sends every frame that may go now, of at most size events; returns where each began.
  std::vector<std::uint64_t> SendAll(std::uint64_t size = wire::kFrameEventsMax) {
    std::vector<std::uint64_t> begun;
    for (Step step = Next(); step.kind == Step::Kind::kFrame; step = Next()) {
      const std::uint64_t first = step.first.value;
      const std::uint64_t most = std::min<std::uint64_t>(step.limit, size);
      const std::uint64_t last = std::min(session.last().value, first + most - 1);
      session.OnFrameSent(step.first, Sequence{last}, last - first + 1, now);
      begun.push_back(first);
    }
    return begun;
  }
  // The watermarks that the outbox is told, until there is something else to do.
  std::vector<std::uint64_t> Acknowledged() {
    std::vector<std::uint64_t> told;
    for (Step step = Next(); step.kind == Step::Kind::kAcknowledge; step = Next()) {
      told.push_back(step.watermark.value);
    }
    return told;
  }

  fakes::SeededRandom random{7};
  MonoTime now = MonoFromMs(1'000'000);
  UplinkSession session;
};

using Firsts = std::vector<std::uint64_t>;

}  // namespace trayline::uplink

#endif  // TRAYLINE_TESTS_UNIT_SYNC_UPLINK_SESSION_FIXTURE_H_
