#include "sync/hq/main/open_database.h"

#include <array>
#include <cstdio>

namespace trayline::hq {

std::string RandomHex(ports::Random& random, int words) {
  std::string text;
  for (int i = 0; i < words; ++i) {
    std::array<char, 17> word{};
    std::snprintf(word.data(), word.size(), "%016llx",
                  static_cast<unsigned long long>(random.Next()));
    text += word.data();
  }
  return text;
}

Result<platform::FileLock> LockDatabase(const Options& options) {
  const std::string path = options.database + ".lock";
  auto lock = platform::FileLock::Take(path);
  if (lock.ok() || lock.error().code != Errc::kConflict) return lock;
  return Error{Errc::kConflict, "another trayline-hq works on this database (" + path + ")"};
}

Result<std::unique_ptr<SqliteHqStore>> OpenDatabase(const Options& options, ports::Random& random) {
  return SqliteHqStore::Open(
      {.path = options.database, .vfs = {}, .new_database_id = RandomHex(random, 2)});
}

}  // namespace trayline::hq
