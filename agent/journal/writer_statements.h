// The prepared statements of Writer, for the files that it is written in.
#ifndef TRAYLINE_AGENT_JOURNAL_WRITER_STATEMENTS_H_
#define TRAYLINE_AGENT_JOURNAL_WRITER_STATEMENTS_H_

#include <optional>

#include "agent/journal/writer.h"
#include "agent/sqlite/statement.h"

namespace trayline::journal {

// All of them are there after Prepare.
struct Writer::Statements {
  std::optional<sqlite::Statement> insert_event;
  std::optional<sqlite::Statement> insert_stream;
  std::optional<sqlite::Statement> insert_foreign_key;
  std::optional<sqlite::Statement> write_checkpoint;
  std::optional<sqlite::Statement> write_cursors;
  std::optional<sqlite::Statement> delete_events;
  std::optional<sqlite::Statement> step_end;
  std::optional<sqlite::Statement> probe_insert;
  std::optional<sqlite::Statement> probe_delete;
  std::optional<sqlite::Statement> page_count;
  std::optional<sqlite::Statement> free_pages;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_WRITER_STATEMENTS_H_
