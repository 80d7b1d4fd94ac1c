#include "agent/event/event.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "agent/base/varint.h"
#include "tests/unit/agent/event/random_record.h"

namespace trayline::event {
namespace {

constexpr Epoch kEpoch{1'795'000'000};

Result<Event> DecodedAgain(const Event& event, Epoch epoch) {
  return DecodeBody(EncodeBody(event, epoch), epoch, event.sequence, event.type,
                    event.journey.number);
}

TEST(EventBody, SurvivesEncodingAndDecoding) {
  constexpr std::uint64_t kSeed = 3;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 3'000; ++round) {
    const Event event = RandomEvent(random, kEpoch);
    const auto decoded = DecodedAgain(event, kEpoch);
    ASSERT_TRUE(decoded.ok()) << "round " << round << ": " << decoded.error().text;
    ASSERT_EQ(*decoded, event) << "round " << round;
  }
}

TEST(EventBody, KeepsTheEpochThatAJourneyBeganIn) {
  Event event;
  event.journey = JourneyId{Epoch{7}, 3};
  EXPECT_EQ(DecodedAgain(event, kEpoch)->journey, event.journey);
  event.journey = JourneyId{kEpoch, 3};
  EXPECT_EQ(DecodedAgain(event, kEpoch)->journey, event.journey);
}

TEST(EventBody, SpendsNothingOnWhatIsNotThere) {
  Event plain;
  plain.journey = JourneyId{kEpoch, 1};
  // version, time, mono, boot, offset, flags, an empty record: one byte each
  EXPECT_EQ(EncodeBody(plain, kEpoch).size(), 7U);
  Event foreign = plain;
  foreign.journey.epoch = Epoch{5};
  EXPECT_EQ(EncodeBody(foreign, kEpoch).size(), 8U);
  Event ruled = plain;
  ruled.bundle = 1;
  EXPECT_EQ(EncodeBody(ruled, kEpoch).size(), 15U);
}

TEST(EventBody, RefusesEveryTruncationAsCorrupt) {
  constexpr std::uint64_t kSeed = 4;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 100; ++round) {
    const Event event = RandomEvent(random, kEpoch);
    const std::string body = EncodeBody(event, kEpoch);
    for (std::size_t size = 0; size < body.size(); ++size) {
      const auto decoded = DecodeBody(std::string_view(body).substr(0, size), kEpoch,
                                      event.sequence, event.type, event.journey.number);
      ASSERT_FALSE(decoded.ok()) << "round " << round << ", " << size << " bytes";
      ASSERT_EQ(decoded.error().code, Errc::kCorrupt) << "round " << round;
    }
  }
}

// A changed byte gives another event or an error, never a crash; what is read again can be written.
TEST(EventBody, SurvivesEveryChangeOfASingleByte) {
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 8; ++round) {
    Event event = RandomEvent(random, kEpoch);
    std::string body = EncodeBody(event, kEpoch);
    while (body.size() > 300) {
      event.data = RandomRecord(random, 2);
      body = EncodeBody(event, kEpoch);
    }
    for (std::size_t i = 0; i < body.size(); ++i) {
      std::string damaged = body;
      for (int value = 0; value < 256; ++value) {
        damaged[i] = static_cast<char>(value);
        const auto decoded =
            DecodeBody(damaged, kEpoch, event.sequence, event.type, event.journey.number);
        if (!decoded.ok()) continue;
        const auto again = DecodedAgain(*decoded, kEpoch);
        ASSERT_TRUE(again.ok()) << "round " << round << ", byte " << i << " = " << value;
        ASSERT_EQ(*again, *decoded) << "round " << round << ", byte " << i << " = " << value;
      }
    }
  }
}

TEST(EventBody, SurvivesRandomBytes) {
  constexpr std::uint64_t kSeed = 6;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    std::string body = "\x01";
    for (std::uint64_t n = random() % 64; n > 0; --n)
      body.push_back(static_cast<char>(random() % 64));
    const auto decoded = DecodeBody(body, kEpoch, Sequence{1}, EventType::kAddToCart, 1);
    if (!decoded.ok()) continue;
    ASSERT_TRUE(DecodedAgain(*decoded, kEpoch).ok()) << "round " << round;
  }
}

TEST(EventBody, TellsANewerVersionFromDamage) {
  std::string body = EncodeBody(Event(), kEpoch);
  body[0] = 2;
  const auto newer = DecodeBody(body, kEpoch, Sequence{1}, EventType::kIrregular, 0);
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code, Errc::kRejected);
  body[0] = 0;
  const auto damaged = DecodeBody(body, kEpoch, Sequence{1}, EventType::kIrregular, 0);
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code, Errc::kCorrupt);
}

TEST(EventBody, RefusesFlagsThatItDoesNotKnow) {
  std::string body = EncodeBody(Event(), kEpoch);
  constexpr std::size_t kFlagsAt = 5;
  for (const int flags : {3, 32, 64}) {  // no such clock state, no such flags
    body[kFlagsAt] = static_cast<char>(flags);
    const auto decoded = DecodeBody(body, kEpoch, Sequence{1}, EventType::kIrregular, 0);
    ASSERT_FALSE(decoded.ok()) << flags;
    EXPECT_EQ(decoded.error().code, Errc::kCorrupt) << flags;
  }
}

}  // namespace
}  // namespace trayline::event
