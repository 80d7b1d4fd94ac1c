// Shape: what a record looks like without its values: whose it is, its keys, and the kind of each.
// Events of one shape differ in their columns only. Value types; one thread.
#ifndef TRAYLINE_SYNC_WIRE_SHAPE_H_
#define TRAYLINE_SYNC_WIRE_SHAPE_H_

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/base/varint.h"
#include "agent/event/event_type.h"
#include "agent/event/key.h"
#include "agent/event/record.h"

namespace trayline::wire {

enum class ValueKind : std::uint8_t { kInt = 0, kText = 1, kList = 2 };

// A key with the kind of its value: key * 4 + kind.
using Tag = std::uint32_t;
constexpr Tag TagOf(event::Key key, ValueKind kind) {
  return static_cast<Tag>(key) << 2 | static_cast<Tag>(kind);
}
constexpr event::Key KeyOf(Tag tag) { return static_cast<event::Key>(tag >> 2); }
constexpr ValueKind KindOf(Tag tag) { return static_cast<ValueKind>(tag & 3); }

// Whose record it is: an event's, by its type, or an element's of a list.
using Owner = std::uint32_t;
inline constexpr Owner kElement = 0;
constexpr Owner OwnerOf(event::EventType type) { return static_cast<Owner>(type) + 1; }
constexpr event::EventType TypeOf(Owner owner) { return static_cast<event::EventType>(owner - 1); }

struct Shape {
  Owner owner = kElement;
  std::vector<Tag> tags;  // keys rise
  friend bool operator==(const Shape&, const Shape&) = default;
};

// How columns name shapes: the known ones of a vocabulary from 0, then those that the frame brings.
using ShapeNumber = std::uint32_t;

// A frame cannot bring more shapes than this.
inline constexpr std::size_t kOwnShapesMax = 1 << 14;

class ShapeTable {
 public:
  // known: shapes that both ends have; copied.
  explicit ShapeTable(std::span<const Shape> known);

  // The number of this shape, which becomes one of the frame's own when it is not known.
  ShapeNumber Number(const Shape& shape);
  [[nodiscard]] const Shape& At(ShapeNumber number) const { return shapes_[number]; }
  [[nodiscard]] std::size_t size() const { return shapes_.size(); }
  [[nodiscard]] std::size_t known() const { return known_; }
  // Forgets the frame's own.
  void Reset();

  // The frame's own, in order: varint how many, then each: varint owner, varint number of tags,
  // then per tag varint (key - key before - 1) * 4 + kind.
  void Write(std::string& out) const;
  // False: damaged. Resets first. Number() does not find what was read.
  bool Read(VarintReader& in);

 private:
  std::vector<Shape> shapes_;
  std::size_t known_;
  std::unordered_multimap<std::uint64_t, ShapeNumber> by_hash_;
};

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_SHAPE_H_
