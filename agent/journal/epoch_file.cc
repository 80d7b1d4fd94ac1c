#include "agent/journal/epoch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

#include "agent/journal/folder.h"

namespace trayline::journal {

namespace {

constexpr std::size_t kFileMax = 32;  // 20 digits and a line end fit well

// A file descriptor that is closed when it goes out of scope.
class File {
 public:
  File(const std::string& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  const int descriptor_;
};

Error LastError(const std::string& doing) {
  const int code = errno;
  return Error{code == ENOSPC || code == EDQUOT ? Errc::kFull : Errc::kRetryLater,
               doing + ": " + std::generic_category().message(code)};
}

Status WriteAndSync(const std::string& path, std::string_view text) {
  const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (file.get() < 0) return LastError("open " + path);
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written < 0) return LastError("write " + path);
  if (static_cast<std::size_t>(written) != text.size()) {
    return Error{Errc::kFull, "write " + path + ": only a part was written"};
  }
  if (::fsync(file.get()) != 0) return LastError("sync " + path);
  return {};
}

}  // namespace

Result<Epoch> ReadEpochFile(const std::string& path) {
  const File file(path, O_RDONLY);
  if (file.get() < 0) {
    if (errno == ENOENT) return Epoch{};
    return LastError("open " + path);
  }
  std::array<char, kFileMax> buffer{};
  const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
  if (size < 0) return LastError("read " + path);
  std::string_view text(buffer.data(), static_cast<std::size_t>(size));
  if (text.ends_with('\n')) text.remove_suffix(1);
  Epoch epoch;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), epoch.value);
  if (code != std::errc{} || end != text.data() + text.size() || epoch.value == 0) {
    return Error{Errc::kCorrupt, path + " holds no epoch"};
  }
  return epoch;
}

Status WriteEpochFile(const std::string& path, Epoch epoch) {
  const std::string next = path + ".new";
  if (Status status = WriteAndSync(next, std::to_string(epoch.value) + "\n"); !status.ok()) {
    ::unlink(next.c_str());
    return status;
  }
  return RenameDurably(next, path);
}

}  // namespace trayline::journal
