// How trayline-hq opens its database. Blocks on the disk.
#ifndef TRAYLINE_SYNC_HQ_MAIN_OPEN_DATABASE_H_
#define TRAYLINE_SYNC_HQ_MAIN_OPEN_DATABASE_H_

#include <memory>
#include <string>

#include "agent/base/result.h"
#include "agent/platform/file_lock.h"
#include "agent/ports/random.h"
#include "sync/hq/main/options.h"
#include "sync/hq/store/sqlite_hq_store.h"

namespace trayline::hq {

// words times 16 hex digits of chance.
std::string RandomHex(ports::Random& random, int words);

// Keeps a second process away from the database. kConflict: one works on it.
Result<platform::FileLock> LockDatabase(const Options& options);

// Makes it when it is not there. The caller holds the lock.
Result<std::unique_ptr<SqliteHqStore>> OpenDatabase(const Options& options, ports::Random& random);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_MAIN_OPEN_DATABASE_H_
