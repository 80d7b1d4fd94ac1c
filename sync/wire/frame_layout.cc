#include "sync/wire/frame_layout.h"

#include "agent/base/hash.h"

namespace trayline::wire {

void Envelope::Clear() {
  for (auto* column :
       {&shapes, &journeys, &epochs, &times, &monos, &boots, &offsets, &flags, &bundles}) {
    column->clear();
  }
}

std::uint32_t TerminalHash(const TerminalId& terminal) { return Fnv1a32(ToUnit(terminal)); }

void PutFixed32(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
}

std::uint32_t ReadFixed32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

}  // namespace trayline::wire
