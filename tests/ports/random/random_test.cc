// The kernel's chance and the fake's against the one suite, and the rule that is the fake's alone.
#include "agent/platform/system_random.h"
#include "tests/fakes/seeded_random.h"
#include "tests/ports/random/random_suite.h"

namespace trayline::ports {
namespace {

struct KernelEnv {
  Random& random() { return random_; }
  Random& another() { return another_; }
  platform::SystemRandom random_;
  platform::SystemRandom another_;
};

struct SeededEnv {
  Random& random() { return random_; }
  Random& another() { return another_; }
  fakes::SeededRandom random_{1};
  fakes::SeededRandom another_{2};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Kernel, RandomSuite, KernelEnv);
INSTANTIATE_TYPED_TEST_SUITE_P(Seeded, RandomSuite, SeededEnv);

TEST(SeededRandom, FollowsFromItsSeed) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    fakes::SeededRandom one(seed);
    fakes::SeededRandom other(seed);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(one.Next(), other.Next()) << "seed " << seed;
  }
}

// A failing seed that somebody wrote down must mean the same for ever and on every machine. The
// numbers are those of the generator's reference implementation.
TEST(SeededRandom, GivesTheNumbersOfSplitMix64) {
  fakes::SeededRandom random(1'234'567);
  EXPECT_EQ(random.Next(), 6'457'827'717'110'365'317U);
  EXPECT_EQ(random.Next(), 3'203'168'211'198'807'973U);
  EXPECT_EQ(random.Next(), 9'817'491'932'198'370'423U);
}

}  // namespace
}  // namespace trayline::ports
