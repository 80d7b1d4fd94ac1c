// A column of texts as bytes: listed, a constant, a table with references, or numbers in disguise.
// The ways stand in README.md, "Columns". Pure; one thread.
#ifndef TRAYLINE_SYNC_WIRE_TEXT_COLUMN_H_
#define TRAYLINE_SYNC_WIRE_TEXT_COLUMN_H_

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/varint.h"
#include "sync/wire/bit_stream.h"

namespace trayline::wire {

// Writes columns of texts; keeps its tables between calls so that they need no new memory.
class TextWriter {
 public:
  // The number of texts is known to the reader; a column without texts takes no byte.
  void Write(std::span<const std::string_view> texts, std::string& out, BitWriter& bits);

 private:
  void Index(std::span<const std::string_view> texts);
  bool AsNumbers(std::span<const std::string_view> texts);
  bool AsNumbered(std::span<const std::string_view> texts);

  std::vector<std::uint32_t> references_;  // 0: the next entry of fresh_, else place + 1
  std::vector<std::string_view> fresh_;
  std::vector<std::uint32_t> slots_;  // open addressing: place in fresh_ + 1, 0 free
  std::vector<std::int64_t> numbers_;
  std::size_t prefix_ = 0;
  std::size_t width_ = 0;
};

// Reads columns of texts. The texts are views into what was read, or into this object: they live
// as long as both.
class TextReader {
 public:
  // Starts a frame whose texts have at most budget bytes together, each counted as often as it
  // stands in an event; forgets the texts made here.
  void Start(std::size_t budget);
  // Replaces texts by count texts. False: damaged, longer than kRecordTextMax, or beyond the
  // budget. Texts are bytes here, UTF-8 or not, as in a record.
  bool Read(VarintReader& in, BitReader& bits, std::size_t count,
            std::vector<std::string_view>& texts);

 private:
  std::string_view ReadLiteral(VarintReader& in);
  bool ReadListed(VarintReader& in, std::size_t count, std::vector<std::string_view>& texts);
  bool ReadConstant(VarintReader& in, std::size_t count, std::vector<std::string_view>& texts);
  bool ReadIndexed(VarintReader& in, std::size_t count, std::vector<std::string_view>& texts);
  bool ReadNumbered(VarintReader& in, BitReader& bits, std::size_t count, bool prefixed,
                    std::vector<std::string_view>& texts);

  bool Spend(std::size_t bytes);

  std::size_t budget_ = 0;
  std::deque<std::string> made_;  // a deque: its elements stay where they are
  std::vector<std::int64_t> numbers_;
};

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_TEXT_COLUMN_H_
