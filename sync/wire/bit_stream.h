// Bits in a row, lowest first: the digits of numbers that no compressor can shorten, kept out of
// its way. Value types; one thread.
#ifndef TRAYLINE_SYNC_WIRE_BIT_STREAM_H_
#define TRAYLINE_SYNC_WIRE_BIT_STREAM_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace trayline::wire {

class BitWriter {
 public:
  // Appends the low bits of value; bits 0..63. Bits of value above them must be 0.
  void Put(std::uint64_t value, unsigned bits);
  // Fills the last byte with zeros. Call once, before bytes().
  void Finish();
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  void Clear();

 private:
  std::string bytes_;
  std::uint64_t pending_ = 0;  // bits not yet in bytes_, fewer than 8 between calls
  unsigned pending_bits_ = 0;
};

// The first read beyond the end fails the reader for good; it then gives zeros.
class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t Get(unsigned bits);  // 0..63
  [[nodiscard]] bool ok() const { return ok_; }
  // Only filling is left: less than a byte, all zeros.
  [[nodiscard]] bool AtEnd() const { return at_ == bytes_.size() && pending_ == 0; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t pending_ = 0;
  unsigned pending_bits_ = 0;
  bool ok_ = true;
};

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_BIT_STREAM_H_
