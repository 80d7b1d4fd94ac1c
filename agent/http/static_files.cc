#include "agent/http/static_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include "agent/http/problem.h"

namespace trayline::http {
namespace {

constexpr std::size_t kDepthMax = 16;  // folders in a path
constexpr std::size_t kReadBytes =
    std::size_t{32} * 1024;  // a file is sent in pieces, never held whole

// A descriptor that closes itself; shared by the copies of a stream's function, which must be
// copyable.
using SharedFd = std::shared_ptr<const int>;

SharedFd Share(int fd) {
  return {new int(fd), [](const int* owned) {
            ::close(*owned);
            delete owned;
          }};
}

bool IsPlainName(std::string_view name) {
  return !name.empty() && name.front() != '.' &&
         name.find_first_of(std::string_view("\\/\0", 3)) == std::string_view::npos;
}

// Opens folder/path without following a link anywhere; -1 when there is no such plain file.
int OpenBeneath(int folder, std::string_view path) {
  int parent = ::dup(folder);
  for (std::size_t depth = 0; parent >= 0 && depth < kDepthMax; ++depth) {
    const std::size_t slash = path.find('/');
    const std::string name(path.substr(0, slash));
    const bool last = slash == std::string_view::npos;
    int next = -1;
    if (IsPlainName(name)) {
      next = ::openat(parent, name.c_str(),
                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (last ? 0 : O_DIRECTORY));
    }
    ::close(parent);
    if (last || next < 0) return next;
    parent = next;
    path.remove_prefix(slash + 1);
  }
  if (parent >= 0) ::close(parent);
  return -1;
}

std::string ETagOf(const struct stat& info) {
  char tag[64];
  std::snprintf(tag, sizeof tag, "\"%llx-%llx%09lx\"",
                static_cast<unsigned long long>(info.st_size),
                static_cast<unsigned long long>(info.st_mtim.tv_sec),
                static_cast<unsigned long>(info.st_mtim.tv_nsec));
  return tag;
}

Response NotFound() {
  return ToResponse({404, "not_found", "Not found", "there is no such page", {}});
}

void SendFile(int fd, std::uint64_t length, StreamWriter& writer) {
  std::array<char, kReadBytes> piece;
  for (std::uint64_t sent = 0; sent < length;) {
    const ssize_t count = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(sent));
    if (count <= 0) return;  // the file has shrunk; the server closes the connection
    const auto usable = std::min<std::uint64_t>(static_cast<std::uint64_t>(count), length - sent);
    if (!writer.Write({piece.data(), usable})) return;
    sent += usable;
  }
}

}  // namespace

std::string_view ContentTypeOf(std::string_view path) {
  using Row = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Row, 16> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".webp", "image/webp"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
  }};
  for (const auto& [extension, type] : kTypes) {
    if (path.ends_with(extension)) return type;
  }
  return "application/octet-stream";
}

Result<StaticFiles> StaticFiles::Open(Options options) {
  const int fd = ::open(options.folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    return Error{Errc::kNotFound, "cannot open the folder " + options.folder + ": " +
                                      std::generic_category().message(errno)};
  }
  return StaticFiles(std::move(options), fd);
}

StaticFiles::StaticFiles(StaticFiles&& other) noexcept
    : options_(std::move(other.options_)), fd_(std::exchange(other.fd_, -1)) {}

StaticFiles& StaticFiles::operator=(StaticFiles&& other) noexcept {
  std::swap(options_, other.options_);
  std::swap(fd_, other.fd_);  // other closes what this has had
  return *this;
}

StaticFiles::~StaticFiles() {
  if (fd_ >= 0) ::close(fd_);
}

Response StaticFiles::Handle(const Request& request) const {
  const auto decoded = PercentDecode(request.path, false);
  if (!decoded || !decoded->starts_with('/')) return NotFound();
  std::string path = decoded->substr(1);
  if (path.empty() || path.ends_with('/')) path += "index.html";
  if (const int fd = OpenBeneath(fd_, path); fd >= 0) return Serve(request, path, fd);
  const std::string_view last = std::string_view(path).substr(path.rfind('/') + 1);
  const bool page = last.find('.') == std::string_view::npos;
  if (!options_.index_fallback || !page) return NotFound();
  path = "index.html";
  if (const int fd = OpenBeneath(fd_, path); fd >= 0) return Serve(request, path, fd);
  return NotFound();
}

Response StaticFiles::Serve(const Request& request, std::string_view path, int fd) const {
  const SharedFd file = Share(fd);
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return NotFound();
  Response response;
  const std::string tag = ETagOf(info);
  response.headers.Set("ETag", tag);
  const bool hashed = path.starts_with("assets/");
  response.headers.Set("Cache-Control",
                       hashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.headers.HasToken("If-None-Match", tag)) {
    response.status = 304;
    return response;
  }
  response.content_type = ContentTypeOf(path);
  if (path.ends_with(".html") && !options_.content_security_policy.empty()) {
    response.headers.Set("Content-Security-Policy", options_.content_security_policy);
  }
  const auto length = static_cast<std::uint64_t>(info.st_size);
  response.stream_bytes = length;
  response.stream = [file, length](StreamWriter& writer) { SendFile(*file, length, writer); };
  return response;
}

}  // namespace trayline::http
