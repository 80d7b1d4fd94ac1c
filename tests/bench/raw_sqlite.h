// Raw SQLite: what the figures are ratios of: the plainest loop that writes the same rows with the
// same pragmas. Nothing of Trayline's journal or store is in it. Main thread.
#ifndef TRAYLINE_TESTS_BENCH_RAW_SQLITE_H_
#define TRAYLINE_TESTS_BENCH_RAW_SQLITE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/ports/event_store.h"

namespace trayline::bench {

// Rows a second into a new database at path with a journal's table: WAL, synchronous FULL,
// page_size 1024, one prepared INSERT, rows_each in a transaction.
Result<double> RawJournalRate(const std::string& path, const std::vector<ports::StoredEvent>& rows,
                              std::size_t rows_each);

// Rows a second into a new database at path with headquarters' event table (WITHOUT ROWID, primary
// key terminal, epoch, sequence), WAL, synchronous FULL, rows_each in a transaction.
Result<double> RawHqRate(const std::string& path, const std::vector<ports::StoredEvent>& rows,
                         std::size_t rows_each);

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_RAW_SQLITE_H_
