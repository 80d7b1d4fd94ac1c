// The disk in memory loses what it may lose, and never what it may not.
#include "tests/fault/vfs/power_disk.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace trayline::fault {

namespace {

constexpr std::uint64_t kSeeds = 64;  // enough for every outcome below to come up

std::string Sectors(char letter, std::size_t count) {
  return std::string(count * kSectorBytes, letter);
}

// In how many of the seeds the outcome holds after a power cut of a disk that prepare has made.
template <typename Prepare, typename Outcome>
std::uint64_t CountSeeds(const Prepare& prepare, const Outcome& outcome) {
  std::uint64_t count = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937_64 random(seed);
    PowerDisk disk;
    prepare(disk);
    disk.Cut(PowerTraits{}, random);
    if (outcome(disk)) ++count;
  }
  return count;
}

std::string Contents(const PowerDisk& disk) {
  const PowerDisk::File file = disk.Find("d/a");
  return file == nullptr ? "gone" : file->seen();
}

TEST(PowerDisk, NeverLosesWhatWasSynced) {
  const auto prepare = [](PowerDisk& disk) {
    const auto file = disk.Create("d/a");
    file->Write(0, "first ");
    file->Write(6, "second");
    disk.SyncFile("d/a", *file);
  };
  EXPECT_EQ(CountSeeds(prepare, [](auto& disk) { return Contents(disk) == "first second"; }),
            kSeeds);
}

TEST(PowerDisk, LosesOrKeepsWhatWasNotSynced) {
  const auto prepare = [](PowerDisk& disk) {
    disk.Put("d/a", Sectors('a', 1));
    disk.Find("d/a")->Write(0, Sectors('b', 1));
  };
  const auto is = [&](const std::string& wanted) {
    return CountSeeds(prepare, [&](auto& disk) { return Contents(disk) == wanted; });
  };
  EXPECT_GT(is(Sectors('a', 1)), 0U);
  EXPECT_GT(is(Sectors('b', 1)), 0U);
  // Garbage: neither of them.
  EXPECT_LT(is(Sectors('a', 1)) + is(Sectors('b', 1)), kSeeds);
}

TEST(PowerDisk, TearsAPageBetweenItsSectors) {
  const auto prepare = [](PowerDisk& disk) {
    disk.Put("d/a", Sectors('a', 4));
    disk.Find("d/a")->Write(0, Sectors('b', 4));
  };
  const auto is_torn = [](const PowerDisk& disk) {
    const std::string now = Contents(disk);
    return now.find('a') != std::string::npos && now.find('b') != std::string::npos;
  };
  EXPECT_GT(CountSeeds(prepare, is_torn), 0U);
}

TEST(PowerDisk, KeepsALaterWriteAndLosesAnEarlierOne) {
  const auto prepare = [](PowerDisk& disk) {
    disk.Put("d/a", Sectors('-', 2));
    disk.Find("d/a")->Write(0, Sectors('1', 1));
    disk.Find("d/a")->Write(kSectorBytes, Sectors('2', 1));
  };
  const auto is_reordered = [](const PowerDisk& disk) {
    return Contents(disk) == Sectors('-', 1) + Sectors('2', 1);
  };
  EXPECT_GT(CountSeeds(prepare, is_reordered), 0U);
}

// Without powersafe overwrite a write that goes wrong takes its neighbours in the sector along.
TEST(PowerDisk, GarbageTakesTheWholeSectorUnlessOverwritesArePowersafe) {
  for (const bool powersafe : {false, true}) {
    std::uint64_t harmed = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      std::mt19937_64 random(seed);
      PowerFile file(Sectors('-', 1));
      file.Write(100, "b");
      file.Cut({.powersafe_overwrite = powersafe}, random);
      if (file.seen().substr(0, 100) != std::string(100, '-')) ++harmed;
    }
    EXPECT_EQ(harmed > 0, !powersafe);
  }
}

