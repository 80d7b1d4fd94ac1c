#include "tests/bench/journal_sides.h"

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

#include "agent/base/check.h"
#include "agent/event/event.h"

namespace trayline::bench {
namespace {

constexpr std::chrono::milliseconds kUplinkEvery{10};
constexpr std::size_t kFrameEvents = 500;
constexpr std::size_t kFrameBytes = std::size_t{64} * 1024;

}  // namespace

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

std::vector<Batch> MakeBatches(std::uint64_t first, std::size_t batches, std::size_t rows) {
  std::vector<Batch> made(batches);
  for (Batch& batch : made) {
    for (std::size_t i = 0; i < rows; ++i) batch.push_back(MakeEvent(first++));
  }
  return made;
}

void UseForeignIds(ports::Transaction& transaction, ports::Random& random, WallTime now) {
  for (ports::StoredEvent& event : transaction.events) {
    // 36 bytes like a UUID of version 4: no order, each insertion somewhere else in the index.
    std::array<char, 40> id{};
    const auto high = static_cast<unsigned long long>(random.Next());
    const auto low = static_cast<unsigned long long>(random.Next());
    std::snprintf(id.data(), id.size(), "%08llx-%04llx-4%03llx-8%03llx-%012llx", high >> 32,
                  (high >> 16) & 0xFFFF, high & 0xFFF, low >> 52, low & 0xFFFF'FFFF'FFFFULL);
    ports::ForeignKey key;
    key.stream = 1;
    key.id = id.data();
    key.digest = event.digest;
    key.first = event.sequence;
    key.last = event.sequence;
    key.journey = JourneyId{Epoch{1'790'000'000}, event.journey};
    key.recorded = now;
    transaction.foreign_keys.push_back(std::move(key));
    event.stream = 0;
    event.number = 0;
    event.digest = 0;
  }
}

RawWriter::RawWriter(const std::string& path) {
  TRAYLINE_CHECK(sqlite3_open_v2(path.c_str(), &database_,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                 nullptr) == SQLITE_OK);
  Execute(
      "PRAGMA cache_size=-512;PRAGMA page_size=1024;PRAGMA auto_vacuum=0;"
      "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=1000;"
      "PRAGMA journal_size_limit=4194304;"
      "CREATE TABLE event(sequence INTEGER PRIMARY KEY, type INTEGER NOT NULL, journey INTEGER, "
      "stream INTEGER, number INTEGER, digest INTEGER, body BLOB NOT NULL);"
      "CREATE TABLE cursor(one INTEGER PRIMARY KEY, acked INTEGER NOT NULL);"
      "INSERT INTO cursor VALUES(1, 0)");
  begin_ = Prepare("BEGIN IMMEDIATE");
  commit_ = Prepare("COMMIT");
  insert_ = Prepare("INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?)");
  acknowledge_ = Prepare("UPDATE cursor SET acked = ?");
  delete_ = Prepare("DELETE FROM event WHERE sequence <= ?");
}

RawWriter::~RawWriter() {
  for (sqlite3_stmt* statement : {begin_, commit_, insert_, acknowledge_, delete_}) {
    sqlite3_finalize(statement);
  }
  sqlite3_close(database_);
}

void RawWriter::Write(const Batch& batch) {
  Run(begin_);
  for (const ports::StoredEvent& event : batch) {
    Bind(insert_, 1, event.sequence.value);
    Bind(insert_, 2, static_cast<std::uint64_t>(event.type));
    Bind(insert_, 3, event.journey);
    Bind(insert_, 4, event.stream);
    Bind(insert_, 5, event.number);
    Bind(insert_, 6, event.digest);
    sqlite3_bind_blob(insert_, 7, event.body.data(), static_cast<int>(event.body.size()),
                      SQLITE_STATIC);
    Run(insert_);
  }
  Run(commit_);
}

void RawWriter::Acknowledge(Sequence watermark) {
  Bind(acknowledge_, 1, watermark.value);
  Run(acknowledge_);
}

void RawWriter::DeleteUpTo(Sequence last) {
  Bind(delete_, 1, last.value);
  Run(delete_);
}

void RawWriter::Execute(const char* sql) {
  TRAYLINE_CHECK(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
}

sqlite3_stmt* RawWriter::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  TRAYLINE_CHECK(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                                    nullptr) == SQLITE_OK);
  return statement;
}

void RawWriter::Bind(sqlite3_stmt* statement, int index, std::uint64_t value) {
  sqlite3_bind_int64(statement, index, static_cast<sqlite3_int64>(value));
}

void RawWriter::Run(sqlite3_stmt* statement) {
  TRAYLINE_CHECK(sqlite3_step(statement) == SQLITE_DONE);
  sqlite3_reset(statement);
}

JournalWriter::JournalWriter(const std::string& path, Uplink uplink, Ids ids) : ids_(ids) {
  journal::Options options;
  options.path = path;
  options.boot_id = "bench";
  auto opened = journal::Journal::Open(options, clock_, random_, log_);
  TRAYLINE_CHECK(opened.ok());
  journal_ = std::move(*opened);
  if (uplink == Uplink::kOn) {
    uplink_ = std::jthread([this](const std::stop_token& stop) { ReadAndAcknowledge(stop); });
  }
  store_ = std::jthread([this] { journal_->Run(); });
}

JournalWriter::~JournalWriter() {
  if (uplink_.joinable()) {
    uplink_.request_stop();
    uplink_.join();
  }
  TRAYLINE_CHECK(journal_->Close().ok());
}

void JournalWriter::Write(Batch batch) {
  ports::Transaction transaction;
  transaction.events = std::move(batch);
  if (ids_ == Ids::kForeign) UseForeignIds(transaction, random_, clock_.Wall());
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

void JournalWriter::ReadAndAcknowledge(const std::stop_token& stop) {
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

}  // namespace trayline::bench
