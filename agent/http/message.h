// What the server hands to a handler and gets back from it. Plain values; whoever holds one owns
// it. Nothing here knows of sockets or of Poco.
#ifndef TRAYLINE_AGENT_HTTP_MESSAGE_H_
#define TRAYLINE_AGENT_HTTP_MESSAGE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"

namespace trayline::http {

struct HeaderField {
  std::string name;
  std::string value;
};

// Header fields in their order. Names compare without regard to case (RFC 9110, 5.1).
class Headers {
 public:
  void Add(std::string_view name, std::string_view value);
  // Replaces every field of this name.
  void Set(std::string_view name, std::string_view value);
  // The first field of this name.
  [[nodiscard]] std::optional<std::string_view> Find(std::string_view name) const;
  [[nodiscard]] std::size_t Count(std::string_view name) const;
  // Whether one of the comma separated words of any field of this name is token (without case).
  [[nodiscard]] bool HasToken(std::string_view name, std::string_view token) const;
  [[nodiscard]] const std::vector<HeaderField>& all() const { return fields_; }

 private:
  std::vector<HeaderField> fields_;
};

// True when a and b are the same letters, ASCII case aside.
bool SameWord(std::string_view a, std::string_view b);

// Which door a request came in by.
enum class Peer { kTcp, kUnix };

using NameValue = std::pair<std::string, std::string>;

struct Request {
  std::string method;            // as sent: "GET"
  std::string path;              // before the question mark, still percent-encoded; begins with '/'
  std::vector<NameValue> query;  // decoded, in order
  std::vector<NameValue> params;  // what the router found for the {names} of its pattern, decoded
  Headers headers;
  std::string body;
  Peer peer = Peer::kTcp;

  // The first query parameter of this name.
  [[nodiscard]] std::optional<std::string_view> Query(std::string_view name) const;
  // The path parameter of this name; empty when the pattern has none.
  [[nodiscard]] std::string_view Param(std::string_view name) const;
};

// A body that is written bit by bit, on the thread of the server that serves this connection.
class StreamWriter {
 public:
  virtual ~StreamWriter() = default;

  // Blocks until the bytes are handed to the kernel, at most for the server's write timeout. False
  // when the client has gone, was too slow, or the server stops: return then.
  virtual bool Write(std::string_view bytes) = 0;
  // Whether it is worth going on: the client is there and the server is not stopping.
  [[nodiscard]] virtual bool IsOpen() = 0;
};

struct Response {
  int status = 200;
  std::string content_type;  // none when empty
  Headers headers;
  std::string body;
  // When set it writes the body instead; it holds a thread of the server until it returns.
  std::function<void(StreamWriter&)> stream;
  // Length of what stream writes, when it is known beforehand; otherwise it is sent in chunks.
  std::optional<std::uint64_t> stream_bytes;
};

Response JsonResponse(int status, std::string json);

// Percent-decodes text; plus_is_space as in query strings. kRejected for a broken escape.
Result<std::string> PercentDecode(std::string_view text, bool plus_is_space);

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_MESSAGE_H_
