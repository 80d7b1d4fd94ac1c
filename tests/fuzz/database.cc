// The file of a journal, damaged in whatever way: its database, with the WAL behind it when one of
// SQLite's WAL headers stands at the start of a 512 byte block. Opening, loading and reading may
// fail with an error. What they give must be possible, and a journal that opens and loads goes on
// to record.
//
// The same file is then salvaged, as the daemon does with one that it cannot go on with: whatever
// the damage was, there is a journal afterwards that opens, loads and records.
#include "agent/sqlite/database.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <tuple>

#include "agent/journal/journal.h"
#include "agent/journal/salvage.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fuzz/fuzz.h"

namespace trayline::fuzz {
namespace {

namespace fs = std::filesystem;
using journal::Journal;

constexpr std::size_t kReadMax = 64;
constexpr std::size_t kReadBytesMax = 65'536;

// One folder for all inputs. libFuzzer ends without destructors, so scripts/fuzz clears it away; it
// also puts it into memory, because syncing to a disk takes a hundred times as long.
const std::string& Folder() {
  static const fakes::TemporaryFolder folder;
  return folder.path();
}

void Write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Where the WAL begins; the end when there is none.
std::size_t WalStart(std::string_view bytes) {
  constexpr std::size_t kBlock = 512;
  constexpr std::string_view kWalMagic("\x37\x7f\x06", 3);
  for (std::size_t at = kBlock; at < bytes.size(); at += kBlock) {
    if (bytes.substr(at).starts_with(kWalMagic)) return at;
  }
  return bytes.size();
}

void Place(const std::string& path, std::string_view bytes) {
  for (const auto& left : fs::directory_iterator(fs::path(path).parent_path())) {
    std::error_code ignored;
    fs::remove_all(left.path(), ignored);
  }
  const std::size_t wal = WalStart(bytes);
  Write(path, bytes.substr(0, wal));
  if (wal < bytes.size()) Write(path + "-wal", bytes.substr(wal));
}

void CheckOutbox(const ports::OutboxState& state) {
  TRAYLINE_CHECK(state.first <= state.last);
  TRAYLINE_CHECK(state.acked <= state.last);
}

// Whatever the rows say, reading goes forward and comes to an end.
void CheckReading(Journal& journal) {
  Sequence after;
  for (std::size_t i = 0; i < kReadMax; ++i) {
    const auto events = journal.Read(after, kReadMax, kReadBytesMax);
    if (!events.ok() || events->empty()) return;
    for (const ports::StoredEvent& event : *events) {
      TRAYLINE_CHECK(event.sequence > after);
      after = event.sequence;
    }
    const auto journey = journal.ReadJourney(events->front().journey, kReadMax);
    TRAYLINE_CHECK(!journey.ok() || journey->size() <= kReadMax);
  }
}

// Every position of a piece is an event or lies in a void run that somebody could have written.
void CheckRange(Sequence after, const ports::JournalRange& range) {
  TRAYLINE_CHECK(range.covered >= after);
  TRAYLINE_CHECK(range.events.size() <= kReadMax);
  auto run = range.voids.begin();
  auto event = range.events.begin();
  Sequence at = after;
  while (run != range.voids.end() || event != range.events.end()) {
    if (event != range.events.end() && event->sequence == at.Next()) {
      at = event++->sequence;
      continue;
    }
    TRAYLINE_CHECK(run != range.voids.end() && run->first == at.Next());
    TRAYLINE_CHECK(run->count > 0 && run->count <= UINT64_MAX - at.value);
    TRAYLINE_CHECK(run->quota <= event::QuotaClass::kOrder);
    TRAYLINE_CHECK(run->reason <= ports::VoidReason::kDamaged);
    at = Sequence{at.value + run++->count};
  }
  TRAYLINE_CHECK(at == range.covered);
}

// As the uplink reads, to the end.
void CheckRanges(Journal& journal) {
  Sequence after;
  for (std::size_t i = 0; i < kReadMax; ++i) {
    const auto range = journal.ReadRange(journal.State().epoch, after, kReadMax, kReadBytesMax);
    if (!range.ok()) return;
    CheckRange(after, *range);
    if (range->covered == after) return;
    after = range->covered;
  }
}

void CheckLoaded(const ports::CommittedState& state, const ports::OutboxState& outbox) {
  // Positions between two events may be void; CheckRanges has looked.
  Sequence last = state.checkpoint ? state.checkpoint->at : Sequence{};
  for (const ports::StoredEvent& event : state.tail) {
    TRAYLINE_CHECK(event.sequence > last);
    last = event.sequence;
  }
  TRAYLINE_CHECK(state.last >= last);
  // Going on from anything else would give numbers away twice.
  TRAYLINE_CHECK(state.last == outbox.last);
  TRAYLINE_CHECK(std::is_sorted(state.window.begin(), state.window.end(),
                                [](const ports::WindowEntry& a, const ports::WindowEntry& b) {
                                  return std::tie(a.stream, a.number) <
                                         std::tie(b.stream, b.number);
                                }));
  TRAYLINE_CHECK(state.foreign_keys.size() <= ports::kForeignKeysMax);
}

// Whether SQLite itself finds the pages in order. Opening does not ask it: that reads the whole
// file. Pages that belong to two tables show in no reading, and no promise about writing holds for
// them.
bool IsSound(const journal::Options& options) {
  auto database = sqlite::Database::Open(journal::ReaderOptions(options));
  if (!database.ok()) return false;
  auto check = database->Prepare("PRAGMA quick_check(1)");
  if (!check.ok()) return false;
  bool sound = false;
  const Status read = check->ForEach({}, [&sound](const sqlite::Row& row) {
    sound = row.Text(0) == "ok";
    return sqlite::Visit::kStop;
  });
  return read.ok() && sound;
}

// The next event is recorded, or refused; when it is recorded it is there afterwards.
void CheckRecording(Journal& journal, const ports::CommittedState& state) {
  ports::Transaction transaction;
  transaction.events.push_back({state.last.Next(), event::EventType::kTouched, 1, "body", 0, 0, 0});
  bool recorded = false;
  journal.Submit(std::move(transaction),
                 [&recorded](const Status& status) { recorded = status.ok(); });
  journal.RunOnce();
  if (!recorded) return;
  TRAYLINE_CHECK(journal.State().last == state.last.Next());
  const auto read = journal.Read(state.last, 1, kReadBytesMax);
  TRAYLINE_CHECK(!read.ok() || (read->size() == 1 && read->front().body == "body"));
}

void TryOpen(const journal::Options& options) {
  fakes::ManualClock clock;
  fakes::SeededRandom random(1);
  Log log = NullLog();
  const auto journal = Journal::Open(options, clock, random, log);
  if (!journal.ok()) return;
  const ports::OutboxState outbox = (*journal)->State();
  CheckOutbox(outbox);
  CheckReading(**journal);
  CheckRanges(**journal);
  const auto state = (*journal)->Load();
  if (!state.ok()) return;
  CheckLoaded(*state, outbox);
  if (IsSound(options)) CheckRecording(**journal, *state);
  (void)(*journal)->Close();
}

void TrySalvage(const journal::Options& options) {
  fakes::ManualClock clock;
  fakes::SeededRandom random(1);
  Log log = NullLog();
  const auto report = journal::RecoverDatabase(options, clock, random, log, "fuzz");
  if (!report.ok()) {
    TRAYLINE_CHECK(report.error().code != Errc::kCorrupt);
    return;
  }
  const auto journal = Journal::Open(options, clock, random, log);
  TRAYLINE_CHECK(journal.ok());
  TRAYLINE_CHECK((*journal)->State().epoch == report->epoch);
  CheckRanges(**journal);
  const auto state = (*journal)->Load();
  TRAYLINE_CHECK(state.ok());
  CheckLoaded(*state, (*journal)->State());
  TRAYLINE_CHECK(IsSound(options));
  CheckRecording(**journal, *state);
}

}  // namespace
}  // namespace trayline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = trayline::fuzz;
  trayline::journal::Options options;
  options.path = fuzz::Folder() + "/journal.db";
  options.boot_id = "fuzz-boot";
  fuzz::Place(options.path, fuzz::AsText(data, size));
  fuzz::TryOpen(options);
  fuzz::Place(options.path, fuzz::AsText(data, size));
  fuzz::TrySalvage(options);
  return 0;
}
