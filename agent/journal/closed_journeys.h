// ClosedJourneys: which journeys have their journey_closed event in the journal, found by a look
// through its rows in pieces. One bit a journey: journey numbers rise and are dense, so that a
// journal of 256 MB needs well below the limit. The thread of the Database.
#ifndef TRAYLINE_AGENT_JOURNAL_CLOSED_JOURNEYS_H_
#define TRAYLINE_AGENT_JOURNAL_CLOSED_JOURNEYS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/sqlite/database.h"

namespace trayline::journal {

class ClosedJourneys {
 public:
  // Journeys known at most, 128 KiB of bits; one outside counts as open and keeps its rows.
  static constexpr std::uint64_t kSpan = 1ULL << 20U;
  // Journeys close out of order by fewer than this.
  static constexpr std::uint64_t kSlack = 4096;
  // Rows of one piece.
  static constexpr std::uint64_t kPieceRows = 16384;

  explicit ClosedJourneys(sqlite::Database& database) : database_(database) {}
  // Before all others.
  Status Prepare();

  // Looks at one more piece of the rows first..last that it has not seen. Blocks on the disk.
  Status Look(Sequence first, Sequence last);
  // All rows up to here have been seen.
  [[nodiscard]] Sequence seen() const { return seen_; }
  [[nodiscard]] bool Contains(std::uint64_t journey) const;
  // Forgets everything, memory included: the next look begins at the first row.
  void Forget();

 private:
  void Add(std::uint64_t journey);

  sqlite::Database& database_;
  std::optional<sqlite::Statement> select_;
  Sequence seen_;
  std::uint64_t base_ = 0;  // journey of the first bit
  std::vector<bool> closed_;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_CLOSED_JOURNEYS_H_
