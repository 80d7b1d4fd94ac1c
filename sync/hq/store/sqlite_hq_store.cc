#include "sync/hq/store/sqlite_hq_store.h"

#include <array>
#include <string_view>
#include <utility>

#include "agent/sqlite/database.h"
#include "agent/sqlite/migrate.h"
#include "agent/sqlite/transaction.h"
#include "sync/hq/store/row_columns.h"
#include "sync/hq/store/schema.h"

namespace trayline::hq {
namespace {

using sqlite::Bind;
using sqlite::Row;
using sqlite::Statement;
using sqlite::Visit;

// A commit of 16 frames writes about 200 pages; moving the WAL every 4,000 pages costs one longer
// commit in twenty instead of one in five.
constexpr std::int64_t kCheckpointPages = 4000;
constexpr std::int64_t kWalLimitBytes = 67'108'864;
constexpr std::int64_t kCacheKib = 32'768;

// kStatements names them in this order.
enum Index : std::size_t {
  kInsertEvent,
  kInsertVoid,
  kInsertQuarantine,
  kReplaceLog,
  kUpdateTerminal,
  kInsertTerminal,
  kFindTerminal,
  kReadEvents,
  kReadJourney,
  kReplaceJourney,
  kReplaceProjection,
  kInsertOrigin,
  kReadEvent,
  kReadMoved,
  kKeepBoot,
  kReadBoots,
  kStatementCount,
};

std::array<std::string, kStatementCount> StatementTexts() {
  return {
      "INSERT INTO event (terminal_id, epoch, sequence, type, journey, arrived_ms, body) "
      "VALUES (?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
      "INSERT INTO void_run (terminal_id, epoch, first, count, quota, reason) "
      "VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
      "INSERT INTO quarantine (terminal_id, epoch, first, count, kind, reason, arrived_ms, bytes) "
      "VALUES (?,?,?,?,?,?,?,?)",
      "INSERT OR REPLACE INTO log (terminal_id, epoch, watermark, received, voided, quarantined, "
      "last_event_ms) VALUES (?,?,?,?,?,?,?)",
      std::string(kTerminalUpdate),
      "INSERT INTO terminal (tenant, store, terminal) VALUES (?,?,?) ON CONFLICT DO NOTHING",
      "SELECT " + std::string(kTerminalColumns) +
          " FROM terminal AS t WHERE t.tenant=? AND t.store=? AND t.terminal=?",
      "SELECT " + std::string(kEventColumns) +
          " FROM event WHERE terminal_id=? AND epoch=? AND sequence>? ORDER BY sequence LIMIT ?",
      "SELECT " + std::string(kJourneyColumns) +
          ", j.state FROM journey AS j WHERE j.terminal_id=? AND j.epoch=? AND j.number=?",
      std::string(kJourneyReplace),
      "INSERT OR REPLACE INTO projection (terminal_id, epoch, cursor, in_journeys, "
      "outside_journeys) VALUES (?,?,?,?,?)",
      "INSERT INTO origin (terminal_id, origin_epoch, origin_sequence, epoch, sequence) "
      "VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
      "SELECT " + std::string(kEventColumns) +
          " FROM event WHERE terminal_id=? AND epoch=? AND sequence=?",
      "SELECT " + std::string(kEventColumns) +
          " FROM event WHERE (terminal_id, epoch, sequence) IN (SELECT terminal_id, epoch, "
          "sequence FROM origin WHERE terminal_id=? AND origin_epoch=? AND origin_sequence=?)",
      "INSERT INTO boot (terminal_id, epoch, boot, began_ms) VALUES (?,?,?,?) "
      "ON CONFLICT DO UPDATE SET began_ms = min(began_ms, excluded.began_ms)",
      "SELECT boot, began_ms FROM boot WHERE terminal_id=? AND epoch=? ORDER BY boot",
  };
}

// The identity of the database; new_id becomes it when there is none yet.
Result<std::string> DatabaseId(sqlite::Database& database, const std::string& new_id) {
  auto insert = database.Prepare(
      "INSERT INTO meta (name, value) VALUES ('database_id', ?) ON CONFLICT DO NOTHING");
  if (!insert.ok()) return insert.error();
  if (Status status = insert->Run({new_id}); !status.ok()) return status.error();
  auto select = database.Prepare("SELECT value FROM meta WHERE name = 'database_id'");
  if (!select.ok()) return select.error();
  auto id = select->ReadText();
  if (!id.ok()) return id.error();
  return id->value_or("");
}

}  // namespace

struct SqliteHqStore::Impl {
  sqlite::Database database;
  std::vector<Statement> statements;
  std::string database_id;

