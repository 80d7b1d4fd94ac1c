#include "agent/platform/file_lock.h"

#include <gtest/gtest.h>

#include <optional>

#include "tests/fakes/temporary_folder.h"

namespace trayline::platform {
namespace {

TEST(FileLock, IsHeldOnceAndGivenBack) {
  const fakes::TemporaryFolder folder;
  const std::string path = folder.File("lock");
  std::optional<FileLock> kept;
  {
    auto first = FileLock::Take(path);
    ASSERT_TRUE(first.ok()) << first.error().text;
    EXPECT_EQ(FileLock::Take(path).error().code, Errc::kConflict);
    kept.emplace(std::move(*first));
  }
  EXPECT_EQ(FileLock::Take(path).error().code, Errc::kConflict) << "moved, not given back";
  kept.reset();
  EXPECT_TRUE(FileLock::Take(path).ok());
}

TEST(FileLock, SaysWhyAFileCannotBeOpened) {
  const fakes::TemporaryFolder folder;
  const auto lock = FileLock::Take(folder.File("not/there"));
  ASSERT_FALSE(lock.ok());
  EXPECT_EQ(lock.error().code, Errc::kRejected);
  EXPECT_NE(lock.error().text.find("not/there"), std::string::npos);
}

}  // namespace
}  // namespace trayline::platform
