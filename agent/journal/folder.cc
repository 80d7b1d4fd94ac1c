#include "agent/journal/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace trayline::journal {

namespace {

Error LastError(const std::string& doing) {
  const int code = errno;
  return Error{code == ENOSPC || code == EDQUOT ? Errc::kFull : Errc::kRetryLater,
               doing + ": " + std::generic_category().message(code)};
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Status RenameDurably(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return LastError("rename " + from);
  return SyncFolderOf(to);
}

Status SyncFolderOf(const std::string& path) {
  const int folder = ::open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return LastError("open the folder of " + path);
  const bool synced = ::fsync(folder) == 0;
  Status status;
  if (!synced) status = LastError("sync the folder of " + path);
  ::close(folder);
  return status;
}

}  // namespace trayline::journal
