// The one reader there is, over the same rows that came about in two ways: all at once, and one by
// one with the projection running along and the store opened anew in between. Both must read alike.
// (There is no fake: its answers are SQL, a fake would be the same queries again in C++.)
#include <algorithm>
#include <memory>
#include <string>

#include "sync/hq/analysis/projector.h"
#include "sync/hq/store/sqlite_hq_reader.h"
#include "sync/hq/store/sqlite_hq_store.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/ports/hq_reader/hq_reader_suite.h"

namespace trayline::hq {
namespace {

class Database {
 public:
  Database() { Reopen(); }

  TerminalRow Enrol(const std::string& name) {
    const auto row = store_->Enrol({"acme", "s1", name});
    EXPECT_TRUE(row.ok());
    return row.ok() ? *row : TerminalRow{};
  }
  HqReader& reader() { return reader_; }

 protected:
  void Reopen() {
    store_.reset();
    auto opened = SqliteHqStore::Open(
        {.path = folder_.File("hq.db"), .vfs = {}, .new_database_id = std::string(32, 'a')});
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    store_ = std::move(*opened);
  }
  void Keep(const IngestBatch& batch) { ASSERT_TRUE(store_->Commit(batch).ok()); }
  void Fold() {
    Log log = NullLog();
    Projector projector({}, *store_, log);
    ASSERT_TRUE(projector.Start(store_->LoadReceiver().value().logs).ok());
    while (projector.HasWork()) ASSERT_TRUE(projector.Step().ok());
  }

 private:
  fakes::TemporaryFolder folder_;
  std::unique_ptr<SqliteHqStore> store_;
  SqliteHqReader reader_{folder_.File("hq.db")};
};

class FilledAtOnce : public Database {
 public:
  void Fill(const IngestBatch& batch) {
    Keep(batch);
    Fold();
  }
};

class FilledBitByBit : public Database {
 public:
  void Fill(const IngestBatch& batch) {
    constexpr std::size_t kPiece = 3;
    for (std::size_t i = 0; i < batch.events.size(); i += kPiece) {
      const auto from = batch.events.begin() + static_cast<std::ptrdiff_t>(i);
      const auto count = std::min(kPiece, batch.events.size() - i);
      IngestBatch piece;
      piece.events.assign(from, from + static_cast<std::ptrdiff_t>(count));
      piece.logs = {LogAt(piece.events.back(), i + count, batch)};
      Keep(piece);
      Fold();
      // Readers are at work while rows arrive.
      EXPECT_TRUE(reader().Terminals().ok());
    }
    Reopen();
    Keep({.voids = batch.voids, .quarantine = batch.quarantine, .logs = batch.logs});
    Fold();
  }

 private:
  // A watermark that has come as far as event, without claiming to count right: the last batch
  // does.
  static LogRow LogAt(const EventRow& event, std::size_t received, const IngestBatch& batch) {
    for (LogRow log : batch.logs) {
      if (log.epoch != event.epoch) continue;
      log.watermark = event.sequence;
      log.received = received;
      return log;
    }
    return {};
  }
};

using Makers = ::testing::Types<FilledAtOnce, FilledBitByBit>;
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, HqReaderSuite, Makers);

}  // namespace
}  // namespace trayline::hq
