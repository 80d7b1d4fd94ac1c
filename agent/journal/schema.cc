#include "agent/journal/schema.h"

#include <array>

namespace trayline::journal {

namespace {

// The hot table has no index but its key. The small columns stand before the body, so that a scan
// that does not want the body does not read its overflow pages. NULL stands for 0.
constexpr const char* kNow = R"sql(
CREATE TABLE event(
  sequence INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,
  journey INTEGER,
  stream INTEGER,
  number INTEGER,
  digest INTEGER,
  body BLOB NOT NULL);
CREATE TABLE journal(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  epoch INTEGER NOT NULL,
  journal_id TEXT NOT NULL,
  opens INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  clean INTEGER NOT NULL,
  acked INTEGER NOT NULL,
  hq_generation INTEGER NOT NULL DEFAULT 0);
CREATE TABLE stream(
  stream INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE);
CREATE TABLE foreign_key(
  entry INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  id TEXT NOT NULL,
  digest INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  journey_epoch INTEGER,
  journey INTEGER,
  recorded_utc_ms INTEGER NOT NULL,
  epoch INTEGER,
  UNIQUE(stream, id));
CREATE TABLE checkpoint(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  at INTEGER NOT NULL,
  digest INTEGER NOT NULL,
  state BLOB NOT NULL);
CREATE TABLE age_mark(
  sequence INTEGER PRIMARY KEY,
  wall_utc_ms INTEGER NOT NULL);
CREATE TABLE void_run(
  first INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  quota INTEGER NOT NULL,
  reason INTEGER NOT NULL);
CREATE TABLE old_window(
  stream INTEGER NOT NULL,
  number INTEGER NOT NULL,
  digest INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  journey_epoch INTEGER,
  journey INTEGER,
  PRIMARY KEY(stream, number)) WITHOUT ROWID;
CREATE TABLE closed_epoch(
  epoch INTEGER PRIMARY KEY,
  journal_id TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  acked INTEGER NOT NULL,
  folded INTEGER NOT NULL);
CREATE TABLE closed_event(
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  type INTEGER NOT NULL,
  journey INTEGER,
  body BLOB NOT NULL,
  PRIMARY KEY(epoch, sequence)) WITHOUT ROWID;
CREATE TABLE closed_void(
  epoch INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  quota INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  PRIMARY KEY(epoch, first)) WITHOUT ROWID;
CREATE TABLE incident(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  old_epoch INTEGER NOT NULL,
  carried INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  wall_utc_ms INTEGER NOT NULL,
  text TEXT NOT NULL,
  last INTEGER NOT NULL,
  journeys INTEGER NOT NULL);
)sql";

constexpr const char* kStep1 = R"sql(
CREATE TABLE event(
  sequence INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,
  journey INTEGER,
  stream INTEGER,
  number INTEGER,
  digest INTEGER,
  body BLOB NOT NULL);
CREATE TABLE journal(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  epoch INTEGER NOT NULL,
  journal_id TEXT NOT NULL,
  opens INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  clean INTEGER NOT NULL,
  acked INTEGER NOT NULL);
CREATE TABLE stream(
  stream INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE);
CREATE TABLE foreign_key(
  entry INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  id TEXT NOT NULL,
  digest INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  journey_epoch INTEGER,
  journey INTEGER,
  recorded_utc_ms INTEGER NOT NULL,
  UNIQUE(stream, id));
CREATE TABLE checkpoint(
  one INTEGER PRIMARY KEY CHECK(one = 1),
  at INTEGER NOT NULL,
  digest INTEGER NOT NULL,
  state BLOB NOT NULL);
CREATE TABLE age_mark(
  sequence INTEGER PRIMARY KEY,
  wall_utc_ms INTEGER NOT NULL);
)sql";

// What it takes to give up rows in place, to leave an epoch, and to salvage a damaged file.
constexpr const char* kStep2 = R"sql(
ALTER TABLE journal ADD COLUMN hq_generation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE foreign_key ADD COLUMN epoch INTEGER;
CREATE TABLE void_run(
  first INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  quota INTEGER NOT NULL,
  reason INTEGER NOT NULL);
CREATE TABLE old_window(
  stream INTEGER NOT NULL,
  number INTEGER NOT NULL,
  digest INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  journey_epoch INTEGER,
  journey INTEGER,
  PRIMARY KEY(stream, number)) WITHOUT ROWID;
CREATE TABLE closed_epoch(
  epoch INTEGER PRIMARY KEY,
  journal_id TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  acked INTEGER NOT NULL,
  folded INTEGER NOT NULL);
CREATE TABLE closed_event(
  epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  type INTEGER NOT NULL,
  journey INTEGER,
  body BLOB NOT NULL,
  PRIMARY KEY(epoch, sequence)) WITHOUT ROWID;
CREATE TABLE closed_void(
  epoch INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  quota INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  PRIMARY KEY(epoch, first)) WITHOUT ROWID;
CREATE TABLE incident(
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  old_epoch INTEGER NOT NULL,
  carried INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  wall_utc_ms INTEGER NOT NULL,
  text TEXT NOT NULL,
  last INTEGER NOT NULL,
  journeys INTEGER NOT NULL);
)sql";

constexpr std::array<const char*, 2> kSteps = {kStep1, kStep2};

}  // namespace

const sqlite::Schema& JournalSchema() {
  static const sqlite::Schema schema{kNow, kSteps};
  return schema;
}

}  // namespace trayline::journal
