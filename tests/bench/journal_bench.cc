// What durability through the journal costs against SQLite alone: the same rows, pragmas and rows
// in a transaction, written by a bare loop and through the journal's port (submit, wait for the
// answer, next; the store thread commits). The two take turns on one disk, and each figure is the
// median of the ratios of neighbours, because the machine is noisy. With the uplink on, a third
// thread reads what is committed in frames of 500 and acknowledges it, looking every 10 ms; the
// real one lets events wait up to 2 s for company, so this one works harder.
//
// The payload is what an add_to_cart of a kiosk becomes: event::EncodeBody of item, name, price,
// quantity and category, about 60 bytes, 40 items by turns, a second between events.
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/base/check.h"
#include "agent/base/mutex.h"
#include "agent/event/event.h"
#include "agent/journal/journal.h"
#include "agent/ports/clock.h"
#include "agent/ports/random.h"
#include "tests/bench/report.h"

namespace trayline::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kUplinkEvery{10};
constexpr std::size_t kFrameEvents = 500;
constexpr std::size_t kFrameBytes = std::size_t{64} * 1024;

class SystemClock final : public ports::Clock {
 public:
  WallTime Wall() override {
    return WallTime(
        std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()));
  }
  MonoTime Mono() override {
    return MonoTime(std::chrono::duration_cast<Millis>(SteadyClock::now().time_since_epoch()));
  }
  std::int32_t OffsetMinutes() override { return 0; }
  event::ClockState State() override { return event::ClockState::kSynced; }
};

class FixedRandom final : public ports::Random {
 public:
  std::uint64_t Next() override { return 0x0123456789ABCDEFULL; }
};

