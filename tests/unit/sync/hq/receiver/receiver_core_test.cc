#include "sync/hq/receiver/receiver_core.h"

#include <gtest/gtest.h>

#include <random>

#include "agent/base/hash.h"
#include "agent/event/event.h"
#include "sync/wire/topics.h"
#include "tests/fakes/memory_hq_store.h"
#include "tests/unit/sync/hq/receiver/model_terminal.h"

namespace trayline::hq {
namespace {

constexpr WallTime kNow = WallFromMs(1'795'348'900'000);

class Receiver : public ::testing::Test {
 protected:
  Receiver() { Restart({}); }

  void Restart(ReceiverOptions options) {
    options.raise_generation = [this](std::uint64_t generation) -> Status {
      raised_ = generation;
      return {};
    };
    core_ = std::make_unique<ReceiverCore>(std::move(options), store_, log_);
    ASSERT_TRUE(core_->Start().ok());
  }

  // Hands messages over, and what comes back to the terminal.
  std::size_t Give(const std::vector<Incoming>& messages, double fill = 0) {
    const auto out = core_->Handle(messages, kNow, fill);
    for (const Outgoing& message : out) terminal_.OnAck(message);
    return out.size();
  }

  LogRow LogOf(Epoch epoch = Epoch{1'795'000'000}) { return store_.logs[{TerminalKey{1}, epoch}]; }
  [[nodiscard]] bool Has(std::uint32_t flag) const {
    return (terminal_.last_ack.flags & flag) != 0;
  }

  Log log_ = NullLog();
  fakes::MemoryHqStore store_;
  std::unique_ptr<ReceiverCore> core_;
  ModelTerminal terminal_{"k1"};
  std::uint64_t raised_ = 0;
};

TEST_F(Receiver, AnswersABirthWithResumeAndItsNonce) {
  ASSERT_EQ(Give({terminal_.Birth()}), 1U);
  EXPECT_EQ(terminal_.last_ack.nonce, terminal_.birth.nonce);
  EXPECT_EQ(terminal_.last_ack.epoch, terminal_.birth.epoch);
  EXPECT_EQ(terminal_.last_ack.watermark.value, 0U);
  EXPECT_TRUE(Has(wire::kAckResume));
  EXPECT_EQ(terminal_.last_ack.credit, 4U);
  EXPECT_EQ(terminal_.last_ack.hq_generation, 1U);
}

TEST_F(Receiver, ALiveBirthTellsWhenTheMachineWasStarted) {
  terminal_.birth.boot = 3;
  terminal_.birth.sent_mono_ms = 60'000;
  Incoming birth = terminal_.Birth();
  birth.retained = true;  // of any age
  Give({birth});
  EXPECT_TRUE(store_.boots.empty());
  Give({terminal_.Birth()});
  ASSERT_EQ(store_.boots.size(), 1U);
  EXPECT_EQ(store_.boots.begin()->second.boot, 3U);
  EXPECT_EQ(store_.boots.begin()->second.began, kNow - Millis(60'000));
}

TEST_F(Receiver, AClockOfADemonstrationIsNotedAsSuch) {
  terminal_.birth.boot = 1;
  terminal_.birth.sent_mono_ms = 60'000;
  terminal_.birth.clock_speed = 200;
  Give({terminal_.Birth()});
  ASSERT_EQ(store_.boots.size(), 1U);
  EXPECT_FALSE(store_.boots.begin()->second.began);
}

TEST_F(Receiver, StoresAFrameAndAcknowledgesIt) {
  terminal_.Record(10);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  EXPECT_EQ(terminal_.watermark, 10U);
  ASSERT_EQ(store_.events.size(), 10U);
  const EventRow& row = store_.events.begin()->second;
  EXPECT_EQ(row.arrived, kNow);
  const auto event = event::DecodeBody(row.body, row.epoch, row.sequence, row.type, row.journey);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(*event, terminal_.EventAt(1));
  EXPECT_EQ(LogOf().received, 10U);
  EXPECT_EQ(LogOf().last_event_utc_ms, ToMs(terminal_.EventAt(10).time));
}

TEST_F(Receiver, TellsTheProjectionWhatIsStored) {
  terminal_.Record(10);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  const auto progress = core_->TakeProgress();
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back().watermark.value, 10U);
  EXPECT_TRUE(core_->TakeProgress().empty());
}

TEST_F(Receiver, AcknowledgesWhatItHasAlreadyAgain) {
  terminal_.Record(10);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  const std::uint64_t commits = store_.commits;
  ASSERT_EQ(Give({terminal_.Frame(1, 5)}), 1U);
  EXPECT_EQ(terminal_.last_ack.watermark.value, 10U);
  EXPECT_EQ(terminal_.last_ack.flags, 0U);
  EXPECT_EQ(store_.commits, commits);
  EXPECT_EQ(core_->counters().duplicates, 1U);
}

TEST_F(Receiver, StoresOnlyWhatLiesAboveTheWatermark) {
  terminal_.Record(20);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  Give({terminal_.Frame(6, 20)});
  EXPECT_EQ(terminal_.watermark, 20U);
  EXPECT_EQ(LogOf().received, 20U);
  EXPECT_EQ(store_.events.size(), 20U);
}

TEST_F(Receiver, RefusesAFrameBehindAGap) {
  terminal_.Record(20);
  Give({terminal_.Birth(), terminal_.Frame(11, 20)});
  EXPECT_TRUE(Has(wire::kAckGap));
  EXPECT_EQ(terminal_.watermark, 0U);
  EXPECT_TRUE(store_.events.empty());
  ASSERT_TRUE(core_->Flush().ok());
  EXPECT_EQ(store_.terminals[TerminalKey{1}].gaps, 1U);
}

TEST_F(Receiver, CountsVoidRunsAsPresent) {
  terminal_.Record(3);
  terminal_.GiveUp(4);
  terminal_.Record(3);
  Give({terminal_.Birth(), terminal_.Frame(1, 5)});
  Give({terminal_.Frame(3, 10)});
  EXPECT_EQ(terminal_.watermark, 10U);
  EXPECT_EQ(LogOf().received, 6U);
  EXPECT_EQ(LogOf().voided, 4U);
  std::uint64_t voided = 0;
  for (const auto& [key, row] : store_.voids) voided += row.count;
  EXPECT_EQ(voided, 4U);
}

TEST_F(Receiver, IgnoresFramesOfATerminalWithoutABirth) {
  terminal_.Record(5);
  EXPECT_EQ(Give({terminal_.Frame(1, 5)}), 0U);
  EXPECT_EQ(core_->counters().refused_frames, 1U);
  EXPECT_TRUE(store_.events.empty());
}

TEST_F(Receiver, AcceptsAHigherEpochOnlyAfterItsBirth) {
  terminal_.Record(5);
  Give({terminal_.Birth(), terminal_.Frame(1, 5)});
  terminal_.birth.epoch = Epoch{1'795'000'001};
  terminal_.birth.journal_id = "ffeeddccbbaa99887766554433221100";
  terminal_.watermark = 0;
  EXPECT_EQ(Give({terminal_.Frame(1, 5)}), 0U);
  EXPECT_EQ(store_.events.size(), 5U);
  Give({terminal_.Birth(), terminal_.Frame(1, 5)});
  EXPECT_EQ(store_.events.size(), 10U);
  EXPECT_EQ(LogOf(Epoch{1'795'000'001}).watermark.value, 5U);
  EXPECT_EQ(LogOf().watermark.value, 5U);
}

TEST_F(Receiver, AnswersALowerEpochWithTheKnownOne) {
  terminal_.Record(5);
  ModelTerminal old("k1", Epoch{1'794'000'000});
  old.Record(5);
  Give({terminal_.Birth(), terminal_.Frame(1, 5), old.Frame(1, 5)});
  EXPECT_EQ(terminal_.last_ack.epoch, terminal_.birth.epoch);
  EXPECT_EQ(store_.events.size(), 5U);
  const auto out = core_->Handle(std::vector<Incoming>{old.Birth()}, kNow, 0);
  ASSERT_EQ(out.size(), 1U);
  old.OnAck(out[0]);
  EXPECT_EQ(old.last_ack.epoch, terminal_.birth.epoch);
  EXPECT_EQ(old.last_ack.nonce, old.birth.nonce);
  EXPECT_FALSE((old.last_ack.flags & wire::kAckResume) != 0);
}

TEST_F(Receiver, OrdersAFreshEpochWhenAnotherJournalComes) {
  Give({terminal_.Birth()});
  ModelTerminal clone("k1");
  clone.birth.journal_id = "ffeeddccbbaa99887766554433221100";
  clone.birth.birth_number = 5000;
  const auto out = core_->Handle(std::vector<Incoming>{clone.Birth()}, kNow, 0);
  ASSERT_EQ(out.size(), 1U);
  clone.OnAck(out[0]);
  terminal_.OnAck(out[0]);
  EXPECT_EQ(clone.last_ack.flags, wire::kAckNewEpoch);
  EXPECT_GT(clone.last_ack.epoch, clone.birth.epoch);
  EXPECT_EQ(terminal_.acks, 1U);  // the twin's nonce is another
}

TEST_F(Receiver, OrdersAFreshEpochWhenHistoriesDiffer) {
  terminal_.Record(10);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  const Incoming ignored = terminal_.Birth();
  terminal_.birth.acked_digest ^= 1;
  ++terminal_.birth.birth_number;
  Give({terminal_.BirthAgain()});
  EXPECT_TRUE(Has(wire::kAckNewEpoch));
}

TEST_F(Receiver, AnswersBadForAFrameThatIsDamaged) {
  terminal_.Record(10);
  Incoming frame = terminal_.Frame(1, 10);
  frame.payload[frame.payload.size() / 2] ^= 0x40;
  Give({terminal_.Birth(), frame});
  EXPECT_TRUE(Has(wire::kAckBad));
  EXPECT_EQ(terminal_.watermark, 0U);
  EXPECT_TRUE(store_.quarantine.empty());
  Give({terminal_.Frame(1, 10)});
  EXPECT_EQ(terminal_.watermark, 10U);
}

TEST_F(Receiver, NeverTakesAFrameUnderTheTopicOfAnother) {
  ModelTerminal other("k2");
  other.Record(1);
  Incoming frame = other.Frame(1, 1);
  frame.topic = wire::UpTopic(terminal_.id, wire::UpKind::kBatch);
  Give({terminal_.Birth(), frame});
  EXPECT_TRUE(Has(wire::kAckBad));
  EXPECT_TRUE(store_.events.empty());
  EXPECT_TRUE(store_.quarantine.empty());
  EXPECT_EQ(LogOf().watermark.value, 0U);
}

TEST_F(Receiver, SendsNoAcknowledgementWhenTheCommitFails) {
  terminal_.Record(10);
  Give({terminal_.Birth()});
  store_.FailCommits(1);
  EXPECT_EQ(Give({terminal_.Frame(1, 10)}), 0U);
  EXPECT_TRUE(store_.events.empty());
  EXPECT_EQ(core_->counters().failed_commits, 1U);
  // What memory had moved on is forgotten; the repetition is stored.
  EXPECT_EQ(Give({terminal_.Frame(1, 10)}), 1U);
  EXPECT_EQ(terminal_.watermark, 10U);
  EXPECT_EQ(store_.events.size(), 10U);
}

TEST_F(Receiver, StaysSilentWhileTheStoreCannotBeRead) {
  terminal_.Record(10);
  Give({terminal_.Birth()});
  store_.FailCommits(1);
  store_.FailReads(true);
  EXPECT_EQ(Give({terminal_.Frame(1, 10)}), 0U);
  EXPECT_EQ(Give({terminal_.Frame(1, 10)}), 0U);
  store_.FailReads(false);
  EXPECT_EQ(Give({terminal_.Frame(1, 10)}), 1U);
  EXPECT_EQ(terminal_.watermark, 10U);
}

TEST_F(Receiver, CommitsSixteenFramesAtATimeAndAnswersOnceForThem) {
  terminal_.Record(40);
  std::vector<Incoming> messages{terminal_.Birth()};
  for (std::uint64_t at = 1; at <= 40; ++at) messages.push_back(terminal_.Frame(at, at));
  const std::uint64_t before = store_.commits;
  EXPECT_EQ(Give(messages), 3U);
  EXPECT_EQ(store_.commits - before, 3U);
  EXPECT_EQ(terminal_.watermark, 40U);
}

TEST_F(Receiver, AnswersFramesAfterARestartWithTheNonceOfTheLastBirth) {
  terminal_.Record(10);
  Give({terminal_.Birth()});
  Restart({});
  EXPECT_EQ(Give({terminal_.Frame(1, 10)}), 1U);
  EXPECT_EQ(terminal_.watermark, 10U);
}

TEST_F(Receiver, LowersTheCreditWhenTheQueueFills) {
  terminal_.Record(10);
  Give({terminal_.Birth()}, 0.6);
  EXPECT_EQ(terminal_.last_ack.credit, 2U);
  Give({terminal_.Frame(1, 10)}, 0.99);
  EXPECT_EQ(terminal_.last_ack.credit, 1U);
}

TEST_F(Receiver, GoesBackWithAHigherGenerationWhenItsDatabaseWasRestored) {
  terminal_.Record(20);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  const auto backup_logs = store_.logs;
  const auto backup_events = store_.events;
  const auto backup_terminals = store_.terminals;
  Give({terminal_.Frame(11, 20)});
  ASSERT_EQ(terminal_.watermark, 20U);
  store_.logs = backup_logs;
  store_.events = backup_events;
  store_.terminals = backup_terminals;
  Restart({});
  Give({terminal_.Birth()});
  EXPECT_EQ(raised_, 2U);
  EXPECT_TRUE(Has(wire::kAckRewind));
  EXPECT_EQ(terminal_.watermark, 10U);
  Give({terminal_.Frame(11, 20)});
  EXPECT_EQ(store_.events.size(), 20U);
}

TEST_F(Receiver, GoesBackForATerminalThatStayedConnectedWhileItsDatabaseWasRestored) {
  terminal_.Record(30);
  Give({terminal_.Birth(), terminal_.Frame(1, 10)});
  const auto logs = store_.logs;
  const auto events = store_.events;
  Give({terminal_.Frame(11, 20)});
  store_.logs = logs;
  store_.events = events;
  Restart({});
  Give({terminal_.BirthAgain()});
  for (std::uint32_t i = 1; i < kGapsBeforeRewind; ++i) Give({terminal_.Frame(21, 30)});
  EXPECT_EQ(terminal_.watermark, 20U);
  EXPECT_EQ(raised_, 0U);
  Give({terminal_.Frame(21, 30)});
  EXPECT_EQ(raised_, 2U);
  EXPECT_EQ(terminal_.watermark, 10U);
  Give({terminal_.Frame(11, 30)});
  EXPECT_EQ(terminal_.watermark, 30U);
  EXPECT_EQ(store_.events.size(), 30U);
}

TEST_F(Receiver, WritesOffWhatNobodyKeepsAnyMore) {
  terminal_.Record(20);
  terminal_.watermark = 20;  // acknowledged by a database that is gone
  terminal_.Birth();
  terminal_.birth.first = Sequence{16};
  ++terminal_.birth.birth_number;
  Give({terminal_.BirthAgain()});
  EXPECT_EQ(LogOf().watermark.value, 15U);
  EXPECT_EQ(LogOf().voided, 15U);
  ASSERT_EQ(store_.voids.size(), 1U);
  EXPECT_EQ(store_.voids.begin()->second.reason, static_cast<int>(VoidReason::kLostAtHq));
  Give({terminal_.Frame(16, 20)});
  EXPECT_EQ(terminal_.watermark, 20U);
  EXPECT_EQ(LogOf().received, 5U);
}

TEST_F(Receiver, TellsBirthsAndDeathsApartByNumber) {
  Give({terminal_.Birth()});
  const Incoming first_death = terminal_.Death();
  Give({terminal_.Birth(), first_death});  // the will of the old connection comes late
  EXPECT_TRUE(store_.terminals[TerminalKey{1}].IsOnline());
  Give({terminal_.Death()});
  EXPECT_FALSE(store_.terminals[TerminalKey{1}].IsOnline());
  Give({terminal_.BirthAgain()});  // retained, delivered again
  EXPECT_FALSE(store_.terminals[TerminalKey{1}].IsOnline());
}

TEST_F(Receiver, ADeathBeforeTheBirthCounts) {
  const Incoming birth = terminal_.Birth();
  Give({terminal_.Death(), birth});
  EXPECT_FALSE(store_.terminals[TerminalKey{1}].IsOnline());
}

TEST_F(Receiver, TakesOnlyItsTenant) {
  Restart({.tenant = "other", .raise_generation = {}});
  EXPECT_EQ(Give({terminal_.Birth()}), 0U);
  EXPECT_TRUE(store_.terminals.empty());
  EXPECT_EQ(core_->counters().bad_topics, 1U);
}

TEST_F(Receiver, GarbageOnEveryTopicChangesNothing) {
  terminal_.Record(3);
  Give({terminal_.Birth(), terminal_.Frame(1, 2)});
  const auto events = store_.events;
  const auto log = LogOf();
  constexpr std::uint64_t kSeed = 20261122;
  std::mt19937_64 random(kSeed);
  const std::vector<std::string> topics{
      wire::UpTopic(terminal_.id, wire::UpKind::kBirth),
      wire::UpTopic(terminal_.id, wire::UpKind::kDeath),
      wire::UpTopic(terminal_.id, wire::UpKind::kBatch),
      wire::UpTopic(terminal_.id, wire::UpKind::kReported),
      "",
      "tl1/up/////",
      "tl1/up/00/acme-s12/acme-s12-k1/b",
      "tl1/up/99/acme-s12/acme-s13-k1/b",
      std::string(300, 'x'),
  };
  const std::string good = terminal_.Frame(3, 3).payload;
  for (int i = 0; i < 4000; ++i) {
    std::string payload;
    if (random() % 2 == 0) {
      payload = good.substr(0, random() % good.size());
      if (!payload.empty()) payload[random() % payload.size()] = static_cast<char>(random());
    } else {
      for (std::uint64_t n = random() % 80; n > 0; --n) {
        payload.push_back(static_cast<char>(random()));
      }
    }
    (void)core_->Handle(std::vector<Incoming>{{topics[random() % topics.size()], payload}}, kNow,
                        0);
  }
  EXPECT_EQ(store_.events, events) << "seed " << kSeed;
  EXPECT_EQ(LogOf(), log) << "seed " << kSeed;
}

}  // namespace
}  // namespace trayline::hq
