// What is done about losses, damage, strangers and restored databases.
#include "tests/unit/sync/uplink/session_fixture.h"

namespace trayline::uplink {
namespace {

class SessionRepair : public SessionFixture {
 protected:
  SessionRepair() : SessionFixture(10'000, 0) {}

  void Resume(std::uint64_t watermark = 0) {
    Connect();
    Ack(watermark, wire::kAckResume);
    Acknowledged();
  }
  // The next timer, which must lie within [least, most] from now.
  void Turn(Millis least, Millis most) {
    const Step step = Next();
    ASSERT_EQ(step.kind, Step::Kind::kWait);
    ASSERT_GE(step.until - now, least);
    ASSERT_LE(step.until - now, most);
    now = step.until;
  }
};

TEST_F(SessionRepair, GoesBackAfterOneAndAHalfSecondsWithoutProgressAndDoubles) {
  Resume();
  Millis cap{1'500};
  for (int i = 0; i < 9; ++i) {
    ASSERT_EQ(SendAll(100), (Firsts{1, 101, 201, 301})) << i;
    Turn(Millis(1'500), cap);
    cap = std::min(cap * 2, Millis(60'000));
    if (Kind() == Step::Kind::kBirth) session.OnBirthSent(now);
  }
  EXPECT_EQ(session.counts().rewinds, 9U);
  // Progress brings the first delay back.
  SendAll(100);
  Ack(100);
  Acknowledged();
  SendAll(100);
  Turn(Millis(1'500), Millis(1'500));
}

TEST_F(SessionRepair, AsksWithABirthWhenHqStaysSilent) {
  Resume();
  SendAll();
  Turn(Millis(1'500), Millis(1'500));
  EXPECT_EQ(SendAll().size(), 4U);
  Turn(Millis(1'500), Millis(3'000));
  EXPECT_EQ(Kind(), Step::Kind::kBirth);
  session.OnBirthSent(now);
  EXPECT_EQ(SendAll().size(), 4U);
}

TEST_F(SessionRepair, LateAcknowledgementsSaveTheRepetition) {
  Resume();
  SendAll(100);
  Turn(Millis(1'500), Millis(1'500));
  ASSERT_EQ(Kind(), Step::Kind::kFrame);
  Ack(400);  // it was only slow
  Acknowledged();
  EXPECT_EQ(SendAll(100), (Firsts{401, 501, 601, 701}));
}

TEST_F(SessionRepair, GoesBackOnceForOneGap) {
  Resume();
  SendAll(100);
  Ack(100);
  Ack(100, wire::kAckGap);  // frame 101..200 was lost; 201 and 301 are answered with GAP
  Acknowledged();
  EXPECT_EQ(SendAll(100), (Firsts{101, 201, 301, 401}));
  Ack(100, wire::kAckGap);  // the echo
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  EXPECT_EQ(session.counts().rewinds, 1U);
  Ack(500);
  Acknowledged();
  SendAll(100);
  Ack(500, wire::kAckGap);  // another one
  EXPECT_EQ(SendAll(100), (Firsts{501, 601, 701, 801}));
}

TEST_F(SessionRepair, AStubbornGapDoesNotSpin) {
  Resume();
  int frames = 0;
  for (int i = 0; i < 1'000; ++i) {
    frames += static_cast<int>(SendAll(100).size());
    Ack(0, wire::kAckGap);
  }
  EXPECT_LE(frames, 8);
}

TEST_F(SessionRepair, EncodesOneByOneAfterThreeBadAnswers) {
  Resume();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Next().limit, wire::kFrameEventsMax);
    EXPECT_EQ(SendAll(3), (Firsts{1, 4, 7, 10}));
    Ack(0, wire::kAckBad);
    Ack(0, wire::kAckGap);
  }
  EXPECT_EQ(Next().limit, 1U);
  EXPECT_EQ(SendAll(), (Firsts{1, 2, 3, 4}));
  Ack(1);
  Ack(2);  // HQ has set one of them aside
  Acknowledged();
  EXPECT_EQ(session.watermark(), Sequence{2});
  SendAll();
  Ack(3);
  Acknowledged();
  EXPECT_EQ(Next().limit, wire::kFrameEventsMax);  // behind the range as before
}

TEST_F(SessionRepair, ABadSingleWaitsForTheTimer) {
  Resume();
  for (int i = 0; i < 3; ++i) {
    SendAll(3);
    Ack(0, wire::kAckBad);
  }
  SendAll();
  for (int i = 0; i < 100; ++i) {
    Ack(0, wire::kAckBad);
    ASSERT_EQ(Kind(), Step::Kind::kWait);
  }
}

TEST_F(SessionRepair, IgnoresAcknowledgementsOfAnotherBirth) {
  Resume();
  SendAll();
  wire::Ack ack = Plain(2'000, 0);
  ack.nonce ^= 1;
  Say(ack);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  EXPECT_EQ(session.watermark(), Sequence{0});
  EXPECT_EQ(session.counts().ignored_acks, 1U);
}

TEST_F(SessionRepair, IgnoresAcknowledgementsOfTheConnectionBefore) {
  Resume();
  SendAll();
  const wire::Ack old = Plain(2'000, wire::kAckResume);
  session.OnLost(now);
  Say(old);
  Connect();
  Say(old);
  EXPECT_EQ(session.watermark(), Sequence{0});
  EXPECT_EQ(session.State(), UplinkState::kWaitingForHq);
}

// A guest network's login page said "200 OK" to everything, and peers deleted what they had.
TEST_F(SessionRepair, IgnoresBytesThatAreNoAcknowledgement) {
  Resume();
  SendAll();
  const std::string good = wire::EncodeAck(Plain(2'000, 0));
  session.OnAck("", now);
  session.OnAck("HTTP/1.1 200 OK\r\n\r\n<html>Welcome</html>", now);
  session.OnAck(std::string(100, '\0'), now);
  for (std::size_t size = 0; size < good.size(); ++size) session.OnAck(good.substr(0, size), now);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  EXPECT_EQ(session.watermark(), Sequence{0});
}

TEST_F(SessionRepair, TheWatermarkNeverFalls) {
  Resume();
  SendAll();
  Ack(1'000);
  Acknowledged();
  Ack(500);
  Ack(0, wire::kAckResume);
  Ack(0, wire::kAckGap);
  wire::Ack rewind = Plain(0, wire::kAckRewind | wire::kAckResume);  // of the same generation
  Say(rewind);
  EXPECT_EQ(session.watermark(), Sequence{1'000});
  EXPECT_TRUE(Acknowledged().empty());
  EXPECT_EQ(Next().first, Sequence{1'001});
}

TEST_F(SessionRepair, ReplaysForARestoredDatabaseOfAHigherGeneration) {
  Resume();
  SendAll();
  Ack(1'000);
  Acknowledged();
  wire::Ack rewind = Plain(200, wire::kAckRewind | wire::kAckResume);
  rewind.hq_generation = 2;
  Say(rewind);
  EXPECT_EQ(session.watermark(), Sequence{200});
  EXPECT_EQ(session.hq_generation(), 2U);
  EXPECT_EQ(SendAll(), (Firsts{201, 701, 1'201, 1'701}));
  Say(rewind);  // a second time it is only an old acknowledgement
  rewind = Plain(700, 0);
  rewind.hq_generation = 2;
  Say(rewind);
  EXPECT_EQ(Acknowledged(), (Firsts{700}));
  rewind = Plain(0, wire::kAckRewind);
  rewind.hq_generation = 2;
  Say(rewind);
  EXPECT_EQ(session.watermark(), Sequence{700});
}

TEST_F(SessionRepair, IgnoresAnOlderGeneration) {
  Resume();
  wire::Ack ack = Plain(100, 0);
  ack.hq_generation = 5;
  Say(ack);
  Acknowledged();
  ack = Plain(400, 0);
  ack.hq_generation = 4;  // HQ was set back without saying so
  Say(ack);
  EXPECT_EQ(session.watermark(), Sequence{100});
  EXPECT_EQ(session.hq_generation(), 5U);
}

TEST_F(SessionRepair, IgnoresALowerEpoch) {
  Resume();
  wire::Ack ack = Plain(1'000, 0);
  ack.epoch = Epoch{kEpoch.value - 1};
  Say(ack);
  EXPECT_EQ(session.State(), UplinkState::kConnected);
  EXPECT_EQ(session.watermark(), Sequence{0});
}

}  // namespace
}  // namespace trayline::uplink
