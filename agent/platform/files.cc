#include "agent/platform/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <system_error>

#include "agent/platform/system_random.h"

namespace trayline::platform {
namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenLength = 43;
constexpr ::mode_t kTokenMode = 0640;
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// A descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

Error SystemError(std::string_view what, const std::string& path) {
  const Errc code = errno == ENOENT ? Errc::kNotFound : Errc::kRetryLater;
  return Error{code,
               std::string(what) + ' ' + path + ": " + std::generic_category().message(errno)};
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("cannot write", path);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

// Writes and syncs a new file with this mode.
Status WriteNew(const std::string& path, std::string_view content, ::mode_t mode) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok()) return SystemError("cannot create", path);
  if (auto written = WriteAll(file.get(), content, path); !written) return written;
  if (::fchmod(file.get(), mode) != 0) return SystemError("cannot set the mode of", path);
  if (::fsync(file.get()) != 0) return SystemError("cannot sync", path);
  return {};
}

Status SyncFolder(const std::string& path) {
  const Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok() || ::fsync(folder.get()) != 0) return SystemError("cannot sync", path);
  return {};
}

// base64url without padding (RFC 4648, 5).
std::string ToBase64Url(std::span<const std::byte> bytes) {
  std::string text;
  unsigned bits = 0;
  unsigned held = 0;
  for (const std::byte byte : bytes) {
    bits = (bits << 8U) | std::to_integer<unsigned>(byte);
    held += 8;
    while (held >= 6) {
      held -= 6;
      text += kBase64Url[(bits >> held) & 63U];
    }
  }
  if (held > 0) text += kBase64Url[(bits << (6 - held)) & 63U];
  return text;
}

std::string WithoutLineEnd(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace

Result<std::string> ReadSmallFile(const std::string& path, std::size_t limit) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return SystemError("cannot open", path);
  std::string content;
  std::array<char, kReadBytes> piece;
  for (;;) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError("cannot read", path);
    if (count == 0) return content;
    content.append(piece.data(), static_cast<std::size_t>(count));
    if (content.size() > limit) {
      return Error{Errc::kFull, path + " is larger than " + std::to_string(limit) + " bytes"};
    }
  }
}

Status WriteFileDurably(const std::string& path, std::string_view content, ::mode_t mode) {
  const std::string temporary = path + ".tmp";
  // What a crash has left there; without this O_NOFOLLOW or its owner could refuse for ever.
  ::unlink(temporary.c_str());
  if (auto written = WriteNew(temporary, content, mode); !written) {
    ::unlink(temporary.c_str());
    return Error{Errc::kRetryLater, written.error().text};
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = SystemError("cannot rename to", path);
    ::unlink(temporary.c_str());
    return Error{Errc::kRetryLater, error.text};
  }
  if (auto synced = SyncFolder(FolderOf(path)); !synced) {
    return Error{Errc::kRetryLater, synced.error().text};
  }
  return {};
}

Result<std::string> LoadOrMakeToken(const std::string& path) {
  auto found = ReadSmallFile(path, kReadBytes);
  if (found) {
    std::string token = WithoutLineEnd(*std::move(found));
    const bool good =
        token.size() == kTokenLength && token.find_first_not_of(kBase64Url) == std::string::npos;
    if (good) return token;
    return Error{Errc::kCorrupt, path + " does not hold a token of " +
                                     std::to_string(kTokenLength) +
                                     " base64url characters; remove it to have a new one made"};
  }
  if (found.error().code != Errc::kNotFound) return found.error();
  std::array<std::byte, kTokenBytes> bytes;
  FillRandom(bytes);
  std::string token = ToBase64Url(bytes);
  if (auto written = WriteFileDurably(path, token + '\n', kTokenMode); !written) {
    return written.error();
  }
  return token;
}

Result<std::string> ReadBootId() {
  auto id = ReadSmallFile("/proc/sys/kernel/random/boot_id", kReadBytes);
  if (!id) return id.error();
  return WithoutLineEnd(*std::move(id));
}

}  // namespace trayline::platform
