// Closed epochs, forks, and new epochs.
#include "tests/unit/sync/uplink/session_fixture.h"

namespace trayline::uplink {
namespace {

constexpr Epoch kFirstClosed{1'600'000'000};
constexpr Epoch kSecondClosed{1'650'000'000};
constexpr Millis kMinute{60'000};

// What the journal was told, as text: "ack 1600000000/40".
std::vector<std::string> Texts(const std::vector<Step>& told) {
  std::vector<std::string> texts;
  for (const Step& step : told) {
    const std::string place =
        std::to_string(step.epoch.value) + "/" + std::to_string(step.watermark.value);
    if (step.kind == Step::Kind::kAcknowledge) texts.push_back("ack " + place);
    if (step.kind == Step::Kind::kRewind) {
      texts.push_back("rewind " + place + " " + std::to_string(step.generation));
    }
    if (step.kind == Step::Kind::kNoteGeneration) {
      texts.push_back("note " + std::to_string(step.generation));
    }
  }
  return texts;
}

class SessionTails : public SessionFixture {
 protected:
  SessionTails()
      : SessionFixture(100, 0,
                       {{kFirstClosed, Sequence{900}, Sequence{300}},
                        {kSecondClosed, Sequence{40}, Sequence{0}}}) {}
  void Resume(Epoch epoch, std::uint64_t watermark) {
    Say(Honest(epoch, watermark, wire::kAckResume));
  }
};

TEST_F(SessionTails, TailOfAClosedEpochComesFirst) {
  Connect();
  Resume(kFirstClosed, 300);
  EXPECT_EQ(session.State(), UplinkState::kConnected);
  EXPECT_EQ(Next().epoch, kFirstClosed);
  EXPECT_EQ(SendAll(), (Firsts{301, 801}));
  Say(Honest(kFirstClosed, 900, 0));
  // Done: the birth asks what comes next.
  ASSERT_EQ(Kind(), Step::Kind::kBirth);
  EXPECT_FALSE(session.HasTail(kFirstClosed));
  EXPECT_TRUE(session.HasTail(kSecondClosed));
  session.OnBirthSent(now);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Resume(kSecondClosed, 0);
  EXPECT_EQ(Next().epoch, kSecondClosed);
  EXPECT_EQ(SendAll(), (Firsts{1}));
  Say(Honest(kSecondClosed, 40, 0));
  ASSERT_EQ(Kind(), Step::Kind::kBirth);
  session.OnBirthSent(now);
  Resume(kEpoch, 0);
  EXPECT_EQ(Next().epoch, kEpoch);
  EXPECT_EQ(SendAll(), (Firsts{1}));
  EXPECT_EQ(Texts(told),
            (std::vector<std::string>{"note 1", "ack 1600000000/900", "ack 1650000000/40"}));
  EXPECT_EQ(session.tails(), 0U);
}

TEST_F(SessionTails, WhatIsRecordedMeanwhileWaits) {
  Connect();
  Resume(kFirstClosed, 300);
  SendAll();
  Commit(700);
  session.OnJourneyClosed(Sequence{700});
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  EXPECT_EQ(session.last(), Sequence{700});
  EXPECT_EQ(session.WaitingForCompany(), std::nullopt);
}

TEST_F(SessionTails, AnHqThatKnowsNoClosedEpochsGetsThePresentOne) {
  Connect();
  Resume(kEpoch, 0);
  EXPECT_EQ(SendAll(), (Firsts{1}));
  EXPECT_EQ(session.tails(), 2U);
  EXPECT_EQ(Texts(told), (std::vector<std::string>{"note 1"}));
}

TEST_F(SessionTails, WhatHqHasAlreadyIsDroppedAtItsWord) {
  Connect();
  Say(Honest(kFirstClosed, 900, 0));
  Resume(kSecondClosed, 0);
  EXPECT_EQ(Next().epoch, kSecondClosed);
  EXPECT_FALSE(session.HasTail(kFirstClosed));
  EXPECT_EQ(Texts(told), (std::vector<std::string>{"ack 1600000000/900", "note 1"}));
}

TEST_F(SessionTails, AnotherHistoryUnderAClosedNumberIsNotAcknowledged) {
  Connect();
  wire::Ack ack = Honest(kFirstClosed, 900, 0);
  ack.digest ^= 1;
  Say(ack);
  EXPECT_FALSE(session.HasTail(kFirstClosed));  // set aside, the journal keeps it
  EXPECT_EQ(session.tails_aside(), 1U);
  ack = Honest(kSecondClosed, 30, wire::kAckResume);
  ack.digest ^= 1;
  Say(ack);
  EXPECT_FALSE(session.HasTail(kSecondClosed));
  EXPECT_EQ(session.tails_aside(), 2U);
  EXPECT_EQ(Kind(), Step::Kind::kBirth);
  EXPECT_TRUE(Texts(told).empty());
  EXPECT_EQ(session.State(), UplinkState::kWaitingForHq);
}

TEST_F(SessionTails, AClosedEpochThatCannotBeReadIsSetAside) {
  Connect();
  Resume(kFirstClosed, 300);
  for (std::uint32_t i = 0; i < kTailFailuresMax; ++i) {
    Step step = Next();
    if (step.kind == Step::Kind::kWait) {
      now = step.until;
      step = Next();
    }
    ASSERT_EQ(step.kind, Step::Kind::kFrame);
    session.OnFrameUnreadable(now);
  }
  EXPECT_EQ(Kind(), Step::Kind::kBirth);
  session.OnBirthSent(now);
  Resume(kFirstClosed, 300);  // an answer to the birth before
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Resume(kSecondClosed, 0);
  ASSERT_EQ(Next().epoch, kSecondClosed);
  session.OnFrameEmpty(now);
  EXPECT_EQ(Kind(), Step::Kind::kBirth);
  EXPECT_EQ(session.tails(), 0U);
  EXPECT_EQ(session.tails_aside(), 2U);
}

TEST_F(SessionTails, GoOnAfterALostConnection) {
  Connect();
  Resume(kFirstClosed, 300);
  SendAll();
  session.OnLost(now);
  Connect();
  EXPECT_TRUE(session.HasTail(kFirstClosed));
  Resume(kFirstClosed, 800);
  EXPECT_EQ(SendAll(), (Firsts{801}));
}

TEST_F(SessionTails, AreSentAgainForARestoredHq) {
  Connect();
  wire::Ack ack = Honest(kFirstClosed, 100, wire::kAckResume | wire::kAckRewind);
  ack.hq_generation = 4;
  Say(ack);
  EXPECT_EQ(SendAll(), (Firsts{101, 601}));
  EXPECT_EQ(Texts(told), (std::vector<std::string>{"note 4"}));
}

class SessionFork : public SessionFixture {
 protected:
  SessionFork() : SessionFixture(10'000, 500) {}
};

TEST_F(SessionFork, AWatermarkAboveTheKnownOneIsBelievedByItsDigest) {
  Connect();
  Say(Honest(kEpoch, 800, wire::kAckResume));
  EXPECT_EQ(session.State(), UplinkState::kConnected);
  EXPECT_EQ(session.watermark(), Sequence{800});
}

TEST_F(SessionFork, AnotherEventAtHqsWatermarkBeginsANewEpoch) {
  Connect();
  wire::Ack ack = Honest(kEpoch, 800, wire::kAckResume);
  ack.digest ^= 1;
  Say(ack);
  EXPECT_EQ(session.State(), UplinkState::kRefusedEpoch);
  EXPECT_EQ(session.refusal(), Refusal::kFork);
  EXPECT_EQ(session.watermark(), Sequence{500});
  const Step step = Next();
  EXPECT_EQ(step.kind, Step::Kind::kBeginEpoch);
  EXPECT_EQ(step.epoch, kEpoch.Next());
  EXPECT_TRUE(told.empty());
}

TEST_F(SessionFork, ATwinsFramesUnderThisNonceAreNotBelieved) {
  Connect();
  Say(Honest(kEpoch, 500, wire::kAckResume));
  SendAll();
  wire::Ack ack = Honest(kEpoch, 700, 0);
  ack.digest ^= 1;
  Say(ack);
  EXPECT_EQ(session.refusal(), Refusal::kFork);
  EXPECT_EQ(session.watermark(), Sequence{500});
}

TEST_F(SessionFork, WhatCannotBeProvenBeginsANewEpoch) {
  Connect();
  gone = {800};
  Say(Honest(kEpoch, 800, wire::kAckResume));
  EXPECT_EQ(session.refusal(), Refusal::kUnproven);
  EXPECT_EQ(Kind(), Step::Kind::kBeginEpoch);
}

TEST_F(SessionFork, WhatWasGivenUpWhileItWasUnderWayIsStillKnown) {
  Connect();
  Say(Honest(kEpoch, 500, wire::kAckResume));
  ASSERT_EQ(SendAll(), (Firsts{501, 1'001, 1'501, 2'001}));
  gone = {1'500};  // the disk is full; HQ had the frame already
  Say(Honest(kEpoch, 1'500, 0));
  EXPECT_EQ(session.State(), UplinkState::kConnected);
  EXPECT_EQ(session.watermark(), Sequence{1'500});
  session.OnLost(now);
  Connect();
  gone = {2'000};
  Say(Honest(kEpoch, 2'000, wire::kAckResume));
  EXPECT_EQ(session.watermark(), Sequence{2'000});
}

TEST_F(SessionFork, AVoidAtHqsWatermarkProvesNothingAndIsTaken) {
  Connect();
  Ack(800, wire::kAckResume);
  EXPECT_EQ(session.watermark(), Sequence{800});
}

class SessionRefused : public SessionFixture {
 protected:
  SessionRefused() : SessionFixture(10'000, 0) {}
  void Order(std::uint64_t epoch) {
    wire::Ack ack = Plain(0, wire::kAckNewEpoch);
    ack.epoch = Epoch{epoch};
    Say(ack);
  }
  // Refused, and the journal does what it is asked for; how long that took to be due.
  Millis TakeNewEpoch() {
    Connect();
    wire::Ack ack = Plain(0, 0);
    ack.epoch = Epoch{session.epoch().value + 9};
    Say(ack);
    const MonoTime from = now;
    Step step = Next();
    if (step.kind == Step::Kind::kWait) {
      now = step.until;
      step = Next();
    }
    EXPECT_EQ(step.kind, Step::Kind::kBeginEpoch);
    session.OnJournalChanged({step.epoch, 1, Sequence{10'000}, Sequence{0}}, now);
    return now - from;
  }
};

TEST_F(SessionRefused, ANewEpochThatHqOrdersBegins) {
  Connect();
  Order(kEpoch.value + 5);
  EXPECT_EQ(session.State(), UplinkState::kRefusedEpoch);
  EXPECT_EQ(session.refusal(), Refusal::kOrdered);
  const Step step = Next();
  ASSERT_EQ(step.kind, Step::Kind::kBeginEpoch);
  EXPECT_EQ(step.epoch, Epoch{kEpoch.value + 5});
  EXPECT_EQ(Kind(), Step::Kind::kWait);  // until the journal has it
  const std::uint64_t number = session.birth_number();
  const std::uint64_t nonce = session.nonce();
  session.OnJournalChanged({step.epoch, 1, Sequence{9'000}, Sequence{0}}, now);
  Connect();
  EXPECT_GT(session.birth_number(), number);  // although the opens are counted anew
  EXPECT_NE(session.nonce(), nonce);
  EXPECT_EQ(session.epoch(), Epoch{kEpoch.value + 5});
  EXPECT_EQ(session.last(), Sequence{9'000});
  Say(Honest(session.epoch(), 0, wire::kAckResume));
  EXPECT_EQ(SendAll().size(), 4U);
  EXPECT_EQ(session.counts().epochs, 1U);
}

TEST_F(SessionRefused, AnEpochThatHqKnowsIsNotTakenAgain) {
  Connect();
  Say(Honest(Epoch{kEpoch.value + 7}, 2'000, 0));
  EXPECT_EQ(session.refusal(), Refusal::kKnowsHigher);
  EXPECT_EQ(session.watermark(), Sequence{0});
  EXPECT_EQ(Next().epoch, Epoch{kEpoch.value + 8});
}

TEST_F(SessionRefused, AnOrderedEpochBelowTheOwnBecomesTheNextOne) {
  Connect();
  Order(5);
  EXPECT_EQ(Next().epoch, kEpoch.Next());
}

TEST_F(SessionRefused, WhenHqHasMoreThanThisJournal) {
  Connect();
  Ack(10'001, wire::kAckResume);
  EXPECT_EQ(session.refusal(), Refusal::kHqHasMore);
  EXPECT_TRUE(Acknowledged().empty());
}

TEST_F(SessionRefused, UntilHqResumesIt) {
  Connect();
  Say(Honest(kEpoch, 0, wire::kAckResume));
  Order(kEpoch.value + 1);
  ASSERT_EQ(session.State(), UplinkState::kRefusedEpoch);
  Ack(0, wire::kAckResume);
  EXPECT_EQ(session.State(), UplinkState::kConnected);
  EXPECT_EQ(SendAll().size(), 4U);
}

TEST_F(SessionRefused, TwoTerminalsWithOneIdentityDoNotSpin) {
  EXPECT_EQ(TakeNewEpoch(), Millis(0));
  Millis pause = kMinute;
  for (int i = 0; i < 12; ++i) {
    const Millis waited = TakeNewEpoch();
    EXPECT_LE(waited, pause) << i;
    EXPECT_GT(waited, pause - Millis(30'000)) << i;  // less the time to connect
    pause = std::min(pause * 2, Millis(3'600'000));
  }
  // Hours of calm: the next refusal is a new affair.
  session.OnLost(now);
  Pass(Millis(3 * 3'600'000));
  EXPECT_EQ(TakeNewEpoch(), Millis(0));
}

TEST_F(SessionRefused, ALostConnectionDoesNotBeginAnEpochThatIsNotDue) {
  TakeNewEpoch();
  Connect();
  wire::Ack ack = Plain(0, wire::kAckNewEpoch);
  ack.epoch = Epoch{session.epoch().value + 1};
  Say(ack);
  ASSERT_EQ(Kind(), Step::Kind::kWait);
  EXPECT_TRUE(session.epoch_due().has_value());
  session.OnLost(now);
  EXPECT_EQ(session.epoch_due(), std::nullopt);
  Connect();
  EXPECT_EQ(session.State(), UplinkState::kWaitingForHq);
}

TEST_F(SessionRefused, AJournalThatCannotBeginAnEpochIsAskedAgain) {
  Connect();
  Order(kEpoch.value + 1);
  ASSERT_EQ(Kind(), Step::Kind::kBeginEpoch);
  session.OnEpochFailed(now);
  const Step step = Next();
  ASSERT_EQ(step.kind, Step::Kind::kWait);
  EXPECT_EQ(step.until, now + kMinute);
  now = step.until;
  EXPECT_EQ(Kind(), Step::Kind::kBeginEpoch);
}

TEST_F(SessionRefused, AnswersThatComeWhileTheJournalChangesAreIgnored) {
  Connect();
  Order(kEpoch.value + 1);
  ASSERT_EQ(Kind(), Step::Kind::kBeginEpoch);
  Ack(5'000, wire::kAckResume);
  EXPECT_EQ(session.watermark(), Sequence{0});
  EXPECT_EQ(session.State(), UplinkState::kRefusedEpoch);
}

TEST_F(SessionRefused, AJournalThatTakesANewEpochByItselfBeginsAnew) {
  Connect();
  Ack(0, wire::kAckResume);
  SendAll();
  session.OnJournalChanged({Epoch{kEpoch.value + 3},
                            1,
                            Sequence{3},
                            Sequence{0},
                            {{kEpoch, Sequence{10'000}, Sequence{0}}}},
                           now);
  Connect();
  EXPECT_TRUE(session.HasTail(kEpoch));
  Say(Honest(kEpoch, 0, wire::kAckResume));
  EXPECT_EQ(Next().epoch, kEpoch);
}

class SessionBirth : public SessionFixture {
 protected:
  SessionBirth() : SessionFixture(100, 100) {}
};

TEST_F(SessionBirth, IsPublishedAgainWhenNothingIsUnderWay) {
  Connect();
  Ack(100, wire::kAckResume);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Commit(101);
  session.OnJourneyClosed(Sequence{101});
  ASSERT_EQ(SendAll(), (Firsts{101}));
  session.WantBirth();
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  Ack(101);
  ASSERT_EQ(Kind(), Step::Kind::kBirth);
  session.OnBirthSent(now);
  EXPECT_EQ(Kind(), Step::Kind::kWait);
  EXPECT_EQ(session.State(), UplinkState::kConnected);
}

TEST_F(SessionBirth, TheGenerationIsNotedOnceItIsObeyed) {
  Connect();
  wire::Ack ack = Plain(100, wire::kAckResume);
  ack.hq_generation = 3;
  Say(ack);
  Say(ack);
  ack = Plain(40, wire::kAckRewind | wire::kAckResume);
  ack.hq_generation = 4;
  Say(ack);
  EXPECT_EQ(SendAll(), (Firsts{41}));
  EXPECT_EQ(Texts(told), (std::vector<std::string>{"note 3", "rewind 1700000000/40 4"}));
}

}  // namespace
}  // namespace trayline::uplink
