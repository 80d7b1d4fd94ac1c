// What every Clock promises; each implementation is run through it. Env gives clock(), which is
// started when the Env is made.
#ifndef TRAYLINE_TESTS_PORTS_CLOCK_CLOCK_SUITE_H_
#define TRAYLINE_TESTS_PORTS_CLOCK_CLOCK_SUITE_H_

#include <gtest/gtest.h>

#include "agent/ports/clock.h"

namespace trayline::ports {

template <typename Env>
class ClockSuite : public ::testing::Test {
 protected:
  Clock& clock() { return env_.clock(); }

 private:
  Env env_;
};

TYPED_TEST_SUITE_P(ClockSuite);

TYPED_TEST_P(ClockSuite, MonoNeverFalls) {
  MonoTime last = this->clock().Mono();
  for (int i = 0; i < 1000; ++i) {
    const MonoTime now = this->clock().Mono();
    ASSERT_GE(now, last);
    last = now;
  }
}

TYPED_TEST_P(ClockSuite, MonoCountsFromTheBoot) {
  EXPECT_GT(ToMs(this->clock().Mono()), 0);
  // A machine that has been up for more than 30 years has other problems.
  EXPECT_LT(ToMs(this->clock().Mono()), 1'000'000'000'000);
}

TYPED_TEST_P(ClockSuite, WallIsCivilTime) {
  EXPECT_GE(ToMs(this->clock().Wall()), 0);
  EXPECT_LT(ToMs(this->clock().Wall()), 253'402'300'800'000);  // the year 10000
}

TYPED_TEST_P(ClockSuite, OffsetLiesWithinADay) {
  EXPECT_GE(this->clock().OffsetMinutes(), -24 * 60);
  EXPECT_LE(this->clock().OffsetMinutes(), 24 * 60);
}

TYPED_TEST_P(ClockSuite, StateStaysTheSameWhileNothingHappens) {
  EXPECT_EQ(this->clock().State(), this->clock().State());
}

REGISTER_TYPED_TEST_SUITE_P(ClockSuite, MonoNeverFalls, MonoCountsFromTheBoot, WallIsCivilTime,
                            OffsetLiesWithinADay, StateStaysTheSameWhileNothingHappens);

}  // namespace trayline::ports

#endif  // TRAYLINE_TESTS_PORTS_CLOCK_CLOCK_SUITE_H_
