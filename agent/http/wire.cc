#include "agent/http/wire.h"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <charconv>

namespace trayline::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// A character of a method or a field name (RFC 9110, 5.6.2).
bool IsTokenChar(char c) {
  const bool alphanumeric =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return alphanumeric || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenChar);
}

// Tab, visible ASCII and bytes above it: what a field value may hold.
bool IsFieldValue(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
  });
}

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The next line of head without its end; head loses it.
std::string_view TakeLine(std::string_view& head) {
  const std::size_t end = head.find(kLineEnd);
  const std::string_view line = head.substr(0, end);
  head.remove_prefix(end == std::string_view::npos ? head.size() : end + kLineEnd.size());
  return line;
}

Error Malformed(std::string text) { return Error{Errc::kRejected, std::move(text)}; }

Result<Headers> ParseFields(std::string_view head) {
  Headers headers;
  while (!head.empty()) {
    const std::string_view line = TakeLine(head);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || !IsToken(name)) {
      return Malformed("a header line is not 'name: value'");
    }
    const std::string_view value = Trim(line.substr(colon + 1));
    if (!IsFieldValue(value)) {
      return Malformed("the header '" + std::string(name) + "' holds a control character");
    }
    if (headers.all().size() >= kHeadersMax) return Malformed("there are too many header lines");
    headers.Add(name, value);
  }
  return headers;
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text, int base) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// otherwise: what holds when neither header is there.
Result<Framing> ParseFraming(const Headers& headers, Framing::Kind otherwise) {
  Framing framing{otherwise, 0};
  const auto coding = headers.Find("Transfer-Encoding");
  const std::size_t lengths = headers.Count("Content-Length");
  if (coding) {
    if (lengths > 0) return Malformed("Content-Length and Transfer-Encoding stand together");
    if (headers.Count("Transfer-Encoding") != 1 || !SameWord(*coding, "chunked")) {
      return Error{Errc::kNotFound, "the only transfer coding is 'chunked'"};
    }
    framing.kind = Framing::Kind::kChunked;
  } else if (lengths > 0) {
    const auto length = ParseNumber<std::uint64_t>(*headers.Find("Content-Length"), 10);
    if (lengths > 1 || !length) return Malformed("Content-Length is not one whole number");
    framing.kind = *length > 0 ? Framing::Kind::kLength : Framing::Kind::kNone;
    framing.length = *length;
  }
  return framing;
}

Status ParseTarget(std::string_view target, Request& request) {
  const bool asterisk = target == "*" && request.method == "OPTIONS";
  const bool visible =
      std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!visible || (!target.starts_with('/') && !asterisk)) {
    return Malformed("the request target is not a path that begins with '/'");
  }
  const std::size_t mark = target.find('?');
  request.path = target.substr(0, mark);
  std::string_view rest =
      mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = PercentDecode(pair.substr(0, equals), true);
    auto value = PercentDecode(
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name) return name.error().In("query string");
    if (!value) return value.error().In("query string");
    request.query.emplace_back(*std::move(name), *std::move(value));
  }
  return {};
}

// HTTP/1.1 stays open unless told otherwise, HTTP/1.0 closes unless told otherwise.
bool StaysOpen(const Headers& headers, bool version_1_1) {
  return version_1_1 ? !headers.HasToken("Connection", "close")
                     : headers.HasToken("Connection", "keep-alive");
}

}  // namespace

std::optional<std::size_t> HeadLength(std::string_view bytes) {
  std::size_t start = 0;
  while (bytes.substr(start, kLineEnd.size()) == kLineEnd) start += kLineEnd.size();
  const std::size_t end = bytes.find("\r\n\r\n", start);
  if (end == std::string_view::npos) return std::nullopt;
  return end + 4;
}

Result<RequestHead> ParseRequestHead(std::string_view head) {
  while (head.starts_with(kLineEnd)) head.remove_prefix(kLineEnd.size());
  const std::string_view line = TakeLine(head);
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !IsToken(line.substr(0, first))) {
    return Malformed("the first line is not 'METHOD /path HTTP/1.1'");
  }
  const std::string_view version = line.substr(last + 1);
  const bool version_1_1 = version == "HTTP/1.1";
  if (!version.starts_with("HTTP/")) {
    return Malformed("the first line is not 'METHOD /path HTTP/1.1'");
  }
  if (!version_1_1 && version != "HTTP/1.0") {
    return Error{Errc::kNotFound, "this server speaks HTTP/1.1"};
  }
  RequestHead parsed;
  parsed.request.method = line.substr(0, first);
  if (auto target = ParseTarget(line.substr(first + 1, last - first - 1), parsed.request);
      !target) {
    return target.error();
  }
  auto headers = ParseFields(head);
  if (!headers) return headers.error();
  const auto framing = ParseFraming(*headers, Framing::Kind::kNone);
  if (!framing) return framing.error();
  if (headers->Count("Host") > 1 || (version_1_1 && headers->Count("Host") == 0)) {
    return Malformed("there must be one Host header");
  }
  parsed.framing = *framing;
  parsed.version_1_1 = version_1_1;
  parsed.keep_alive = StaysOpen(*headers, version_1_1);
  parsed.expects_continue = version_1_1 && headers->HasToken("Expect", "100-continue");
  parsed.request.headers = *std::move(headers);
  return parsed;
}

