// HTTP/1.1 on a Channel as RFC 9112 frames it, for server and client alike: heads, bodies with a
// length or in chunks, nothing more is read than the limits say. Strict where a proxy and a server
// could disagree: one Host, one Content-Length, no Content-Length beside Transfer-Encoding, no
// folded lines, no space before a colon. Internal to agent/http; one thread at a time.
#ifndef TRAYLINE_AGENT_HTTP_WIRE_H_
#define TRAYLINE_AGENT_HTTP_WIRE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/http/channel.h"
#include "agent/http/message.h"

namespace trayline::http {

inline constexpr std::size_t kHeadersMax = 64;     // fields in one head
inline constexpr std::size_t kChunkLineMax = 256;  // bytes of a chunk's size line
inline constexpr std::size_t kTrailerMax =
    std::size_t{8} * 1024;  // bytes after the last chunk, dropped

// How the body of a message is framed.
struct Framing {
  enum class Kind { kNone, kLength, kChunked, kUntilClose };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;  // of kLength
};

struct RequestHead {
  Request request;  // without body and params
  Framing framing;
  bool version_1_1 = true;  // false: 1.0, which knows no chunks
  bool keep_alive = true;
  bool expects_continue = false;
};

struct ResponseHead {
  int status = 0;
  Headers headers;
  Framing framing;
  bool keep_alive = true;
};

// Length of the head at the start of bytes with its empty line; nullopt when it is not complete.
// Empty lines before a request are counted to the head (RFC 9112, 2.2).
std::optional<std::size_t> HeadLength(std::string_view bytes);

// head as HeadLength cuts it. kRejected says what is malformed; kNotFound: a transfer coding or a
// version that this server does not speak.
Result<RequestHead> ParseRequestHead(std::string_view head);
// kCorrupt when it is not a response. to_head: the request was HEAD, no body follows.
Result<ResponseHead> ParseResponseHead(std::string_view head, bool to_head);

enum class BodyEnd {
  kComplete,
  kTooLarge,   // more than limit; the rest is unread
  kMalformed,  // chunks that are none
  kTimeout,
  kClosed,
};
// Reads the body into out, which is empty before; at most limit bytes.
BodyEnd ReadBody(Channel& channel, const Framing& framing, std::size_t limit, Deadline deadline,
                 std::string& out);

// Status line and fields. Connection, Content-Length and Transfer-Encoding are the caller's to add.
std::string FormatResponseHead(int status, const Headers& headers);

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_WIRE_H_
