// Varints: how every binary format of ours writes integers. 7 bits a byte, lowest first, the high
// bit says that more follow (LEB128); signed numbers are zig-zagged first so that small ones stay
// small. Readers never read past the end and never accept more than 10 bytes.
#ifndef TRAYLINE_AGENT_BASE_VARINT_H_
#define TRAYLINE_AGENT_BASE_VARINT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace trayline {

void PutVarint(std::string& out, std::uint64_t value);
void PutSigned(std::string& out, std::int64_t value);
// Length as a varint, then the bytes.
void PutBytes(std::string& out, std::string_view bytes);

constexpr std::uint64_t ZigZag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t UnZigZag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Reads from a view. The first read that does not fit makes it failed for good: every later read
// gives 0 or empty, so callers check ok() once at the end of a group.
class VarintReader {
 public:
  explicit VarintReader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t Varint();
  std::int64_t Signed() { return UnZigZag(Varint()); }
  // A length-prefixed run of at most limit bytes; a longer one fails the reader.
  std::string_view Bytes(std::size_t limit);
  // Exactly count bytes without a prefix.
  std::string_view Raw(std::size_t count);

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool AtEnd() const { return rest_.empty(); }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  void Fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_VARINT_H_
