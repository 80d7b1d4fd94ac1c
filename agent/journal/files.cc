#include "agent/journal/files.h"

#include <filesystem>
#include <system_error>

namespace trayline::journal {

std::uint64_t FileBytes(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::uint64_t>(size);
}

}  // namespace trayline::journal
