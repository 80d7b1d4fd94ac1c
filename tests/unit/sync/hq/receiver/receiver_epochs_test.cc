// Which journal a terminal has: closed epochs, renumbered events, clones, restored disks, a
// restored HQ.
#include <gtest/gtest.h>

#include <memory>

#include "agent/base/hash.h"
#include "agent/event/event.h"
#include "sync/hq/receiver/receiver_core.h"
#include "sync/wire/topics.h"
#include "tests/fakes/memory_hq_store.h"
#include "tests/unit/sync/hq/receiver/model_terminal.h"

namespace trayline::hq {
namespace {

constexpr WallTime kNow = WallFromMs(1'795'348'900'000);
constexpr Epoch kOld{1'795'000'000};
constexpr Epoch kNew{1'795'000'500};
constexpr const char* kOtherJournal = "ffeeddccbbaa99887766554433221100";

class ReceiverEpochs : public ::testing::Test {
 protected:
  ReceiverEpochs() { Restart(); }

  void Restart(std::uint64_t generation = 1) {
    core_ = std::make_unique<ReceiverCore>(ReceiverOptions{.generation = generation}, store_, log_);
    ASSERT_TRUE(core_->Start().ok());
  }
  // Hands messages over; all acknowledgements that come back.
  std::vector<wire::Ack> Give(const std::vector<Incoming>& messages) {
    std::vector<wire::Ack> acks;
    for (const Outgoing& message : core_->Handle(messages, kNow, 0)) {
      acks.push_back(wire::DecodeAck(message.payload).value());
    }
    return acks;
  }
  // The present terminal_ goes on in kNew with a tail in kOld.
  void CloseEpoch(std::uint64_t first, std::uint64_t last, std::uint64_t acked) {
    after_.birth.journal_id = kOtherJournal;
    after_.birth.closed = {{.epoch = kOld,
                            .journal_id = terminal_.birth.journal_id,
                            .first = Sequence{first},
                            .last = Sequence{last},
                            .acked = Sequence{acked}}};
  }
  LogRow LogOf(Epoch epoch) { return store_.logs[{TerminalKey{1}, epoch}]; }
  static std::uint64_t DigestOf(const ModelTerminal& terminal, std::uint64_t at) {
    return Fnv1a64(event::EncodeBody(terminal.EventAt(at), terminal.birth.epoch));
  }
  void ExpectBooksBalance() {
    for (const auto& [key, log] : store_.logs) {
      EXPECT_EQ(log.received + log.voided + log.quarantined, log.watermark.value);
    }
  }

  Log log_ = NullLog();
  fakes::MemoryHqStore store_;
  std::unique_ptr<ReceiverCore> core_;
  ModelTerminal terminal_{"k1", kOld};
  ModelTerminal after_{"k1", kNew};
};

TEST_F(ReceiverEpochs, TailOfAClosedEpochComesFirst) {
  terminal_.Record(20);
  after_.Record(5);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  CloseEpoch(1, 20, 8);
  auto acks = Give({after_.Birth()});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].epoch, kOld);
  EXPECT_EQ(acks[0].watermark, Sequence{10});
  EXPECT_EQ(acks[0].flags, wire::kAckResume);
  EXPECT_EQ(acks[0].digest, DigestOf(terminal_, 10));
  EXPECT_EQ(acks[0].nonce, after_.birth.nonce);
  // Out of turn: told again what comes next.
  acks = Give({after_.Frame(1, 5)});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].epoch, kOld);
  EXPECT_EQ(acks[0].flags, wire::kAckResume);
  EXPECT_EQ(LogOf(kNew).watermark, Sequence{0});
  acks = Give({terminal_.Frame(11, 20)});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].epoch, kOld);
  EXPECT_EQ(acks[0].watermark, Sequence{20});
  after_.birth.closed.clear();
  acks = Give({after_.BirthAgain()});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].epoch, kNew);
  Give({after_.Frame(1, 5)});
  EXPECT_EQ(LogOf(kOld).received, 20U);
  EXPECT_EQ(LogOf(kNew).received, 5U);
  ExpectBooksBalance();
}

