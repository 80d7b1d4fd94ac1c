// SalvageTarget: the new database that a salvage fills. Rows may come in any order and more than
// once. One thread; owns its connection.
#ifndef TRAYLINE_AGENT_JOURNAL_SALVAGE_TARGET_H_
#define TRAYLINE_AGENT_JOURNAL_SALVAGE_TARGET_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/ids.h"
#include "agent/base/result.h"
#include "agent/journal/options.h"
#include "agent/journal/salvage_rows.h"
#include "agent/ports/event_store.h"
#include "agent/sqlite/database.h"
#include "agent/sqlite/transaction.h"

namespace trayline::journal {

class SalvageTarget {
 public:
  // Makes the database at path, which must not be there. All methods block on the disk; Errc as in
  // agent/sqlite/error.h.
  static Result<std::unique_ptr<SalvageTarget>> Make(const Options& options,
                                                     const std::string& path);
  ~SalvageTarget();

  // A row of the epoch that the damaged database was in.
  Status AddEvent(Epoch epoch, const ports::StoredEvent& event);
  Status AddVoid(Epoch epoch, const ports::VoidRun& run);
  Status AddClosedEpoch(const SalvagedClosedEpoch& closed);
  Status AddStream(const ports::StreamName& stream);
  Status AddForeignKey(const ports::ForeignKey& key);
  // Every row of a host's stream, also one that is not added, and entries of older windows.
  void NoteRecord(Epoch epoch, const ports::StoredEvent& event);
  void NoteWindow(const ports::WindowEntry& entry);

  // What ends the salvage, in one transaction: the rest of the rows and the identity.
  struct Ending {
    SalvagedJournal old;     // as it was; opens, boot and generation go on
    bool old_known = false;  // old.acked is to be believed
    Epoch epoch;
    std::string journal_id;
    std::optional<ports::Checkpoint> checkpoint;
    Sequence folded;  // of the old epoch
    std::uint64_t journeys = 0;
    std::string reason;
    WallTime wall;
  };
  struct Counts {
    std::uint64_t carried = 0;
    std::uint64_t lost = 0;
  };
  Result<Counts> End(const Ending& ending);

  // Rows that were passed over because another of their number had been taken.
  [[nodiscard]] std::uint64_t differing() const { return differing_; }

  // Everything into one file, durable.
  Status Close();

 private:
  struct Statements;
  struct Extent {
    std::uint64_t first = 0;
    std::uint64_t found = 0;  // the highest that was found, or that HQ has
    std::uint64_t last = 0;   // the highest that was ever given, as far as is known
    std::uint64_t acked = 0;
  };
  using Records = std::map<std::uint64_t, ports::WindowEntry>;

  explicit SalvageTarget(sqlite::Database database);
  Status Prepare();
  Status Count();
  ports::WindowEntry* RecordOf(std::uint32_t stream, std::uint64_t number);
  Status WriteWindows();
  Status FillStreams();
  Status CloseOrphans(Epoch old);
  Result<Extent> MeasureOld(const Ending& ending);
  Result<Counts> CloseOld(const Ending& ending);
  Status WriteIdentity(const Ending& ending, const Counts& counts);

  sqlite::Database database_;
  std::unique_ptr<Statements> statements_;
  std::optional<sqlite::Transaction> batch_;
  std::size_t in_batch_ = 0;
  std::map<std::uint32_t, Records> windows_;
  std::uint64_t differing_ = 0;
};

}  // namespace trayline::journal

#endif  // TRAYLINE_AGENT_JOURNAL_SALVAGE_TARGET_H_
