// Both stores of HQ against the one suite.
#include <filesystem>
#include <memory>
#include <string>

#include "sync/hq/store/sqlite_hq_store.h"
#include "tests/fakes/memory_hq_store.h"
#include "tests/ports/hq_store/hq_store_suite.h"

namespace trayline::hq {
namespace {

class InMemory {
 public:
  HqStore& store() { return store_; }
  void Reopen() {}

 private:
  fakes::MemoryHqStore store_;
};

class InSqlite {
 public:
  InSqlite() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hq_store_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    Reopen();
  }
  ~InSqlite() {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }
  HqStore& store() { return *store_; }
  void Reopen() {
    store_.reset();
    auto opened = SqliteHqStore::Open(
        {.path = directory_ + "/hq.db", .vfs = {}, .new_database_id = std::string(32, 'a')});
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    store_ = std::move(*opened);
  }

 private:
  std::string directory_;
  std::unique_ptr<SqliteHqStore> store_;
};

using Makers = ::testing::Types<InMemory, InSqlite>;
INSTANTIATE_TYPED_TEST_SUITE_P(Each, HqStoreSuite, Makers);

}  // namespace
}  // namespace trayline::hq
