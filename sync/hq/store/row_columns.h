// How rows of the store become columns and back. Each list of columns stands beside the function
// that reads it. Internal to sync/hq/store; the thread of the statement.
#ifndef TRAYLINE_SYNC_HQ_STORE_ROW_COLUMNS_H_
#define TRAYLINE_SYNC_HQ_STORE_ROW_COLUMNS_H_

#include <string_view>

#include "agent/base/result.h"
#include "agent/sqlite/statement.h"
#include "sync/hq/ports/hq_rows.h"

namespace trayline::hq {

// The readers take the row's columns from column at on, in the order of the list.
inline constexpr std::string_view kTerminalColumns =
    "t.id, t.tenant, t.store, t.terminal, t.epoch, t.journal_id, t.opens, t.birth_number, t.nonce, "
    "t.seen_generation, t.known_last, t.agent_version, t.device_class, t.clock, t.clock_speed, "
    "t.death_number, t.last_seen_ms, t.gaps, t.duplicates, t.bad_frames, t.boot, t.storage, "
    "t.identity_conflicts";
inline constexpr int kTerminalColumnCount = 23;
TerminalRow ReadTerminal(const sqlite::Row& row, int at);
// UPDATE of everything but the identity.
Status WriteTerminal(sqlite::Statement& statement, const TerminalRow& row);
inline constexpr std::string_view kTerminalUpdate =
    "UPDATE terminal SET epoch=?, journal_id=?, opens=?, birth_number=?, nonce=?, "
    "seen_generation=?, known_last=?, agent_version=?, device_class=?, clock=?, clock_speed=?, "
    "death_number=?, last_seen_ms=?, gaps=?, duplicates=?, bad_frames=?, boot=?, storage=?, "
    "identity_conflicts=? WHERE id=?";

inline constexpr std::string_view kLogColumns =
    "l.terminal_id, l.epoch, l.watermark, l.received, l.voided, l.quarantined, l.last_event_ms";
inline constexpr int kLogColumnCount = 7;
LogRow ReadLog(const sqlite::Row& row, int at);

inline constexpr std::string_view kEventColumns =
    "terminal_id, epoch, sequence, type, journey, arrived_ms, body";
EventRow ReadEvent(const sqlite::Row& row);

// Without state, so that lists do not read it; state is column at + kJourneyColumnCount where a
// query adds it.
inline constexpr std::string_view kJourneyColumns =
    "j.terminal_id, j.epoch, j.number, j.outcome, j.evidence, j.stage, j.resting, j.deepest, "
    "j.revision, j.training, j.at_risk, j.value_minor, j.currency, j.lines, j.adds, j.removes, "
    "j.cycles, j.payment_failures, j.events, j.started_ms, j.updated_ms, j.closed_ms, j.day_ms, "
    "j.first_epoch, j.first_sequence, j.last_epoch, j.last_sequence";
inline constexpr int kJourneyColumnCount = 27;
JourneyRow ReadJourney(const sqlite::Row& row, int at);
inline constexpr std::string_view kJourneyReplace =
    "INSERT OR REPLACE INTO journey (terminal_id, epoch, number, outcome, evidence, stage, "
    "resting, "
    "deepest, revision, training, at_risk, value_minor, currency, lines, adds, removes, cycles, "
    "payment_failures, events, started_ms, updated_ms, closed_ms, day_ms, first_epoch, "
    "first_sequence, last_epoch, last_sequence, state) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
Status WriteJourney(sqlite::Statement& statement, const JourneyRow& row);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_STORE_ROW_COLUMNS_H_
