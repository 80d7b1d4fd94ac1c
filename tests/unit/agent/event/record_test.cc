#include "agent/event/record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <type_traits>

#include "agent/base/varint.h"
#include "agent/event/vocabulary.h"
#include "tests/unit/agent/event/random_record.h"

namespace trayline::event {
namespace {

std::string Encoded(const Record& record) {
  std::string bytes;
  EncodeRecord(record, bytes);
  return bytes;
}

Errc DecodeFails(std::string_view bytes) {
  const auto decoded = DecodeRecord(bytes);
  EXPECT_FALSE(decoded.ok());
  return decoded.ok() ? Errc::kRetryLater : decoded.error().code;
}

TEST(Record, KeepsItsFieldsSortedHoweverTheyAreSet) {
  Record record;
  record.Set(Key::kQuantity, 2)
      .Set(Key::kItemId, "a")
      .Set(Key::kComboId, "c")
      .Set(Key::kLineId, "l");
  EXPECT_TRUE(std::is_sorted(record.fields().begin(), record.fields().end(),
                             [](const Field& a, const Field& b) { return a.key < b.key; }));
  EXPECT_EQ(record.fields().size(), 4U);
}

TEST(Record, ReplacesAValueAlsoByOneOfAnotherKind) {
  Record record;
  record.Set(Key::kQuantity, 2).Set(Key::kQuantity, 3);
  EXPECT_EQ(record.Int(Key::kQuantity), 3);
  record.Set(Key::kQuantity, "three");
  EXPECT_EQ(record.Int(Key::kQuantity), std::nullopt);
  EXPECT_EQ(record.Text(Key::kQuantity), "three");
  EXPECT_EQ(record.fields().size(), 1U);
}

TEST(Record, TakesEveryKindOfArgumentForWhatItIs) {
  Record record;
  record.Set(Key::kItemId, "literal");
  record.Set(Key::kItemName, std::string_view("view"));
  record.Set(Key::kItemVariant, std::string("text"));
  record.Set(Key::kTraining, true);
  record.Set(Key::kQuantity, 5);
  record.Set(Key::kStage, Stage::kCarting);
  EXPECT_EQ(record.Text(Key::kItemId), "literal");
  EXPECT_EQ(record.Text(Key::kItemName), "view");
  EXPECT_EQ(record.Text(Key::kItemVariant), "text");
  EXPECT_EQ(record.Int(Key::kTraining), 1);
  EXPECT_EQ(record.Int(Key::kQuantity), 5);
  EXPECT_EQ(record.Enum<Stage>(Key::kStage, kStageNames.size()), Stage::kCarting);
}

TEST(Record, RemovesWhatIsThereAndNothingElse) {
  Record record;
  record.Set(Key::kItemId, "a").Set(Key::kQuantity, 1);
  record.Remove(Key::kItemName);
  EXPECT_EQ(record.fields().size(), 2U);
  record.Remove(Key::kItemId);
  EXPECT_FALSE(record.Has(Key::kItemId));
  EXPECT_TRUE(record.Has(Key::kQuantity));
}

TEST(Record, HasNoEnumForAWordOfANewerWriter) {
  Record record;
  record.Set(Key::kStage, 1000);
  EXPECT_EQ(record.Enum<Stage>(Key::kStage, kStageNames.size()), std::nullopt);
  record.Set(Key::kStage, -1);
  EXPECT_EQ(record.Enum<Stage>(Key::kStage, kStageNames.size()), std::nullopt);
}

TEST(Record, GivesAnEmptyListForWhatIsNoList) {
  Record record;
  record.Set(Key::kItemId, "a");
  EXPECT_TRUE(record.List(Key::kLines).empty());
  EXPECT_TRUE(record.List(Key::kItemId).empty());
}

TEST(RecordCodec, WritesTheFormThatIsDocumented) {
  Record line;
  line.Set(Key::kItemId, "a1");
  Record record;
  record.Set(Key::kQuantity, -1).Set(Key::kLines, RecordList{line});
  // two fields; 1<<2|2, one record of one field 3<<2|1 "a1"; 8<<2|0, zig-zag of -1
  EXPECT_EQ(Encoded(record), std::string("\x02\x06\x01\x01\x0d\x02"
                                         "a1"
                                         "\x20\x01"));
  EXPECT_EQ(Encoded(Record()), std::string(1, '\0'));
}

TEST(RecordCodec, SurvivesEncodingAndDecoding) {
  constexpr std::uint64_t kSeed = 1;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 3'000; ++round) {
    const Record record = RandomRecord(random);
    const auto decoded = DecodeRecord(Encoded(record));
    ASSERT_TRUE(decoded.ok()) << "round " << round << ": " << decoded.error().text;
    ASSERT_EQ(*decoded, record) << "round " << round;
  }
}

TEST(RecordCodec, RefusesEveryTruncation) {
  constexpr std::uint64_t kSeed = 2;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 100; ++round) {
    const std::string bytes = Encoded(RandomRecord(random));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_EQ(DecodeFails(std::string_view(bytes).substr(0, size)), Errc::kCorrupt)
          << "round " << round << ", " << size << " of " << bytes.size() << " bytes";
    }
  }
}

