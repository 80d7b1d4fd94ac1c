// FilledDatabase: a HQ database in a directory of its own with journeys of hand-made guests, for
// tests of reading. One thread; removed at the end.
#ifndef TRAYLINE_TESTS_UNIT_SYNC_HQ_STORE_FILLED_DATABASE_H_
#define TRAYLINE_TESTS_UNIT_SYNC_HQ_STORE_FILLED_DATABASE_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "sync/hq/analysis/projector.h"
#include "sync/hq/store/sqlite_hq_reader.h"
#include "sync/hq/store/sqlite_hq_store.h"
#include "tests/unit/sync/hq/analysis/guests.h"

namespace trayline::hq {

class FilledDatabase {
 public:
  FilledDatabase() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hq_XXXXXX").string();
    directory = ::mkdtemp(pattern.data());
    path = directory + "/hq.db";
    auto opened =
        SqliteHqStore::Open({.path = path, .vfs = {}, .new_database_id = std::string(32, '1')});
    EXPECT_TRUE(opened.ok()) << opened.error().text;
    store = std::move(*opened);
    reader = std::make_unique<SqliteHqReader>(path);
  }
  ~FilledDatabase() {
    reader.reset();
    store.reset();
    std::filesystem::remove_all(directory);
  }
  FilledDatabase(const FilledDatabase&) = delete;
  FilledDatabase& operator=(const FilledDatabase&) = delete;

  TerminalRow Enrol(const std::string& store_name, const std::string& terminal) {
    auto row = store->Enrol({"acme", store_name, terminal});
    EXPECT_TRUE(row.ok());
    row->epoch = Epoch{1'795'000'000};
    row->birth_number = 5;
    row->clock = "synced";
    row->agent_version = "0.1.0";
    row->device_class = "kiosk";
    row->last_seen = WallFromMs(kGuestsNoonMs);
    EXPECT_TRUE(store->Commit({.terminals = {*row}}).ok());
    return *row;
  }
  void Keep(const Guests& guests) { EXPECT_TRUE(store->Commit(guests.Batch()).ok()); }
  void Fold() {
    Log log = NullLog();
    Projector projector({}, *store, log);
    EXPECT_TRUE(projector.Start(store->LoadReceiver().value().logs).ok());
    while (projector.HasWork()) EXPECT_TRUE(projector.Step().ok());
  }

  std::string directory;
  std::string path;
  std::unique_ptr<SqliteHqStore> store;
  std::unique_ptr<SqliteHqReader> reader;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_TESTS_UNIT_SYNC_HQ_STORE_FILLED_DATABASE_H_
