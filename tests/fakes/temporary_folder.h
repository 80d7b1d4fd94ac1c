// TemporaryFolder: a folder of a test's own, removed with all that is in it when the test ends.
#ifndef TRAYLINE_TESTS_FAKES_TEMPORARY_FOLDER_H_
#define TRAYLINE_TESTS_FAKES_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "agent/base/check.h"

namespace trayline::fakes {

class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "trayline-XXXXXX").string()) {
    TRAYLINE_CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace trayline::fakes

#endif  // TRAYLINE_TESTS_FAKES_TEMPORARY_FOLDER_H_
