#include "sync/hq/store/queries.h"

#include <string>
#include <utility>

#include "agent/sqlite/statement.h"
#include "sync/hq/store/row_columns.h"

namespace trayline::hq {
namespace {

using sqlite::Bind;
using sqlite::Row;
using sqlite::Visit;

TerminalId ReadId(const Row& row, int at) {
  return {std::string(row.Text(at)), std::string(row.Text(at + 1)), std::string(row.Text(at + 2))};
}

// Runs sql and makes one T of each row.
template <typename T, typename Make>
Result<std::vector<T>> Collect(sqlite::Database& database, const std::string& sql,
                               std::span<const Bind> binds, Make make) {
  auto statement = database.Prepare(sql);
  if (!statement.ok()) return statement.error();
  std::vector<T> out;
  Status read = statement->ForEach(binds, [&](const Row& row) {
    out.push_back(make(row));
    return Visit::kContinue;
  });
  if (!read.ok()) return read.error();
  return out;
}

}  // namespace

Result<std::vector<JourneyGroup>> QueryGroups(sqlite::Database& database, const TimeRange& range) {
  const std::vector<Bind> binds{ToMs(range.first), ToMs(range.last)};
  return Collect<JourneyGroup>(
      database,
      "SELECT currency, outcome, stage, deepest, training, count(*), sum(value_minor) FROM journey "
      "WHERE day_ms >= ? AND day_ms < ? GROUP BY currency, outcome, stage, deepest, training",
      binds, [](const Row& row) {
        JourneyGroup group;
        group.currency = row.Int(0);
        if (!row.IsNull(1)) group.outcome = static_cast<event::Outcome>(row.Int(1));
        group.stage = static_cast<event::Stage>(row.Int(2));
        group.deepest = static_cast<event::Stage>(row.Int(3));
        group.training = row.Int(4) != 0;
        group.journeys = row.Unsigned(5);
        group.value_minor = row.Int(6);
        return group;
      });
}

Result<bool> QueryAnyJourney(sqlite::Database& database, const TimeRange& range) {
  auto statement =
      database.Prepare("SELECT 1 FROM journey WHERE day_ms >= ? AND day_ms < ? LIMIT 1");
  if (!statement.ok()) return statement.error();
  auto found = statement->ReadInt({ToMs(range.first), ToMs(range.last)});
  if (!found.ok()) return found.error();
  return found->has_value();
}

Result<std::vector<LogCounts>> QueryLogs(sqlite::Database& database, bool recount) {
  const std::string counted =
      "(SELECT count(*) FROM event AS e WHERE e.terminal_id = l.terminal_id AND e.epoch = l.epoch)";
  const std::string sql =
      "SELECT t.tenant, t.store, t.terminal, " + std::string(kLogColumns) +
      ", coalesce(p.cursor, 0), coalesce(p.in_journeys, 0), coalesce(p.outside_journeys, 0), "
      "(SELECT count(*) FROM event AS e WHERE e.terminal_id = l.terminal_id AND e.epoch = l.epoch "
      "AND e.sequence > coalesce(p.cursor, 0)), " +
      (recount ? counted : std::string("l.received")) +
      ", (SELECT coalesce(sum(v.count), 0) FROM void_run AS v WHERE v.terminal_id = l.terminal_id "
      "AND v.epoch = l.epoch AND v.reason = " +
      std::to_string(static_cast<int>(VoidReason::kRepeated)) +
      ")"
      " FROM log AS l JOIN terminal AS t ON t.id = l.terminal_id "
      "LEFT JOIN projection AS p ON p.terminal_id = l.terminal_id AND p.epoch = l.epoch "
      "ORDER BY t.tenant, t.store, t.terminal, l.epoch";
  return Collect<LogCounts>(database, sql, {}, [](const Row& row) {
    LogCounts counts;
    counts.terminal = ReadId(row, 0);
    counts.log = ReadLog(row, 3);
    const int at = 3 + kLogColumnCount;
    counts.projection = ProjectionRow{.terminal = counts.log.terminal,
                                      .epoch = counts.log.epoch,
                                      .cursor = Sequence{row.Unsigned(at)},
                                      .in_journeys = row.Unsigned(at + 1),
                                      .outside_journeys = row.Unsigned(at + 2)};
    counts.waiting = row.Unsigned(at + 3);
    counts.log.received = row.Unsigned(at + 4);
    counts.repeated = row.Unsigned(at + 5);
    return counts;
  });
}

Result<std::vector<TerminalEntry>> QueryTerminals(sqlite::Database& database) {
  const std::string sql =
      "SELECT " + std::string(kTerminalColumns) +
      ", t.id, t.epoch, coalesce(l.watermark, 0), coalesce(l.received, 0), coalesce(l.voided, 0), "
      "coalesce(l.quarantined, 0), coalesce(l.last_event_ms, 0), coalesce(s.received, 0), "
      "coalesce(s.voided, 0), coalesce(s.quarantined, 0), coalesce(s.last_event_ms, 0), "
      "(SELECT count(*) FROM journey AS j WHERE j.terminal_id = t.id AND j.outcome IS NULL) "
      "FROM terminal AS t LEFT JOIN log AS l ON l.terminal_id = t.id AND l.epoch = t.epoch "
      "LEFT JOIN (SELECT terminal_id, sum(received) AS received, sum(voided) AS voided, "
      "sum(quarantined) AS quarantined, max(last_event_ms) AS last_event_ms FROM log "
      "GROUP BY terminal_id) AS s ON s.terminal_id = t.id "
      "ORDER BY t.tenant, t.store, t.terminal";
  return Collect<TerminalEntry>(database, sql, {}, [](const Row& row) {
    TerminalEntry entry;
    entry.row = ReadTerminal(row, 0);
    entry.current = ReadLog(row, kTerminalColumnCount);
    const int at = kTerminalColumnCount + kLogColumnCount;
    entry.received = row.Unsigned(at);
    entry.voided = row.Unsigned(at + 1);
    entry.quarantined = row.Unsigned(at + 2);
    entry.last_event_utc_ms = row.Int(at + 3);
    entry.open_journeys = row.Unsigned(at + 4);
    return entry;
  });
}

Result<std::vector<QuarantineEntry>> QueryQuarantine(sqlite::Database& database,
                                                     std::size_t limit) {
  const std::vector<Bind> binds{limit};
  return Collect<QuarantineEntry>(
      database,
      "SELECT t.tenant, t.store, t.terminal, q.terminal_id, q.epoch, q.first, q.count, q.kind, "
      "q.reason, q.arrived_ms, length(q.bytes) FROM quarantine AS q "
      "JOIN terminal AS t ON t.id = q.terminal_id ORDER BY q.id DESC LIMIT ?",
      binds, [](const Row& row) {
        QuarantineEntry entry;
        entry.terminal = ReadId(row, 0);
        entry.row = QuarantineRow{.terminal = TerminalKey{row.Unsigned(3)},
                                  .epoch = Epoch{row.Unsigned(4)},
                                  .first = Sequence{row.Unsigned(5)},
                                  .count = row.Unsigned(6),
                                  .kind = static_cast<QuarantineKind>(row.Int(7)),
                                  .reason = std::string(row.Text(8)),
                                  .arrived = WallFromMs(row.Int(9)),
                                  .bytes = {}};
        entry.size_bytes = row.Unsigned(10);
        return entry;
      });
}

}  // namespace trayline::hq
