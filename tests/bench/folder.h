// Folder: a folder of a benchmark's own, with all that is put into it. One thread.
#ifndef TRAYLINE_TESTS_BENCH_FOLDER_H_
#define TRAYLINE_TESTS_BENCH_FOLDER_H_

#include <string>

namespace trayline::bench {

// A folder that goes with the object.
class Folder {
 public:
  // Below parent, or below the system's temporary folder when it is empty.
  explicit Folder(const std::string& parent);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_FOLDER_H_
