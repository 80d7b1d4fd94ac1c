// HqReader: what the pages ask of HQ's store. Any thread, several at once; each call blocks on the
// disk, sees one consistent state, and never holds up the store thread. Real one: sync/hq/store,
// suite tests/ports/hq_reader_suite.h.
#ifndef TRAYLINE_SYNC_HQ_PORTS_HQ_READER_H_
#define TRAYLINE_SYNC_HQ_PORTS_HQ_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "sync/hq/ports/hq_rows.h"

namespace trayline::hq {

// From first up to, not including, last; by JourneyRow::day_time.
struct TimeRange {
  WallTime first{};
  WallTime last{};
};

// Journeys that are alike in everything that the overview asks about.
struct JourneyGroup {
  std::int64_t currency = 0;
  std::optional<event::Outcome> outcome{};
  event::Stage stage = event::Stage::kIdle;
  event::Stage deepest = event::Stage::kIdle;
  bool training = false;
  std::uint64_t journeys = 0;
  std::int64_t value_minor = 0;
  friend bool operator==(const JourneyGroup&, const JourneyGroup&) = default;
};

// One epoch of one terminal with what has been made of it. waiting is counted from the rows.
struct LogCounts {
  TerminalId terminal{};
  LogRow log{};
  ProjectionRow projection{};
  std::uint64_t waiting = 0;   // stored events above the cursor
  std::uint64_t repeated = 0;  // of log.voided: events that are here under another number
  friend bool operator==(const LogCounts&, const LogCounts&) = default;
};

struct OverviewRows {
  std::vector<JourneyGroup> today{};
  std::vector<JourneyGroup> last_week{};  // the part of that day up to the same time
  bool last_week_known = false;           // any journey on the whole of that day
  std::vector<LogCounts> logs{};
};

struct OverviewQuery {
  TimeRange today{};
  TimeRange last_week{};
  TimeRange last_week_whole{};
};

// Newest first by start; a cursor is the place of the last one shown.
struct JourneyCursor {
  std::int64_t started_utc_ms = 0;
  TerminalKey terminal{};
  JourneyId id{};
  friend bool operator==(const JourneyCursor&, const JourneyCursor&) = default;
};

inline constexpr std::size_t kJourneyPageMax = 500;

struct JourneyQuery {
  std::size_t limit = 50;  // 1..kJourneyPageMax
  std::optional<event::Outcome> outcome{};
  bool open = false;  // only those without an outcome
  bool lost = false;  // only cancelled and abandoned ones, without training
  std::optional<event::Stage> stage{};
  std::optional<TerminalId> terminal{};
  std::optional<JourneyCursor> before{};
};

struct JourneyEntry {
  TerminalId terminal{};
  JourneyRow row{};  // without state in lists
};

struct JourneyPage {
  std::vector<JourneyEntry> journeys{};
  std::optional<JourneyCursor> next{};
};

// Events of one journey that a page shows; beyond it the oldest are shown and the rest is left out.
inline constexpr std::size_t kJourneyEventsMax = 5000;

struct JourneyHistory {
  JourneyEntry journey{};
  std::vector<EventRow> events{};  // in order
};

struct TerminalEntry {
  TerminalRow row{};
  LogRow current{};            // of the current epoch
  std::uint64_t received = 0;  // of all epochs
  std::uint64_t voided = 0;
  std::uint64_t quarantined = 0;
  std::int64_t last_event_utc_ms = 0;
  std::uint64_t open_journeys = 0;
};

struct QuarantineEntry {
  TerminalId terminal{};
  QuarantineRow row{};  // without its bytes
  std::uint64_t size_bytes = 0;
};

class HqReader {
 public:
  virtual ~HqReader() = default;

  virtual Result<OverviewRows> Overview(const OverviewQuery& query) = 0;
  virtual Result<JourneyPage> Journeys(const JourneyQuery& query) = 0;
  // kNotFound: no such terminal or journey.
  virtual Result<JourneyHistory> Journey(const TerminalId& terminal, JourneyId id) = 0;
  // By identity.
  virtual Result<std::vector<TerminalEntry>> Terminals() = 0;
  // Newest first.
  virtual Result<std::vector<QuarantineEntry>> Quarantine(std::size_t limit) = 0;
  // As in Overview, but received counts the rows themselves instead of trusting the counter: reads
  // the whole event table.
  virtual Result<std::vector<LogCounts>> Reconcile() = 0;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_PORTS_HQ_READER_H_