  Statement& At(Index index) { return statements[index]; }

  Status WriteEvents(const std::vector<EventRow>& rows) {
    Statement& insert = At(kInsertEvent);
    for (const EventRow& row : rows) {
      const std::array<Bind, 7> binds{row.terminal.value,
                                      row.epoch.value,
                                      row.sequence.value,
                                      static_cast<int>(row.type),
                                      Bind::NullIfZero(row.journey),
                                      ToMs(row.arrived),
                                      Bind::Blob(row.body)};
      if (Status status = insert.Run(binds); !status.ok()) return status;
    }
    return {};
  }

  Status WriteVoids(const std::vector<VoidRow>& rows) {
    for (const VoidRow& row : rows) {
      if (Status status = At(kInsertVoid)
                              .Run({row.terminal.value, row.epoch.value, row.first.value, row.count,
                                    row.quota, row.reason});
          !status.ok()) {
        return status;
      }
    }
    return {};
  }

  Status WriteQuarantine(const std::vector<QuarantineRow>& rows) {
    for (const QuarantineRow& row : rows) {
      if (Status status = At(kInsertQuarantine)
                              .Run({row.terminal.value, row.epoch.value, row.first.value, row.count,
                                    static_cast<int>(row.kind), row.reason, ToMs(row.arrived),
                                    Bind::Blob(row.bytes)});
          !status.ok()) {
        return status;
      }
    }
    return {};
  }

  Status WriteLogs(const std::vector<LogRow>& rows) {
    for (const LogRow& row : rows) {
      if (Status status =
              At(kReplaceLog)
                  .Run({row.terminal.value, row.epoch.value, row.watermark.value, row.received,
                        row.voided, row.quarantined, row.last_event_utc_ms});
          !status.ok()) {
        return status;
      }
    }
    return {};
  }

  Status WriteOrigins(const std::vector<OriginRow>& rows) {
    for (const OriginRow& row : rows) {
      if (Status status =
              At(kInsertOrigin)
                  .Run({row.terminal.value, row.origin.epoch.value, row.origin.sequence.value,
                        row.place.epoch.value, row.place.sequence.value});
          !status.ok()) {
        return status;
      }
    }
    return {};
  }

  Status WriteBoots(const std::vector<BootRow>& rows) {
    for (const BootRow& row : rows) {
      const Bind began = row.began ? Bind(ToMs(*row.began)) : Bind(std::nullopt);
      const std::array<Bind, 4> binds{row.terminal.value, row.epoch.value, row.boot, began};
      if (Status status = At(kKeepBoot).Run(binds); !status.ok()) return status;
    }
    return {};
  }

