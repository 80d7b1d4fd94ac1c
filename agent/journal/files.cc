#include "agent/journal/files.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace trayline::journal {

std::uint64_t FileBytes(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::uint64_t>(size);
}

Result<std::uint64_t> FreeBytes(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  struct statvfs system {};
  if (::statvfs(folder.c_str(), &system) != 0) {
    return Error{Errc::kRetryLater, folder + ": " + std::generic_category().message(errno)};
  }
  return static_cast<std::uint64_t>(system.f_bavail) * system.f_frsize;
}

}  // namespace trayline::journal