TEST_F(ReceiverEpochs, ATailThatIsCompleteIsToldAndSkipped) {
  terminal_.Record(30);
  Give({terminal_.Birth(), terminal_.Frame(1, 30)});
  CloseEpoch(1, 25, 8);  // an older file was put back: HQ has more than it
  const auto acks = Give({after_.Birth()});
  ASSERT_EQ(acks.size(), 2U);
  EXPECT_EQ(acks[0].epoch, kOld);
  EXPECT_EQ(acks[0].watermark, Sequence{25});
  EXPECT_EQ(acks[0].digest, DigestOf(terminal_, 25));
  EXPECT_EQ(acks[0].flags, 0U);
  EXPECT_EQ(acks[1].epoch, kNew);
  EXPECT_EQ(acks[1].flags, wire::kAckResume);
}

TEST_F(ReceiverEpochs, ATailOfAnEpochThatHqNeverHeardOf) {
  terminal_.Record(20);
  CloseEpoch(5, 20, 0);
  const auto acks = Give({after_.Birth()});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].epoch, kOld);
  EXPECT_EQ(acks[0].watermark, Sequence{4});  // nobody has 1 to 4 any more
  EXPECT_EQ(store_.voids.begin()->second.reason, static_cast<int>(VoidReason::kLostAtHq));
  Give({terminal_.Frame(5, 20)});
  EXPECT_EQ(LogOf(kOld).watermark, Sequence{20});
  ExpectBooksBalance();
}

TEST_F(ReceiverEpochs, ATailIsTakenUpAgainAfterARestartOfHq) {
  terminal_.Record(20);
  CloseEpoch(1, 20, 0);
  Give({after_.Birth(), terminal_.Frame(1, 10)});
  Restart();
  EXPECT_EQ(Give({terminal_.Frame(11, 20)})[0].epoch, kNew);  // not named yet
  EXPECT_EQ(Give({after_.BirthAgain()})[0].watermark, Sequence{10});
  Give({terminal_.Frame(11, 20)});
  EXPECT_EQ(LogOf(kOld).watermark, Sequence{20});
}

TEST_F(ReceiverEpochs, ATailGoesOnAfterAFailedCommit) {
  terminal_.Record(20);
  CloseEpoch(1, 20, 0);
  Give({after_.Birth(), terminal_.Frame(1, 10)});
  store_.FailCommits(1);
  EXPECT_TRUE(Give({terminal_.Frame(11, 20)}).empty());
  EXPECT_EQ(Give({terminal_.Frame(11, 20)}).at(0).watermark, Sequence{20});
}

TEST_F(ReceiverEpochs, FramesBehindTheEndOfATailAreATwins) {
  terminal_.Record(30);
  CloseEpoch(1, 20, 0);
  Give({after_.Birth(), terminal_.Frame(1, 15), terminal_.Frame(16, 30)});
  EXPECT_EQ(LogOf(kOld).watermark, Sequence{15});
}

TEST_F(ReceiverEpochs, ATailIsSentAgainToARestoredHq) {
  terminal_.Record(20);
  CloseEpoch(1, 20, 12);
  const auto acks = Give({after_.Birth()});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].flags, wire::kAckResume | wire::kAckRewind);
  EXPECT_EQ(acks[0].watermark, Sequence{0});
}

TEST_F(ReceiverEpochs, UnusableTailsAreLeftOut) {
  CloseEpoch(1, 20, 0);
  wire::ClosedTail tail = after_.birth.closed[0];
  tail.epoch = kNew;  // not below the birth's
  after_.birth.closed = {tail};
  tail.epoch = Epoch{0};
  after_.birth.closed.push_back(tail);
  tail.epoch = kOld;
  tail.first = Sequence{21};
  after_.birth.closed.push_back(tail);
  const auto acks = Give({after_.Birth()});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].epoch, kNew);
}

TEST_F(ReceiverEpochs, EachAcknowledgementNamesTheEventAtItsWatermark) {
  terminal_.Record(10);
  terminal_.GiveUp(2);
  EXPECT_EQ(Give({terminal_.Birth()})[0].digest, 0U);
  EXPECT_EQ(Give({terminal_.Frame(1, 7)})[0].digest, DigestOf(terminal_, 7));
  EXPECT_EQ(Give({terminal_.Frame(3, 5)})[0].digest, DigestOf(terminal_, 7));
  Restart();
  EXPECT_EQ(Give({terminal_.BirthAgain()})[0].digest, DigestOf(terminal_, 7));
  EXPECT_EQ(Give({terminal_.Frame(8, 12)})[0].digest, 0U);  // a void
}

