#include "agent/platform/scaled_clock.h"
#include "agent/platform/system_clock.h"
#include "clock_suite.h"
#include "tests/fakes/manual_clock.h"

namespace trayline::ports {
namespace {

struct SystemEnv {
  Clock& clock() { return clock_; }
  platform::SystemClock clock_;
};

struct ScaledEnv {
  Clock& clock() { return clock_; }
  platform::SystemClock real_;
  platform::ScaledClock clock_{real_, 60};
};

struct ManualEnv {
  Clock& clock() { return clock_; }
  fakes::ManualClock clock_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(System, ClockSuite, SystemEnv);
INSTANTIATE_TYPED_TEST_SUITE_P(Scaled, ClockSuite, ScaledEnv);
INSTANTIATE_TYPED_TEST_SUITE_P(Manual, ClockSuite, ManualEnv);

}  // namespace
}  // namespace trayline::ports
