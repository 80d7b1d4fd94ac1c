#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "agent/event/event.h"
#include "agent/sqlite/statement.h"
#include "sync/hq/store/queries.h"
#include "sync/hq/store/row_columns.h"

namespace trayline::hq {
namespace {

using sqlite::Bind;
using sqlite::Row;
using sqlite::Visit;

std::string Number(event::Outcome outcome) { return std::to_string(static_cast<int>(outcome)); }

// WHERE of a list, and its parameters in order.
struct Condition {
  std::string text = "1";
  std::vector<Bind> binds;

  void And(const std::string& more, std::initializer_list<Bind> values = {}) {
    text += " AND " + more;
    binds.insert(binds.end(), values.begin(), values.end());
  }
};

Condition ConditionOf(const JourneyQuery& query, std::optional<TerminalKey> terminal) {
  Condition where;
  if (terminal) where.And("j.terminal_id = ?", {terminal->value});
  if (query.outcome) where.And("j.outcome = ?", {static_cast<int>(*query.outcome)});
  if (query.open) where.And("j.outcome IS NULL");
  if (query.lost) {
    where.And("j.training = 0 AND j.outcome BETWEEN " + Number(event::Outcome::kCancelled) +
              " AND " + Number(event::Outcome::kAbandonedUnpaid));
  }
  if (query.stage) where.And("j.stage = ?", {static_cast<int>(*query.stage)});
  if (query.before) {
    where.And("(j.started_ms, j.terminal_id, j.epoch, j.number) < (?,?,?,?)",
              {query.before->started_utc_ms, query.before->terminal.value,
               query.before->id.epoch.value, query.before->id.number});
  }
  return where;
}

Result<std::optional<TerminalKey>> FindKey(sqlite::Database& database, const TerminalId& id) {
  auto select =
      database.Prepare("SELECT id FROM terminal WHERE tenant=? AND store=? AND terminal=?");
  if (!select.ok()) return select.error();
  auto key = select->ReadInt({id.tenant, id.store, id.terminal});
  if (!key.ok()) return key.error();
  if (!key->has_value()) return std::optional<TerminalKey>();
  return std::optional<TerminalKey>(TerminalKey{static_cast<std::uint64_t>(**key)});
}

// Events between two places that belong to the journey. Another journey of the same number, begun
// in another epoch, may lie there too: the body tells.
Result<std::vector<EventRow>> ReadHistory(sqlite::Database& database, const JourneyRow& journey) {
  auto select = database.Prepare(
      "SELECT " + std::string(kEventColumns) +
      " FROM event WHERE terminal_id = ? AND (epoch, sequence) >= (?,?) "
      "AND (epoch, sequence) <= (?,?) AND journey = ? ORDER BY epoch, sequence LIMIT ?");
  if (!select.ok()) return select.error();
  std::vector<EventRow> events;
  Status read = select->ForEach(
      {journey.terminal.value, journey.first.epoch.value, journey.first.sequence.value,
       journey.last.epoch.value, journey.last.sequence.value, journey.id.number, kJourneyEventsMax},
      [&](const Row& row) {
        EventRow event = ReadEvent(row);
        auto body =
            event::DecodeBody(event.body, event.epoch, event.sequence, event.type, event.journey);
        if (body.ok() && body->journey == journey.id) events.push_back(std::move(event));
        return Visit::kContinue;
      });
  if (!read.ok()) return read.error();
  return events;
}

}  // namespace

Result<JourneyPage> QueryJourneys(sqlite::Database& database, const JourneyQuery& query) {
  std::optional<TerminalKey> key;
  if (query.terminal) {
    auto found = FindKey(database, *query.terminal);
    if (!found.ok()) return found.error();
    if (!found->has_value()) return JourneyPage{};
    key = **found;
  }
  const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kJourneyPageMax);
  Condition where = ConditionOf(query, key);
  where.binds.emplace_back(limit + 1);
  auto select = database.Prepare(
      "SELECT t.tenant, t.store, t.terminal, " + std::string(kJourneyColumns) +
      " FROM journey AS j JOIN terminal AS t ON t.id = j.terminal_id WHERE " + where.text +
      " ORDER BY j.started_ms DESC, j.terminal_id DESC, j.epoch DESC, j.number DESC LIMIT ?");
  if (!select.ok()) return select.error();
  JourneyPage page;
  Status read = select->ForEach(where.binds, [&page](const Row& row) {
    page.journeys.push_back(
        {{std::string(row.Text(0)), std::string(row.Text(1)), std::string(row.Text(2))},
         ReadJourney(row, 3)});
    return Visit::kContinue;
  });
  if (!read.ok()) return read.error();
  if (page.journeys.size() > limit) {
    page.journeys.resize(limit);
    const JourneyRow& last = page.journeys.back().row;
    page.next = JourneyCursor{ToMs(last.started), last.terminal, last.id};
  }
  return page;
}

Result<JourneyHistory> QueryJourney(sqlite::Database& database, const TerminalId& terminal,
                                    JourneyId id) {
  auto key = FindKey(database, terminal);
  if (!key.ok()) return key.error();
  if (!key->has_value()) {
    return Error{Errc::kNotFound, "no terminal " + ToText(terminal) + " is known"};
  }
  auto select = database.Prepare(
      "SELECT " + std::string(kJourneyColumns) +
      ", j.state FROM journey AS j WHERE j.terminal_id=? AND j.epoch=? AND j.number=?");
  if (!select.ok()) return select.error();
  JourneyHistory history;
  bool found = false;
  Status read = select->ForEach({(**key).value, id.epoch.value, id.number}, [&](const Row& row) {
    found = true;
    history.journey = {terminal, ReadJourney(row, 0)};
    history.journey.row.state = std::string(row.Blob(kJourneyColumnCount));
    return Visit::kStop;
  });
  if (!read.ok()) return read.error();
  if (!found) {
    return Error{Errc::kNotFound, "terminal " + ToText(terminal) + " has no journey " + ToText(id)};
  }
  auto events = ReadHistory(database, history.journey.row);
  if (!events.ok()) return events.error();
  history.events = std::move(*events);
  return history;
}

}  // namespace trayline::hq