TEST_F(ReceiverEpochs, StaysSilentWhenItCannotSayWhichEventStandsThere) {
  terminal_.Record(10);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  Restart();
  store_.FailReads(true);
  EXPECT_TRUE(Give({terminal_.Frame(1, 5)}).empty());
}

TEST_F(ReceiverEpochs, RenumberedEventsThatHqHasAreNotStoredAgain) {
  terminal_.Record(10);
  Give({terminal_.Birth(), terminal_.Frame(1, 7)});  // the acknowledgement is lost
  after_.Record(10);
  Give({after_.Birth(), FrameOf(after_.id, kNew, Renumbered(terminal_.Events(1, 10), kOld, 1))});
  EXPECT_EQ(store_.events.size(), 10U);
  EXPECT_EQ(LogOf(kNew).received, 3U);
  EXPECT_EQ(LogOf(kNew).voided, 7U);
  ASSERT_EQ(store_.voids.size(), 1U);
  EXPECT_EQ(store_.voids.begin()->second.count, 7U);
  EXPECT_EQ(store_.voids.begin()->second.reason, static_cast<int>(VoidReason::kRepeated));
  EXPECT_EQ(core_->counters().repeated, 7U);
  ExpectBooksBalance();
}

TEST_F(ReceiverEpochs, RenumberedEventsAreComparedWithWhatIsNotCommittedYet) {
  terminal_.Record(10);
  CloseEpoch(1, 10, 0);
  Give({after_.Birth(), terminal_.Frame(1, 10),
        FrameOf(after_.id, kNew, Renumbered(terminal_.Events(4, 10), kOld, 1))});
  EXPECT_EQ(store_.events.size(), 10U);
}

// The twin that HQ knows has written other events under the same numbers.
TEST_F(ReceiverEpochs, AForksOwnEventsAreStored) {
  terminal_.Record(10);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  std::vector<event::Event> fork = terminal_.Events(6, 10);
  for (event::Event& event : fork) event.data.Set(event::Key::kCount, std::int64_t{99});
  after_.Record(5);
  Give({after_.Birth(), FrameOf(after_.id, kNew, Renumbered(fork, kOld, 1))});
  EXPECT_EQ(LogOf(kNew).received, 5U);
  EXPECT_EQ(store_.events.size(), 15U);
}

TEST_F(ReceiverEpochs, AnOriginalThatComesAfterItsRenumberedCopyIsNotStored) {
  terminal_.Record(10);
  after_.Record(10);
  Give({after_.Birth(), FrameOf(after_.id, kNew, Renumbered(terminal_.Events(1, 10), kOld, 1))});
  Restart();  // what was renumbered is known from the store
  ModelTerminal later("k1", Epoch{kNew.value + 9});
  later.birth.closed = {{.epoch = kOld,
                         .journal_id = kOtherJournal,
                         .first = Sequence{1},
                         .last = Sequence{10},
                         .acked = Sequence{0}}};
  Give({later.Birth(), terminal_.Frame(1, 10)});
  EXPECT_EQ(LogOf(kOld).watermark, Sequence{10});
  EXPECT_EQ(LogOf(kOld).received, 0U);
  EXPECT_EQ(store_.events.size(), 10U);
  ExpectBooksBalance();
}

TEST_F(ReceiverEpochs, EventsThatAreRenumberedTwiceAreStoredOnce) {
  terminal_.Record(10);
  const auto once = Renumbered(terminal_.Events(1, 10), kOld, 1);
  ModelTerminal later("k1", Epoch{kNew.value + 9});
  after_.Record(10);
  later.Record(10);
  Give({after_.Birth(), FrameOf(after_.id, kNew, once)});
  Give({later.Birth(), FrameOf(later.id, later.birth.epoch, Renumbered(once, kNew, 1))});
  EXPECT_EQ(store_.events.size(), 10U);
  EXPECT_EQ(LogOf(later.birth.epoch).voided, 10U);
}

