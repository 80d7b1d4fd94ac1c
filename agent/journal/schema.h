// The tables of the journal's database, numbered. See README.md for what they hold.
#ifndef TRAYLINE_AGENT_JOURNAL_SCHEMA_H_
#define TRAYLINE_AGENT_JOURNAL_SCHEMA_H_

#include "agent/sqlite/migrate.h"

namespace trayline::journal {

const sqlite::Schema& JournalSchema();

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_SCHEMA_H_
