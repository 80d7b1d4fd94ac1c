#include "agent/journal/salvage.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "agent/journal/damaged_file.h"
#include "agent/journal/damaged_rows.h"
#include "agent/journal/epoch_file.h"
#include "agent/journal/folder.h"
#include "agent/journal/journal_id.h"
#include "agent/journal/salvage_rows.h"
#include "agent/journal/salvage_target.h"

namespace trayline::journal {

namespace {

constexpr std::array kParts = {"", "-wal", "-shm"};  // of a database on disk
// Quarantined databases of one path; a terminal that has as many is past mending by itself.
constexpr int kQuarantineMax = 10'000;

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

// While it is being filled, and when it is whole.
std::string FillingPath(const Options& options) { return options.path + ".recovering"; }
std::string FilledPath(const Options& options) { return options.path + ".recovered"; }

// Renames the files of the database; nothing is ever deleted or overwritten. continues: a crash may
// have come between two of the files, the rest goes beside those that are there already.
Result<std::vector<std::string>> Quarantine(const Options& options, bool continues) {
  std::string to;
  for (int n = 1;; ++n) {
    if (n > kQuarantineMax) return Error{Errc::kFull, "too many files in quarantine"};
    to = options.path + ".broken-" + std::to_string(n);
    const bool taken = std::any_of(kParts.begin(), kParts.end(), [&](const char* part) {
      return Exists(to + part) && (!continues || Exists(options.path + part));
    });
    if (!taken) break;
  }
  std::vector<std::string> moved;
  for (const char* part : kParts) {
    if (!Exists(options.path + part)) continue;
    if (Status status = RenameDurably(options.path + part, to + part); !status.ok()) {
      return status.error();
    }
    moved.push_back(to + part);
  }
  return moved;
}

// One salvage. The first look at the pages finds what is needed to judge the events, the second
// takes them.
class Salvage {
 public:
  Salvage(const Options& options, ports::Clock& clock, ports::Random& random,
          std::string_view reason)
      : options_(options), clock_(clock), random_(random), reason_(reason) {}

  Status Run();
  [[nodiscard]] SalvageReport& report() { return report_; }

 private:
  void FindFacts();
  void NoteFact(const DamagedRow& row);
  void SettleEpochs();
  Status TakeRows();
  Status TakeRow(const DamagedRow& row);
  Status TakeEvent(const ports::StoredEvent& event);
  Status TakeVoid(const SalvagedVoid& run);
  Status TakeForeignKey(ports::ForeignKey key);
  Status End();
  void NoteJourney(std::uint64_t journey) { journeys_ = std::max(journeys_, journey); }

