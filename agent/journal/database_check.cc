#include "agent/journal/database_check.h"

#include <algorithm>
#include <utility>

#include "agent/journal/checkpoint.h"
#include "agent/journal/files.h"
#include "agent/journal/schema.h"
#include "agent/sqlite/database.h"
#include "agent/sqlite/migrate.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

namespace {

Result<sqlite::Database> OpenThere(const Options& options) {
  if (FileBytes(options.path) == 0) {
    return Error{Errc::kNotFound, "there is no database " + options.path};
  }
  sqlite::OpenOptions open = WriterOptions(options);
  open.access = sqlite::Access::kReadWrite;
  return sqlite::Database::Open(open);
}

// Events and positions in void runs above a sequence.
Result<std::uint64_t> PositionsAbove(sqlite::Database& database, std::uint64_t after) {
  auto select = database.Prepare(
      "SELECT (SELECT count(*) FROM event WHERE sequence > ?1) + "
      "coalesce((SELECT sum(first + count - 1 - max(first - 1, ?1)) FROM void_run "
      "WHERE first + count - 1 > ?1), 0)");
  if (!select.ok()) return select.error();
  const auto positions = select->ReadInt({after});
  if (!positions.ok()) return positions.error();
  return static_cast<std::uint64_t>(positions->value_or(0));
}

Result<std::uint64_t> LastPosition(sqlite::Database& database) {
  const auto last = database.ReadInt(
      "SELECT max(at) FROM (SELECT max(sequence) AS at FROM event UNION ALL "
      "SELECT max(first + count - 1) FROM void_run)");
  if (!last.ok()) return last.error();
  return static_cast<std::uint64_t>(*last);
}

Status CheckIntegrity(sqlite::Database& database, std::vector<std::string>& findings) {
  auto check = database.Prepare("PRAGMA integrity_check(" + std::to_string(kFindingsMax) + ")");
  if (!check.ok()) return check.error();
  Status status = check->ForEach({}, [&findings](const sqlite::Row& row) {
    if (row.Text(0) != "ok") findings.emplace_back(row.Text(0));
    return sqlite::Visit::kContinue;
  });
  // Too damaged to be checked to its end is a finding too.
  if (!status.ok() && status.error().code == Errc::kCorrupt) {
    findings.push_back(status.error().text);
    return {};
  }
  return status;
}

Status CheckJournal(sqlite::Database& database, std::vector<std::string>& findings) {
  const auto found = ReadCheckpoint(database);
  if (!found.ok()) return found.error();
  if (found->damaged) findings.emplace_back("the checkpoint's digest does not fit");
  const std::uint64_t at = found->checkpoint ? found->checkpoint->at.value : 0;
  const auto last = LastPosition(database);
  if (!last.ok()) return last.error();
  const auto acked = database.ReadInt("SELECT acked FROM journal");
  if (!acked.ok()) return acked.error();
  const auto above = PositionsAbove(database, at);
  if (!above.ok()) return above.error();
  const std::uint64_t known = std::max(at, static_cast<std::uint64_t>(*acked));
  if (known > *last) {
    findings.push_back("positions above " + std::to_string(*last) + " are missing, " +
                       std::to_string(known) + " were given");
  } else if (*above < *last - at) {
    findings.push_back(std::to_string(*last - at - *above) + " positions above " +
                       std::to_string(at) + " are missing");
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> CheckDatabase(const Options& options) {
  auto database = OpenThere(options);
  if (!database.ok()) return database.error();
  std::vector<std::string> findings;
  if (Status status = CheckIntegrity(*database, findings); !status.ok()) return status.error();
  const Status status = CheckJournal(*database, findings);
  if (!status.ok()) {
    // Pages that cannot be read have been told above; a table that is not there has not.
    if (status.error().code == Errc::kRetryLater) return status.error();
    findings.push_back(status.error().text);
  }
  return findings;
}

Status DropCheckpoint(const Options& options) {
  auto database = OpenThere(options);
  if (!database.ok()) return database.error();
  if (Status status = sqlite::Migrate(*database, JournalSchema()); !status.ok()) return status;
  auto transaction = sqlite::Transaction::Begin(*database);
  if (!transaction.ok()) return transaction.error();
  const auto inherited =
      database->ReadInt("SELECT count(*) FROM incident WHERE epoch = (SELECT epoch FROM journal)");
  if (!inherited.ok()) return inherited.error();
  if (*inherited != 0) {
    return Error{Errc::kConflict, "the state came from an older epoch, only the checkpoint has it"};
  }
  const auto last = LastPosition(*database);
  if (!last.ok()) return last.error();
  const auto rows = database->ReadInt("SELECT count(*) FROM event");
  if (!rows.ok()) return rows.error();
  if (static_cast<std::uint64_t>(*rows) != *last) {
    return Error{Errc::kConflict, "of " + std::to_string(*last) + " events " +
                                      std::to_string(*rows) +
                                      " are here; the others are only in the checkpoint"};
  }
  if (Status status = database->Execute("DELETE FROM checkpoint"); !status.ok()) return status;
  return transaction->Commit();
}

}  // namespace trayline::journal
