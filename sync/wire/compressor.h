// Zstandard for frames: standard frames (RFC 8878) without their first four bytes, which are always
// the same, and without zstd's own checksum, because the frame has one over more. One thread.
#ifndef TRAYLINE_SYNC_WIRE_COMPRESSOR_H_
#define TRAYLINE_SYNC_WIRE_COMPRESSOR_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace trayline::wire {

class Compressor {
 public:
  // dictionary must outlive the object; empty: none.
  explicit Compressor(std::string_view dictionary);
  ~Compressor();

  // Replaces out. False: out of memory.
  bool Compress(std::string_view in, std::string& out);
  // Memory that zstd holds now.
  [[nodiscard]] std::size_t MemoryBytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class Decompressor {
 public:
  explicit Decompressor(std::string_view dictionary);
  ~Decompressor();

  // Replaces out. Refuses, before it takes memory, what would be longer than limit. False: damaged
  // or too long.
  bool Decompress(std::string_view in, std::size_t limit, std::string& out);
  [[nodiscard]] std::size_t MemoryBytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_COMPRESSOR_H_
