#include "tests/fault/shim/fault_shim.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <sstream>

namespace trayline::fault {
namespace {

constexpr Millis kTenYears{315'576'000'000};

// shim_probe, with or without the shim, asked line by line.
class Probe {
 public:
  Probe(std::vector<std::string> command, const std::string& file) {
    command.emplace_back(TRAYLINE_BIN "/shim_probe");
    command.push_back(file);
    std::vector<char*> argv;
    for (std::string& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    EXPECT_EQ(pipe2(in.data(), O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    EXPECT_EQ(posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    to_ = fdopen(in[1], "w");
    from_ = fdopen(out[0], "r");
  }
  ~Probe() {
    fclose(to_);
    fclose(from_);
    waitpid(pid_, nullptr, 0);
  }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  [[nodiscard]] std::string Ask(const std::string& word) const {
    std::fputs((word + "\n").c_str(), to_);
    std::fflush(to_);
    std::array<char, 256> line{};
    if (std::fgets(line.data(), line.size(), from_) == nullptr) return "ended";
    std::string answer = line.data();
    answer.pop_back();
    return answer;
  }
  // By clock_gettime, gettimeofday, time, and the monotonic clock, in seconds.
  [[nodiscard]] std::array<long, 4> Clocks() const {
    std::istringstream text(Ask("clocks"));
    std::array<long, 4> clocks{};
    for (long& clock : clocks) text >> clock;
    return clocks;
  }

 private:
  pid_t pid_ = -1;
  FILE* to_ = nullptr;
  FILE* from_ = nullptr;
};

class FaultShimTest : public ::testing::Test {
 protected:
  FaultShimTest() : folder_((std::filesystem::temp_directory_path() / "trayline-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    std::filesystem::create_directory(File("disk"));
    auto shim = FaultShim::Make(File("control"), File("disk"));
    EXPECT_TRUE(shim.ok());
    shim_ = *std::move(shim);
  }
  ~FaultShimTest() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string File(const std::string& name) const { return folder_ + "/" + name; }

  std::string folder_;
  std::unique_ptr<FaultShim> shim_;
};

const std::string kEio = std::to_string(EIO);
const std::string kEnospc = std::to_string(ENOSPC);

TEST_F(FaultShimTest, ChangesNothingUntilItIsTold) {
  const Probe with(shim_->Command(), File("disk/file"));
  const Probe without({}, File("other"));
  for (const char* word : {"append", "overwrite", "sync", "truncate", "wait"}) {
    EXPECT_EQ(with.Ask(word), without.Ask(word));
  }
  EXPECT_LE(std::labs(with.Clocks()[0] - without.Clocks()[0]), 5);
  EXPECT_EQ(shim_->attached(), 1U);
  EXPECT_EQ(shim_->storage_faults(), 0U);
}

TEST_F(FaultShimTest, MovesTheWallClockOfARunningProcessOnly) {
  const Probe probe(shim_->Command(), File("disk/file"));
  const auto before = probe.Clocks();
  for (const Millis offset : {kTenYears, -kTenYears, Millis(-1'500'000)}) {
    shim_->SetClockOffset(offset);
    const auto after = probe.Clocks();
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(static_cast<double>(after[i] - before[i]),
                  static_cast<double>(offset.count()) / 1'000, 60);
    }
    EXPECT_LE(after[3] - before[3], 60);
    EXPECT_EQ(probe.Ask("wait"), "timeout");  // and not in ten years
  }
  shim_->SetClockOffset(Millis(0));
  EXPECT_LE(std::labs(probe.Clocks()[0] - before[0]), 60);
}

TEST_F(FaultShimTest, ABrokenDiskFailsEveryWriteAndSyncUntilItIsHealed) {
  const Probe probe(shim_->Command(), File("disk/file"));
  EXPECT_EQ(probe.Ask("append"), "ok");
  shim_->FailStorage(EIO);
  for (const char* word : {"append", "overwrite", "sync", "truncate"}) {
    EXPECT_EQ(probe.Ask(word), kEio) << word;
  }
  EXPECT_EQ(shim_->storage_faults(), 4U);
  shim_->HealStorage();
  for (const char* word : {"append", "overwrite", "sync", "truncate"}) {
    EXPECT_EQ(probe.Ask(word), "ok") << word;
  }
}

TEST_F(FaultShimTest, AFullDiskFailsOnlyWhatWouldGrow) {
  const Probe probe(shim_->Command(), File("disk/file"));
  EXPECT_EQ(probe.Ask("append"), "ok");
  shim_->FillDisk();
  EXPECT_EQ(probe.Ask("append"), kEnospc);
  EXPECT_EQ(probe.Ask("overwrite"), "ok");
  EXPECT_EQ(probe.Ask("sync"), "ok");
  EXPECT_EQ(probe.Ask("truncate"), "ok");
  EXPECT_EQ(shim_->storage_faults(), 1U);
}

TEST_F(FaultShimTest, FailingSyncsLeaveWritesAlone) {
  const Probe probe(shim_->Command(), File("disk/file"));
  shim_->FailSyncs(EIO);
  EXPECT_EQ(probe.Ask("append"), "ok");
  EXPECT_EQ(probe.Ask("sync"), kEio);
  EXPECT_EQ(probe.Ask("truncate"), "ok");
  EXPECT_EQ(shim_->storage_faults(), 1U);
}

TEST_F(FaultShimTest, OtherFoldersAreSpared) {
  std::filesystem::create_directory(File("disk2"));
  const Probe probe(shim_->Command(), File("disk2/file"));
  shim_->FailStorage(EIO);
  EXPECT_EQ(probe.Ask("append"), "ok");
  EXPECT_EQ(probe.Ask("sync"), "ok");
  EXPECT_EQ(shim_->storage_faults(), 0U);
}

TEST_F(FaultShimTest, AFolderThatItCannotHoldIsRefused) {
  for (const std::string& bad :
       {std::string("relative"), std::string("/ends/"), "/" + std::string(kShimFolderMax, 'x')}) {
    EXPECT_EQ(FaultShim::Make(File("c2"), bad).error().code, Errc::kRejected);
  }
  EXPECT_EQ(FaultShim::Make(File("control"), "/tmp").error().code, Errc::kFull);
}

}  // namespace
}  // namespace trayline::fault
