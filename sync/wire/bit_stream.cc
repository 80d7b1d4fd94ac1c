#include "sync/wire/bit_stream.h"

namespace trayline::wire {

void BitWriter::Put(std::uint64_t value, unsigned bits) {
  while (bits > 0) {
    const unsigned taken = bits < 8 ? bits : 8;
    pending_ |= (value & ((1U << taken) - 1)) << pending_bits_;
    pending_bits_ += taken;
    value >>= taken;
    bits -= taken;
    if (pending_bits_ >= 8) {
      bytes_.push_back(static_cast<char>(pending_));
      pending_ >>= 8;
      pending_bits_ -= 8;
    }
  }
}

void BitWriter::Finish() {
  if (pending_bits_ > 0) bytes_.push_back(static_cast<char>(pending_));
  pending_ = 0;
  pending_bits_ = 0;
}

void BitWriter::Clear() {
  bytes_.clear();
  pending_ = 0;
  pending_bits_ = 0;
}

std::uint64_t BitReader::Get(unsigned bits) {
  std::uint64_t value = 0;
  unsigned done = 0;
  while (done < bits) {
    if (pending_bits_ == 0) {
      if (at_ == bytes_.size()) {
        ok_ = false;
        return 0;
      }
      pending_ = static_cast<unsigned char>(bytes_[at_++]);
      pending_bits_ = 8;
    }
    const unsigned wanted = bits - done;
    const unsigned taken = wanted < pending_bits_ ? wanted : pending_bits_;
    value |= (pending_ & ((1U << taken) - 1)) << done;
    pending_ >>= taken;
    pending_bits_ -= taken;
    done += taken;
  }
  return value;
}

}  // namespace trayline::wire
