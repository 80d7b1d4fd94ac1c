// The power goes in the middle of any operation of the journal's disk: whatever it had answered is
// there afterwards, whole and in order, and the database opens. Cuts by TRAYLINE_POWER_CUTS (500),
// the seed by TRAYLINE_SEED.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>

#include "tests/fault/child/environment.h"
#include "tests/fault/journal/power_world.h"

namespace trayline::journal {

namespace {

constexpr std::uint64_t kSeed = 20'261'122;
constexpr std::uint64_t kCuts = 500;
constexpr std::uint64_t kControlCuts = 60;

PowerTally CutMany(const WorldOptions& options, std::uint64_t cuts, std::uint64_t seed) {
  PowerTally tally;
  PowerWorld world(options, seed);
  while (tally.cuts < cuts) world.Cut(tally);
  return tally;
}

// Of any kind, but that the disk keeps what the journal relies on.
WorldOptions DrawWorld(std::mt19937_64& random) {
  WorldOptions options;
  // The two kinds of disk that SQLite withstands (tests/fault/vfs/README.md).
  options.traits.powersafe_overwrite = random() % 2 == 0;
  options.traits.forgets_failed_syncs = options.traits.powersafe_overwrite;
  options.long_journal = random() % 4 == 0;
  options.hq_is_away = random() % 3 == 0;
  options.disk_faults = random() % 3 == 0;
  return options;
}

// Many worlds, one after the other: young and old journals, sound and failing disks, some cut once,
// some again and again.
TEST(PowerCut, LosesNoAcknowledgedEventAndNoDatabase) {
  const std::uint64_t seed = fault::FromEnvironment("TRAYLINE_SEED", kSeed);
  const std::uint64_t cuts = fault::FromEnvironment("TRAYLINE_POWER_CUTS", kCuts);
  constexpr std::array<std::uint64_t, 3> kLives = {1, 8, 40};
  std::mt19937_64 random(seed);
  PowerTally tally;
  for (int number = 0; tally.cuts < cuts; ++number) {
    PowerWorld world(DrawWorld(random), random());
    for (std::uint64_t left = kLives.at(random() % kLives.size()); left > 0 && tally.cuts < cuts;
         --left) {
      world.Cut(tally);
      ASSERT_TRUE(tally.lost == 0 && tally.databases_lost == 0 && tally.wrong.empty())
          << "TRAYLINE_SEED=" << seed << ", cut " << tally.cuts << " in world " << number << ": "
          << tally.lost << " events lost, " << tally.databases_lost << " databases lost, "
          << tally.wrong;
    }
  }
  tally.Print("power_cut", seed);
  if (cuts < kCuts) return;  // too few to have been everywhere
  EXPECT_GT(tally.in_open, 0U);
  EXPECT_GT(tally.in_close, 0U);
  EXPECT_GT(tally.in_commits, 0U);
  EXPECT_GT(tally.in_checkpoints, 0U);
  EXPECT_GT(tally.deleted, 0U);
  EXPECT_GT(tally.faults, 0U);
}

// The controls: with each of these guards gone the test above must see the loss.

TEST(PowerCutControl, ADiskThatLiesAboutItsSyncsLosesEvents) {
  const PowerTally tally = CutMany({.lies = fault::Lies::kAboutAllSyncs}, kControlCuts, kSeed);
  tally.Print("control lying_disk", kSeed);
  EXPECT_GT(tally.lost, 0U);
}

// As synchronous=OFF or NORMAL would have it: the commit does not wait for the WAL.
TEST(PowerCutControl, ACommitThatDoesNotSyncTheWalLosesEvents) {
  const PowerTally tally = CutMany({.lies = fault::Lies::kAboutTheWal}, kControlCuts, kSeed);
  tally.Print("control wal_not_synced", kSeed);
  EXPECT_GT(tally.lost, 0U);
}

TEST(PowerCutControl, AcknowledgingBeforeTheCommitLosesEvents) {
  const PowerTally tally = CutMany({.acknowledges_before_commit = true}, kControlCuts, kSeed);
  tally.Print("control acknowledge_before_commit", kSeed);
  EXPECT_GT(tally.lost, 0U);
}

}  // namespace

}  // namespace trayline::journal
