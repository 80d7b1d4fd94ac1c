// Hashes: FNV-1a for spreading and for digests of trusted bodies (not against an adversary), CRC-32
// for detecting damage on the wire.
#ifndef TRAYLINE_AGENT_BASE_HASH_H_
#define TRAYLINE_AGENT_BASE_HASH_H_

#include <cstdint>
#include <string_view>

namespace trayline {

// FNV-1a as in draft-eastlake-fnv-21, 32 and 64 bits. seed continues an earlier hash.
inline constexpr std::uint32_t kFnv32Offset = 2166136261U;
inline constexpr std::uint64_t kFnv64Offset = 14695981039346656037ULL;
std::uint32_t Fnv1a32(std::string_view bytes, std::uint32_t seed = kFnv32Offset);
std::uint64_t Fnv1a64(std::string_view bytes, std::uint64_t seed = kFnv64Offset);

// CRC-32 of ISO-HDLC (reflected polynomial 0xEDB88320), as zlib computes it. seed is the CRC of
// what came before, 0 at the start.
std::uint32_t Crc32(std::string_view bytes, std::uint32_t seed = 0);

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_HASH_H_
