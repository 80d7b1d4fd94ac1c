#include "tests/bench/flash_bytes.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "agent/base/check.h"
#include "agent/base/log.h"
#include "agent/journal/journal.h"
#include "tests/bench/journal_sides.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/seeded_random.h"

namespace trayline::bench {
namespace {

using std::chrono::seconds;

// A guest at a kiosk: fifteen events in a minute or so. Slow enough that each transaction is
// acknowledged alone, which is the dearest way.
constexpr seconds kBetweenEvents{5};
constexpr seconds kFlush{2};                   // the uplink lets an event wait so long for company
constexpr std::size_t kCheckpointEvery = 512;  // events, as the engine does
constexpr std::size_t kCheckpointBytes = 1024;
// The smallest retention makes deleting begin after some 10,000 events instead of 600,000; what a
// deletion costs does not depend on it.
constexpr std::int64_t kRetentionBytes = 1024 * 1024;
constexpr std::size_t kFillEvents = 16'384;
constexpr std::size_t kFillRows = 512;
constexpr std::uint64_t kKept = 8192;         // rows that the raw loop keeps, as the journal does
constexpr std::uint64_t kDeleteEvery = 1024;  // events, as the journal does

// The journal as a terminal runs it, on this thread.
class JournalOnFlash {
 public:
  explicit JournalOnFlash(const std::string& path) {
    journal::Options options;
    options.path = path;
    options.boot_id = "bench";
    options.retention_bytes = kRetentionBytes;
    auto opened = journal::Journal::Open(options, clock_, random_, log_);
    TRAYLINE_CHECK(opened.ok());
    journal_ = std::move(*opened);
  }
  ~JournalOnFlash() { TRAYLINE_CHECK(journal_->Close().ok()); }
  JournalOnFlash(const JournalOnFlash&) = delete;
  JournalOnFlash& operator=(const JournalOnFlash&) = delete;

  // Records batch, lets the uplink send it and headquarters acknowledge it.
  void Live(Batch batch) {
    const seconds pace = kBetweenEvents * batch.size();
    const Sequence last = batch.back().sequence;
    ports::Transaction transaction;
    transaction.events = std::move(batch);
    if (last.value - checkpoint_at_.value >= kCheckpointEvery) {
      transaction.checkpoint = ports::Checkpoint{last, std::string(kCheckpointBytes, 'c')};
      checkpoint_at_ = last;
    }
    journal_->Submit(std::move(transaction),
                     [](const Status& status) { TRAYLINE_CHECK(status.ok()); });
    Settle();
    Pass(kFlush);
    journal_->Acknowledge(journal_->State().epoch, last);
    Settle();
    Pass(pace - kFlush);
  }

  [[nodiscard]] journal::Stats stats() const { return journal_->stats(); }

 private:
  // The store thread works until it has nothing to do.
  void Settle() {
    while (journal_->RunOnce()) {
    }
  }
  void Pass(seconds time) {
    for (seconds passed{0}; passed < time; ++passed) {
      clock_.Advance(seconds(1));
      Settle();
    }
  }

  fakes::ManualClock clock_;
  fakes::SeededRandom random_{1};
  Log log_ = NullLog();
  std::unique_ptr<journal::Journal> journal_;
  Sequence checkpoint_at_;
};

// The same in the plainest way: each acknowledgement is written when it comes, rows go in steps.
class RawOnFlash {
 public:
  explicit RawOnFlash(const std::string& path) : raw_(path) {}

  void Live(const Batch& batch) {
    raw_.Write(batch);
    const Sequence last = batch.back().sequence;
    raw_.Acknowledge(last);
    if (last.value < kKept || last.value - deleted_at_ < kDeleteEvery) return;
    raw_.DeleteUpTo(Sequence{last.value - kKept});
    deleted_at_ = last.value;
  }

 private:
  RawWriter raw_;
  std::uint64_t deleted_at_ = 0;
};

// Bytes an event of what happens between a filled side and its end.
template <typename Side>
Result<double> BytesAnEvent(const LoopImage& image, Side& side, std::size_t rows,
                            std::size_t transactions) {
  const auto before = image.BytesWritten();
  if (!before.ok()) return before.error();
  for (Batch& batch : MakeBatches(kFillEvents + 1, transactions, rows)) side.Live(std::move(batch));
  const auto after = image.BytesWritten();
  if (!after.ok()) return after.error();
  return static_cast<double>(*after - *before) / static_cast<double>(rows * transactions);
}

template <typename Side>
void Fill(Side& side) {
  for (Batch& batch : MakeBatches(1, kFillEvents / kFillRows, kFillRows)) {
    side.Live(std::move(batch));
  }
}

}  // namespace

Result<FlashBytes> MeasureFlash(const LoopImage& image, std::size_t rows,
                                std::size_t transactions) {
  FlashBytes bytes;
  const std::string suffix = std::to_string(rows) + ".db";
  {
    RawOnFlash raw(image.path() + "/raw" + suffix);
    Fill(raw);
    const auto measured = BytesAnEvent(image, raw, rows, transactions);
    if (!measured.ok()) return measured.error();
    bytes.raw = *measured;
  }
  JournalOnFlash journal(image.path() + "/journal" + suffix);
  Fill(journal);
  const journal::Stats before = journal.stats();
  const auto measured = BytesAnEvent(image, journal, rows, transactions);
  if (!measured.ok()) return measured.error();
  const journal::Stats after = journal.stats();
  const std::uint64_t deleted = after.deleted - before.deleted;
  if (deleted + kDeleteEvery < rows * transactions) {
    return Error{Errc::kConflict, "the retention deleted only " + std::to_string(deleted) + " of " +
                                      std::to_string(rows * transactions) + " events"};
  }
  bytes.journal = *measured;
  bytes.cursor_writes = static_cast<double>(after.cursor_writes - before.cursor_writes) /
                        static_cast<double>(rows * transactions);
  return bytes;
}

}  // namespace trayline::bench