TEST(RecordCodec, RefusesBytesAfterItsEnd) {
  EXPECT_EQ(DecodeFails(std::string("\0\0", 2)), Errc::kCorrupt);
}

TEST(RecordCodec, RefusesKeysThatDoNotRise) {
  EXPECT_EQ(DecodeFails(std::string("\x02\x20\x01\x20\x01")), Errc::kCorrupt);
  EXPECT_EQ(DecodeFails(std::string("\x02\x20\x01\x0c\x01")), Errc::kCorrupt);
}

TEST(RecordCodec, RefusesKeysBeyondSixteenBits) {
  std::string bytes;
  PutVarint(bytes, 1);
  PutVarint(bytes, std::uint64_t{65536} << 2);
  PutSigned(bytes, 0);
  EXPECT_EQ(DecodeFails(bytes), Errc::kCorrupt);
}

TEST(RecordCodec, RefusesAnUnknownKind) {
  EXPECT_EQ(DecodeFails(std::string("\x01\x23\x01")), Errc::kCorrupt);
}

TEST(RecordCodec, HoldsExactlyItsBounds) {
  Record widest;
  for (std::size_t i = 0; i < kRecordFieldsMax; ++i) widest.Set(static_cast<Key>(i), 1);
  EXPECT_TRUE(DecodeRecord(Encoded(widest)).ok());
  widest.Set(static_cast<Key>(kRecordFieldsMax), 1);
  EXPECT_EQ(DecodeFails(Encoded(widest)), Errc::kCorrupt);

  Record longest;
  longest.Set(Key::kLines, RecordList(kRecordListMax));
  EXPECT_TRUE(DecodeRecord(Encoded(longest)).ok());
  longest.Set(Key::kLines, RecordList(kRecordListMax + 1));
  EXPECT_EQ(DecodeFails(Encoded(longest)), Errc::kCorrupt);

  Record text;
  text.Set(Key::kItemName, std::string(kRecordTextMax, 'x'));
  EXPECT_TRUE(DecodeRecord(Encoded(text)).ok());
  text.Set(Key::kItemName, std::string(kRecordTextMax + 1, 'x'));
  EXPECT_EQ(DecodeFails(Encoded(text)), Errc::kCorrupt);

  Record nested;
  for (std::size_t depth = 1; depth < kRecordDepthMax; ++depth) {
    Record outer;
    outer.Set(Key::kLines, RecordList{nested});
    nested = outer;
  }
  EXPECT_TRUE(DecodeRecord(Encoded(nested)).ok());
  Record outer;
  outer.Set(Key::kLines, RecordList{nested});
  EXPECT_EQ(DecodeFails(Encoded(outer)), Errc::kCorrupt);
}

TEST(RecordCodec, RefusesCountsThatTheBytesCannotHold) {
  std::string many_fields;
  PutVarint(many_fields, UINT64_MAX);
  EXPECT_EQ(DecodeFails(many_fields), Errc::kCorrupt);
  std::string many_records = "\x01\x06";
  PutVarint(many_records, UINT64_MAX);
  EXPECT_EQ(DecodeFails(many_records), Errc::kCorrupt);
}

}  // namespace
}  // namespace trayline::event
