// LoopImage: an ext4 file system with its journal, in a file of its own, mounted over a loop
// device, so that what reaches a "flash" can be counted. Needs root, mkfs.ext4 and loop devices.
//
// Nothing is left behind however the process ends, SIGKILL included: the mount lives in a mount
// namespace of this process alone, the kernel detaches the device when the mount goes (autoclear),
// and the file has no name any more once it is attached. Main thread, before any other thread is
// made that must see the mount.
#ifndef TRAYLINE_TESTS_BENCH_LOOP_IMAGE_H_
#define TRAYLINE_TESTS_BENCH_LOOP_IMAGE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "agent/base/result.h"

namespace trayline::bench {

class LoopImage {
 public:
  // The file is made in folder and mounted with noatime and these further ext4 options (may be
  // empty). kNotFound says what this machine does not have or allow: the figure cannot be measured
  // here. Blocks for about a second.
  static Result<std::unique_ptr<LoopImage>> Mount(const std::string& folder, std::int64_t megabytes,
                                                  const std::string& ext4_options);
  ~LoopImage();
  LoopImage(const LoopImage&) = delete;
  LoopImage& operator=(const LoopImage&) = delete;

  // Where the file system is mounted.
  [[nodiscard]] const std::string& path() const { return mount_; }

  // Bytes written to the device since it was attached, after a sync of the file system: data, its
  // journal and its metadata.
  Result<std::uint64_t> BytesWritten() const;

 private:
  LoopImage(std::string mount, std::string device)
      : mount_(std::move(mount)), device_(std::move(device)) {}

  const std::string mount_;
  const std::string device_;  // "loop3"
};

}  // namespace trayline::bench

#endif  // TRAYLINE_TESTS_BENCH_LOOP_IMAGE_H_
