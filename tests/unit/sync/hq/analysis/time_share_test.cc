#include "sync/hq/analysis/time_share.h"

#include <gtest/gtest.h>

namespace trayline::hq {
namespace {

TEST(TimeShare, JourneysAreAlwaysDueWhenNothingWaits) {
  TimeShare share;
  share.SpentOnJourneys(Millis(100));
  EXPECT_TRUE(share.JourneysAreDue(false));
}

TEST(TimeShare, AQuarterOfTheTimeIsForJourneysWhileMessagesWait) {
  TimeShare share;
  Millis storing{0};
  Millis journeys{0};
  for (int round = 0; round < 1000; ++round) {
    share.SpentStoring(Millis(40));
    storing += Millis(40);
    if (!share.JourneysAreDue(true)) continue;
    share.SpentOnJourneys(Millis(20));
    journeys += Millis(20);
  }
  EXPECT_GT(journeys * 5, storing);
  EXPECT_LE(journeys * 3, storing + Millis(100));
}

TEST(TimeShare, OneSlowStepDoesNotStopJourneysForLong) {
  TimeShare share;
  share.SpentOnJourneys(Millis(60'000));
  share.SpentStoring(Millis(500));
  EXPECT_TRUE(share.JourneysAreDue(true));
}

}  // namespace
}  // namespace trayline::hq
