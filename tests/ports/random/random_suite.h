// What every Random promises; each implementation is run through it. Env gives random() and
// another(), an object that was made apart from the first one as the product would make it.
//
// The two rules: the kernel's numbers follow from nothing, so two objects never agree; the fake's
// follow from its seed alone, so two objects of one seed agree and of two seeds do not. Both are
// made so that a test fails by chance less than once in a billion runs.
#ifndef TRAYLINE_TESTS_PORTS_RANDOM_RANDOM_SUITE_H_
#define TRAYLINE_TESTS_PORTS_RANDOM_RANDOM_SUITE_H_

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include "agent/ports/random.h"

namespace trayline::ports {

template <typename Env>
class RandomSuite : public ::testing::Test {
 protected:
  static constexpr int kDraws = 4096;
  static constexpr int kBits = 64;

  Random& random() { return env_.random(); }
  Random& another() { return env_.another(); }

 private:
  Env env_;
};

TYPED_TEST_SUITE_P(RandomSuite);

TYPED_TEST_P(RandomSuite, DoesNotRepeatItself) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < this->kDraws; ++i) seen.insert(this->random().Next());
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(this->kDraws));
}

TYPED_TEST_P(RandomSuite, TwoThatWereMadeApartDoNotAgree) {
  std::set<std::uint64_t> seen;
  for (int i = 0; i < this->kDraws; ++i) {
    seen.insert(this->random().Next());
    seen.insert(this->another().Next());
  }
  EXPECT_EQ(seen.size(), 2U * this->kDraws);
}

TYPED_TEST_P(RandomSuite, EveryBitIsSetHalfOfTheTime) {
  std::array<int, 64> set{};
  for (int i = 0; i < this->kDraws; ++i) {
    const std::uint64_t bits = this->random().Next();
    for (std::size_t bit = 0; bit < set.size(); ++bit) set[bit] += (bits >> bit & 1) != 0 ? 1 : 0;
  }
  // The deviation of 4,096 throws of a coin is 32; eight of them.
  for (std::size_t bit = 0; bit < set.size(); ++bit) {
    EXPECT_NEAR(set[bit], this->kDraws / 2, 256) << "bit " << bit;
  }
}

TYPED_TEST_P(RandomSuite, NeighboursShareHalfOfTheirBits) {
  std::int64_t differing = 0;
  std::uint64_t before = this->random().Next();
  for (int i = 0; i < this->kDraws; ++i) {
    const std::uint64_t bits = this->random().Next();
    differing += std::popcount(bits ^ before);
    before = bits;
  }
  // 262,144 throws: the deviation is 256; eight of them.
  EXPECT_NEAR(static_cast<double>(differing), this->kDraws * this->kBits / 2, 2048);
}

TYPED_TEST_P(RandomSuite, AnyThreadMayDraw) {
  constexpr std::size_t kThreads = 4;
  std::array<std::vector<std::uint64_t>, kThreads> drawn;
  {
    std::vector<std::jthread> threads;
    for (auto& mine : drawn) {
      threads.emplace_back([this, &mine] {
        for (int i = 0; i < this->kDraws; ++i) mine.push_back(this->random().Next());
      });
    }
  }
  std::set<std::uint64_t> seen;
  for (const auto& mine : drawn) seen.insert(mine.begin(), mine.end());
  EXPECT_EQ(seen.size(), kThreads * this->kDraws) << "two threads were given the same number";
}

REGISTER_TYPED_TEST_SUITE_P(RandomSuite, DoesNotRepeatItself, TwoThatWereMadeApartDoNotAgree,
                            EveryBitIsSetHalfOfTheTime, NeighboursShareHalfOfTheirBits,
                            AnyThreadMayDraw);

}  // namespace trayline::ports

#endif  // TRAYLINE_TESTS_PORTS_RANDOM_RANDOM_SUITE_H_
