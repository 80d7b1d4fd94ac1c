// The session against a model of HQ over a network that loses, doubles, delays and reorders
// everything, with broken connections, an HQ that goes and comes, poisoned events, closed epochs
// that come first, and an HQ whose database is set back.
#include <algorithm>
#include <map>
#include <memory>
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
  std::vector<Epoch> tails;      // that the birth names
  std::uint64_t generation = 0;  // that the birth names
  Epoch epoch;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string ack;
};

constexpr Epoch kTails[] = {Epoch{1'500'000'000}, Epoch{1'600'000'000}};

std::uint64_t DigestAt(Epoch epoch, Sequence at) {
  return Fnv1a64(std::to_string(epoch.value) + "/" + std::to_string(at.value));
}

// HQ's side of the protocol for one epoch, as sync.md tells it.
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
  explicit Storm(std::uint64_t seed) : random_(seed), chance_(seed + 1) {
    JournalFacts journal{kEpoch, 1, Sequence{}, Sequence{}};
    for (const Epoch tail : kTails) {
      if (Between(1, 2) == 1) continue;
      lasts_[tail] = Between(1, 2'000);
      hqs_[tail].watermark = Between(0, lasts_[tail]);
      cursors_[tail] = Between(0, hqs_[tail].watermark);
      if (cursors_[tail] == lasts_[tail]) continue;
      journal.closed.push_back({tail, Sequence{lasts_[tail]}, Sequence{cursors_[tail]}});
    }
    session_ = std::make_unique<UplinkSession>(SessionOptions{}, journal, chance_, DigestAt);
    for (int i = 0; i < 3; ++i) hqs_[kEpoch].poison.insert(Between(1, 4'000));
  }

  void Run() {
    for (int i = 0; i < 3'000 && !::testing::Test::HasFatalFailure(); ++i) {
      Trouble();
      Turn();
    }
    calm_ = true;
    hq_up_ = true;
    Lose();  // a lost word about a closed epoch is told again to the next birth
    const MonoTime end = now_ + Millis(1'800'000);
    while (now_ < end && !Drained() && !::testing::Test::HasFatalFailure()) Turn();
    for (const auto& [epoch, last] : lasts_) {
      EXPECT_EQ(cursors_[epoch], last)
          << "epoch " << epoch.value << " is not drained half an hour after the storm";
      EXPECT_EQ(hqs_[epoch].watermark, last);
    }
    EXPECT_EQ(session_->tails(), 0U);
    EXPECT_EQ(session_->counts().refusals, 0U);
    EXPECT_GT(session_->counts().frames_sent, 100U);
  }

 private:
  std::uint64_t Between(std::uint64_t least, std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(least, most)(random_);
  }
  bool OneIn(std::uint64_t n) { return !calm_ && Between(1, n) == 1; }

  bool Drained() {
    return std::all_of(lasts_.begin(), lasts_.end(),
                       [this](const auto& log) { return cursors_[log.first] == log.second; });
  }

  void Trouble() {
    std::uint64_t& last = lasts_[kEpoch];
    if (OneIn(3)) {
      last += Between(1, OneIn(10) ? 600 : 5);
      session_->OnCommitted(Sequence{last}, now_);
      if (OneIn(4)) session_->OnJourneyClosed(Sequence{last});
    }
    if (OneIn(700)) {  // HQ's database is set back
      ModelHq& hq = hqs_[kEpoch];
      hq.watermark -= std::min(hq.watermark, Between(1, 300));
      ++generation_;
      hq_nonce_ = 0;
      Lose();
    }
    if (connected_ && OneIn(60)) Lose();
    if (OneIn(100)) {
      hq_up_ = !hq_up_;
      if (hq_up_) ++hq_boot_;
      if (connected_ && !OneIn(4)) TellHqState();  // or the news is lost
    }
    if (OneIn(50)) session_->OnAck("garbage", now_);
    if (OneIn(50)) {
      wire::Ack foreign{Between(1, 9), generation_, kEpoch, Sequence{last}, wire::kAckResume, 4};
      session_->OnAck(wire::EncodeAck(foreign), now_);
    }
  }

  void TellHqState() {
    session_->OnHqState(
        wire::EncodeHqState(
            {.present = hq_up_, .generation = generation_, .boot = "b" + std::to_string(hq_boot_)}),
        now_);
  }

  void Lose() {
    if (!connected_) return;
    connected_ = false;
    ++connection_;
    session_->OnLost(now_);
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
    const Step step = session_->Next(now_);
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
      session_->OnAck(packet.ack, now_);
      return;
    }
    if (!hq_up_) return;
    if (packet.birth) {
      hq_nonce_ = packet.nonce;
      hq_tails_ = packet.tails;
    }
    if (hq_nonce_ == 0) return;
    const Epoch turn = TurnOf();
    for (const Epoch tail : packet.tails) {
      if (hqs_[tail].watermark >= lasts_[tail]) Say(tail, 0);
    }
    std::uint32_t flags = wire::kAckResume;
    Epoch epoch = packet.birth ? turn : packet.epoch;
    if (packet.birth && packet.generation < generation_) flags |= wire::kAckRewind;
    if (!packet.birth && epoch > turn) {
      epoch = turn;
    } else if (!packet.birth) {
      flags = hqs_[epoch].Take(packet.first, packet.last);
    }
    Say(epoch, flags);
  }

  void Say(Epoch epoch, std::uint32_t flags) {
    const Sequence watermark{hqs_[epoch].watermark};
    const bool set_aside = hqs_[epoch].poison.contains(watermark.value);
    Packet answer;
    answer.ack = wire::EncodeAck({hq_nonce_, generation_, epoch, watermark, flags,
                                  static_cast<std::uint32_t>(calm_ ? 4 : Between(0, 6)),
                                  set_aside ? 0 : DigestAt(epoch, watermark)});
    Put(answer);
  }

  // The lowest epoch that the birth names and that HQ lacks something of.
  Epoch TurnOf() {
    for (const Epoch tail : hq_tails_) {
      if (hqs_[tail].watermark < lasts_[tail]) return tail;
    }
    return kEpoch;
  }

  void Perform(const Step& step) {
    switch (step.kind) {
      case Step::Kind::kWait:
        return;
      case Step::Kind::kConnect:
        if (OneIn(3)) {
          session_->OnConnectFailed(now_);
          return;
        }
        connected_ = true;
        session_->OnConnected(now_);
        if (!hq_up_ || OneIn(2)) TellHqState();  // retained; the broker may have lost it
        return;
      case Step::Kind::kBirth: {
        Packet packet;
        packet.to_hq = true;
        packet.birth = true;
        packet.nonce = session_->nonce();
        packet.generation = session_->hq_generation();
        for (const Epoch tail : kTails) {
          if (session_->HasTail(tail)) packet.tails.push_back(tail);
        }
        Put(packet);
        session_->OnBirthSent(now_);
        return;
      }
      case Step::Kind::kFrame:
        SendFrame(step);
        return;
      case Step::Kind::kAcknowledge:
        ASSERT_GT(step.watermark.value, cursors_[step.epoch]) << "the cursor fell";
        cursors_[step.epoch] = step.watermark.value;
        return;
      case Step::Kind::kRewind:
        ASSERT_EQ(step.epoch, kEpoch);
        cursors_[kEpoch] = std::min(cursors_[kEpoch], step.watermark.value);
        return;
      case Step::Kind::kNoteGeneration:
        return;
      case Step::Kind::kBeginEpoch:
        FAIL() << "a new epoch without a reason: " << RefusalText(session_->refusal());
    }
  }

  void SendFrame(const Step& step) {
    if (OneIn(40)) {
      session_->OnPublishFailed(now_);
      return;
    }
    std::uint64_t& highest = highest_[step.epoch];
    highest = std::max(highest, hqs_[step.epoch].watermark);
    ASSERT_LE(step.first.value, highest + 1) << "a position was skipped";
    ASSERT_LE(step.first.value, lasts_[step.epoch]);
    Packet packet;
    packet.to_hq = true;
    packet.epoch = step.epoch;
    packet.first = step.first.value;
    const std::uint64_t fits = Between(1, step.limit);
    packet.last = std::min(lasts_[step.epoch], packet.first + fits - 1);
    highest = std::max(highest, packet.last);
    Put(packet);
    session_->OnFrameSent(step.first, Sequence{packet.last}, packet.last - packet.first + 1, now_);
  }

  std::mt19937_64 random_;
  fakes::SeededRandom chance_;
  std::unique_ptr<UplinkSession> session_;
  std::map<Epoch, ModelHq> hqs_;
  std::map<Epoch, std::uint64_t> lasts_;    // of the terminal
  std::map<Epoch, std::uint64_t> cursors_;  // of its journal
  std::map<Epoch, std::uint64_t> highest_;  // ever sent
  MonoTime now_ = MonoFromMs(0);
  std::multimap<MonoTime, Packet> network_;
  bool calm_ = false;
  bool connected_ = false;
  bool hq_up_ = true;
  std::uint64_t hq_boot_ = 1;
  std::uint64_t hq_nonce_ = 0;
  std::vector<Epoch> hq_tails_;
  std::uint64_t generation_ = 1;
  std::uint64_t connection_ = 1;
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
