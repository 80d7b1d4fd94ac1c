#include "tests/bench/loop_image.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

namespace trayline::bench {
namespace {

constexpr int kAttachTries = 8;  // another process may take the free device first

// A descriptor that is closed with the object.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }

 private:
  const int fd_;
};

Error Missing(const std::string& what) {
  return Error{Errc::kNotFound, what + ": " + std::strerror(errno)};
}

// What other processes see does not change: the mount is ours alone.
Status LeaveMountNamespace() {
  if (::unshare(CLONE_NEWNS) != 0) return Missing("a mount namespace (are you root?)");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return Missing("private mounts");
  }
  return {};
}

Status MakeFile(const std::string& file, std::int64_t megabytes) {
  {
    const Descriptor made(file, O_RDWR | O_CREAT);
    if (!made.ok() || ::ftruncate(made.get(), megabytes * 1024 * 1024) != 0) return Missing(file);
  }
  // Blocks as on every partition of a terminal (mkfs would take 1,024 bytes for an image this
  // small, and a flash would look better than it is); nothing left to be initialised while we
  // count.
  const std::string command =
      "mkfs.ext4 -q -F -b 4096 -E lazy_itable_init=0,lazy_journal_init=0 " + file;
  if (std::system(command.c_str()) == 0) return {};
  return Error{Errc::kNotFound, "mkfs.ext4 (package e2fsprogs) does not work here"};
}

struct Attached {
  std::string name;  // "loop<N>"
  // Detaches itself when nobody has it open, neither this nor a mount.
  std::unique_ptr<Descriptor> device;
};

// Attaches backing to a free loop device.
Result<Attached> Attach(const Descriptor& backing) {
  const Descriptor control("/dev/loop-control", O_RDWR);
  if (!control.ok()) return Missing("/dev/loop-control");
  for (int i = 0; i < kAttachTries; ++i) {
    const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) return Missing("a free loop device");
    const std::string name = "loop" + std::to_string(number);
    auto device = std::make_unique<Descriptor>("/dev/" + name, O_RDWR);
    if (!device->ok()) return Missing("/dev/" + name);
    loop_config config{};
    config.fd = static_cast<__u32>(backing.get());
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    if (::ioctl(device->get(), LOOP_CONFIGURE, &config) == 0) {
      return Attached{name, std::move(device)};
    }
    if (errno != EBUSY) return Missing("attaching /dev/" + name);
  }
  return Error{Errc::kNotFound, "no free loop device"};
}

// Field of /sys/block/<device>/stat, counted from 0, as Documentation/block/stat.rst of the kernel
// orders them.
std::optional<std::uint64_t> BlockStat(const std::string& device, int field) {
  std::ifstream in("/sys/block/" + device + "/stat");
  std::uint64_t value = 0;
  for (int i = 0; i <= field; ++i) {
    if (!(in >> value)) return std::nullopt;
  }
  return value;
}

}  // namespace

Result<std::unique_ptr<LoopImage>> LoopImage::Mount(const std::string& folder,
                                                    std::int64_t megabytes,
                                                    const std::string& ext4_options) {
  if (::geteuid() != 0) return Error{Errc::kNotFound, "mounting an image needs root"};
  if (Status status = LeaveMountNamespace(); !status.ok()) return status.error();
  const std::string file = folder + "/flash.img";
  if (Status status = MakeFile(file, megabytes); !status.ok()) return status.error();
  const Descriptor backing(file, O_RDWR);
  ::unlink(file.c_str());  // the device holds it
  if (!backing.ok()) return Missing(file);
  const auto attached = Attach(backing);
  if (!attached.ok()) return attached.error();
  const std::string device = "/dev/" + attached->name;
  const std::string mount = folder + "/flash";
  std::filesystem::create_directory(mount);
  if (::mount(device.c_str(), mount.c_str(), "ext4", MS_NOATIME, ext4_options.c_str()) != 0) {
    return Missing("mounting " + device);
  }
  return std::unique_ptr<LoopImage>(new LoopImage(mount, attached->name));
}

LoopImage::~LoopImage() {
  ::umount2(mount_.c_str(), MNT_DETACH);
  ::rmdir(mount_.c_str());
}

Result<std::uint64_t> LoopImage::BytesWritten() const {
  const Descriptor root(mount_, O_RDONLY | O_DIRECTORY);
  if (!root.ok() || ::syncfs(root.get()) != 0) return Missing("sync of " + mount_);
  constexpr int kSectorsWritten = 6;
  constexpr std::uint64_t kSectorBytes = 512;
  const auto sectors = BlockStat(device_, kSectorsWritten);
  if (!sectors) return Error{Errc::kNotFound, "no figures of /sys/block/" + device_};
  return *sectors * kSectorBytes;
}

}  // namespace trayline::bench
