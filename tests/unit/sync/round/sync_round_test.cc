// The terminal's and HQ's half of the protocol together: what disks, databases and clocks do.
#include <gtest/gtest.h>

#include "tests/unit/sync/round/round_world.h"

namespace trayline::round {
namespace {

constexpr Epoch kEpoch{1'795'000'000};
constexpr Millis kMinute{60'000};
constexpr Millis kHour{3'600'000};

hq::TerminalRow RowOf(RoundWorld& world) {
  EXPECT_TRUE(world.core->Flush().ok());
  return world.store.terminals[hq::TerminalKey{1}];
}

TEST(SyncRound, ABacklogArrives) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Record(kiosk, 3'000);
  ASSERT_TRUE(world.Settle(kMinute));
  world.ExpectAllOnce();
  EXPECT_EQ(world.store.looked_up, 0U);
  EXPECT_EQ(RowOf(world).identity_conflicts, 0U);
}

TEST(SyncRound, ClonedDiskLosesNothing) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Record(kiosk, 700);
  ASSERT_TRUE(world.Settle(kMinute));
  world.Halt(kiosk);
  world.Record(kiosk, 50);  // unsent, and on both disks from now on
  const Disk copy = kiosk.journal->disk();
  world.Restart(kiosk);
  Machine& clone = world.Start(copy);
  world.Record(kiosk, 300);
  world.Record(clone, 400);
  ASSERT_TRUE(world.Settle(6 * kHour));
  world.ExpectAllOnce();
  EXPECT_NE(kiosk.journal->disk().epoch, clone.journal->disk().epoch);
  EXPECT_GT(RowOf(world).identity_conflicts, 0U);
}

TEST(SyncRound, ClonedDiskThatRunsOnLaterLosesNothing) {
  for (const bool clone_has_more : {false, true}) {
    RoundWorld world;
    Machine& kiosk = world.Start(NewDisk(kEpoch));
    world.Record(kiosk, 100);
    ASSERT_TRUE(world.Settle(kMinute));
    const Disk copy = kiosk.journal->disk();
    world.Record(kiosk, 200);
    ASSERT_TRUE(world.Settle(kMinute));
    Machine& clone = world.Start(copy);
    world.Record(clone, clone_has_more ? 500 : 50);
    ASSERT_TRUE(world.Settle(6 * kHour)) << clone_has_more;
    world.ExpectAllOnce();
    world.Record(kiosk, 10);
    world.Record(clone, 10);
    ASSERT_TRUE(world.Settle(12 * kHour)) << clone_has_more;
    world.ExpectAllOnce();
  }
}

TEST(SyncRound, TwoTerminalsWithOneIdentityDoNotSpinAndStillDeliver) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  Machine& other = world.Start(NewDisk(kEpoch.Next()));
  for (int hour = 0; hour < 12; ++hour) {
    world.Record(kiosk, 5);
    world.Record(other, 5);
    world.Run(kHour);
  }
  ASSERT_TRUE(world.Settle(12 * kHour));
  world.ExpectAllOnce();
  EXPECT_LT(kiosk.uplink->status().counts.epochs, 30U);
  EXPECT_GT(RowOf(world).identity_conflicts, 5U);
}

TEST(SyncRound, RestoredPartitionLosesNothing) {
  for (const std::uint64_t recorded : {20U, 150U, 2'000U}) {
    SCOPED_TRACE(recorded);
    RoundWorld world;
    Machine& kiosk = world.Start(NewDisk(kEpoch));
    world.Record(kiosk, 100);
    ASSERT_TRUE(world.Settle(kMinute));
    world.Halt(kiosk);
    world.Record(kiosk, 40);  // unsent when the partition is saved
    const Disk saved = kiosk.journal->disk();
    world.Restart(kiosk);
    world.Record(kiosk, 110);
    ASSERT_TRUE(world.Settle(kMinute));
    const auto before = world.AtHq();
    world.Halt(kiosk);
    Machine& restored = world.Start(saved);
    world.Record(restored, recorded);  // fewer, as many, more than HQ has
    ASSERT_TRUE(world.Settle(kHour));
    world.ExpectAllOnce();
    EXPECT_EQ(world.AtHq().size(), before.size() + recorded);
    EXPECT_GT(restored.journal->disk().epoch, kEpoch);
  }
}

TEST(SyncRound, ReplacedTerminalWithAClockIn1970IsTakenIn) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Record(kiosk, 100);
  ASSERT_TRUE(world.Settle(kMinute));
  world.Halt(kiosk);
  Machine& replaced = world.Start(NewDisk(Epoch{4'711}));
  world.Record(replaced, 120);
  ASSERT_TRUE(world.Settle(kMinute));
  world.ExpectAllOnce();
  EXPECT_EQ(world.AtHq().size(), 220U);
  EXPECT_EQ(replaced.journal->disk().epoch, kEpoch.Next());
  EXPECT_EQ(RowOf(world).identity_conflicts, 1U);
  // The next replacement begins with the same small number.
  world.Halt(replaced);
  Machine& again = world.Start(NewDisk(Epoch{4'711}));
  world.Record(again, 90);
  ASSERT_TRUE(world.Settle(kMinute));
  world.ExpectAllOnce();
  EXPECT_EQ(world.AtHq().size(), 310U);
}

TEST(SyncRound, RestoredHqGetsWhatItLost) {
  for (const std::uint64_t generation : {1U, 2U}) {  // without and with `trayline-hq restored`
    RoundWorld world;
    Machine& kiosk = world.Start(NewDisk(kEpoch));
    world.Record(kiosk, 100);
    ASSERT_TRUE(world.Settle(kMinute));
    const fakes::MemoryHqStore backup = world.store;
    world.Record(kiosk, 300);
    ASSERT_TRUE(world.Settle(kMinute));
    world.RestoreHq(backup, generation);
    world.Restart(kiosk);
    world.Record(kiosk, 10);
    ASSERT_TRUE(world.Settle(kMinute));
    world.ExpectAllOnce();
    EXPECT_EQ(world.AtHq().size(), 410U);
    EXPECT_EQ(kiosk.journal->disk().hq_generation, 2U);
    EXPECT_EQ(kiosk.journal->disk().epoch, kEpoch);
  }
}

TEST(SyncRound, RestoredHqGetsWhatItLostFromATerminalThatStaysConnected) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Record(kiosk, 100);
  ASSERT_TRUE(world.Settle(kMinute));
  const fakes::MemoryHqStore backup = world.store;
  world.Record(kiosk, 300);
  ASSERT_TRUE(world.Settle(kMinute));
  world.RestoreHq(backup, 2);
  world.Record(kiosk, 10);
  world.Run(10 * kMinute);
  world.ExpectAllOnce();
  EXPECT_EQ(world.AtHq().size(), 410U);
}

TEST(SyncRound, TailOfAClosedEpochComesFirst) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Record(kiosk, 100);
  ASSERT_TRUE(world.Settle(kMinute));
  world.Halt(kiosk);
  world.Record(kiosk, 700);
  kiosk.journal->GiveUp(300, 340);
  kiosk.journal->Close(Epoch{kEpoch.value + 50});
  world.Record(kiosk, 600);
  kiosk.journal->Close(Epoch{kEpoch.value + 90});
  world.Record(kiosk, 30);
  world.Restart(kiosk);
  ASSERT_TRUE(world.Settle(kMinute));
  world.ExpectAllOnce();
  EXPECT_EQ(world.AtHq().size(), 100U + 700U - 41U + 600U + 30U);
  EXPECT_FALSE(world.out_of_order);
  EXPECT_EQ(kiosk.uplink->status().closed_epochs, 0U);
  EXPECT_EQ(RowOf(world).identity_conflicts, 0U);
}

TEST(SyncRound, TailOfARefusedDiskComesOnceWithWhatWasRenumbered) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Record(kiosk, 100);
  ASSERT_TRUE(world.Settle(kMinute));
  world.Halt(kiosk);
  world.Record(kiosk, 50);
  const Disk saved = kiosk.journal->disk();
  world.Restart(kiosk);
  world.Record(kiosk, 500);
  ASSERT_TRUE(world.Settle(kMinute));
  world.Halt(kiosk);
  Machine& restored = world.Start(saved);
  world.Record(restored, 20);
  ASSERT_TRUE(world.Settle(kHour));  // in a new epoch now
  world.Halt(restored);
  // The same saved partition once more, salvaged: its tail is closed, not renumbered.
  RoundJournal salvage(saved);
  salvage.Close(Epoch{restored.journal->disk().epoch.value + 5});
  Machine& salvaged = world.Start(salvage.disk());
  world.Record(salvaged, 10);
  ASSERT_TRUE(world.Settle(kHour));
  world.ExpectAllOnce();
  EXPECT_EQ(world.AtHq().size(), 100U + 50U + 500U + 20U + 10U);
}

TEST(SyncRound, ANewEpochThatBeginsLaterIsWaitedFor) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Record(kiosk, 10);
  ASSERT_TRUE(world.Settle(kMinute));
  world.Halt(kiosk);
  Machine& replaced = world.Start(NewDisk(Epoch{4'711}));
  replaced.journal->Defer();
  world.Record(replaced, 10);
  world.Run(kMinute);
  EXPECT_EQ(replaced.uplink->status().state, uplink::UplinkState::kRefusedEpoch);
  EXPECT_NE(replaced.uplink->status().refusal, "");
  world.Record(replaced, 10);  // recording goes on
  ASSERT_TRUE(replaced.journal->RunDeferred());
  ASSERT_TRUE(world.Settle(kMinute));
  world.ExpectAllOnce();
  EXPECT_EQ(replaced.uplink->status().refusal, "");
}

TEST(SyncRound, FullDiskIsToldAlthoughNoEventIsRecorded) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Record(kiosk, 10);
  ASSERT_TRUE(world.Settle(kMinute));
  EXPECT_EQ(RowOf(world).storage, "ok");
  kiosk.journal->storage = event::StorageState::kFull;
  world.Run(kMinute);
  EXPECT_EQ(RowOf(world).storage, "full");
  kiosk.journal->storage = event::StorageState::kOk;
  world.Run(kMinute);
  EXPECT_EQ(RowOf(world).storage, "ok");
  EXPECT_EQ(kiosk.uplink->status().counts.connects, 1U);
}

TEST(SyncRound, SheddingWhileAcknowledgementsAreLostIsNoFork) {
  RoundWorld world;
  Machine& kiosk = world.Start(NewDisk(kEpoch));
  world.Run(kMinute);
  world.broker.SetFate([](const fakes::MqttMessage& message) {
    return message.topic.ends_with("/ack") ? fakes::Fate::kDrop : fakes::Fate::kDeliver;
  });
  world.Record(kiosk, 900);
  world.Run(Millis(8'000));
  kiosk.journal->GiveUp(1, 900);  // HQ has them, this terminal does not know
  world.broker.SetFate(nullptr);
  world.broker.CutAll();
  world.StartHq(1);
  ASSERT_TRUE(world.Settle(kHour));
  EXPECT_EQ(kiosk.journal->disk().epoch, kEpoch);
  EXPECT_EQ(world.AtHq().size(), 900U);
}

}  // namespace
}  // namespace trayline::round
