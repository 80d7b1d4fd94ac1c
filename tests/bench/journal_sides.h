// The two sides of the journal's benchmarks: the journal behind its port and a bare SQLite loop,
// both fed with the same rows.
//
// The payload is what an add_to_cart of a kiosk becomes: event::EncodeBody of item, name, price,
// quantity and category, about 60 bytes, 40 items by turns, a second between events.
#ifndef TRAYLINE_TESTS_BENCH_JOURNAL_SIDES_H_
#define TRAYLINE_TESTS_BENCH_JOURNAL_SIDES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/mutex.h"
#include "agent/journal/journal.h"
#include "agent/platform/system_clock.h"
#include "tests/fakes/seeded_random.h"

struct sqlite3;
struct sqlite3_stmt;

namespace trayline::bench {

using Batch = std::vector<ports::StoredEvent>;

ports::StoredEvent MakeEvent(std::uint64_t sequence);

// So many batches of rows events each, from sequence first; made before the measuring begins.
std::vector<Batch> MakeBatches(std::uint64_t first, std::size_t batches, std::size_t rows);

// SQLite without anything of ours: what the ratios are measured against. One thread; failures
// abort.
class RawWriter {
 public:
  explicit RawWriter(const std::string& path);
  ~RawWriter();
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;

  // One transaction.
  void Write(const Batch& batch);
  // The cursor and the retention in their plainest form, each a transaction of its own.
  void Acknowledge(Sequence watermark);
  void DeleteUpTo(Sequence last);

 private:
  void Execute(const char* sql);
  sqlite3_stmt* Prepare(const char* sql);
  static void Bind(sqlite3_stmt* statement, int index, std::uint64_t value);
  static void Run(sqlite3_stmt* statement);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* acknowledge_ = nullptr;
  sqlite3_stmt* delete_ = nullptr;
};

// The journal with its store thread. One thread; failures abort.
class JournalWriter {
 public:
  enum class Uplink { kOff, kOn };  // on: a third thread reads and acknowledges
  enum class Ids { kRising, kForeign };

  JournalWriter(const std::string& path, Uplink uplink, Ids ids);
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  // One transaction: submits it and waits for the answer.
  void Write(Batch batch);

 private:
  void ReadAndAcknowledge(const std::stop_token& stop);

  const Ids ids_;
  platform::SystemClock clock_;
  fakes::SeededRandom random_{1};
  Log log_ = NullLog();
  std::unique_ptr<journal::Journal> journal_;
  Mutex mutex_;
  CondVar changed_;
  bool answered_ GUARDED_BY(mutex_) = false;
  std::jthread store_;
  std::jthread uplink_;
};

// Takes rising ids away and gives each event a text instead, as a host without our SDK would.
void UseForeignIds(ports::Transaction& transaction, ports::Random& random, WallTime now);

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_JOURNAL_SIDES_H_
