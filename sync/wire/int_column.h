// A column of integers as bytes: the shortest of a few ways of writing it is taken and named in
// front. The ways stand in README.md, "Columns". Pure; one thread.
#ifndef TRAYLINE_SYNC_WIRE_INT_COLUMN_H_
#define TRAYLINE_SYNC_WIRE_INT_COLUMN_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agent/base/varint.h"
#include "sync/wire/bit_stream.h"

namespace trayline::wire {

// The number of values is known to the reader; a column without values takes no byte.
void WriteInts(std::span<const std::int64_t> values, std::string& out, BitWriter& bits);

// Replaces values by count values. False: damaged (the readers may have failed or not).
bool ReadInts(VarintReader& in, BitReader& bits, std::size_t count,
              std::vector<std::int64_t>& values);

// Wrapping arithmetic: any two numbers have a difference that leads back.
constexpr std::int64_t Minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
constexpr std::int64_t Plus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_INT_COLUMN_H_
