// StaticFiles: serves the files of one folder, read only: pages beside an API. Paths cannot leave
// the folder (no "..", no hidden names, no symbolic links). Immutable; any thread; reads the disk.
#ifndef TRAYLINE_AGENT_HTTP_STATIC_FILES_H_
#define TRAYLINE_AGENT_HTTP_STATIC_FILES_H_

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/http/message.h"

namespace trayline::http {

class StaticFiles {
 public:
  struct Options {
    std::string folder;  // absolute, or relative to the working directory at the time of Open
    // Answer paths without a file and without an extension with /index.html, as pages that route in
    // the browser want it.
    bool index_fallback = true;
    // Content-Security-Policy of HTML pages; none when empty.
    std::string content_security_policy;
  };

  // kNotFound when the folder cannot be opened.
  static Result<StaticFiles> Open(Options options);
  ~StaticFiles();
  StaticFiles(StaticFiles&& other) noexcept;
  StaticFiles& operator=(StaticFiles&& other) noexcept;

  // GET and HEAD: 200 with ETag, 304 when If-None-Match names it, 404 not_found. Files under
  // /assets/ carry a hash in their name and may be kept for a year; everything else is asked for
  // again. A path that ends in '/' means its index.html.
  [[nodiscard]] Response Handle(const Request& request) const;

 private:
  StaticFiles(Options options, int folder_fd) : options_(std::move(options)), fd_(folder_fd) {}
  [[nodiscard]] Response Serve(const Request& request, std::string_view path, int fd) const;

  Options options_;
  int fd_;
};

// By the extension of path: "text/html; charset=utf-8", ...; "application/octet-stream" otherwise.
std::string_view ContentTypeOf(std::string_view path);

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_STATIC_FILES_H_