TEST_F(ReceiverEpochs, PlainEventsAreNeverLookedUp) {
  terminal_.Record(400);
  Give({terminal_.Birth(), terminal_.Frame(1, 400)});
  EXPECT_EQ(store_.looked_up, 0U);
}

TEST_F(ReceiverEpochs, AFrameIsNotTakenWhileOriginsCannotBeLookedUp) {
  terminal_.Record(10);
  after_.Record(10);
  Give({after_.Birth()});
  store_.FailReads(true);
  const Incoming frame = FrameOf(after_.id, kNew, Renumbered(terminal_.Events(1, 10), kOld, 1));
  EXPECT_TRUE(Give({frame}).empty());
  store_.FailReads(false);
  EXPECT_EQ(Give({frame}).at(0).watermark, Sequence{10});
}

TEST_F(ReceiverEpochs, ATerminalWithAClockIn1970IsToldTheKnownEpoch) {
  terminal_.Record(5);
  Give({terminal_.Birth(), terminal_.Frame(1, 5)});
  ModelTerminal replaced("k1", Epoch{4'711});
  replaced.birth.journal_id = kOtherJournal;
  const auto acks = Give({replaced.Birth()});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].epoch, kOld);
  EXPECT_EQ(acks[0].flags & wire::kAckResume, 0U);
  EXPECT_EQ(acks[0].nonce, replaced.birth.nonce);
}

TEST_F(ReceiverEpochs, TwoTerminalsWithOneIdentityAreCounted) {
  Give({terminal_.Birth()});
  ModelTerminal twin("k1", kOld);
  twin.birth.journal_id = kOtherJournal;
  const Incoming birth = twin.Birth();
  const Epoch first = Give({birth}).at(0).epoch;
  const Epoch second = Give({birth}).at(0).epoch;
  EXPECT_GT(second, first);  // no epoch is ordered twice
  EXPECT_EQ(core_->counters().identity_conflicts, 1U);
  twin.birth.epoch = second;
  Give({twin.Birth()});
  Give({terminal_.Birth()});  // now it is the old one
  ASSERT_TRUE(core_->Flush().ok());
  EXPECT_EQ(store_.terminals[TerminalKey{1}].identity_conflicts, 2U);
  Restart();
  Give({terminal_.Birth()});
  ASSERT_TRUE(core_->Flush().ok());
  EXPECT_EQ(store_.terminals[TerminalKey{1}].identity_conflicts, 3U);
}

TEST_F(ReceiverEpochs, ABirthTellsTheStateOfTheDisk) {
  terminal_.birth.storage = "full";
  terminal_.birth.boot = 4;
  Give({terminal_.Birth()});
  EXPECT_EQ(store_.terminals[TerminalKey{1}].storage, "full");
  EXPECT_EQ(store_.terminals[TerminalKey{1}].boot, 4U);
  terminal_.birth.storage = "ok";
  Give({terminal_.BirthAgain()});
  EXPECT_EQ(store_.terminals[TerminalKey{1}].storage, "ok");
}

TEST_F(ReceiverEpochs, ABirthOfAnOlderNumberAfterMoreOpensIsOnline) {
  Give({terminal_.Birth(), terminal_.Death()});
  terminal_.birth.opens = 2;
  terminal_.birth.birth_number = 10;
  Give({terminal_.Birth()});
  EXPECT_TRUE(store_.terminals[TerminalKey{1}].IsOnline());
}

TEST_F(ReceiverEpochs, RestoredHqAsksForWhatItLostOnceItsGenerationWasRaised) {
  terminal_.Record(20);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  const auto logs = store_.logs;
  const auto events = store_.events;
  terminal_.OnAck(
      {wire::AckTopic(terminal_.id), wire::EncodeAck(Give({terminal_.Frame(11, 20)}).at(0))});
  ASSERT_EQ(terminal_.watermark, 20U);
  store_.logs = logs;
  store_.events = events;
  Restart(7);
  const auto acks = Give({terminal_.Birth()});
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].flags, wire::kAckResume | wire::kAckRewind);
  EXPECT_EQ(acks[0].hq_generation, 7U);
  EXPECT_EQ(acks[0].watermark, Sequence{10});
}

}  // namespace
}  // namespace trayline::hq
