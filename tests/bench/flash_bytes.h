// Bytes that reach the flash of a terminal for an event that is recorded, acknowledged and, when it
// has its age, deleted. Main thread.
#ifndef TRAYLINE_TESTS_BENCH_FLASH_BYTES_H_
#define TRAYLINE_TESTS_BENCH_FLASH_BYTES_H_

#include <cstddef>

#include "agent/base/result.h"
#include "tests/bench/loop_image.h"

namespace trayline::bench {

struct FlashBytes {
  double journal = 0;        // bytes an event
  double raw = 0;            // bytes an event, raw SQLite of the same shape
  double cursor_writes = 0;  // commits of nothing but the cursor, an event
};

// transactions of rows events each through the journal and through raw SQLite, on image, with an
// event every five seconds of a turned clock. kConflict when the retention did not delete as much
// as was recorded: then the figure would lack a part.
Result<FlashBytes> MeasureFlash(const LoopImage& image, std::size_t rows, std::size_t transactions);

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_FLASH_BYTES_H_
