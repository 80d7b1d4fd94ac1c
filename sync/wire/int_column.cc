#include "sync/wire/int_column.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace trayline::wire {
namespace {

enum Way : std::uint8_t {
  kPlain = 0,
  kConstant = 1,
  kSteps = 2,
  kRuns = 3,
  kIndexed = 4,
  kSized = 5,
  kSizedSteps = 6,
};
// A way byte from here on is a constant column by itself.
constexpr std::uint64_t kSmallConstant = 16;
constexpr std::uint64_t kSmallConstantMax = 127 - kSmallConstant;  // still one byte as a varint
// More distinct values than this are not worth a table, nor the time to look for them.
constexpr std::size_t kIndexMax = 64;

// What a number costs behind the compressor, in eighths of a bit, measured on replayed orders:
// small bytes are frequent and so shorter than 8 bits.
constexpr unsigned kCostZero = 22;
constexpr unsigned kCostTiny = 34;  // 1..7
constexpr unsigned kCostByte = 64;  // one byte of a varint
constexpr unsigned kCostSize = 30;  // the size of a sized number
constexpr unsigned kCostBit = 8;    // a bit outside the compressor

unsigned SizeOf(std::uint64_t value) { return static_cast<unsigned>(std::bit_width(value)); }

unsigned CostOf(std::uint64_t value) {
  if (value == 0) return kCostZero;
  if (value < 8) return kCostTiny;
  return kCostByte * ((SizeOf(value) + 6) / 7);
}

unsigned CostOfSized(std::uint64_t value) {
  const unsigned size = SizeOf(value);
  return size < 2 ? kCostSize : kCostSize + (size - 1) * kCostBit;
}

// Distinct values in the order of their first appearance.
class Distinct {
 public:
  // Place of value from 0; size() before the call when it is new; kIndexMax when full.
  std::size_t Place(std::int64_t value) {
    for (std::size_t i = 0; i < size_; ++i) {
      if (values_[i] == value) return i;
    }
    if (size_ == kIndexMax) return kIndexMax;
    values_[size_] = value;
    return size_++;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::array<std::int64_t, kIndexMax> values_{};
  std::size_t size_ = 0;
};

struct Costs {
  std::uint64_t plain = 0;
  std::uint64_t steps = 0;
  std::uint64_t runs = 0;
  std::uint64_t indexed = 0;
  std::uint64_t sized = 0;
  std::uint64_t sized_steps = 0;
};

Costs Estimate(std::span<const std::int64_t> values) {
  Costs costs;
  Distinct distinct;
  bool indexable = true;
  std::int64_t before = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint64_t value = ZigZag(values[i]);
    const std::uint64_t step = ZigZag(Minus(values[i], before));
    costs.plain += CostOf(value);
    costs.steps += CostOf(step);
    costs.sized += CostOfSized(value);
    costs.sized_steps += CostOfSized(step);
    if (i == 0 || step != 0) costs.runs += CostOf(step) + kCostTiny;
    before = values[i];
    if (!indexable) continue;
    const std::size_t known = distinct.size();
    const std::size_t place = distinct.Place(values[i]);
    indexable = place < kIndexMax;
    costs.indexed += place < known ? CostOf(place + 1) : kCostZero + CostOf(value);
  }
  if (!indexable) costs.indexed = UINT64_MAX;
  return costs;
}

Way Cheapest(const Costs& costs) {
  Way way = kPlain;
  std::uint64_t least = costs.plain;
  const auto consider = [&](Way other, std::uint64_t cost) {
    if (cost < least) {
      way = other;
      least = cost;
    }
  };
  consider(kSteps, costs.steps);
  consider(kRuns, costs.runs);
  consider(kIndexed, costs.indexed);
  consider(kSized, costs.sized);
  consider(kSizedSteps, costs.sized_steps);
  return way;
}

void WriteSized(std::uint64_t value, std::string& out, BitWriter& bits) {
  const unsigned size = SizeOf(value);
  out.push_back(static_cast<char>(size));
  if (size > 1) bits.Put(value & ~(std::uint64_t{1} << (size - 1)), size - 1);
}

void WriteRuns(std::span<const std::int64_t> values, std::string& out) {
  std::int64_t before = 0;
  for (std::size_t i = 0; i < values.size();) {
    std::size_t end = i + 1;
    while (end < values.size() && values[end] == values[i]) ++end;
    PutSigned(out, Minus(values[i], before));
    PutVarint(out, end - i - 1);
    before = values[i];
    i = end;
  }
}

void WriteIndexed(std::span<const std::int64_t> values, std::string& out) {
  Distinct distinct;
  std::array<std::int64_t, kIndexMax> fresh{};
  for (const std::int64_t value : values) {
    const std::size_t known = distinct.size();
    const std::size_t place = distinct.Place(value);
    if (place == known) fresh[place] = value;
    PutVarint(out, place == known ? 0 : place + 1);
  }
  for (std::size_t i = 0; i < distinct.size(); ++i) PutSigned(out, fresh[i]);
}

void WriteOneByOne(Way way, std::span<const std::int64_t> values, std::string& out,
                   BitWriter& bits) {
  const bool steps = way == kSteps || way == kSizedSteps;
  const bool sized = way == kSized || way == kSizedSteps;
  std::int64_t before = 0;
  for (const std::int64_t value : values) {
    const std::uint64_t number = ZigZag(steps ? Minus(value, before) : value);
    before = value;
    if (sized) {
      WriteSized(number, out, bits);
    } else {
      PutVarint(out, number);
    }
  }
}

std::uint64_t ReadSized(VarintReader& in, BitReader& bits) {
  const std::string_view size_byte = in.Raw(1);
  if (size_byte.empty()) return 0;
  const unsigned size = static_cast<unsigned char>(size_byte[0]);
  if (size > 64) {
    in.Fail();
    return 0;
  }
  if (size < 2) return size;
  return bits.Get(size - 1) | std::uint64_t{1} << (size - 1);
}

bool ReadRuns(VarintReader& in, std::size_t count, std::vector<std::int64_t>& values) {
  std::int64_t value = 0;
  while (values.size() < count) {
    value = Plus(value, in.Signed());
    const std::uint64_t more = in.Varint();
    if (!in.ok() || more >= count - values.size()) return false;
    values.insert(values.end(), static_cast<std::size_t>(more) + 1, value);
  }
  return true;
}

bool ReadIndexed(VarintReader& in, std::size_t count, std::vector<std::int64_t>& values) {
  std::size_t fresh = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t reference = in.Varint();
    if (!in.ok() || reference > fresh) return false;
    // For now the place in the table; the table follows.
    values.push_back(static_cast<std::int64_t>(reference == 0 ? fresh : reference - 1));
    if (reference == 0) ++fresh;
  }
  if (fresh > in.remaining()) return false;
  std::vector<std::int64_t> table(fresh);
  for (std::int64_t& entry : table) entry = in.Signed();
  for (std::int64_t& value : values) value = table[static_cast<std::size_t>(value)];
  return in.ok();
}