TEST(PowerDisk, ACreationVanishesUntilTheFileOrItsFolderIsSynced) {
  const auto created = [](PowerDisk& disk) { disk.Create("d/a")->Write(0, "new"); };
  const auto gone = [](const PowerDisk& disk) { return disk.Find("d/a") == nullptr; };
  EXPECT_GT(CountSeeds(created, gone), 0U);
  EXPECT_LT(CountSeeds(created, gone), kSeeds);
  const auto file_synced = [&](PowerDisk& disk) {
    created(disk);
    disk.SyncFile("d/a", *disk.Find("d/a"));
  };
  EXPECT_EQ(CountSeeds(file_synced, gone), 0U);
  const auto folder_synced = [&](PowerDisk& disk) {
    created(disk);
    disk.SyncFolder("d/b");
  };
  EXPECT_EQ(CountSeeds(folder_synced, gone), 0U);
  const auto other_folder_synced = [&](PowerDisk& disk) {
    created(disk);
    disk.SyncFolder("e/b");
  };
  EXPECT_GT(CountSeeds(other_folder_synced, gone), 0U);
}

TEST(PowerDisk, ADeletedFileComesBackUntilItsFolderIsSynced) {
  const auto deleted = [](PowerDisk& disk) {
    disk.Put("d/a", "old");
    EXPECT_TRUE(disk.Remove("d/a"));
  };
  const auto back = [](const PowerDisk& disk) { return Contents(disk) == "old"; };
  EXPECT_GT(CountSeeds(deleted, back), 0U);
  EXPECT_LT(CountSeeds(deleted, back), kSeeds);
  const auto synced = [&](PowerDisk& disk) {
    deleted(disk);
    disk.SyncFolder("d/a");
  };
  EXPECT_EQ(CountSeeds(synced, back), 0U);
}

TEST(PowerDisk, ATruncationIsUndoneUntilItIsSynced) {
  const auto truncated = [](PowerDisk& disk) {
    disk.Put("d/a", "long text");
    disk.Find("d/a")->Truncate(4);
  };
  const auto undone = [](const PowerDisk& disk) { return Contents(disk) == "long text"; };
  EXPECT_GT(CountSeeds(truncated, undone), 0U);
  EXPECT_LT(CountSeeds(truncated, undone), kSeeds);
  const auto synced = [&](PowerDisk& disk) {
    truncated(disk);
    disk.Find("d/a")->Sync();
  };
  EXPECT_EQ(CountSeeds(synced, undone), 0U);
}

// The system shows what was written although the disk does not have it, and thinks it clean: the
// next sync does not write it again.
TEST(PowerDisk, AFailedSyncIsNotMadeGoodByTheNextOne) {
  std::uint64_t lost = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937_64 random(seed);
    PowerFile file(Sectors('a', 1));
    file.Write(0, Sectors('b', 1));
    file.ForgetUnsynced(PowerTraits{}, random);
    EXPECT_EQ(file.seen(), Sectors('b', 1));
    file.Sync();
    file.Cut(PowerTraits{}, random);
    if (file.seen() != Sectors('b', 1)) ++lost;
  }
  EXPECT_GT(lost, 0U);
}

TEST(PowerDisk, WritesBackByItselfWhenTooMuchIsUnsynced) {
  std::mt19937_64 random(1);
  PowerFile file;
  const std::string piece(kUnsyncedBytesMax / 8, 'x');
  for (std::size_t i = 0; i <= kUnsyncedBytesMax / piece.size(); ++i) {
    file.Write(i * piece.size(), piece);
  }
  EXPECT_EQ(file.Cut(PowerTraits{}, random), 0U);
}

TEST(PowerDisk, TheSameSeedLosesTheSame) {
  const auto run = [](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    PowerDisk disk;
    disk.Put("d/a", Sectors('a', 20));
    disk.Find("d/a")->Write(0, Sectors('b', 20));
    disk.Create("d/c")->Write(0, "c");
    disk.Cut(PowerTraits{}, random);
    return disk.Take();
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

}  // namespace

}  // namespace trayline::fault
