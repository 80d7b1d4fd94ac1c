#include "sync/hq/store/sqlite_hq_store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "agent/sqlite/database.h"
#include "agent/sqlite/migrate.h"
#include "sync/hq/store/schema.h"
#include "tests/unit/sync/hq/store/filled_database.h"

namespace trayline::hq {
namespace {

TEST(SqliteHqStore, KeepsItsIdentity) {
  FilledDatabase database;
  EXPECT_EQ(database.store->database_id(), std::string(32, '1'));
  auto again = SqliteHqStore::Open(
      {.path = database.path, .vfs = {}, .new_database_id = std::string(32, '2')});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->database_id(), std::string(32, '1'));
}

TEST(SqliteHqStore, ItsStepsLeadToItsSchema) {
  FilledDatabase database;
  auto by_steps = sqlite::Database::Open({.path = database.directory + "/steps.db", .vfs = {}});
  ASSERT_TRUE(by_steps.ok());
  const auto versions = static_cast<std::int64_t>(HqSchema().steps.size());
  ASSERT_TRUE(sqlite::MigrateByStepsTo(*by_steps, HqSchema(), versions).ok());
  auto now = sqlite::Database::Open({.path = database.path, .vfs = {}});
  ASSERT_TRUE(now.ok());
  EXPECT_EQ(sqlite::SchemaText(*by_steps).value(), sqlite::SchemaText(*now).value());
}

TEST(SqliteHqStore, LeavesAFileThatIsNoDatabaseAsItIs) {
  FilledDatabase database;
  const std::string path = database.directory + "/letter.db";
  const std::string text(5000, 'x');
  std::ofstream(path) << text;
  auto opened = SqliteHqStore::Open({.path = path, .vfs = {}, .new_database_id = "1"});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Errc::kCorrupt);
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
}

TEST(SqliteHqStore, NumbersOfAllSizesComeBack) {
  FilledDatabase database;
  TerminalRow row = database.Enrol("s1", "k1");
  row.nonce = ~std::uint64_t{0};
  row.epoch = Epoch{kHqNumberMax};
  ASSERT_TRUE(database.store->Commit({.terminals = {row}}).ok());
  EXPECT_EQ(database.store->LoadReceiver().value().terminals[0], row);
}

}  // namespace
}  // namespace trayline::hq