bool ReadOneByOne(Way way, VarintReader& in, BitReader& bits, std::size_t count,
                  std::vector<std::int64_t>& values) {
  if (count > in.remaining()) return false;  // each takes a byte at least
  const bool steps = way == kSteps || way == kSizedSteps;
  const bool sized = way == kSized || way == kSizedSteps;
  std::int64_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t number = UnZigZag(sized ? ReadSized(in, bits) : in.Varint());
    before = steps ? Plus(before, number) : number;
    values.push_back(before);
  }
  return in.ok() && bits.ok();
}

}  // namespace

void WriteInts(std::span<const std::int64_t> values, std::string& out, BitWriter& bits) {
  if (values.empty()) return;
  if (values.size() == 1) {
    PutSigned(out, values[0]);
    return;
  }
  if (std::all_of(values.begin(), values.end(), [&](auto value) { return value == values[0]; })) {
    const std::uint64_t value = ZigZag(values[0]);
    if (value <= kSmallConstantMax) {
      PutVarint(out, kSmallConstant + value);
    } else {
      PutVarint(out, kConstant);
      PutVarint(out, value);
    }
    return;
  }
  const Way way = Cheapest(Estimate(values));
  PutVarint(out, way);
  switch (way) {
    case kRuns:
      return WriteRuns(values, out);
    case kIndexed:
      return WriteIndexed(values, out);
    default:
      return WriteOneByOne(way, values, out, bits);
  }
}

bool ReadInts(VarintReader& in, BitReader& bits, std::size_t count,
              std::vector<std::int64_t>& values) {
  values.clear();
  if (count == 0) return true;
  if (count == 1) {
    values.push_back(in.Signed());
    return in.ok();
  }
  const std::uint64_t way = in.Varint();
  if (!in.ok()) return false;
  if (way >= kSmallConstant && way <= kSmallConstant + kSmallConstantMax) {
    values.assign(count, UnZigZag(way - kSmallConstant));
    return true;
  }
  switch (way) {
    case kConstant:
      values.assign(count, in.Signed());
      return in.ok();
    case kRuns:
      return ReadRuns(in, count, values);
    case kIndexed:
      return ReadIndexed(in, count, values);
    case kPlain:
    case kSteps:
    case kSized:
    case kSizedSteps:
      return ReadOneByOne(static_cast<Way>(way), in, bits, count, values);
    default:
      return false;
  }
}

}  // namespace trayline::wire