  Status WriteBatch(const IngestBatch& batch) {
    if (Status status = WriteEvents(batch.events); !status.ok()) return status;
    if (Status status = WriteVoids(batch.voids); !status.ok()) return status;
    if (Status status = WriteQuarantine(batch.quarantine); !status.ok()) return status;
    if (Status status = WriteOrigins(batch.origins); !status.ok()) return status;
    if (Status status = WriteBoots(batch.boots); !status.ok()) return status;
    for (const TerminalRow& row : batch.terminals) {
      if (Status status = WriteTerminal(At(kUpdateTerminal), row); !status.ok()) return status;
    }
    return WriteLogs(batch.logs);
  }
};

SqliteHqStore::SqliteHqStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteHqStore::~SqliteHqStore() = default;

const std::string& SqliteHqStore::database_id() const { return impl_->database_id; }

Result<std::unique_ptr<SqliteHqStore>> SqliteHqStore::Open(const SqliteHqOptions& options) {
  auto database = sqlite::Database::Open({.path = options.path,
                                          .access = sqlite::Access::kCreate,
                                          .cache_kib = kCacheKib,
                                          .wal_autocheckpoint_pages = kCheckpointPages,
                                          .wal_limit_bytes = kWalLimitBytes,
                                          .vfs = options.vfs});
  if (!database.ok()) return database.error().In("opening " + options.path);
  if (Status status = sqlite::Migrate(*database, HqSchema()); !status.ok()) {
    return status.error().In("preparing the tables of " + options.path);
  }
  auto id = DatabaseId(*database, options.new_database_id);
  if (!id.ok()) return id.error().In("reading the identity of " + options.path);
  auto impl = std::make_unique<Impl>(
      Impl{.database = std::move(*database), .statements = {}, .database_id = std::move(*id)});
  for (const std::string& text : StatementTexts()) {
    auto statement = impl->database.Prepare(text);
    if (!statement.ok()) return statement.error().In(options.path);
    impl->statements.push_back(std::move(*statement));
  }
  return std::unique_ptr<SqliteHqStore>(new SqliteHqStore(std::move(impl)));
}

Result<ReceiverState> SqliteHqStore::LoadReceiver() {
  ReceiverState state;
  auto terminals = impl_->database.Prepare("SELECT " + std::string(kTerminalColumns) +
                                           " FROM terminal AS t ORDER BY t.id");
  if (!terminals.ok()) return terminals.error();
  Status read = terminals->ForEach({}, [&state](const Row& row) {
    state.terminals.push_back(ReadTerminal(row, 0));
    return Visit::kContinue;
  });
  if (!read.ok()) return read.error();
  auto logs = impl_->database.Prepare("SELECT " + std::string(kLogColumns) +
                                      " FROM log AS l ORDER BY l.terminal_id, l.epoch");
  if (!logs.ok()) return logs.error();
  read = logs->ForEach({}, [&state](const Row& row) {
    state.logs.push_back(ReadLog(row, 0));
    return Visit::kContinue;
  });
  if (!read.ok()) return read.error();
  auto origins = impl_->database.Prepare(
      "SELECT DISTINCT terminal_id, origin_epoch FROM origin ORDER BY terminal_id, origin_epoch");
  if (!origins.ok()) return origins.error();
  read = origins->ForEach({}, [&state](const Row& row) {
    state.origins.push_back({TerminalKey{row.Unsigned(0)}, Epoch{row.Unsigned(1)}});
    return Visit::kContinue;
  });
  if (!read.ok()) return read.error();
  return state;
}

Result<TerminalRow> SqliteHqStore::Enrol(const TerminalId& id) {
  const std::array<Bind, 3> identity{id.tenant, id.store, id.terminal};
  if (Status status = impl_->At(kInsertTerminal).Run(identity); !status.ok()) {
    return status.error();
  }
  std::optional<TerminalRow> found;
  Status read = impl_->At(kFindTerminal).ForEach(identity, [&found](const Row& row) {
    found = ReadTerminal(row, 0);
    return Visit::kStop;
  });
  if (!read.ok()) return read.error();
  if (!found) return Error{Errc::kCorrupt, "a terminal that was enrolled is not there"};
  return std::move(*found);
}

Status SqliteHqStore::Commit(const IngestBatch& batch) {
  auto transaction = sqlite::Transaction::Begin(impl_->database);
  if (!transaction.ok()) return transaction.error();
  if (Status status = impl_->WriteBatch(batch); !status.ok()) return status;
  return transaction->Commit();
}

Result<std::vector<KnownEvent>> SqliteHqStore::FindByPlace(TerminalKey terminal,
                                                           std::span<const Position> places) {
  std::vector<KnownEvent> known;
  for (const Position& place : places) {
    for (const Index index : {kReadEvent, kReadMoved}) {
      Status read = impl_->At(index).ForEach(
          {terminal.value, place.epoch.value, place.sequence.value}, [&](const Row& row) {
            known.push_back({place, ReadEvent(row)});
            return Visit::kContinue;
          });
      if (!read.ok()) return read.error();
    }
  }
  return known;
}

Result<std::vector<ProjectionRow>> SqliteHqStore::LoadProjection() {
  auto select = impl_->database.Prepare(
      "SELECT terminal_id, epoch, cursor, in_journeys, outside_journeys FROM projection "
      "ORDER BY terminal_id, epoch");
  if (!select.ok()) return select.error();
  std::vector<ProjectionRow> rows;
  Status read = select->ForEach({}, [&rows](const Row& row) {
    rows.push_back(ProjectionRow{.terminal = TerminalKey{row.Unsigned(0)},
                                 .epoch = Epoch{row.Unsigned(1)},
                                 .cursor = Sequence{row.Unsigned(2)},
                                 .in_journeys = row.Unsigned(3),
                                 .outside_journeys = row.Unsigned(4)});
    return Visit::kContinue;
  });
  if (!read.ok()) return read.error();
  return rows;
}

Result<std::vector<EventRow>> SqliteHqStore::ReadEvents(TerminalKey terminal, Epoch epoch,
                                                        Sequence after, std::size_t limit) {
  std::vector<EventRow> rows;
  Status read =
      impl_->At(kReadEvents)
          .ForEach({terminal.value, epoch.value, after.value, limit}, [&rows](const Row& row) {
            rows.push_back(ReadEvent(row));
            return Visit::kContinue;
          });
  if (!read.ok()) return read.error();
  return rows;
}

Result<std::vector<BootRow>> SqliteHqStore::ReadBoots(TerminalKey terminal, Epoch epoch) {
  std::vector<BootRow> rows;
  Status read = impl_->At(kReadBoots).ForEach({terminal.value, epoch.value}, [&](const Row& row) {
    BootRow boot{.terminal = terminal, .epoch = epoch};
    boot.boot = static_cast<std::uint32_t>(row.Unsigned(0));
    if (!row.IsNull(1)) boot.began = WallFromMs(row.Int(1));
    rows.push_back(boot);
    return Visit::kContinue;
  });
  if (!read.ok()) return read.error();
  return rows;
}

Result<std::optional<JourneyRow>> SqliteHqStore::LoadJourney(TerminalKey terminal, JourneyId id) {
  std::optional<JourneyRow> found;
  Status read = impl_->At(kReadJourney)
                    .ForEach({terminal.value, id.epoch.value, id.number}, [&found](const Row& row) {
                      found = ReadJourney(row, 0);
                      found->state = std::string(row.Blob(kJourneyColumnCount));
                      return Visit::kStop;
                    });
  if (!read.ok()) return read.error();
  return found;
}

Status SqliteHqStore::CommitProjection(const ProjectionBatch& batch) {
  auto transaction = sqlite::Transaction::Begin(impl_->database);
  if (!transaction.ok()) return transaction.error();
  for (const JourneyRow& row : batch.journeys) {
    if (Status status = WriteJourney(impl_->At(kReplaceJourney), row); !status.ok()) return status;
  }
  for (const ProjectionRow& row : batch.cursors) {
    if (Status status = impl_->At(kReplaceProjection)
                            .Run({row.terminal.value, row.epoch.value, row.cursor.value,
                                  row.in_journeys, row.outside_journeys});
        !status.ok()) {
      return status;
    }
  }
  return transaction->Commit();
}

Status SqliteHqStore::DropProjection() {
  auto transaction = sqlite::Transaction::Begin(impl_->database);
  if (!transaction.ok()) return transaction.error();
  if (Status status = impl_->database.Execute("DELETE FROM journey; DELETE FROM projection;");
      !status.ok()) {
    return status;
  }
  return transaction->Commit();
}

}  // namespace trayline::hq
