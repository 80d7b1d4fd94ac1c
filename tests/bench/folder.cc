#include "tests/bench/folder.h"

#include <cstdlib>
#include <filesystem>

namespace trayline::bench {

Folder::Folder(const std::string& parent) {
  std::string pattern =
      (parent.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(parent)) /
      "trayline-bench-XXXXXX";
  path_ = ::mkdtemp(pattern.data()) == nullptr ? "." : pattern;
}

Folder::~Folder() {
  std::error_code ignored;  // a left-over folder harms no figure
  if (path_ != ".") std::filesystem::remove_all(path_, ignored);
}

}  // namespace trayline::bench
