#include "sync/hq/store/schema.h"

#include <array>

namespace trayline::hq {
namespace {

// Columns ending in _ms are UTC milliseconds. event, log, void_run, origin and quarantine are what
// was received and are the truth; journey and projection are made from them and may be made anew.
constexpr const char* kNow = R"sql(
CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE terminal (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  store TEXT NOT NULL,
  terminal TEXT NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0,
  journal_id TEXT NOT NULL DEFAULT '',
  opens INTEGER NOT NULL DEFAULT 0,
  birth_number INTEGER NOT NULL DEFAULT 0,
  nonce INTEGER NOT NULL DEFAULT 0,
  seen_generation INTEGER NOT NULL DEFAULT 0,
  known_last INTEGER NOT NULL DEFAULT 0,
  agent_version TEXT NOT NULL DEFAULT '',
  device_class TEXT NOT NULL DEFAULT '',
  clock TEXT NOT NULL DEFAULT '',
  clock_speed INTEGER NOT NULL DEFAULT 1,
  death_number INTEGER NOT NULL DEFAULT 0,
  last_seen_ms INTEGER NOT NULL DEFAULT 0,
  gaps INTEGER NOT NULL DEFAULT 0,
  duplicates INTEGER NOT NULL DEFAULT 0,
  bad_frames INTEGER NOT NULL DEFAULT 0,
  boot INTEGER NOT NULL DEFAULT 0,
  storage TEXT NOT NULL DEFAULT '',
  identity_conflicts INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant, store, terminal)
) STRICT;

CREATE TABLE log (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  watermark INTEGER NOT NULL,
  received INTEGER NOT NULL,
  voided INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  last_event_ms INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  type INTEGER NOT NULL,
  journey INTEGER,
  arrived_ms INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (terminal_id, epoch, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE void_run (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  quota INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, epoch, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE origin (
  terminal_id INTEGER NOT NULL,
  origin_epoch INTEGER NOT NULL,
  origin_sequence INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, origin_epoch, origin_sequence, epoch, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  reason TEXT NOT NULL,
  arrived_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE projection (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  cursor INTEGER NOT NULL,
  in_journeys INTEGER NOT NULL,
  outside_journeys INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE journey (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  number INTEGER NOT NULL,
  outcome INTEGER,
  evidence INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  resting INTEGER NOT NULL,
  deepest INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  training INTEGER NOT NULL,
  at_risk INTEGER NOT NULL,
  value_minor INTEGER NOT NULL,
  currency INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  adds INTEGER NOT NULL,
  removes INTEGER NOT NULL,
  cycles INTEGER NOT NULL,
  payment_failures INTEGER NOT NULL,
  events INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  closed_ms INTEGER,
  day_ms INTEGER NOT NULL,
  first_epoch INTEGER NOT NULL,
  first_sequence INTEGER NOT NULL,
  last_epoch INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (terminal_id, epoch, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX journey_by_start ON journey (started_ms, terminal_id, epoch, number);
CREATE INDEX journey_by_terminal ON journey (terminal_id, started_ms, epoch, number);
CREATE INDEX journey_open ON journey (terminal_id) WHERE outcome IS NULL;
CREATE INDEX journey_by_day ON journey
  (day_ms, currency, outcome, stage, deepest, training, value_minor);

CREATE TABLE boot (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  began_ms INTEGER,
  PRIMARY KEY (terminal_id, epoch, boot)
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* kStep1 = R"sql(
CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE terminal (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  store TEXT NOT NULL,
  terminal TEXT NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0,
  journal_id TEXT NOT NULL DEFAULT '',
  opens INTEGER NOT NULL DEFAULT 0,
  birth_number INTEGER NOT NULL DEFAULT 0,
  nonce INTEGER NOT NULL DEFAULT 0,
  seen_generation INTEGER NOT NULL DEFAULT 0,
  known_last INTEGER NOT NULL DEFAULT 0,
  agent_version TEXT NOT NULL DEFAULT '',
  device_class TEXT NOT NULL DEFAULT '',
  clock TEXT NOT NULL DEFAULT '',
  clock_speed INTEGER NOT NULL DEFAULT 1,
  death_number INTEGER NOT NULL DEFAULT 0,
  last_seen_ms INTEGER NOT NULL DEFAULT 0,
  gaps INTEGER NOT NULL DEFAULT 0,
  duplicates INTEGER NOT NULL DEFAULT 0,
  bad_frames INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant, store, terminal)
) STRICT;

CREATE TABLE log (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  watermark INTEGER NOT NULL,
  received INTEGER NOT NULL,
  voided INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  last_event_ms INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  type INTEGER NOT NULL,
  journey INTEGER,
  arrived_ms INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (terminal_id, epoch, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE void_run (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  quota INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, epoch, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  reason TEXT NOT NULL,
  arrived_ms INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE projection (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  cursor INTEGER NOT NULL,
  in_journeys INTEGER NOT NULL,
  outside_journeys INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE journey (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  number INTEGER NOT NULL,
  outcome INTEGER,
  evidence INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  resting INTEGER NOT NULL,
  deepest INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  training INTEGER NOT NULL,
  at_risk INTEGER NOT NULL,
  value_minor INTEGER NOT NULL,
  currency INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  adds INTEGER NOT NULL,
  removes INTEGER NOT NULL,
  cycles INTEGER NOT NULL,
  payment_failures INTEGER NOT NULL,
  events INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  closed_ms INTEGER,
  day_ms INTEGER NOT NULL,
  first_epoch INTEGER NOT NULL,
  first_sequence INTEGER NOT NULL,
  last_epoch INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (terminal_id, epoch, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX journey_by_start ON journey (started_ms, terminal_id, epoch, number);
CREATE INDEX journey_by_terminal ON journey (terminal_id, started_ms, epoch, number);
CREATE INDEX journey_open ON journey (terminal_id) WHERE outcome IS NULL;
CREATE INDEX journey_by_day ON journey
  (day_ms, currency, outcome, stage, deepest, training, value_minor);
)sql";

constexpr const char* kStep2 = R"sql(
ALTER TABLE terminal ADD COLUMN boot INTEGER NOT NULL DEFAULT 0;
ALTER TABLE terminal ADD COLUMN storage TEXT NOT NULL DEFAULT '';
ALTER TABLE terminal ADD COLUMN identity_conflicts INTEGER NOT NULL DEFAULT 0;
CREATE TABLE origin (
  terminal_id INTEGER NOT NULL,
  origin_epoch INTEGER NOT NULL,
  origin_sequence INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, origin_epoch, origin_sequence, epoch, sequence)
) STRICT, WITHOUT ROWID;
)sql";

// When a machine was started, by HQ's clock.
constexpr const char* kStep3 = R"sql(
CREATE TABLE boot (
  terminal_id INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  began_ms INTEGER,
  PRIMARY KEY (terminal_id, epoch, boot)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array<const char*, 3> kSteps{kStep1, kStep2, kStep3};

}  // namespace

const sqlite::Schema& HqSchema() {
  static constexpr sqlite::Schema kSchema{.now = kNow, .steps = kSteps};
  return kSchema;
}

}  // namespace trayline::hq
