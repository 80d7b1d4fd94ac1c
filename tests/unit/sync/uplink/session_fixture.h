// A session with a clock turned by hand, and the words of HQ.
#ifndef TRAYLINE_TESTS_UNIT_SYNC_UPLINK_SESSION_FIXTURE_H_
#define TRAYLINE_TESTS_UNIT_SYNC_UPLINK_SESSION_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/hash.h"
#include "sync/uplink/session.h"
#include "sync/wire/frame.h"
#include "sync/wire/messages.h"
#include "tests/fakes/seeded_random.h"

namespace trayline::uplink {

inline constexpr Epoch kEpoch{1'700'000'000};

class SessionFixture : public ::testing::Test {
 protected:
  explicit SessionFixture(std::uint64_t last = 0, std::uint64_t acked = 0,
                          const std::vector<TailFacts>& closed = {})
      : session(SessionOptions{}, {kEpoch, 3, Sequence{last}, Sequence{acked}, closed}, random,
                [this](Epoch epoch, Sequence at) { return OwnDigest(epoch, at); }) {
    for (const TailFacts& tail : closed) ends[tail.epoch] = tail.last.value;
  }

  // Of the event that this journal has at a place.
  std::uint64_t OwnDigest(Epoch epoch, Sequence at) const {
    if (gone.contains(at.value)) return 0;
    return Fnv1a64(std::to_string(epoch.value) + "/" + std::to_string(at.value));
  }

  void Pass(Millis time) { now += time; }
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
      const auto closed = ends.find(step.epoch);
      const std::uint64_t end = closed == ends.end() ? session.last().value : closed->second;
      const std::uint64_t last = std::min(end, first + most - 1);
      session.OnFrameSent(step.first, Sequence{last}, last - first + 1, now);
      begun.push_back(first);
    }
    return begun;
  }
  // The next thing to do but for what the journal is told.
  Step Next() {
    for (;;) {
      const Step step = session.Next(now);
      if (step.kind != Step::Kind::kAcknowledge && step.kind != Step::Kind::kRewind &&
          step.kind != Step::Kind::kNoteGeneration) {
        return step;
      }
      told.push_back(step);
    }
  }
  // The watermarks that the outbox was told since the last call.
  std::vector<std::uint64_t> Acknowledged() {
    const Step next = Next();
    EXPECT_NE(next.kind, Step::Kind::kConnect);
    std::vector<std::uint64_t> watermarks;
    for (const Step& step : std::exchange(told, {})) {
      if (step.kind == Step::Kind::kAcknowledge) watermarks.push_back(step.watermark.value);
    }
    return watermarks;
  }

  // An acknowledgement of some epoch with the digest that HQ has of the same history.
  wire::Ack Honest(Epoch epoch, std::uint64_t watermark, std::uint32_t flags) const {
    wire::Ack ack = Plain(watermark, flags);
    ack.epoch = epoch;
    ack.digest = Fnv1a64(std::to_string(epoch.value) + "/" + std::to_string(watermark));
    return ack;
  }

  std::map<Epoch, std::uint64_t> ends;  // of closed epochs
  std::vector<Step> told;               // to the journal
  std::set<std::uint64_t> gone;         // positions without an event
  fakes::SeededRandom random{7};
  MonoTime now = MonoFromMs(1'000'000);
  UplinkSession session;
};

using Firsts = std::vector<std::uint64_t>;

}  // namespace trayline::uplink

#endif  // TRAYLINE_TESTS_UNIT_SYNC_UPLINK_SESSION_FIXTURE_H_
