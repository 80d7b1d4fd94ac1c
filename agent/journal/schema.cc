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

constexpr std::array<const char*, 1> kSteps = {kNow};

}  // namespace

const sqlite::Schema& JournalSchema() {
  static const sqlite::Schema schema{kNow, kSteps};
  return schema;
}

}  // namespace trayline::journal
