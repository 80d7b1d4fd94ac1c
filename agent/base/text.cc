#include "agent/base/text.h"

#include <algorithm>

namespace trayline {
namespace {

constexpr unsigned Byte(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Length of the well-formed sequence that starts at i, 0 when there is none. Ranges as in table
// 3-7 of the Unicode standard.
std::size_t SequenceLength(std::string_view text, std::size_t i) {
  const unsigned first = Byte(text, i);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (i + length > text.size()) return 0;
  const unsigned second = Byte(text, i + 1);
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if ((Byte(text, i + k) & 0xC0) != 0x80) return 0;
  }
  return length;
}

constexpr std::size_t kCardDigitsMin = 13;
constexpr std::size_t kCardDigitsMax = 19;

// Sums digits from the right, every second one doubled.
class Luhn {
 public:
  void AddToTheLeft(char c) {
    int digit = c - '0';
    if (twice_) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum_ += digit;
    twice_ = !twice_;
    ++count_;
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] bool IsCard() const {
    return count_ >= kCardDigitsMin && count_ <= kCardDigitsMax && sum_ % 10 == 0;
  }

 private:
  int sum_ = 0;
  bool twice_ = false;
  std::size_t count_ = 0;
};

bool DigitAt(std::string_view text, std::size_t i) { return i < text.size() && IsDigit(text[i]); }

// True when a card number ends with the group of digits whose last one stands at i: walks left,
// group by group, as long as one separator lies between them.
bool CardEndsAt(std::string_view text, std::size_t i) {
  Luhn luhn;
  for (;;) {
    luhn.AddToTheLeft(text[i]);
    if (luhn.count() > kCardDigitsMax) return false;
    const bool group_begins = i == 0 || !IsDigit(text[i - 1]);
    if (!group_begins) {
      --i;
      continue;
    }
    if (luhn.IsCard()) return true;
    const bool joined =
        i >= 2 && (text[i - 1] == ' ' || text[i - 1] == '-') && IsDigit(text[i - 2]);
    if (!joined) return false;
    i -= 2;
  }
}

}  // namespace

bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = SequenceLength(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::size_t CodePoints(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool HoldsCardNumber(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool group_ends = IsDigit(text[i]) && !DigitAt(text, i + 1);
    if (group_ends && CardEndsAt(text, i)) return true;
  }
  return false;
}

}  // namespace trayline
