// A journal of a given size with damage in it, for the salvage. Seeded: the same arguments give the
// same damage. Main thread.
#ifndef TRAYLINE_TESTS_BENCH_DAMAGED_JOURNAL_H_
#define TRAYLINE_TESTS_BENCH_DAMAGED_JOURNAL_H_

#include <cstdint>
#include <string>

#include "agent/base/result.h"

namespace trayline::bench {

struct DamagedJournal {
  std::uint64_t events = 0;  // that were in it
  std::uint64_t bytes = 0;   // of the file
};

// Fills a journal at path until it has so many bytes, closes it in order, then overwrites this many
// of its pages with noise: leaves, inner pages, whatever chance hits, but not the first page, which
// says what kind of file it is. kRetryLater when the file cannot be written.
Result<DamagedJournal> MakeDamagedJournal(const std::string& path, std::uint64_t bytes,
                                          std::uint64_t damaged_pages, std::uint64_t seed);

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_DAMAGED_JOURNAL_H_
