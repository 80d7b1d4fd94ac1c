#include <gtest/gtest.h>

#include <random>
#include <string>

#include "agent/base/hash.h"
#include "agent/base/varint.h"
#include "sync/wire/body_writer.h"
#include "sync/wire/compressor.h"
#include "sync/wire/frame.h"
#include "sync/wire/frame_layout.h"
#include "sync/wire/vocabulary.h"
#include "tests/unit/sync/wire/wire_cases.h"

namespace trayline::wire {
namespace {

std::string WithChecksum(std::string bytes) {
  PutFixed32(bytes, Crc32(bytes));
  return bytes;
}

// A frame around a body that was made by hand: of one position, not compressed, vocabulary 1.
std::string FrameAround(const std::string& body, std::uint64_t count = 1,
                        std::uint8_t codec = kVocabulary1 << kCodecVocabularyShift) {
  std::string bytes(kFrameMagic);
  bytes.push_back(static_cast<char>(kFrameVersion));
  bytes.push_back(static_cast<char>(codec));
  PutFixed32(bytes, TerminalHash(TestTerminal()));
  for (const std::uint64_t field : {kTestEpoch.value, std::uint64_t{1}, count, std::uint64_t{0}}) {
    PutVarint(bytes, field);
  }
  PutVarint(bytes, 0);  // no bits
  return WithChecksum(bytes + body);
}

class FrameDamage : public testing::Test {
 protected:
  std::string Good() {
    FrameEncoder encoder;
    const auto encoded =
        encoder.Encode(TestTerminal(), kTestEpoch, Sequence{1}, OrderEvents(Sequence{1}),
                       std::vector<VoidRun>{VoidRun{.first = Sequence{13}, .count = 4}});
    return encoded.value().bytes;
  }
  void ExpectCorrupt(const std::string& bytes) {
    const auto frame = decoder_.Decode(bytes, TestTerminal());
    ASSERT_FALSE(frame.ok());
    EXPECT_EQ(frame.error().code, Errc::kCorrupt) << frame.error().text;
    EXPECT_FALSE(frame.error().text.empty());
  }
  FrameDecoder decoder_;
};

TEST_F(FrameDamage, EveryTruncationIsSeen) {
  const std::string good = Good();
  ASSERT_TRUE(decoder_.Decode(good, TestTerminal()).ok());
  for (std::size_t size = 0; size < good.size(); ++size) {
    SCOPED_TRACE(size);
    ExpectCorrupt(good.substr(0, size));
    EXPECT_FALSE(decoder_.ReadHeader(good.substr(0, size)).ok());
  }
}

TEST_F(FrameDamage, EveryChangedBitIsSeen) {
  const std::string good = Good();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ExpectCorrupt(bad);
  }
}

std::string Mutated(std::string bytes, std::mt19937_64& random) {
  const std::uint64_t changes = 1 + random() % 4;
  for (std::uint64_t i = 0; i < changes && !bytes.empty(); ++i) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
      default:
        bytes.erase(at, 1);
    }
  }
  return bytes;
}

TEST_F(FrameDamage, NoMutationPassesTheChecksum) {
  constexpr std::uint64_t kSeed = 5;
  std::mt19937_64 random(kSeed);
  const std::string good = Good();
  for (int round = 0; round < 20'000; ++round) {
    const std::string bad = Mutated(good, random);
    if (bad == good) continue;
    ASSERT_FALSE(decoder_.Decode(bad, TestTerminal()).ok()) << "seed " << kSeed << " " << round;
  }
}

// The checksum mended after each mutation, so that a hostile writer is met: whatever comes out, it
// is refused or it is a frame whose parts agree with one another.
TEST_F(FrameDamage, AHostileWriterBreaksNothing) {
  constexpr std::uint64_t kSeed = 6;
  std::mt19937_64 random(kSeed);
  const std::string whole = Good();
  const std::string good = whole.substr(0, whole.size() - kChecksumBytes);
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto frame = decoder_.Decode(WithChecksum(Mutated(good, random)), TestTerminal());
    if (!frame.ok()) continue;
    ++read;
    std::uint64_t positions = frame->events.size();
    for (const VoidRun& run : frame->voids) positions += run.count;
    ASSERT_EQ(positions, frame->header.count) << "seed " << kSeed << " " << round;
  }
  EXPECT_GT(read, 0);
}

