#include "agent/http/exchange.h"

#include <charconv>
#include <exception>

#include "agent/http/problem.h"
#include "agent/http/wire.h"

namespace trayline::http {
namespace {

// An unread body up to this size is read and dropped, so that the connection can go on; beyond it
// closing is cheaper.
constexpr std::size_t kSkipMax = std::size_t{64} * 1024;
// Up to this size head and body leave in one write.
constexpr std::size_t kOneWriteMax = std::size_t{16} * 1024;

Response TooLarge(std::string detail, int status) {
  return ToResponse({status, "too_large", "Too large", std::move(detail), {}});
}

Response Malformed(const Error& error) {
  const int status = error.code == Errc::kNotFound ? 501 : 400;
  return ToResponse({status, "invalid", "Invalid request", error.text, {}});
}

// Adds the fields that every answer has. Date is left out: a terminal's clock may be unset, and
// RFC 9110, 6.6.1 wants no Date from such a server.
void Complete(Response& response, bool keep_alive, bool chunked) {
  if (!response.content_type.empty()) response.headers.Set("Content-Type", response.content_type);
  response.headers.Set("X-Content-Type-Options", "nosniff");
  response.headers.Set("Connection", keep_alive ? "keep-alive" : "close");
  const bool bodiless = response.status == 204 || response.status == 304;
  if (chunked) {
    response.headers.Set("Transfer-Encoding", "chunked");
  } else if (!bodiless && (!response.stream || response.stream_bytes)) {
    const std::uint64_t length = response.stream ? *response.stream_bytes : response.body.size();
    response.headers.Set("Content-Length", std::to_string(length));
  }
}

// A stream's bytes on the connection, in chunks or as they are.
class ChannelWriter : public StreamWriter {
 public:
  ChannelWriter(const ExchangeContext& context, Channel& channel, bool chunked)
      : context_(context), channel_(channel), chunked_(chunked) {}

  bool Write(std::string_view bytes) override {
    if (bytes.empty()) return IsOpen();
    if (!IsOpen()) return false;
    const Deadline deadline = Deadline::In(context_.options.write_timeout);
    if (!chunked_) return Send(bytes, deadline);
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), bytes.size(), 16).ptr;
    std::string chunk(std::begin(digits), end);
    chunk += "\r\n";
    chunk += bytes;
    chunk += "\r\n";
    return Send(chunk, deadline);
  }

  bool IsOpen() override {
    open_ = open_ && !context_.stopping.load() && !channel_.PeerClosed();
    return open_;
  }

  // Ends the body; false when it did not reach the client whole.
  bool Finish() {
    if (!open_) return false;
    return !chunked_ || Send("0\r\n\r\n", Deadline::In(context_.options.write_timeout));
  }

  [[nodiscard]] std::uint64_t sent() const { return sent_; }

 private:
  bool Send(std::string_view bytes, Deadline deadline) {
    open_ = channel_.Write(bytes, deadline) == Channel::Io::kOk;
    if (open_) sent_ += bytes.size();
    return open_;
  }

  const ExchangeContext& context_;
  Channel& channel_;
  const bool chunked_;
  bool open_ = true;
  std::uint64_t sent_ = 0;
};

// Answers one request; made when its head has been parsed.
class Exchange {
 public:
  Exchange(const ExchangeContext& context, Connection& connection, RequestHead& head)
      : context_(context), connection_(connection), head_(head) {}

  After Serve() {
    if (auto early = Admit()) return AnswerUnread(*std::move(early));
    if (head_.framing.kind == Framing::Kind::kLength &&
        head_.framing.length > context_.options.body_max) {
      return AnswerUnread(BodyTooLarge());
    }
    const auto body = ReceiveBody(context_.options.body_max, head_.request.body);
    switch (body) {
      case BodyEnd::kComplete:
        return Answer(Handle(), head_.keep_alive && !context_.stopping.load());
      case BodyEnd::kTooLarge:
        Answer(BodyTooLarge(), false);
        return After::kDrain;
      case BodyEnd::kMalformed:
        Answer(Malformed({Errc::kRejected, "the chunks of the body are malformed"}), false);
        return After::kDrain;
      case BodyEnd::kTimeout:
        context_.log.Debug("http.request_timed_out");
        return After::kClose;
      case BodyEnd::kClosed:
        return After::kClose;
    }
    return After::kClose;
  }

 private:
  std::optional<Response> Admit() {
    if (auto refused = context_.guard.Admit(head_.request)) return refused;
    if (!context_.handler.admit) return std::nullopt;
    try {
      return context_.handler.admit(head_.request);
    } catch (const std::exception& error) {
      return Threw(error);
    }
  }

  Response Handle() {
    try {
      return context_.handler.handle(head_.request);
    } catch (const std::exception& error) {
      return Threw(error);
    }
  }

  // Nothing of ours throws; this is memory that has run out, or a bug. The daemon goes on.
  Response Threw(const std::exception& error) {
    context_.log.Error("http.handler_threw", {{"what", error.what()}});
    return ToResponse({500, "internal", "Internal error", "the request could not be served", {}});
  }

