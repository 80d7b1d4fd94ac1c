#include "agent/platform/files.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace trayline::platform {
namespace {

namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  Files() {
    std::string name = fs::temp_directory_path() / "trayline-files-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ / "file";
  }
  ~Files() override { fs::remove_all(folder_); }

  static unsigned ModeOf(const std::string& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 0777U;
  }

  void Put(std::string_view content) { std::ofstream(path_) << content; }

  fs::path folder_;
  std::string path_;
};

TEST_F(Files, ReadsWhatWasWritten) {
  const std::string content("with\0zero\n", 10);
  ASSERT_TRUE(WriteFileDurably(path_, content, 0600).ok());
  EXPECT_EQ(*ReadSmallFile(path_, 100), content);
  ASSERT_TRUE(WriteFileDurably(path_, "shorter", 0600).ok());
  EXPECT_EQ(*ReadSmallFile(path_, 100), "shorter");
}

TEST_F(Files, GivesTheModeWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  ASSERT_TRUE(WriteFileDurably(path_, "x", 0640).ok());
  ::umask(before);
  EXPECT_EQ(ModeOf(path_), 0640U);
  ASSERT_TRUE(WriteFileDurably(path_, "x", 0600).ok());
  EXPECT_EQ(ModeOf(path_), 0600U);
}

TEST_F(Files, LeavesNoTemporaryFile) {
  ASSERT_TRUE(WriteFileDurably(path_, "x", 0600).ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(Files, ReplacesATemporaryFileOfACrash) {
  std::ofstream(path_ + ".tmp") << "a part";
  ASSERT_TRUE(WriteFileDurably(path_, "whole", 0600).ok());
  EXPECT_EQ(*ReadSmallFile(path_, 100), "whole");
}

TEST_F(Files, KeepsTheOldFileWhenTheNewOneCannotBeWritten) {
  Put("old");
  fs::create_directories(path_ + ".tmp/in the way");
  EXPECT_EQ(WriteFileDurably(path_, "new", 0600).error().code, Errc::kRetryLater);
  EXPECT_EQ(*ReadSmallFile(path_, 100), "old");
}

TEST_F(Files, NamesWhatIsMissingAndWhatIsTooLarge) {
  EXPECT_EQ(ReadSmallFile(folder_ / "none", 10).error().code, Errc::kNotFound);
  EXPECT_EQ(WriteFileDurably(folder_ / "none/file", "x", 0600).error().code, Errc::kRetryLater);
  Put("12345678901");
  EXPECT_EQ(ReadSmallFile(path_, 10).error().code, Errc::kFull);
  Put("1234567890");
  EXPECT_TRUE(ReadSmallFile(path_, 10).ok());
}

TEST_F(Files, MakesATokenOnceAndKeepsIt) {
  const auto token = LoadOrMakeToken(path_);
  ASSERT_TRUE(token.ok()) << token.error().text;
  EXPECT_EQ(token->size(), 43U);
  EXPECT_EQ(token->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789-_"),
            std::string::npos);
  EXPECT_EQ(ModeOf(path_), 0640U);
  EXPECT_EQ(*LoadOrMakeToken(path_), *token);
  EXPECT_NE(*LoadOrMakeToken(folder_ / "another"), *token);
}

TEST_F(Files, RefusesADamagedToken) {
  for (const char* content : {"", "short", "not base64url / but exactly 43 characters !!"}) {
    Put(content);
    EXPECT_EQ(LoadOrMakeToken(path_).error().code, Errc::kCorrupt) << content;
  }
}

TEST_F(Files, ReadsTheBootId) {
  const auto id = ReadBootId();
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->size(), 36U);
  EXPECT_EQ(*ReadBootId(), *id);
}

}  // namespace
}  // namespace trayline::platform
