#include "agent/base/hash.h"

#include <array>
#include <cstddef>

namespace trayline {
namespace {

// Eight tables for slicing-by-8: table[k][b] is the CRC of byte b followed by k zero bytes.
constexpr std::array<std::array<std::uint32_t, 256>, 8> MakeCrcTables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    tables[0][i] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t before = tables[k - 1][i];
      tables[k][i] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
constexpr auto kCrcTables = MakeCrcTables();

constexpr std::uint32_t Byte(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

}  // namespace

std::uint32_t Fnv1a32(std::string_view bytes, std::uint32_t seed) {
  for (const char c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 16777619U;
  return seed;
}

std::uint64_t Fnv1a64(std::string_view bytes, std::uint64_t seed) {
  for (const char c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return seed;
}

std::uint32_t Crc32(std::string_view bytes, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    crc ^= Byte(bytes, i) | Byte(bytes, i + 1) << 8 | Byte(bytes, i + 2) << 16 |
           Byte(bytes, i + 3) << 24;
    crc = kCrcTables[7][crc & 0xFF] ^ kCrcTables[6][(crc >> 8) & 0xFF] ^
          kCrcTables[5][(crc >> 16) & 0xFF] ^ kCrcTables[4][crc >> 24] ^
          kCrcTables[3][Byte(bytes, i + 4)] ^ kCrcTables[2][Byte(bytes, i + 5)] ^
          kCrcTables[1][Byte(bytes, i + 6)] ^ kCrcTables[0][Byte(bytes, i + 7)];
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8) ^ kCrcTables[0][(crc ^ Byte(bytes, i)) & 0xFF];
  return ~crc;
}

}  // namespace trayline
