#include "agent/http/client.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include "agent/http/channel.h"
#include "agent/http/wire.h"

namespace trayline::http {
namespace {

using Poco::Net::SocketAddress;

constexpr std::size_t kHeadMax = std::size_t{32} * 1024;
constexpr std::int64_t kUsPerMs = 1000;

bool IsUnixPath(std::string_view address) { return address.starts_with('/'); }

std::string Format(const ClientRequest& request, const std::string& address) {
  std::string text = request.method + ' ' + request.target + " HTTP/1.1\r\n";
  const auto add = [&](std::string_view name, std::string_view value) {
    ((text += name) += ": ") += value;
    text += "\r\n";
  };
  if (!request.headers.Find("Host")) add("Host", IsUnixPath(address) ? "localhost" : address);
  for (const HeaderField& field : request.headers.all()) add(field.name, field.value);
  if (!request.body.empty() || request.method == "POST") {
    add("Content-Length", std::to_string(request.body.size()));
  }
  text += "\r\n";
  return text += request.body;
}

}  // namespace

class Client::Impl {
 public:
  explicit Impl(ClientOptions options) : options_(std::move(options)) {}

  Result<ClientResponse> Send(const ClientRequest& request) {
    const Deadline deadline = Deadline::In(options_.timeout);
    if (channel_ && (!channel_->buffered().empty() || channel_->PeerClosed())) channel_.reset();
    const bool reused = channel_ != nullptr;
    auto response = SendOnce(request, deadline);
    const bool may_repeat = reused && request.method != "POST" && nothing_came_;
    if (!response && may_repeat && !deadline.Passed()) return SendOnce(request, deadline);
    return response;
  }

  void Close() { channel_.reset(); }

 private:
  Result<ClientResponse> SendOnce(const ClientRequest& request, Deadline deadline) {
    nothing_came_ = true;
    if (auto connected = Connect(deadline); !connected) return connected.error();
    auto response = Talk(request, deadline);
    if (!response) channel_.reset();
    return response;
  }

  Status Connect(Deadline deadline) {
    if (channel_) return {};
    try {
      const SocketAddress address = IsUnixPath(options_.address)
                                        ? SocketAddress(SocketAddress::UNIX_LOCAL, options_.address)
                                        : SocketAddress(options_.address);
      Poco::Net::StreamSocket socket;
      socket.connect(address, Poco::Timespan(deadline.Left().count() * kUsPerMs));
      if (!IsUnixPath(options_.address)) socket.setNoDelay(true);
      channel_ = std::make_unique<Channel>(socket);
    } catch (const Poco::Exception& error) {
      return Error{Errc::kRetryLater,
                   "cannot connect to " + options_.address + ": " + error.displayText()};
    }
    return {};
  }

  Result<ClientResponse> Talk(const ClientRequest& request, Deadline deadline) {
    const auto sent = channel_->Write(Format(request, options_.address), deadline);
    // A server may answer before it has read everything and close: look for that answer too.
    if (sent == Channel::Io::kTimeout) return Broken(sent);
    auto head = ReadHead(request.method == "HEAD", deadline);
    if (!head) return head.error();
    ClientResponse response{head->status, std::move(head->headers), {}};
    switch (ReadBody(*channel_, head->framing, options_.body_max, deadline, response.body)) {
      case BodyEnd::kComplete:
        break;
      case BodyEnd::kTooLarge:
        return Error{Errc::kFull,
                     "the answer is larger than " + std::to_string(options_.body_max) + " bytes"};
      case BodyEnd::kMalformed:
        return Error{Errc::kCorrupt, "the chunks of the answer are malformed"};
      case BodyEnd::kTimeout:
        return Broken(Channel::Io::kTimeout);
      case BodyEnd::kClosed:
        return Broken(Channel::Io::kClosed);
    }
    if (!head->keep_alive) channel_.reset();
    return response;
  }

  // The head of the answer, after those that only say "go on" (1xx).
  Result<ResponseHead> ReadHead(bool to_head, Deadline deadline) {
    for (;;) {
      const auto length = HeadLength(channel_->buffered());
      if (length) {
        auto head = ParseResponseHead(channel_->buffered().substr(0, *length), to_head);
        channel_->Consume(*length);
        if (!head || head->status >= 200) return head;
        continue;
      }
      if (channel_->buffered().size() > kHeadMax) {
        return Error{Errc::kCorrupt, "the head of the answer does not end"};
      }
      const auto filled = channel_->Fill(deadline);
      if (filled != Channel::Io::kOk) return Broken(filled);
      nothing_came_ = false;
    }
  }

  [[nodiscard]] Error Broken(Channel::Io io) const {
    return Error{Errc::kRetryLater,
                 options_.address + (io == Channel::Io::kTimeout
                                         ? " did not answer in time"
                                         : " closed the connection before the answer")};
  }

  const ClientOptions options_;
  std::unique_ptr<Channel> channel_;
  bool nothing_came_ = true;  // no byte of an answer yet
};

Client::Client(ClientOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<ClientResponse> Client::Send(const ClientRequest& request) { return impl_->Send(request); }

Result<ClientResponse> Client::Get(std::string_view target, std::string_view token) {
  ClientRequest request;
  request.target = target;
  if (!token.empty()) request.headers.Set("Authorization", "Bearer " + std::string(token));
  return Send(request);
}

Result<ClientResponse> Client::Post(std::string_view target, std::string json,
                                    std::string_view token) {
  ClientRequest request;
  request.method = "POST";
  request.target = target;
  request.body = std::move(json);
  request.headers.Set("Content-Type", "application/json");
  if (!token.empty()) request.headers.Set("Authorization", "Bearer " + std::string(token));
  return Send(request);
}

void Client::Close() { impl_->Close(); }

}  // namespace trayline::http
