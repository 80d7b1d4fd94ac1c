#include "sync/wire/shape.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "agent/base/hash.h"
#include "agent/event/spec.h"
#include "sync/wire/vocabulary.h"

namespace trayline::wire {
namespace {

using event::EventType;
using event::Key;

TEST(ShapeTable, KnowsAShapeAgain) {
  ShapeTable table({});
  const Shape one{OwnerOf(EventType::kPurchase), {TagOf(Key::kValueMinor, ValueKind::kInt)}};
  const Shape other{OwnerOf(EventType::kPurchase), {TagOf(Key::kValueMinor, ValueKind::kText)}};
  EXPECT_EQ(table.Number(one), 0U);
  EXPECT_EQ(table.Number(other), 1U);
  EXPECT_EQ(table.Number(one), 0U);
  EXPECT_EQ(table.At(1), other);
  table.Reset();
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.Number(other), 0U);
}

TEST(ShapeTable, TravelsWithKeysThatNobodyKnows) {
  ShapeTable writer({});
  const Shape odd{OwnerOf(static_cast<EventType>(65'535)),
                  {TagOf(static_cast<Key>(0), ValueKind::kInt),
                   TagOf(static_cast<Key>(65'535), ValueKind::kList)}};
  const Shape empty{kElement, {}};
  writer.Number(odd);
  writer.Number(empty);
  std::string bytes;
  writer.Write(bytes);
  ShapeTable reader({});
  VarintReader in(bytes);
  ASSERT_TRUE(reader.Read(in));
  EXPECT_TRUE(in.AtEnd());
  ASSERT_EQ(reader.size(), 2U);
  EXPECT_EQ(reader.At(0), odd);
  EXPECT_EQ(reader.At(1), empty);
}

TEST(ShapeTable, RefusesDamage) {
  ShapeTable table({});
  for (const std::string& bytes : {std::string("\xFF\xFF\x03", 3), std::string("\x01\x00", 2),
                                   std::string("\x01\x00\x41", 3),  // more fields than a record has
                                   std::string("\x01\x00\x01\x03", 4),             // no such kind
                                   std::string("\x01\x81\x80\x04\x00", 5),         // no such type
                                   std::string("\x01\x00\x01\x80\x80\x10", 6)}) {  // no such key
    VarintReader in(bytes);
    EXPECT_FALSE(table.Read(in)) << bytes.size();
  }
}

TEST(Vocabulary1, HasNoShapeTwiceAndKeysThatRise) {
  const auto shapes = KnownShapes1();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    EXPECT_TRUE(std::is_sorted(shapes[i].tags.begin(), shapes[i].tags.end())) << i;
    EXPECT_EQ(std::find(shapes.begin(), shapes.begin() + static_cast<std::ptrdiff_t>(i), shapes[i]),
              shapes.begin() + static_cast<std::ptrdiff_t>(i))
        << i;
    if (shapes[i].owner != kElement) {
      EXPECT_NE(event::FindType(TypeOf(shapes[i].owner)), nullptr) << i;
    }
  }
}

// Frames of years may lie in somebody's archive: what vocabulary 1 means can never change.
TEST(Vocabulary1, IsFrozen) {
  std::string bytes;
  ShapeTable table({});
  for (const Shape& shape : KnownShapes1()) table.Number(shape);
  table.Write(bytes);
  EXPECT_EQ(KnownShapes1().size(), 98U);
  EXPECT_EQ(Crc32(bytes), 190696762U);
  EXPECT_EQ(Dictionary1().size(), 361U);
  EXPECT_EQ(Crc32(Dictionary1()), 26333033U);
}

}  // namespace
}  // namespace trayline::wire