ports::StoredEvent MakeEvent(std::uint64_t sequence) {
  const auto item = static_cast<std::int64_t>(sequence % 40);
  event::Event event;
  event.sequence = Sequence{sequence};
  event.journey = JourneyId{Epoch{1'790'000'000}, 1 + sequence / 15};
  event.type = event::EventType::kAddToCart;
  event.time = WallFromMs(1'795'348'800'000 + static_cast<std::int64_t>(sequence) * 1000);
  event.offset_minutes = 60;
  event.boot = 3;
  event.mono = MonoFromMs(3'600'000 + static_cast<std::int64_t>(sequence) * 1000);
  event.data.Set(event::Key::kItemId, "item-" + std::to_string(1000 + item))
      .Set(event::Key::kItemName, std::string("Double cheese burger ") + std::to_string(item))
      .Set(event::Key::kUnitPriceMinor, std::int64_t{499 + item * 10})
      .Set(event::Key::kQuantity, std::int64_t{1})
      .Set(event::Key::kItemCategory, std::string("burgers"));
  ports::StoredEvent stored;
  stored.sequence = event.sequence;
  stored.type = event.type;
  stored.journey = event.journey.number;
  stored.body = event::EncodeBody(event, event.journey.epoch);
  stored.stream = 1;
  stored.number = sequence;
  stored.digest = sequence * 0x9E3779B97F4A7C15ULL;
  return stored;
}

// Events first..first+count-1, made before the measuring begins.
std::vector<std::vector<ports::StoredEvent>> MakeBatches(std::uint64_t first, std::size_t batches,
                                                         std::size_t rows) {
  std::vector<std::vector<ports::StoredEvent>> made(batches);
  for (std::vector<ports::StoredEvent>& batch : made) {
    for (std::size_t i = 0; i < rows; ++i) batch.push_back(MakeEvent(first++));
  }
  return made;
}

double SecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// SQLite without anything of ours: what the ratios are measured against.
class RawWriter {
 public:
  explicit RawWriter(const std::string& path) {
    TRAYLINE_CHECK(sqlite3_open_v2(path.c_str(), &database_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                   nullptr) == SQLITE_OK);
    Execute(
        "PRAGMA cache_size=-512;PRAGMA page_size=1024;PRAGMA auto_vacuum=0;"
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=1000;"
        "PRAGMA journal_size_limit=4194304;"
        "CREATE TABLE event(sequence INTEGER PRIMARY KEY, type INTEGER NOT NULL, journey INTEGER, "
        "stream INTEGER, number INTEGER, digest INTEGER, body BLOB NOT NULL)");
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
    insert_ = Prepare("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?)");
  }
  ~RawWriter() {
    for (sqlite3_stmt* statement : {begin_, commit_, insert_}) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }
  RawWriter(const RawWriter&) = delete;
  RawWriter& operator=(const RawWriter&) = delete;

  void Write(const std::vector<ports::StoredEvent>& batch) {
    Run(begin_);
    for (const ports::StoredEvent& event : batch) {
      Bind(1, event.sequence.value);
      Bind(2, static_cast<std::uint64_t>(event.type));
      Bind(3, event.journey);
      Bind(4, event.stream);
      Bind(5, event.number);
      Bind(6, event.digest);
      sqlite3_bind_blob(insert_, 7, event.body.data(), static_cast<int>(event.body.size()),
                        SQLITE_STATIC);
      Run(insert_);
    }
    Run(commit_);
  }

 private:
  void Execute(const char* sql) {
    TRAYLINE_CHECK(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    TRAYLINE_CHECK(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                                      nullptr) == SQLITE_OK);
    return statement;
  }
  void Bind(int index, std::uint64_t value) {
    sqlite3_bind_int64(insert_, index, static_cast<sqlite3_int64>(value));
  }
  static void Run(sqlite3_stmt* statement) {
    TRAYLINE_CHECK(sqlite3_step(statement) == SQLITE_DONE);
    sqlite3_reset(statement);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

// The journal with its store thread and, if wanted, an uplink that reads and acknowledges.
class JournalWriter {
 public:
  JournalWriter(const std::string& path, bool uplink) {
    journal::Options options;
    options.path = path;
    options.boot_id = "bench";
    auto opened = journal::Journal::Open(options, clock_, random_, log_);
    TRAYLINE_CHECK(opened.ok());
    journal_ = std::move(*opened);
    if (uplink) {
      uplink_ = std::jthread([this](const std::stop_token& stop) { ReadAndAcknowledge(stop); });
    }
    store_ = std::jthread([this] { journal_->Run(); });
  }
  ~JournalWriter() {
    if (uplink_.joinable()) {
      uplink_.request_stop();
      uplink_.join();
    }
    TRAYLINE_CHECK(journal_->Close().ok());
  }
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  void Write(std::vector<ports::StoredEvent> batch) {
    ports::Transaction transaction;
    transaction.events = std::move(batch);
    journal_->Submit(std::move(transaction), [this](const Status& status) {
      TRAYLINE_CHECK(status.ok());
      {
        MutexLock lock(mutex_);
        answered_ = true;
      }
      changed_.NotifyOne();
    });
    MutexLock lock(mutex_);
    while (!answered_) changed_.Wait(mutex_);
    answered_ = false;
  }

 private:
  void ReadAndAcknowledge(const std::stop_token& stop) {
    Sequence sent;
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(kUplinkEvery);
      for (;;) {
        const auto events = journal_->Read(sent, kFrameEvents, kFrameBytes);
        TRAYLINE_CHECK(events.ok());
        if (events->empty()) break;
        sent = events->back().sequence;
        journal_->Acknowledge(journal_->State().epoch, sent);
      }
    }
  }

  SystemClock clock_;
  FixedRandom random_;
  Log log_ = NullLog();
  std::unique_ptr<journal::Journal> journal_;
  Mutex mutex_;
  CondVar changed_;
  bool answered_ GUARDED_BY(mutex_) = false;
  std::jthread store_;
  std::jthread uplink_;
};

struct Measured {
  std::vector<double> ratios;  // of rates: journal / raw
  std::vector<double> raw_rates;
  std::vector<double> journal_rates;  // events a second
};

Measured Measure(const std::string& folder, std::size_t rows, bool uplink, std::size_t rounds,
                 std::size_t batches) {
  const std::string label = std::to_string(rows) + (uplink ? "u" : "");
  RawWriter raw(folder + "/raw" + label + ".db");
  JournalWriter through_journal(folder + "/journal" + label + ".db", uplink);
  Measured measured;
  std::uint64_t next = 1;
  for (std::size_t round = 0; round <= rounds; ++round) {
    auto made = MakeBatches(next, batches, rows);
    next += batches * rows;
    auto start = SteadyClock::now();
    for (const auto& batch : made) raw.Write(batch);
    const double raw_seconds = SecondsSince(start);
    start = SteadyClock::now();
    for (auto& batch : made) through_journal.Write(std::move(batch));
    const double journal_seconds = SecondsSince(start);
    if (round == 0) continue;  // warms up files and threads
    const auto events = static_cast<double>(batches * rows);
    measured.ratios.push_back(raw_seconds / journal_seconds);
    measured.raw_rates.push_back(events / raw_seconds);
    measured.journal_rates.push_back(events / journal_seconds);
  }
  return measured;
}

int Main(const BenchOptions& options) {
  const std::filesystem::path base = options.folder.empty() ? std::filesystem::temp_directory_path()
                                                            : std::filesystem::path(options.folder);
  std::string folder = (base / "trayline-bench-XXXXXX").string();
  TRAYLINE_CHECK(::mkdtemp(folder.data()) != nullptr);
  const std::size_t rounds = options.quick ? 21 : 201;
  const std::size_t batches = 50;
  constexpr double kGoal = 0.90;

  Report report("journal");
  for (const std::size_t rows : {std::size_t{1}, std::size_t{12}}) {
    for (const bool uplink : {false, true}) {
      const Measured measured = Measure(folder, rows, uplink, rounds, batches);
      const std::string suffix = std::to_string(rows) + (uplink ? "_uplink" : "");
      report.Add("durable_ratio_" + suffix, Median(measured.ratios), "ratio", Goal::kAtLeast,
                 kGoal);
      report.Add("durable_rate_" + suffix, Median(measured.journal_rates), "events/s");
      report.Add("raw_rate_" + suffix, Median(measured.raw_rates), "events/s");
    }
  }
  report.Add("body_size", static_cast<double>(MakeEvent(1000).body.size()), "bytes");
  std::filesystem::remove_all(folder);
  return Finish(report, options);
}

}  // namespace

}  // namespace trayline::bench

int main(int argc, char** argv) {
  const auto options = trayline::bench::ParseBenchOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << options.error().text << "\n";
    return 2;
  }
  return trayline::bench::Main(*options);
}
