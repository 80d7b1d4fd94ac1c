// The connection: attempts, backoff, births, nonces, HQ away.
#include <set>

#include "tests/unit/sync/uplink/session_fixture.h"

namespace trayline::uplink {
namespace {

class SessionLink : public SessionFixture {
 protected:
  SessionLink() : SessionFixture(3'000, 0) {}

  // A failed attempt; returns how long the session waits after it.
  Millis Fail() {
    Step step = Next();
    if (step.kind == Step::Kind::kWait) {
      now = step.until;
      step = Next();
    }
    EXPECT_EQ(step.kind, Step::Kind::kConnect);
    session.OnConnectFailed(now);
    step = Next();
    return step.kind == Step::Kind::kWait ? step.until - now : Millis(0);
  }
};

TEST_F(SessionLink, BacksOffDoublingToThirtySecondsWithFullJitter) {
  Millis cap{200};
  Millis longest{0};
  for (int i = 0; i < 200; ++i) {
    const Millis delay = Fail();
    EXPECT_LE(delay, cap) << "attempt " << i;
    longest = std::max(longest, delay);
    cap = std::min(cap * 2, Millis(30'000));
  }
  EXPECT_GT(longest, Millis(25'000));
  EXPECT_EQ(session.State(), UplinkState::kOffline);
}

// A peer made 5,264 attempts in 20 s because each new event cut the backoff short.
TEST(SessionBackoff, IsNeverShortenedByNewEvents) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    fakes::SeededRandom random(seed);
    UplinkSession session(SessionOptions{}, {kEpoch, 1, Sequence{}, Sequence{}}, random,
                          [](Epoch, Sequence) { return std::uint64_t{0}; });
    int attempts = 0;
    for (int ms = 0; ms < 20'000; ++ms) {
      const MonoTime now = MonoFromMs(ms);
      session.OnCommitted(Sequence{static_cast<std::uint64_t>(ms) + 1}, now);
      session.OnJourneyClosed(Sequence{static_cast<std::uint64_t>(ms) + 1});
      if (session.Next(now).kind == Step::Kind::kConnect) {
        ++attempts;
        session.OnConnectFailed(now);
      }
    }
    EXPECT_LT(attempts, 30);
    EXPECT_GE(attempts, 5);
  }
}

TEST_F(SessionLink, GivesEachConnectionAFreshNonceAndAHigherBirthNumber) {
  std::set<std::uint64_t> nonces;
  std::uint64_t number = 0;
  for (int i = 0; i < 20; ++i) {
    Connect();
    EXPECT_TRUE(nonces.insert(session.nonce()).second);
    EXPECT_GT(session.birth_number(), number);
    number = session.birth_number();
    session.OnLost(now);
  }
}

TEST_F(SessionLink, BirthNumbersRiseFromRunToRun) {
  UplinkSession later(SessionOptions{}, {kEpoch, 4, Sequence{}, Sequence{}}, random,
                      [](Epoch, Sequence) { return std::uint64_t{0}; });
  for (int i = 0; i < 50; ++i) {
    Connect();
    session.OnLost(now);
  }
  ASSERT_EQ(later.Next(now).kind, Step::Kind::kConnect);
  EXPECT_GT(later.birth_number(), session.birth_number());
}

TEST_F(SessionLink, StartsTheBackoffAnewOnlyAfterProgress) {
  for (int i = 0; i < 12; ++i) Fail();
  // Connected and thrown out again, as two terminals of one identity do to each other.
  Millis longest{0};
  for (int i = 0; i < 30; ++i) {
    Connect();
    Ack(0, wire::kAckResume);
    session.OnLost(now);
    const Step step = Next();
    if (step.kind == Step::Kind::kWait) longest = std::max(longest, step.until - now);
  }
  EXPECT_GT(longest, Millis(10'000));
  Connect();
  Ack(0, wire::kAckResume);
  SendAll();
  Ack(500);
  Acknowledged();
  session.OnLost(now);
  const Step step = Next();
  EXPECT_TRUE(step.kind == Step::Kind::kConnect || step.until - now <= Millis(200));
}

TEST_F(SessionLink, StartsTheBackoffAnewAfterAConnectionThatLasted) {
  for (int i = 0; i < 12; ++i) Fail();
  Connect();
  Pass(Millis(30'000));
  session.OnLost(now);
  const Step step = Next();
  EXPECT_TRUE(step.kind == Step::Kind::kConnect || step.until - now <= Millis(200));
}

TEST_F(SessionLink, SendsAgainWhatWasInFlightWhenTheLinkBroke) {
  Connect();
  Ack(0, wire::kAckResume);
  EXPECT_EQ(SendAll(), (Firsts{1, 501, 1'001, 1'501}));
  session.OnLost(now);
  Connect();
  Ack(500, wire::kAckResume);
  Acknowledged();
  EXPECT_EQ(SendAll(), (Firsts{501, 1'001, 1'501, 2'001}));
  EXPECT_EQ(session.counts().events_resent, 1'500U);
}

TEST_F(SessionLink, PublishesTheBirthAgainWhenHqDoesNotAnswer) {
  Connect();
  const std::uint64_t nonce = session.nonce();
  Millis cap{1'500};
  for (int i = 0; i < 8; ++i) {
    const Step step = Next();
    ASSERT_EQ(step.kind, Step::Kind::kWait);
    EXPECT_GE(step.until - now, Millis(1'500));
    EXPECT_LE(step.until - now, cap);
    now = step.until;
    ASSERT_EQ(Kind(), Step::Kind::kBirth);
    session.OnBirthSent(now);
    cap = std::min(cap * 2, Millis(60'000));
  }
  EXPECT_EQ(session.nonce(), nonce);
  Ack(0, wire::kAckResume);
  EXPECT_EQ(session.State(), UplinkState::kConnected);
}

TEST_F(SessionLink, HoldsBackWhileHqIsAway) {
  Connect();
  Hq(true);
  Ack(0, wire::kAckResume);
  EXPECT_TRUE(session.hq_present());
  EXPECT_EQ(SendAll().size(), 4U);
  Hq(false);
  EXPECT_FALSE(session.hq_present());
  EXPECT_EQ(session.State(), UplinkState::kWaitingForHq);
  Pass(Millis(600'000));
  Commit(4'000);
  const Step step = Next();
  EXPECT_EQ(step.kind, Step::Kind::kWait);
  EXPECT_EQ(step.until, MonoTime::max());
}

TEST_F(SessionLink, AsksForTheWatermarkWhenHqIsBack) {
  Connect();
  Hq(false);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Hq(true, "b2");
  Step step = Next();
  if (step.kind == Step::Kind::kWait) {
    EXPECT_LE(step.until - now, Millis(1'500));
    now = step.until;
    step = Next();
  }
  EXPECT_EQ(step.kind, Step::Kind::kBirth);
  session.OnBirthSent(now);
  Ack(500, wire::kAckResume);
  Acknowledged();
  EXPECT_EQ(SendAll(), (Firsts{501, 1'001, 1'501, 2'001}));
}

TEST_F(SessionLink, AsksAgainWhenHqHasStartedAnew) {
  Connect();
  Hq(true, "b1");
  Ack(0, wire::kAckResume);
  SendAll();
  Hq(true, "b2");  // its going was not seen
  EXPECT_EQ(session.State(), UplinkState::kWaitingForHq);
  Ack(0, wire::kAckResume);  // it has read the retained birth and answers by itself
  EXPECT_EQ(SendAll(), (Firsts{1, 501, 1'001, 1'501}));
}

TEST_F(SessionLink, IgnoresWhatIsNotHqsState) {
  Connect();
  Ack(0, wire::kAckResume);
  session.OnHqState("<html>Welcome to our guest network</html>", now);
  session.OnHqState("", now);
  EXPECT_EQ(session.State(), UplinkState::kConnected);
}

TEST_F(SessionLink, WaitsAndTriesAgainWhenThePublishIsRefused) {
  Connect();
  Ack(0, wire::kAckResume);
  ASSERT_EQ(Kind(), Step::Kind::kFrame);
  session.OnPublishFailed(now);
  const Step step = Next();
  ASSERT_EQ(step.kind, Step::Kind::kWait);
  EXPECT_EQ(step.until - now, Millis(1'500));
  now = step.until;
  EXPECT_EQ(SendAll(), (Firsts{1, 501, 1'001, 1'501}));
}

}  // namespace
}  // namespace trayline::uplink
