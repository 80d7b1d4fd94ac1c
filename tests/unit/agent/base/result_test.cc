#include "agent/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace trayline {
namespace {

TEST(Result, HoldsAValue) {
  Result<std::string> result = std::string("rice");
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(*result, "rice");
  EXPECT_EQ(result->size(), 4U);
}

TEST(Result, HoldsAnError) {
  const Result<std::string> result = Error{Errc::kFull, "no room"};
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, Errc::kFull);
  EXPECT_EQ(result.error().text, "no room");
}

TEST(Result, GivesAwayAValueThatOnlyMoves) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(Status, IsSuccessUnlessGivenAnError) {
  EXPECT_TRUE(Status().ok());
  const Status failed = Error{Errc::kRetryLater, "later"};
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, Errc::kRetryLater);
}

TEST(Error, GathersContextOnTheWayUp) {
  const Error error = Error{Errc::kCorrupt, "cut short"}.In("row 7").In("journal");
  EXPECT_EQ(error.code, Errc::kCorrupt);
  EXPECT_EQ(error.text, "journal: row 7: cut short");
}

TEST(Errc, HasStableNames) {
  EXPECT_EQ(ErrcName(Errc::kRetryLater), "retry_later");
  EXPECT_EQ(ErrcName(Errc::kRejected), "rejected");
  EXPECT_EQ(ErrcName(Errc::kNotFound), "not_found");
  EXPECT_EQ(ErrcName(Errc::kConflict), "conflict");
  EXPECT_EQ(ErrcName(Errc::kFull), "full");
  EXPECT_EQ(ErrcName(Errc::kCorrupt), "corrupt");
}

TEST(ResultDeathTest, AbortsWhenTheWrongSideIsTaken) {
  const Result<int> failed = Error{Errc::kRejected, "no"};
  EXPECT_DEATH(static_cast<void>(failed.value()), "broken invariant");
  const Result<int> fine = 1;
  EXPECT_DEATH(static_cast<void>(fine.error()), "broken invariant");
}

}  // namespace
}  // namespace trayline
