// The tables of HQ's SQLite store. Their meaning stands in README.md. Constants only.
#ifndef TRAYLINE_SYNC_HQ_STORE_SCHEMA_H_
#define TRAYLINE_SYNC_HQ_STORE_SCHEMA_H_

#include "agent/sqlite/migrate.h"

namespace trayline::hq {

// The schema of this version.
const sqlite::Schema& HqSchema();

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_STORE_SCHEMA_H_
