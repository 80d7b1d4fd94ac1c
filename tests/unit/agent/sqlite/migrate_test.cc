#include "agent/sqlite/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "tests/fakes/temporary_folder.h"

namespace trayline::sqlite {

namespace {

constexpr std::array<const char*, 3> kSteps = {
    "CREATE TABLE a(x INTEGER PRIMARY KEY)",
    "ALTER TABLE a ADD COLUMN y TEXT NOT NULL DEFAULT ''; CREATE TABLE b(k BLOB PRIMARY KEY) "
    "WITHOUT ROWID",
    "CREATE UNIQUE INDEX a_y ON a(y)",
};
constexpr Schema kSchema{
    "CREATE TABLE b(k BLOB PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TABLE a(x INTEGER PRIMARY KEY, y TEXT NOT NULL DEFAULT '');"
    "CREATE UNIQUE INDEX a_y ON a(y)",
    kSteps};

class MigrateTest : public testing::Test {
 protected:
  Database Open(const std::string& name) {
    OpenOptions options;
    options.path = folder_.File(name);
    auto opened = Database::Open(options);
    EXPECT_TRUE(opened.ok());
    return std::move(*opened);
  }

  fakes::TemporaryFolder folder_;
};

TEST_F(MigrateTest, StepsAndTheSchemaAsItIsNowAgree) {
  Database fresh = Open("fresh.db");
  Database stepped = Open("stepped.db");
  ASSERT_TRUE(Migrate(fresh, kSchema).ok());
  ASSERT_TRUE(MigrateByStepsTo(stepped, kSchema, 3).ok());
  EXPECT_EQ(*SchemaVersion(fresh), 3);
  EXPECT_EQ(*SchemaVersion(stepped), 3);
  EXPECT_EQ(*SchemaText(fresh), *SchemaText(stepped));
}

TEST_F(MigrateTest, SchemaTextSeesEveryDifference) {
  Database one = Open("one.db");
  Database other = Open("other.db");
  ASSERT_TRUE(one.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT)").ok());
  ASSERT_TRUE(other.Execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT NOT NULL)").ok());
  EXPECT_NE(*SchemaText(one), *SchemaText(other));
  ASSERT_TRUE(one.Execute("CREATE TABLE u(a PRIMARY KEY) WITHOUT ROWID").ok());
  ASSERT_TRUE(other.Execute("CREATE TABLE u(a PRIMARY KEY)").ok());
  EXPECT_NE(*SchemaText(one), *SchemaText(other));
}

TEST_F(MigrateTest, AnOlderFileKeepsItsRows) {
  Database database = Open("test.db");
  ASSERT_TRUE(MigrateByStepsTo(database, kSchema, 1).ok());
  ASSERT_TRUE(database.Execute("INSERT INTO a VALUES(7)").ok());
  ASSERT_TRUE(Migrate(database, kSchema).ok());
  EXPECT_EQ(*SchemaVersion(database), 3);
  EXPECT_EQ(*database.ReadInt("SELECT x FROM a WHERE y = ''"), 7);
}

TEST_F(MigrateTest, ANewerFileIsLeftAsItIs) {
  Database database = Open("test.db");
  ASSERT_TRUE(Migrate(database, kSchema).ok());
  ASSERT_TRUE(database.Execute("CREATE TABLE later(z); PRAGMA user_version=4").ok());
  const std::string before = *SchemaText(database);
  EXPECT_TRUE(Migrate(database, kSchema).ok());
  EXPECT_EQ(*SchemaVersion(database), 4);
  EXPECT_EQ(*SchemaText(database), before);
}

TEST_F(MigrateTest, RefusesAVersionThatNobodyWrites) {
  Database database = Open("test.db");
  ASSERT_TRUE(database.Execute("PRAGMA user_version=-2147483648").ok());
  EXPECT_EQ(SchemaVersion(database).error().code, Errc::kCorrupt);
  EXPECT_EQ(Migrate(database, kSchema).error().code, Errc::kCorrupt);
}

TEST_F(MigrateTest, RefusesAStepThatTakesAway) {
  for (const char* const sql : {"DROP TABLE a", "ALTER TABLE a RENAME TO c", "delete from a",
                                "ALTER TABLE a DROP COLUMN x"}) {
    const std::array<const char*, 2> steps = {kSteps[0], sql};
    Database database = Open(std::string(sql) + ".db");
    ASSERT_TRUE(MigrateByStepsTo(database, {kSteps[0], steps}, 1).ok());
    EXPECT_EQ(Migrate(database, {kSteps[0], steps}).error().code, Errc::kRejected) << sql;
    EXPECT_EQ(*SchemaVersion(database), 1);
  }
}

TEST_F(MigrateTest, AStepThatFailsLeavesTheVersionBefore) {
  const std::array<const char*, 2> steps = {kSteps[0], "CREATE TABLE c(x); CREATE TABLE a(x)"};
  Database database = Open("test.db");
  ASSERT_TRUE(MigrateByStepsTo(database, {kSteps[0], steps}, 1).ok());
  const std::string before = *SchemaText(database);
  EXPECT_FALSE(Migrate(database, {kSteps[0], steps}).ok());
  EXPECT_EQ(*SchemaVersion(database), 1);
  EXPECT_EQ(*SchemaText(database), before);
}

}  // namespace

}  // namespace trayline::sqlite