// The same below the compressor, where most of the reader's work is.
TEST_F(FrameDamage, AHostileBodyBreaksNothing) {
  constexpr std::uint64_t kSeed = 7;
  std::mt19937_64 random(kSeed);
  // A body without numbers outside the compressor can be mutated whole.
  std::vector<std::string> bodies;
  for (int i = 0; i < 40; ++i) {
    Range range = RandomRange(random, 6);
    FrameEncoder encoder;
    const auto encoded =
        encoder.Encode(TestTerminal(), kTestEpoch, range.first, range.events, range.voids);
    ASSERT_TRUE(encoded.ok());
    bodies.push_back(encoded->bytes.substr(0, encoded->bytes.size() - kChecksumBytes));
  }
  Decompressor decompressor(Dictionary1());
  for (int round = 0; round < 20'000; ++round) {
    const std::string& outside = bodies[random() % bodies.size()];
    VarintReader in(std::string_view(outside).substr(8));
    for (int i = 0; i < 4; ++i) in.Varint();
    in.Bytes(outside.size());
    const std::string head = outside.substr(0, outside.size() - in.remaining());
    std::string body(in.rest());
    if ((head[3] & kCodecZstd) != 0) {
      std::string unpacked;
      ASSERT_TRUE(decompressor.Decompress(body, kFrameRawMax, unpacked));
      body = unpacked;
    }
    std::string bytes = head + Mutated(body, random);
    bytes[3] = static_cast<char>(bytes[3] & ~kCodecZstd);
    const auto frame = decoder_.Decode(WithChecksum(bytes), TestTerminal());
    if (!frame.ok()) continue;
    std::uint64_t positions = frame->events.size();
    for (const VoidRun& run : frame->voids) positions += run.count;
    ASSERT_EQ(positions, frame->header.count) << "seed " << kSeed << " " << round;
  }
}

TEST_F(FrameDamage, ANewerVersionIsRefusedNotCalledDamaged) {
  std::string bytes = Good();
  bytes.resize(bytes.size() - kChecksumBytes);
  bytes[2] = static_cast<char>(kFrameVersion + 1);
  bytes = WithChecksum(bytes);
  const auto frame = decoder_.Decode(bytes, TestTerminal());
  ASSERT_FALSE(frame.ok());
  EXPECT_EQ(frame.error().code, Errc::kRejected);
  const auto header = decoder_.ReadHeader(bytes);
  ASSERT_FALSE(header.ok());
  EXPECT_EQ(header.error().code, Errc::kRejected);
}

TEST_F(FrameDamage, AnUnknownCodecIsRefusedNotCalledDamaged) {
  for (const int codec : {0x02, 0x20, 0xF1}) {
    const auto frame =
        decoder_.Decode(FrameAround("", 1, static_cast<std::uint8_t>(codec)), TestTerminal());
    ASSERT_FALSE(frame.ok());
    EXPECT_EQ(frame.error().code, Errc::kRejected) << codec;
  }
}

// Another writer need not know the vocabulary by heart.
TEST_F(FrameDamage, AFrameWithoutVocabularyOrCompressionIsRead) {
  const auto events = OrderEvents(Sequence{1});
  BodyWriter writer({});
  ASSERT_TRUE(writer.Gather(kTestEpoch, events).ok());
  writer.Write(Sequence{1}, {});
  std::string bytes(kFrameMagic);
  bytes.push_back(static_cast<char>(kFrameVersion));
  bytes.push_back(0);
  PutFixed32(bytes, TerminalHash(TestTerminal()));
  for (const std::uint64_t field : {kTestEpoch.value, std::uint64_t{1}, std::uint64_t{12}}) {
    PutVarint(bytes, field);
  }
  PutVarint(bytes, 31);  // catalogue
  PutBytes(bytes, writer.bits());
  const auto frame = decoder_.Decode(WithChecksum(bytes + writer.body()), TestTerminal());
  ASSERT_TRUE(frame.ok()) << frame.error().text;
  EXPECT_EQ(frame->events, AsOutside(events));
  EXPECT_EQ(frame->header.catalogue, 31U);
}

TEST_F(FrameDamage, AnotherTerminalsFrameIsRefused) {
  const auto frame = decoder_.Decode(Good(), TerminalId{"demo", "s001", "k2"});
  ASSERT_FALSE(frame.ok());
  EXPECT_EQ(frame.error().code, Errc::kRejected);
  EXPECT_NE(frame.error().text.find("another terminal"), std::string::npos);
}

