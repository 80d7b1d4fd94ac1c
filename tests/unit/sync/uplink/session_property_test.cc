// The session against a model of HQ over a network that loses, doubles, delays and reorders
// everything, with broken connections, an HQ that goes and comes, and poisoned events.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/unit/sync/uplink/session_fixture.h"

namespace trayline::uplink {
namespace {

struct Packet {
  bool to_hq = false;
  bool birth = false;
  std::uint64_t connection = 0;  // one that is gone carries nothing any more
  std::uint64_t nonce = 0;       // of the sender's birth
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string ack;
};

// HQ's side of the protocol, as sync.md tells it.
struct ModelHq {
  std::uint64_t watermark = 0;
  std::set<std::uint64_t> poison;
  std::uint64_t quarantined = 0;

  std::uint32_t Take(std::uint64_t first, std::uint64_t last) {
    if (first > watermark + 1) return wire::kAckGap;
    if (last <= watermark) return 0;
    if (auto bad = poison.lower_bound(first); bad != poison.end() && *bad <= last) {
      if (first != last) return wire::kAckBad;
      ++quarantined;
    }
    watermark = last;
    return 0;
  }
};

class Storm {
 public:
  explicit Storm(std::uint64_t seed)
      : random_(seed),
        chance_(seed + 1),
        session_(SessionOptions{}, {kEpoch, 1, Sequence{}, Sequence{}}, chance_) {
    for (int i = 0; i < 3; ++i) hq_.poison.insert(Between(1, 4'000));
  }

  void Run() {
    for (int i = 0; i < 3'000 && !::testing::Test::HasFatalFailure(); ++i) {
      Trouble();
      Turn();
    }
    calm_ = true;
    hq_up_ = true;
    if (connected_) TellHqState();
    const MonoTime end = now_ + Millis(1'800'000);
    while (now_ < end && outbox_ < last_ && !::testing::Test::HasFatalFailure()) Turn();
    EXPECT_EQ(outbox_, last_) << "not drained half an hour after the storm";
    EXPECT_EQ(hq_.watermark, last_);
    EXPECT_GT(session_.counts().frames_sent, 100U);
  }

 private:
  std::uint64_t Between(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(random_);
  }
  bool OneIn(std::uint64_t n) { return !calm_ && Between(1, n) == 1; }

  void Trouble() {
    if (OneIn(3)) {
      last_ += Between(1, OneIn(10) ? 600 : 5);
      session_.OnCommitted(Sequence{last_}, now_);
      if (OneIn(4)) session_.OnJourneyClosed(Sequence{last_});
    }
    if (connected_ && OneIn(60)) Lose();
    if (OneIn(100)) {
      hq_up_ = !hq_up_;
      if (hq_up_) ++hq_boot_;
      if (connected_ && !OneIn(4)) TellHqState();  // or the news is lost
    }
    if (OneIn(50)) session_.OnAck("garbage", now_);
    if (OneIn(50)) {
      wire::Ack foreign{Between(1, 9), 1, kEpoch, Sequence{last_}, wire::kAckResume, 4};
      session_.OnAck(wire::EncodeAck(foreign), now_);
    }
  }

  void TellHqState() {
    session_.OnHqState(
        wire::EncodeHqState(
            {.present = hq_up_, .generation = 1, .boot = "b" + std::to_string(hq_boot_)}),
        now_);
  }

  void Lose() {
    connected_ = false;
    ++connection_;
    session_.OnLost(now_);
  }

  void Put(Packet packet) {
    packet.connection = connection_;
    const std::uint64_t copies = OneIn(10) ? 0 : OneIn(10) ? 2 : 1;
    for (std::uint64_t i = 0; i < copies; ++i) {
      network_.emplace(now_ + Millis(calm_ ? 1 : Between(0, OneIn(5) ? 4'000 : 50)), packet);
    }
  }

  // Does what is due, or lets time pass to what comes next.
  void Turn() {
    if (!network_.empty() && network_.begin()->first <= now_) {
      const Packet packet = network_.begin()->second;
      network_.erase(network_.begin());
      if (packet.connection == connection_) Arrive(packet);
      return;
    }
    const Step step = session_.Next(now_);
    if (step.kind != Step::Kind::kWait) {
      Perform(step);
      return;
    }
    MonoTime then = std::min(step.until, now_ + Millis(200));
    if (!network_.empty()) then = std::min(then, network_.begin()->first);
    now_ = std::max(then, now_ + Millis(1));
  }

  void Arrive(const Packet& packet) {
    if (!packet.to_hq) {
      session_.OnAck(packet.ack, now_);
      return;
    }
    if (!hq_up_) return;
    if (packet.birth) hq_nonce_ = packet.nonce;
    if (hq_nonce_ == 0) return;
    const std::uint32_t flags =
        packet.birth ? wire::kAckResume : hq_.Take(packet.first, packet.last);
    const wire::Ack ack{hq_nonce_, 1,
                        kEpoch,    Sequence{hq_.watermark},
                        flags,     static_cast<std::uint32_t>(calm_ ? 4 : Between(0, 6))};
    Packet answer;
    answer.ack = wire::EncodeAck(ack);
    Put(answer);
  }

  void Perform(const Step& step) {
    switch (step.kind) {
      case Step::Kind::kWait:
        return;
      case Step::Kind::kConnect:
        if (OneIn(3)) {
          session_.OnConnectFailed(now_);
          return;
        }
        connected_ = true;
        session_.OnConnected(now_);
        if (!hq_up_ || OneIn(2)) TellHqState();  // retained; the broker may have lost it
        return;
      case Step::Kind::kBirth: {
        Packet packet;
        packet.to_hq = true;
        packet.birth = true;
        packet.nonce = session_.nonce();
        Put(packet);
        session_.OnBirthSent(now_);
        return;
      }
      case Step::Kind::kFrame:
        SendFrame(step);
        return;
      case Step::Kind::kAcknowledge:
        ASSERT_GT(step.watermark.value, outbox_) << "the cursor fell";
        ASSERT_LE(step.watermark.value, hq_.watermark) << "acknowledged what HQ does not have";
        outbox_ = step.watermark.value;
        return;
    }
  }

  void SendFrame(const Step& step) {
    if (OneIn(40)) {
      session_.OnPublishFailed(now_);
      return;
    }
    ASSERT_LE(step.first.value, highest_ + 1) << "a position was skipped";
    ASSERT_GT(step.first, session_.watermark());
    ASSERT_LE(step.first.value, last_);
    Packet packet;
    packet.to_hq = true;
    packet.first = step.first.value;
    const std::uint64_t fits = Between(1, step.limit);
    packet.last = std::min(last_, packet.first + fits - 1);
    highest_ = std::max(highest_, packet.last);
    Put(packet);
    session_.OnFrameSent(step.first, Sequence{packet.last}, packet.last - packet.first + 1, now_);
  }

  std::mt19937_64 random_;
  fakes::SeededRandom chance_;
  UplinkSession session_;
  ModelHq hq_;
  MonoTime now_ = MonoFromMs(0);
  std::multimap<MonoTime, Packet> network_;
  bool calm_ = false;
  bool connected_ = false;
  bool hq_up_ = true;
  std::uint64_t hq_boot_ = 1;
  std::uint64_t hq_nonce_ = 0;
  std::uint64_t connection_ = 1;
  std::uint64_t last_ = 0;
  std::uint64_t highest_ = 0;
  std::uint64_t outbox_ = 0;
};

TEST(SessionProperty, NothingIsSkippedOrAcknowledgedTooEarlyAndAllOfItArrives) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Storm(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace trayline::uplink