Result<ResponseHead> ParseResponseHead(std::string_view head, bool to_head) {
  const std::string_view line = TakeLine(head);
  const bool version_1_1 = line.starts_with("HTTP/1.1 ");
  const bool is_http = version_1_1 || line.starts_with("HTTP/1.0 ");
  const int status = is_http ? ParseNumber<int>(line.substr(9, 3), 10).value_or(0) : 0;
  if (status < 100) {
    return Error{Errc::kCorrupt, "the answer does not begin with an HTTP status line"};
  }
  auto headers = ParseFields(head);
  if (!headers) return Error{Errc::kCorrupt, headers.error().text};
  const auto framing = ParseFraming(*headers, Framing::Kind::kUntilClose);
  if (!framing) return Error{Errc::kCorrupt, framing.error().text};
  ResponseHead parsed;
  parsed.status = status;
  parsed.framing = *framing;
  const bool bodiless = to_head || status < 200 || status == 204 || status == 304;
  if (bodiless) parsed.framing = {};
  parsed.keep_alive =
      StaysOpen(*headers, version_1_1) && parsed.framing.kind != Framing::Kind::kUntilClose;
  parsed.headers = *std::move(headers);
  return parsed;
}

namespace {

BodyEnd EndOf(Channel::Io io) {
  return io == Channel::Io::kTimeout ? BodyEnd::kTimeout : BodyEnd::kClosed;
}

// Moves exactly length bytes to out.
BodyEnd TakeBytes(Channel& channel, std::uint64_t length, Deadline deadline, std::string& out) {
  while (length > 0) {
    if (channel.buffered().empty()) {
      const auto filled = channel.Fill(deadline);
      if (filled != Channel::Io::kOk) return EndOf(filled);
    }
    const std::string_view piece = channel.buffered().substr(0, length);
    out += piece;
    length -= piece.size();
    channel.Consume(piece.size());
  }
  return BodyEnd::kComplete;
}

// Takes one line of at most max bytes, without its end.
BodyEnd TakeBodyLine(Channel& channel, std::size_t max, Deadline deadline, std::string& line) {
  for (;;) {
    const std::size_t end = channel.buffered().find(kLineEnd);
    if (end != std::string_view::npos && end <= max) {
      line = channel.buffered().substr(0, end);
      channel.Consume(end + kLineEnd.size());
      return BodyEnd::kComplete;
    }
    if (channel.buffered().size() > max) return BodyEnd::kMalformed;
    const auto filled = channel.Fill(deadline);
    if (filled != Channel::Io::kOk) return EndOf(filled);
  }
}

BodyEnd DropTrailer(Channel& channel, Deadline deadline) {
  std::string line;
  std::size_t total = 0;
  for (;;) {
    const BodyEnd end = TakeBodyLine(channel, kTrailerMax, deadline, line);
    if (end != BodyEnd::kComplete || line.empty()) return end;
    total += line.size();
    if (total > kTrailerMax) return BodyEnd::kMalformed;
  }
}

BodyEnd ReadChunks(Channel& channel, std::size_t limit, Deadline deadline, std::string& out) {
  std::string line;
  for (;;) {
    BodyEnd end = TakeBodyLine(channel, kChunkLineMax, deadline, line);
    if (end != BodyEnd::kComplete) return end;
    const std::string_view digits = Trim(std::string_view(line).substr(0, line.find(';')));
    const auto size = ParseNumber<std::uint64_t>(digits, 16);
    if (!size) return BodyEnd::kMalformed;
    if (*size == 0) return DropTrailer(channel, deadline);
    if (*size > limit - out.size()) return BodyEnd::kTooLarge;
    end = TakeBytes(channel, *size, deadline, out);
    if (end != BodyEnd::kComplete) return end;
    end = TakeBodyLine(channel, 0, deadline, line);
    if (end != BodyEnd::kComplete) return end;
  }
}

BodyEnd ReadUntilClose(Channel& channel, std::size_t limit, Deadline deadline, std::string& out) {
  for (;;) {
    out += channel.buffered();
    channel.Consume(channel.buffered().size());
    if (out.size() > limit) return BodyEnd::kTooLarge;
    const auto filled = channel.Fill(deadline);
    if (filled == Channel::Io::kClosed) return BodyEnd::kComplete;
    if (filled != Channel::Io::kOk) return EndOf(filled);
  }
}

}  // namespace

BodyEnd ReadBody(Channel& channel, const Framing& framing, std::size_t limit, Deadline deadline,
                 std::string& out) {
  switch (framing.kind) {
    case Framing::Kind::kNone:
      return BodyEnd::kComplete;
    case Framing::Kind::kLength:
      if (framing.length > limit) return BodyEnd::kTooLarge;
      return TakeBytes(channel, framing.length, deadline, out);
    case Framing::Kind::kChunked:
      return ReadChunks(channel, limit, deadline, out);
    case Framing::Kind::kUntilClose:
      return ReadUntilClose(channel, limit, deadline, out);
  }
  return BodyEnd::kMalformed;
}

std::string FormatResponseHead(int status, const Headers& headers) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + ' ';
  head += Poco::Net::HTTPResponse::getReasonForStatus(
      static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
  head += kLineEnd;
  for (const HeaderField& field : headers.all()) {
    head += field.name;
    head += ": ";
    head += field.value;
    head += kLineEnd;
  }
  head += kLineEnd;
  return head;
}

}  // namespace trayline::http
