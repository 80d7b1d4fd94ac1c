#include "sync/wire/shape.h"

#include <cstddef>
#include <iterator>

namespace trayline::wire {
namespace {

constexpr std::uint64_t kKeyMax = UINT16_MAX;
constexpr std::uint64_t kOwnerMax = std::uint64_t{UINT16_MAX} + 1;

// Spreads trusted and few values; a collision only costs a comparison.
std::uint64_t HashOf(const Shape& shape) {
  std::uint64_t hash = shape.owner + 1;
  for (const Tag tag : shape.tags) hash = (hash ^ tag) * 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 32);
}

bool ReadShape(VarintReader& in, Shape& shape) {
  const std::uint64_t owner = in.Varint();
  const std::uint64_t count = in.Varint();
  if (!in.ok() || owner > kOwnerMax || count > event::kRecordFieldsMax) return false;
  shape.owner = static_cast<Owner>(owner);
  std::uint64_t least = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t head = in.Varint();
    const std::uint64_t key = least + (head >> 2);
    if (!in.ok() || (head >> 2) > kKeyMax || key > kKeyMax || (head & 3) > 2) return false;
    shape.tags.push_back(static_cast<Tag>(key << 2 | (head & 3)));
    least = key + 1;
  }
  return true;
}

}  // namespace

ShapeTable::ShapeTable(std::span<const Shape> known)
    : shapes_(known.begin(), known.end()), known_(known.size()) {
  for (std::size_t i = 0; i < known_; ++i) {
    by_hash_.emplace(HashOf(shapes_[i]), static_cast<ShapeNumber>(i));
  }
}

ShapeNumber ShapeTable::Number(const Shape& shape) {
  const std::uint64_t hash = HashOf(shape);
  const auto [begin, end] = by_hash_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (shapes_[it->second] == shape) return it->second;
  }
  const auto number = static_cast<ShapeNumber>(shapes_.size());
  shapes_.push_back(shape);
  by_hash_.emplace(hash, number);
  return number;
}

void ShapeTable::Reset() {
  if (shapes_.size() == known_) return;
  shapes_.resize(known_);
  for (auto it = by_hash_.begin(); it != by_hash_.end();) {
    it = it->second < known_ ? std::next(it) : by_hash_.erase(it);
  }
}

void ShapeTable::Write(std::string& out) const {
  PutVarint(out, shapes_.size() - known_);
  for (std::size_t i = known_; i < shapes_.size(); ++i) {
    PutVarint(out, shapes_[i].owner);
    PutVarint(out, shapes_[i].tags.size());
    Tag least = 0;
    for (const Tag tag : shapes_[i].tags) {
      PutVarint(out, tag - (least << 2));
      least = (tag >> 2) + 1;
    }
  }
}

bool ShapeTable::Read(VarintReader& in) {
  Reset();
  const std::uint64_t count = in.Varint();
  // Each takes two bytes at least: what cannot be there is refused before memory is taken.
  if (!in.ok() || count > kOwnShapesMax || count > in.remaining() / 2) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!ReadShape(in, shapes_.emplace_back())) return false;
  }
  return true;
}

}  // namespace trayline::wire
