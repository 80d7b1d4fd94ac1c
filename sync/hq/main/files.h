// The generation beside HQ's database: it must survive what the database does not. Blocks on the
// disk.
#ifndef TRAYLINE_SYNC_HQ_MAIN_FILES_H_
#define TRAYLINE_SYNC_HQ_MAIN_FILES_H_

#include <cstdint>
#include <string>

#include "agent/base/result.h"

namespace trayline::hq {

// "<generation> <database id>\n". Rises when the database is another than it was, and when a
// terminal proves that events which it was acknowledged are gone. Not thread-safe.
class GenerationFile {
 public:
  explicit GenerationFile(std::string path) : path_(std::move(path)) {}

  // The generation that database_id has: 1 for the first database, one more than was written when
  // another one was served before. Durable when it returns. kCorrupt: the file says something else.
  Result<std::uint64_t> Load(const std::string& database_id);
  // Durable when it returns. After Load.
  Status Raise(std::uint64_t generation);

 private:
  Status Write(std::uint64_t generation) const;

  const std::string path_;
  std::string database_id_;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_MAIN_FILES_H_