  [[nodiscard]] Response BodyTooLarge() const {
    return TooLarge(
        "the body is larger than " + std::to_string(context_.options.body_max) + " bytes", 413);
  }

  BodyEnd ReceiveBody(std::size_t limit, std::string& out) {
    const bool has_body = head_.framing.kind != Framing::Kind::kNone;
    if (has_body && head_.expects_continue && connection_.channel.buffered().empty() &&
        connection_.channel.Write("HTTP/1.1 100 Continue\r\n\r\n", connection_.deadline) !=
            Channel::Io::kOk) {
      return BodyEnd::kClosed;
    }
    return ReadBody(connection_.channel, head_.framing, limit, connection_.deadline, out);
  }

  // Answers before the body has been read, and reads it away when that is cheap.
  After AnswerUnread(Response response) {
    const bool short_body =
        head_.framing.kind == Framing::Kind::kNone ||
        (head_.framing.kind == Framing::Kind::kLength && head_.framing.length <= kSkipMax);
    if (!short_body || head_.expects_continue) {
      Answer(std::move(response), false);
      return After::kDrain;
    }
    std::string dropped;
    if (ReceiveBody(kSkipMax, dropped) != BodyEnd::kComplete) return After::kClose;
    return Answer(std::move(response), head_.keep_alive && !context_.stopping.load());
  }

  After Answer(Response response, bool keep_alive) {
    context_.requests.fetch_add(1);
    if (response.status >= 400) context_.refused.fetch_add(1);
    context_.guard.Finish(head_.request, response);
    const bool unknown_length = response.stream && !response.stream_bytes;
    const bool chunked = unknown_length && head_.version_1_1;
    if (unknown_length && !chunked) keep_alive = false;  // the end of the connection ends the body
    Complete(response, keep_alive, chunked);
    std::string head = FormatResponseHead(response.status, response.headers);
    const bool bodiless =
        head_.request.method == "HEAD" || response.status == 204 || response.status == 304;
    const After after = keep_alive ? After::kKeep : After::kDrain;
    if (response.stream && !bodiless) return Stream(head, response, chunked, after);
    if (bodiless) response.body.clear();
    return Send(std::move(head), response.body) ? after : After::kClose;
  }

  bool Send(std::string head, std::string_view body) {
    const Deadline deadline = Deadline::In(context_.options.write_timeout);
    Channel& channel = connection_.channel;
    if (head.size() + body.size() <= kOneWriteMax) {
      head += body;
      return channel.Write(head, deadline) == Channel::Io::kOk;
    }
    return channel.Write(head, deadline, true) == Channel::Io::kOk &&
           channel.Write(body, deadline) == Channel::Io::kOk;
  }

  After Stream(std::string_view head, const Response& response, bool chunked, After after) {
    Channel& channel = connection_.channel;
    const Deadline deadline = Deadline::In(context_.options.write_timeout);
    if (channel.Write(head, deadline) != Channel::Io::kOk) return After::kClose;
    ChannelWriter writer(context_, channel, chunked);
    try {
      response.stream(writer);
    } catch (const std::exception& error) {
      context_.log.Error("http.stream_threw", {{"what", error.what()}});
      return After::kClose;
    }
    if (!writer.Finish()) return After::kClose;
    // A stream that wrote less than it had promised leaves the client waiting.
    if (response.stream_bytes && writer.sent() != *response.stream_bytes) return After::kClose;
    return after;
  }

  const ExchangeContext& context_;
  Connection& connection_;
  RequestHead& head_;
};

}  // namespace

After ServeRequest(const ExchangeContext& context, Connection& connection,
                   std::size_t head_length) {
  auto head = ParseRequestHead(connection.channel.buffered().substr(0, head_length));
  connection.channel.Consume(head_length);
  if (!head) {
    context.requests.fetch_add(1);
    context.refused.fetch_add(1);
    const Deadline deadline = Deadline::In(context.options.write_timeout);
    WriteFinal(connection.channel, Malformed(head.error()), deadline);
    return After::kDrain;
  }
  head->request.peer = connection.peer;
  return Exchange(context, connection, *head).Serve();
}

After RefuseLongHead(const ExchangeContext& context, Connection& connection) {
  context.requests.fetch_add(1);
  context.refused.fetch_add(1);
  WriteFinal(connection.channel,
             TooLarge("request line and headers are longer than " +
                          std::to_string(context.options.head_max) + " bytes",
                      431),
             Deadline::In(context.options.write_timeout));
  return After::kDrain;
}

Response TooManyConnections() {
  Response response = ToResponse({503,
                                  "too_many_connections",
                                  "Too many connections",
                                  "the limit of open connections is reached",
                                  {}});
  response.headers.Set("Retry-After", "1");
  return response;
}

Channel::Io WriteFinal(Channel& channel, Response response, Deadline deadline) {
  Complete(response, false, false);
  return channel.Write(FormatResponseHead(response.status, response.headers) + response.body,
                       deadline);
}

}  // namespace trayline::http
