// Vocabularies: what both ends of the wire know by heart, by number. A frame names the one that it
// was written with. Number 0 is empty; a number once used is frozen for ever, because frames and
// shape numbers on the wire refer to it: a new word needs a new vocabulary. Constants; any thread.
#ifndef TRAYLINE_SYNC_WIRE_VOCABULARY_H_
#define TRAYLINE_SYNC_WIRE_VOCABULARY_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "sync/wire/shape.h"

namespace trayline::wire {

inline constexpr std::uint8_t kNoVocabulary = 0;
inline constexpr std::uint8_t kVocabulary1 = 1;

// The shapes of vocabulary 1, by number.
std::vector<Shape> KnownShapes1();
// The zstd dictionary of vocabulary 1.
std::string_view Dictionary1();

}  // namespace trayline::wire

#endif  // TRAYLINE_SYNC_WIRE_VOCABULARY_H_
