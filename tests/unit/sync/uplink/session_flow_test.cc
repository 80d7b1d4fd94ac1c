// What flows when nothing is wrong: birth, resume, frames, window, flush, acknowledgements.
#include "tests/unit/sync/uplink/session_fixture.h"

namespace trayline::uplink {
namespace {

class SessionFlow : public SessionFixture {
 protected:
  SessionFlow() : SessionFixture(3'000, 1'000) {}
};

class EmptySession : public SessionFixture {};

TEST_F(SessionFlow, ConnectsAtOnceAndPublishesTheBirth) {
  EXPECT_EQ(session.State(), UplinkState::kConnecting);
  Connect();
  EXPECT_EQ(session.State(), UplinkState::kWaitingForHq);
  EXPECT_NE(session.nonce(), 0U);
  EXPECT_EQ(session.counts().connects, 1U);
}

TEST_F(SessionFlow, SendsNothingBeforeHqHasAnswered) {
  Connect();
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Ack(1'500);  // an acknowledgement, but no RESUME
  EXPECT_EQ(Acknowledged(), (Firsts{1'500}));
  EXPECT_EQ(Kind(), Step::Kind::kWait);
}

TEST_F(SessionFlow, ResumesBehindHqsWatermark) {
  Connect();
  Ack(1'200, wire::kAckResume);
  EXPECT_EQ(session.State(), UplinkState::kConnected);
  EXPECT_EQ(Acknowledged(), (Firsts{1'200}));
  EXPECT_EQ(SendAll(), (Firsts{1'201, 1'701, 2'201, 2'701}));
}

TEST_F(SessionFlow, KeepsFourFramesInFlightAndGoesOnAsTheyAreAcknowledged) {
  Connect();
  Ack(1'000, wire::kAckResume);
  EXPECT_EQ(SendAll(100), (Firsts{1'001, 1'101, 1'201, 1'301}));
  Ack(1'100);
  EXPECT_EQ(Acknowledged(), (Firsts{1'100}));
  EXPECT_EQ(SendAll(100), (Firsts{1'401}));
  Ack(1'400);  // one acknowledgement for three frames
  EXPECT_EQ(Acknowledged(), (Firsts{1'400}));
  EXPECT_EQ(SendAll(100), (Firsts{1'501, 1'601, 1'701}));
}

TEST_F(SessionFlow, AcknowledgesNothingWithoutHq) {
  Connect();
  Ack(1'000, wire::kAckResume);
  SendAll();  // the broker has taken them all: PUBACK means nothing
  for (int i = 0; i < 200; ++i) {
    const Step step = Next();
    ASSERT_NE(step.kind, Step::Kind::kAcknowledge);
    if (step.kind == Step::Kind::kWait) now = std::max(now + Millis(1), step.until);
    if (step.kind == Step::Kind::kBirth) session.OnBirthSent(now);
    if (step.kind == Step::Kind::kFrame) SendAll();
  }
  EXPECT_EQ(session.watermark(), Sequence{1'000});
}

TEST_F(SessionFlow, ObeysASmallerCredit) {
  Connect();
  wire::Ack ack = Plain(1'000, wire::kAckResume);
  ack.credit = 2;
  Say(ack);
  EXPECT_EQ(SendAll(100).size(), 2U);
  ack = Plain(1'100, 0);
  ack.credit = 100;  // never more than the own window
  Say(ack);
  Acknowledged();
  EXPECT_EQ(SendAll(100).size(), 3U);
}

TEST_F(SessionFlow, AsksAgainWhenAPauseIsNotLifted) {
  Connect();
  wire::Ack ack = Plain(1'000, wire::kAckResume);
  ack.credit = 0;
  Say(ack);
  Step step = Next();
  ASSERT_EQ(step.kind, Step::Kind::kWait);
  ASSERT_LE(step.until - now, Millis(1'500));
  now = step.until;
  EXPECT_EQ(Kind(), Step::Kind::kBirth);
  session.OnBirthSent(now);
  Ack(1'000, wire::kAckResume);
  EXPECT_EQ(SendAll().size(), 4U);
}

TEST_F(EmptySession, WaitsTwoSecondsForCompany) {
  Connect();
  Ack(0, wire::kAckResume);
  Commit(1);
  Step step = Next();
  ASSERT_EQ(step.kind, Step::Kind::kWait);
  EXPECT_EQ(step.until, now + Millis(2'000));
  EXPECT_EQ(session.WaitingForCompany(), Sequence{1});
  Pass(Millis(1'500));
  Commit(3);  // does not begin the two seconds anew
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Pass(Millis(500));
  EXPECT_EQ(SendAll(), (Firsts{1}));
  EXPECT_EQ(session.WaitingForCompany(), std::nullopt);
}

TEST_F(EmptySession, SendsAtOnceWhatClosesAJourney) {
  Connect();
  Ack(0, wire::kAckResume);
  Commit(7);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  session.OnJourneyClosed(Sequence{5});
  EXPECT_EQ(SendAll(), (Firsts{1}));
}

TEST_F(EmptySession, SendsAFullFrameAtOnce) {
  Connect();
  Ack(0, wire::kAckResume);
  Commit(499);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Commit(501);
  EXPECT_EQ(SendAll(), (Firsts{1}));
  Ack(500);
  Acknowledged();
  Pass(Millis(2'000));
  EXPECT_EQ(SendAll(), (Firsts{501}));
}

TEST_F(EmptySession, AsksNoMoreUntilTheNextCommitWhenNothingIsThere) {
  Connect();
  Ack(0, wire::kAckResume);
  Commit(5);
  Pass(Millis(2'000));
  ASSERT_EQ(Kind(), Step::Kind::kFrame);
  session.OnFrameEmpty(now);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Commit(6);
  Pass(Millis(2'000));
  EXPECT_EQ(SendAll(), (Firsts{1}));
}

TEST_F(SessionFlow, CountsWhatItDid) {
  Connect();
  Ack(1'000, wire::kAckResume);
  SendAll();
  Ack(1'500);
  Ack(1'500);
  EXPECT_EQ(session.counts().frames_sent, 4U);
  EXPECT_EQ(session.counts().events_sent, 2'000U);
  EXPECT_EQ(session.counts().events_resent, 0U);
  EXPECT_EQ(session.counts().acks, 3U);
  EXPECT_EQ(session.last_ack(), now);
}

}  // namespace
}  // namespace trayline::uplink