  const Options& options_;
  ports::Clock& clock_;
  ports::Random& random_;
  const std::string_view reason_;
  std::unique_ptr<DamagedFile> file_;
  std::unique_ptr<SalvageTarget> target_;
  std::optional<SalvagedJournal> journal_;
  std::optional<ports::Checkpoint> checkpoint_;
  Epoch highest_closed_;
  Sequence folded_;
  std::uint64_t journeys_ = 0;
  SalvageReport report_;
};

Status Salvage::Run() {
  auto file = DamagedFile::Open(options_.path, options_.path + "-wal",
                                static_cast<std::uint32_t>(kPageBytes));
  if (!file.ok()) return file.error();
  file_ = std::move(*file);
  report_.pages = file_->page_count();
  FindFacts();
  SettleEpochs();
  auto target = SalvageTarget::Make(options_, FillingPath(options_));
  if (!target.ok()) return target.error();
  target_ = std::move(*target);
  if (Status status = TakeRows(); !status.ok()) return status;
  return End();
}

void Salvage::FindFacts() {
  for (std::uint32_t page = 1; page <= file_->page_count(); ++page) {
    for (const DamagedRow& row : RowsOf(*file_, page)) NoteFact(row);
  }
}

void Salvage::NoteFact(const DamagedRow& row) {
  if (auto journal = AsJournal(row)) {
    if (!journal_ || journal_->epoch < journal->epoch) journal_ = std::move(journal);
  } else if (auto checkpoint = AsCheckpoint(row)) {
    if (!checkpoint_ || checkpoint_->at < checkpoint->at) checkpoint_ = std::move(checkpoint);
  } else if (const auto closed = AsClosedEpoch(row)) {
    highest_closed_ = std::max(highest_closed_, closed->closed.epoch);
  } else if (const auto event = AsClosedEvent(row)) {
    highest_closed_ = std::max(highest_closed_, event->epoch);
  } else if (const auto journeys = AsIncidentJourneys(row)) {
    NoteJourney(*journeys);
  }
}

// Without the journal's row the epoch file has the best guess: it is the highest that was ever used
// here. Without that too the rows get a number that never was used, so that HQ takes none of them
// for another.
void Salvage::SettleEpochs() {
  const auto known = ReadEpochFile(options_.path + ".epoch");
  const Epoch file = known.ok() ? *known : Epoch{};
  const Epoch highest = std::max({file, options_.epoch, highest_closed_});
  report_.epoch_known = journal_.has_value();
  if (!journal_) {
    journal_.emplace();
    const std::int64_t now_s = std::max<std::int64_t>(ToMs(clock_.Wall()) / 1000, 0);
    const Epoch fresh = std::max(highest.Next(), Epoch{static_cast<std::uint64_t>(now_s)});
    journal_->epoch = file != Epoch{} ? file : fresh;
  }
  report_.old_epoch = journal_->epoch;
  report_.epoch = std::max(highest, journal_->epoch).Next();
  report_.checkpoint = checkpoint_.has_value();
  // Without a state the newest rows must do to know the journeys that are open.
  const std::uint64_t acked = journal_->acked.value;
  folded_ = checkpoint_ ? checkpoint_->at : Sequence{acked > kKeepRows ? acked - kKeepRows : 0};
}

Status Salvage::TakeRows() {
  for (std::uint32_t page = 1; page <= file_->page_count(); ++page) {
    for (const DamagedRow& row : RowsOf(*file_, page)) {
      if (Status status = TakeRow(row); !status.ok()) return status;
    }
  }
  return {};
}

Status Salvage::TakeRow(const DamagedRow& row) {
  if (const auto event = AsEvent(row, journal_->epoch)) return TakeEvent(*event);
  if (const auto event = AsClosedEvent(row)) {
    NoteJourney(event->event.journey);
    return target_->AddEvent(event->epoch, event->event);
  }
  if (const auto run = AsVoid(row)) return TakeVoid(*run);
  if (const auto closed = AsClosedEpoch(row)) return target_->AddClosedEpoch(*closed);
  if (const auto stream = AsStream(row)) return target_->AddStream(*stream);
  if (auto key = AsForeignKey(row)) return TakeForeignKey(std::move(*key));
  if (const auto entry = AsOldWindow(row)) {
    NoteJourney(entry->journey.number);
    target_->NoteWindow(*entry);
  }
  return {};
}

Status Salvage::TakeEvent(const ports::StoredEvent& event) {
  NoteJourney(event.journey);
  target_->NoteRecord(journal_->epoch, event);
  if (event.sequence <= std::min(journal_->acked, folded_)) return {};
  return target_->AddEvent(journal_->epoch, event);
}

Status Salvage::TakeVoid(const SalvagedVoid& run) {
  if (run.epoch != Epoch{}) return target_->AddVoid(run.epoch, run.run);
  const Sequence last{run.run.first.value + run.run.count - 1};
  if (last <= std::min(journal_->acked, folded_)) return {};
  return target_->AddVoid(journal_->epoch, run.run);
}

Status Salvage::TakeForeignKey(ports::ForeignKey key) {
  NoteJourney(key.journey.number);
  if (key.epoch == Epoch{}) key.epoch = journal_->epoch;
  if (!key.journey.IsNone() && key.journey.epoch == Epoch{}) key.journey.epoch = journal_->epoch;
  return target_->AddForeignKey(key);
}

Status Salvage::End() {
  SalvageTarget::Ending ending;
  ending.old = *journal_;
  // HQ refuses a birth with anything else in its place.
  if (!IsJournalId(ending.old.journal_id)) ending.old.journal_id = kUnknownJournalId;
  ending.old_known = report_.epoch_known;
  ending.epoch = report_.epoch;
  ending.journal_id = MakeJournalId(random_);
  ending.checkpoint = std::move(checkpoint_);
  ending.folded = folded_;
  ending.journeys = journeys_;
  ending.reason = "the database was damaged: " + std::string(reason_);
  ending.wall = clock_.Wall();
  const auto counts = target_->End(ending);
  if (!counts.ok()) return counts.error();
  report_.carried = counts->carried;
  report_.lost = counts->lost;
  report_.differing = target_->differing();
  if (Status status = target_->Close(); !status.ok()) return status;
  // Before the database takes its place: an epoch that is in use is never above the file's.
  return WriteEpochFile(options_.path + ".epoch", report_.epoch);
}

// The new database takes the place of the old one.
Result<std::vector<std::string>> TakePlace(const Options& options, bool continues) {
  auto moved = Quarantine(options, continues);
  if (!moved.ok()) return moved.error();
  if (Status status = RenameDurably(FilledPath(options), options.path); !status.ok()) {
    return status.error();
  }
  return moved;
}

void TellQuarantined(Log& log, const std::vector<std::string>& files) {
  for (const std::string& file : files) log.Warn("journal.quarantined", {{"file", file}});
}

// What an earlier salvage that was cut short has left of a database of its own making.
void RemoveHalfMade(const Options& options) {
  std::error_code error;
  for (const char* part : kParts) std::filesystem::remove(FillingPath(options) + part, error);
}

}  // namespace

Result<SalvageReport> RecoverDatabase(const Options& options, ports::Clock& clock,
                                      ports::Random& random, Log& log, std::string_view reason) {
  if (Status status = FinishRecovery(options, log); !status.ok()) return status.error();
  RemoveHalfMade(options);
  SalvageReport report;
  {
    Salvage salvage(options, clock, random, reason);
    if (Status status = salvage.Run(); !status.ok()) {
      return status.error().In("recover " + options.path);
    }
    report = std::move(salvage.report());
  }
  // From here on a crash is finished by the next start.
  Status status = RenameDurably(FillingPath(options), FilledPath(options));
  if (!status.ok()) return status.error().In("recover " + options.path);
  auto moved = TakePlace(options, false);
  if (!moved.ok()) return moved.error().In("recover " + options.path);
  report.quarantined = std::move(*moved);
  TellQuarantined(log, report.quarantined);
  log.Error("journal.recovered", {{"epoch", report.epoch.value},
                                  {"old_epoch", report.old_epoch.value},
                                  {"carried", report.carried},
                                  {"lost", report.lost},
                                  {"differing", report.differing},
                                  {"reason", reason}});
  return report;
}

Status FinishRecovery(const Options& options, Log& log) {
  if (!Exists(FilledPath(options))) return {};
  const auto moved = TakePlace(options, true);
  if (!moved.ok()) return moved.error().In("finish the recovery of " + options.path);
  TellQuarantined(log, *moved);
  return {};
}

}  // namespace trayline::journal