TEST_F(FrameDamage, ReadHeaderGivesTheFactsOfTheFrame) {
  const auto header = decoder_.ReadHeader(Good());
  ASSERT_TRUE(header.ok()) << header.error().text;
  EXPECT_EQ(header->terminal_hash, Fnv1a32("demo-s001-k1"));
  EXPECT_EQ(header->epoch, kTestEpoch);
  EXPECT_EQ(header->first, Sequence{1});
  EXPECT_EQ(header->count, 16U);
}

TEST_F(FrameDamage, ForgedSizesTakeNoMemory) {
  // A compressed body that claims a gigabyte: frame header with single segment, 4 bytes of size.
  std::string huge("\xA0\x00\x00\x00\x40", 5);
  ExpectCorrupt(FrameAround(huge, 1, kCodecZstd | kVocabulary1 << kCodecVocabularyShift));
  // Without a size: a window of a gigabyte.
  ExpectCorrupt(FrameAround(std::string("\x00\xA0\x01\x00\x00", 5), 1,
                            kCodecZstd | kVocabulary1 << kCodecVocabularyShift));
  // A body that unpacks to more than a frame may be.
  std::string packed;
  ASSERT_TRUE(Compressor(Dictionary1()).Compress(std::string(kFrameRawMax + 1, '\0'), packed));
  ExpectCorrupt(FrameAround(packed, 1, kCodecZstd | kVocabulary1 << kCodecVocabularyShift));
  // More events, shapes, void runs than there are bytes or limits.
  ExpectCorrupt(FrameAround(std::string("\x00\x00", 2), 501));
  ExpectCorrupt(FrameAround(std::string("\x00\x00", 2), UINT64_MAX));
  ExpectCorrupt(FrameAround(std::string("\x00\xFF\xFF\x7F", 4)));
  ExpectCorrupt(FrameAround(std::string("\xFF\xFF\xFF\x7F", 4)));
  ExpectCorrupt(FrameAround("", 0));
}

// Lists of constant size in lists of constant size: a few bytes that would become millions of
// records.
TEST_F(FrameDamage, ListsInListsCannotMultiplyWithoutEnd) {
  std::string body;
  PutVarint(body, 0);  // void runs
  PutVarint(body, 3);  // shapes
  const auto put_list_shape = [&](Owner owner) {
    PutVarint(body, owner);
    PutVarint(body, 1);
    PutVarint(body, TagOf(event::Key::kLines, ValueKind::kList));
  };
  put_list_shape(OwnerOf(event::EventType::kPurchase));
  put_list_shape(kElement);
  PutVarint(body, kElement);
  PutVarint(body, 0);
  const auto known = static_cast<std::int64_t>(KnownShapes1().size());
  const auto put_constant = [&](std::int64_t value) {
    PutVarint(body, 1);
    PutSigned(body, value);
  };
  put_constant(known);                          // shapes of 500 events
  for (int i = 0; i < 7; ++i) put_constant(0);  // journeys, times to bundles; no epochs
  put_constant(256);
  put_constant(known + 1);
  put_constant(256);
  put_constant(known + 2);
  const auto frame = decoder_.Decode(FrameAround(body, 500), TestTerminal());
  ASSERT_FALSE(frame.ok());
  EXPECT_NE(frame.error().text.find("more"), std::string::npos) << frame.error().text;
}

TEST_F(FrameDamage, AConstantTextCannotMultiplyWithoutEnd) {
  std::string body;
  PutVarint(body, 0);
  PutVarint(body, 1);
  PutVarint(body, OwnerOf(event::EventType::kPurchase));
  PutVarint(body, 1);
  PutVarint(body, TagOf(event::Key::kItemName, ValueKind::kText));
  PutVarint(body, 1);
  PutSigned(body, static_cast<std::int64_t>(KnownShapes1().size()));
  for (int i = 0; i < 7; ++i) body += std::string("\x01\x00", 2);
  PutVarint(body, 1);  // constant
  PutVarint(body, 4'000 << 1);
  body.append(4'000, 'x');
  ASSERT_TRUE(decoder_.Decode(FrameAround(body, 100), TestTerminal()).ok());
  ExpectCorrupt(FrameAround(body, 500));
}

}  // namespace
}  // namespace trayline::wire
