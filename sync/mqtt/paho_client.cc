#include "sync/mqtt/paho_client.h"

#include <utility>

#include "sync/mqtt/paho_link.h"
#include "sync/mqtt/tls_files.h"

namespace trayline::mqtt {
namespace {

constexpr std::size_t kTopicMax = 65'535;     // MQTT's own limit of a string
constexpr std::size_t kClientIdMax = 256;     // longer than any identity of ours (63)
constexpr Millis kConnectTimeoutMax{60'000};  // a caller that waits longer is stuck, not patient

Status CheckOptions(const ConnectOptions& options) {
  const bool tls = options.uri.starts_with("ssl://");
  if (!tls && !options.uri.starts_with("tcp://")) {
    return Error{Errc::kRejected,
                 "uri: '" + options.uri + "' begins with neither tcp:// nor ssl://"};
  }
  if (options.client_id.empty() || options.client_id.size() > kClientIdMax) {
    return Error{Errc::kRejected, "client_id: empty or longer than 256 bytes"};
  }
  if (options.keep_alive < Millis(1'000)) {
    return Error{Errc::kRejected, "keep_alive: below 1 s, the smallest step of MQTT"};
  }
  if (options.connect_timeout <= Millis(0) || options.connect_timeout > kConnectTimeoutMax) {
    return Error{Errc::kRejected, "connect_timeout: not within 1 ms and 60 s"};
  }
  if (options.will && (options.will->topic.empty() || options.will->topic.size() > kTopicMax)) {
    return Error{Errc::kRejected, "will.topic: empty or longer than 65535 bytes"};
  }
  if (tls) return CheckTlsFiles(options.tls);
  if (!options.tls.ca_file.empty()) {
    return Error{Errc::kRejected,
                 "tls.ca_file: given, but uri '" + options.uri + "' is not ssl://"};
  }
  return {};
}

}  // namespace

PahoClient::PahoClient(std::shared_ptr<VersionMemory> versions) : versions_(std::move(versions)) {}

PahoClient::~PahoClient() { Close(); }

std::shared_ptr<PahoLink> PahoClient::Current() const {
  MutexLock lock(mutex_);
  return link_;
}

Status PahoClient::Connect(const ConnectOptions& options, Handlers handlers) {
  {
    MutexLock lock(mutex_);
    if (used_) return Error{Errc::kRejected, "a client connects once; make a new one"};
    used_ = true;
  }
  if (Status checked = CheckOptions(options); !checked.ok()) return checked.error();

  int version = versions_->VersionOf(options.uri);
  auto opened = PahoLink::Open(options, version, handlers);
  if (!opened.ok() && opened.refuses_version) {
    if (version != kVersion5) {
      versions_->Forget(options.uri);
      return opened.error;
    }
    versions_->RememberRefusalOf5(options.uri);
    version = kVersion311;
    // A new object: one that was made for 5 cannot be trusted to speak 3.1.1 (cpp#509).
    opened = PahoLink::Open(options, version, handlers);
  }
  if (!opened.ok()) return opened.error;
  MutexLock lock(mutex_);
  link_ = std::move(opened.link);
  version_ = version;
  return {};
}

Status PahoClient::Subscribe(const std::string& filter, int qos) {
  if (filter.empty() || filter.size() > kTopicMax) {
    return Error{Errc::kRejected, "filter: empty or longer than 65535 bytes"};
  }
  const auto link = Current();
  if (!link) return Error{Errc::kRetryLater, "not connected"};
  return link->Subscribe(filter, qos);
}

Status PahoClient::Publish(const std::string& topic, std::string_view payload, int qos,
                           bool retained) {
  if (topic.empty() || topic.size() > kTopicMax || topic.find_first_of("+#") != std::string::npos) {
    return Error{Errc::kRejected, "topic: empty, too long or with a wildcard"};
  }
  if (payload.size() > kPayloadMax) {
    return Error{Errc::kRejected,
                 "payload: " + std::to_string(payload.size()) + " bytes, more than a broker takes"};
  }
  const auto link = Current();
  if (!link) return Error{Errc::kRetryLater, "not connected"};
  return link->Publish(topic, payload, qos, retained);
}

bool PahoClient::Drain(Millis timeout) {
  const auto link = Current();
  return link == nullptr || link->Drain(timeout);
}

void PahoClient::Close() {
  std::shared_ptr<PahoLink> link;
  {
    MutexLock lock(mutex_);
    link = std::move(link_);
    link_.reset();
  }
  if (link) link->Close();
}

bool PahoClient::IsConnected() const {
  const auto link = Current();
  return link != nullptr && link->IsConnected();
}

int PahoClient::ProtocolVersion() const {
  MutexLock lock(mutex_);
  return version_;
}

}  // namespace trayline::mqtt
