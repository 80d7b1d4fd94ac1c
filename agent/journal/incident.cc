#include "agent/journal/incident.h"

#include <algorithm>
#include <string>
#include <utility>

namespace trayline::journal {

using ports::Incident;

Status WriteIncident(sqlite::Database& database, const IncidentRow& row) {
  auto insert = database.Prepare(
      "INSERT INTO incident(kind, epoch, old_epoch, carried, lost, wall_utc_ms, text, last, "
      "journeys) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert.ok()) return insert.error();
  const Incident& incident = row.incident;
  return insert->Run({static_cast<std::uint8_t>(incident.kind), row.epoch.value,
                      incident.old_epoch.value, incident.carried, incident.lost, ToMs(row.wall),
                      incident.text, row.last.value, row.journeys});
}

Result<std::optional<IncidentRow>> ReadNewestIncident(sqlite::Database& database) {
  auto select = database.Prepare(
      "SELECT kind, epoch, old_epoch, carried, lost, wall_utc_ms, text, last, journeys "
      "FROM incident ORDER BY id DESC LIMIT 1");
  if (!select.ok()) return select.error();
  std::optional<IncidentRow> found;
  const Status status = select->ForEach({}, [&found](const sqlite::Row& row) {
    found.emplace();
    found->incident.kind = static_cast<Incident::Kind>(row.Unsigned(0));
    found->epoch = Epoch{row.Unsigned(1)};
    found->incident.old_epoch = Epoch{row.Unsigned(2)};
    found->incident.carried = row.Unsigned(3);
    found->incident.lost = row.Unsigned(4);
    found->wall = WallFromMs(row.Int(5));
    found->incident.text = std::string(row.Text(6));
    found->last = Sequence{row.Unsigned(7)};
    found->journeys = row.Unsigned(8);
    return sqlite::Visit::kStop;
  });
  if (!status.ok()) return status.error();
  return found;
}

Incident Join(const Incident& first, const Incident& second) {
  Incident both = second;
  // Damage is the graver news: its kind stays, with what was lost by it.
  if (first.kind == Incident::Kind::kSalvaged) both.kind = first.kind;
  both.old_epoch = first.old_epoch;
  both.carried = std::max(first.carried, second.carried);
  both.lost = first.lost + second.lost;
  both.text = first.text + "; then " + second.text;
  return both;
}

}  // namespace trayline::journal
