#include "agent/base/varint.h"

namespace trayline {

void PutVarint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void PutSigned(std::string& out, std::int64_t value) { PutVarint(out, ZigZag(value)); }

void PutBytes(std::string& out, std::string_view bytes) {
  PutVarint(out, bytes.size());
  out.append(bytes);
}

std::uint64_t VarintReader::Varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < rest_.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(rest_[i]);
    if (i == 9 && byte > 1) break;  // would not fit into 64 bits
    value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      rest_.remove_prefix(i + 1);
      return value;
    }
  }
  Fail();
  return 0;
}

std::string_view VarintReader::Bytes(std::size_t limit) {
  const std::uint64_t size = Varint();
  if (size > limit) Fail();
  return Raw(static_cast<std::size_t>(size));
}

std::string_view VarintReader::Raw(std::size_t count) {
  if (!ok_ || count > rest_.size()) {
    Fail();
    return {};
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

}  // namespace trayline
