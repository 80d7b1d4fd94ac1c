#include "sync/wire/text_column.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <functional>
#include <optional>

#include "agent/event/record.h"
#include "sync/wire/int_column.h"

namespace trayline::wire {
namespace {

enum Way : std::uint8_t {
  kListed = 0,
  kConstant = 1,
  kIndexed = 2,
  kNumbers = 3,
  kNumbered = 4,
};

constexpr std::size_t kDigitsMax = 18;  // always fits into 63 bits

constexpr std::int64_t kNumberMax = 999'999'999'999'999'999;
constexpr std::size_t kPrefixMax = event::kRecordTextMax - kDigitsMax;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The number when text is how that number is written, without leading zeros.
std::optional<std::int64_t> AsDecimal(std::string_view text) {
  if (text.empty() || text.size() > kDigitsMax || (text.size() > 1 && text[0] == '0')) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  for (const char c : text) {
    if (!IsDigit(c)) return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

void AppendDecimal(std::string& out, std::int64_t number, std::size_t width) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  const auto size = static_cast<std::size_t>(end - digits);
  if (size < width) out.append(width - size, '0');
  out.append(digits, size);
}

// Even: twice the length, then the bytes; odd: a number in decimal.
void WriteLiteral(std::string_view text, std::string& out) {
  if (const auto number = AsDecimal(text)) {
    PutVarint(out, static_cast<std::uint64_t>(*number) << 1 | 1);
  } else {
    PutVarint(out, text.size() << 1);
    out.append(text);
  }
}

}  // namespace

void TextWriter::Index(std::span<const std::string_view> texts) {
  references_.clear();
  fresh_.clear();
  slots_.assign(std::bit_ceil(texts.size() * 2), 0);
  const std::size_t mask = slots_.size() - 1;
  for (const std::string_view text : texts) {
    std::size_t slot = std::hash<std::string_view>()(text) & mask;
    while (slots_[slot] != 0 && fresh_[slots_[slot] - 1] != text) slot = (slot + 1) & mask;
    references_.push_back(slots_[slot]);
    if (slots_[slot] == 0) {
      fresh_.push_back(text);
      slots_[slot] = static_cast<std::uint32_t>(fresh_.size());
    }
  }
}

bool TextWriter::AsNumbers(std::span<const std::string_view> texts) {
  numbers_.clear();
  for (const std::string_view text : texts) {
    const auto number = AsDecimal(text);
    if (!number) return false;
    numbers_.push_back(*number);
  }
  return true;
}

// The same prefix before digits in each, all without leading zeros or all of one width.
bool TextWriter::AsNumbered(std::span<const std::string_view> texts) {
  numbers_.clear();
  const std::string_view first = texts[0];
  prefix_ = first.size();
  while (prefix_ > 0 && first.size() - prefix_ < kDigitsMax && IsDigit(first[prefix_ - 1])) {
    --prefix_;
  }
  if (prefix_ == first.size() || prefix_ > kPrefixMax) return false;
  const std::string_view prefix = first.substr(0, prefix_);
  bool same_width = true;
  bool leading_zero = false;
  for (const std::string_view text : texts) {
    if (!text.starts_with(prefix)) return false;
    std::string_view digits = text.substr(prefix_);
    if (digits.empty() || digits.size() > kDigitsMax) return false;
    if (!std::all_of(digits.begin(), digits.end(), IsDigit)) return false;
    same_width = same_width && text.size() == first.size();
    leading_zero = leading_zero || (digits[0] == '0' && digits.size() > 1);
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    numbers_.push_back(number);
  }
  width_ = leading_zero ? first.size() - prefix_ : 0;
  return same_width || !leading_zero;
}

void TextWriter::Write(std::span<const std::string_view> texts, std::string& out, BitWriter& bits) {
  if (texts.empty()) return;
  if (texts.size() == 1) {
    WriteLiteral(texts[0], out);
    return;
  }
  if (std::all_of(texts.begin(), texts.end(), [&](auto text) { return text == texts[0]; })) {
    PutVarint(out, kConstant);
    WriteLiteral(texts[0], out);
  } else if (AsNumbers(texts)) {
    PutVarint(out, kNumbers);
    WriteInts(numbers_, out, bits);
  } else if (AsNumbered(texts)) {
    PutVarint(out, kNumbered);
    PutBytes(out, texts[0].substr(0, prefix_));
    PutVarint(out, width_);
    WriteInts(numbers_, out, bits);
  } else {
    Index(texts);
    const bool all_fresh = fresh_.size() == texts.size();
    PutVarint(out, all_fresh ? kListed : kIndexed);
    if (!all_fresh) {
      for (const std::uint32_t reference : references_) PutVarint(out, reference);
    }
    for (const std::string_view text : fresh_) WriteLiteral(text, out);
  }
}

void TextReader::Start(std::size_t budget) {
  budget_ = budget;
  made_.clear();
}

bool TextReader::Spend(std::size_t bytes) {
  if (bytes > budget_) return false;
  budget_ -= bytes;
  return true;
}

std::string_view TextReader::ReadLiteral(VarintReader& in) {
  const std::uint64_t head = in.Varint();
  if ((head & 1) != 0) {
    std::string& text = made_.emplace_back();
    const auto number = static_cast<std::int64_t>(head >> 1);
    if (number > kNumberMax) in.Fail();
    AppendDecimal(text, number, 0);
    return text;
  }
  const std::uint64_t size = head >> 1;
  if (size > event::kRecordTextMax) in.Fail();
  return in.Raw(static_cast<std::size_t>(size));
}

bool TextReader::ReadListed(VarintReader& in, std::size_t count,
                            std::vector<std::string_view>& texts) {
  for (std::size_t i = 0; i < count; ++i) {
    texts.push_back(ReadLiteral(in));
    if (!in.ok() || !Spend(texts.back().size())) return false;
  }
  return true;
}

bool TextReader::ReadConstant(VarintReader& in, std::size_t count,
                              std::vector<std::string_view>& texts) {
  const std::string_view text = ReadLiteral(in);
  if (!in.ok() || !Spend(text.size() * count)) return false;
  texts.assign(count, text);
  return true;
}

bool TextReader::ReadIndexed(VarintReader& in, std::size_t count,
                             std::vector<std::string_view>& texts) {
  std::vector<std::size_t> places;
  if (count > in.remaining()) return false;  // each takes a byte at least
  places.reserve(count);
  std::size_t fresh = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t reference = in.Varint();
    if (!in.ok() || reference > fresh) return false;
    places.push_back(reference == 0 ? fresh : static_cast<std::size_t>(reference) - 1);
    if (reference == 0) ++fresh;
  }
  std::vector<std::string_view> table;
  table.reserve(fresh);
  for (std::size_t i = 0; i < fresh && in.ok(); ++i) table.push_back(ReadLiteral(in));
  if (!in.ok()) return false;
  for (const std::size_t place : places) {
    if (!Spend(table[place].size())) return false;
    texts.push_back(table[place]);
  }
  return true;
}

bool TextReader::ReadNumbered(VarintReader& in, BitReader& bits, std::size_t count, bool prefixed,
                              std::vector<std::string_view>& texts) {
  std::string_view prefix;
  std::uint64_t width = 0;
  if (prefixed) {
    prefix = in.Bytes(kPrefixMax);
    width = in.Varint();
  }
  if (!in.ok() || width > kDigitsMax) return false;
  if (!ReadInts(in, bits, count, numbers_)) return false;
  std::int64_t before = -1;
  std::string_view text;
  for (const std::int64_t number : numbers_) {
    if (number < 0 || number > kNumberMax) return false;
    if (number != before) {
      std::string& made = made_.emplace_back(prefix);
      AppendDecimal(made, number, static_cast<std::size_t>(width));
      text = made;
      before = number;
    }
    if (!Spend(text.size())) return false;
    texts.push_back(text);
  }
  return true;
}

bool TextReader::Read(VarintReader& in, BitReader& bits, std::size_t count,
                      std::vector<std::string_view>& texts) {
  texts.clear();
  if (count == 0) return true;
  if (count == 1) return ReadListed(in, count, texts);
  switch (in.Varint()) {
    case kListed:
      return ReadListed(in, count, texts);
    case kConstant:
      return ReadConstant(in, count, texts);
    case kIndexed:
      return ReadIndexed(in, count, texts);
    case kNumbers:
      return ReadNumbered(in, bits, count, false, texts);
    case kNumbered:
      return ReadNumbered(in, bits, count, true, texts);
    default:
      return false;
  }
}

}  // namespace trayline::wire
