#include "sync/mqtt/paho_link.h"

#include <MQTTAsync.h>
#include <mqtt/async_client.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "agent/base/mutex.h"
#include "sync/mqtt/paho_client.h"

namespace trayline::mqtt {
namespace {

namespace paho = ::mqtt;

constexpr int kLibraryWindow = 65'535;  // never full: a full one sleeps up to 1 s (P2)
constexpr int kLibraryBuffer = 1'024;   // above our own bound; the default of 100 throws (P6)
constexpr Millis kTokenMargin{500};     // the library's own timer gets to speak first
constexpr Millis kDisconnectWait{2'000};

// Paho keeps process-wide lists and threads that start with the first client and end with the
// last; the end waits with its lock open, so that a client made at that moment would be lost.
constinit Mutex library_mutex;

// Paho would load OpenSSL's tables and error texts with its first client, TLS or not: a megabyte of
// resident pages. OpenSSL 1.1 and later starts itself when it is first used. Once, before there is
// a client: the call makes Paho's locks anew, and doing that under its running threads leaves them
// waiting for one another for seconds (P18).
void KeepOpensslAsleep() REQUIRES(library_mutex) {
  static bool done = false;
  if (done) return;
  done = true;
  MQTTAsync_init_options options = MQTTAsync_init_options_initializer;
  options.do_openssl_init = 0;
  MQTTAsync_global_init(&options);
}

// The smallest number of whole seconds that is not shorter; the library counts in seconds.
int Seconds(Millis time) { return std::max(1, static_cast<int>((time.count() + 999) / 1'000)); }

// What Paho's callbacks touch. It outlives the client object, whose tokens point to it, and counts
// publishes by a number of its own: a token that comes late or twice finds its number gone.
class Callbacks final : public paho::iaction_listener {
 public:
  explicit Callbacks(Handlers handlers) : handlers_(std::move(handlers)) {}

  // The number for the next publish; 0 when too many are in flight or the link is down.
  std::uint64_t Begin() {
    MutexLock lock(mutex_);
    if (!open_ || lost_ || in_flight_.size() >= kPublishesInFlightMax) return 0;
    in_flight_.insert(++last_number_);
    return last_number_;
  }

  void End(std::uint64_t number) {
    MutexLock lock(mutex_);
    in_flight_.erase(number);
    if (in_flight_.empty()) changed_.NotifyAll();
  }

  bool Drain(Millis timeout) {
    MutexLock lock(mutex_);
    while (!in_flight_.empty() && open_ && !lost_) {
      if (!changed_.WaitFor(mutex_, timeout)) break;
    }
    return in_flight_.empty();
  }

  // After a CONNACK: from now on handlers may be called. False when it is lost again already.
  bool Open() {
    MutexLock lock(mutex_);
    open_ = !lost_;
    return open_;
  }

  // After it no handler is called.
  void Shut() {
    MutexLock lock(mutex_);
    open_ = false;
    changed_.NotifyAll();
    while (inside_ > 0) changed_.Wait(mutex_);
  }

  bool Up() const {
    MutexLock lock(mutex_);
    return open_ && !lost_;
  }

  // The three below run on Paho's threads; an exception that left them would end the process (P7).
  void OnMessage(const paho::const_message_ptr& message) noexcept {
    if (!message || !Enter(false)) return;
    try {
      if (handlers_.message) {
        const paho::binary_ref& payload = message->get_payload_ref();
        const std::string_view bytes =
            payload ? std::string_view(payload.data(), payload.size()) : std::string_view();
        handlers_.message(message->get_topic(), bytes, message->is_retained());
      }
    } catch (...) {
      // The handler copies into a queue: out of memory is like a lost message, which HQ's
      // watermark repairs.
    }
    Leave();
  }

  void OnLost(const std::string& reason) noexcept {
    if (!Enter(true)) return;
    try {
      if (handlers_.lost) handlers_.lost(reason.empty() ? "connection lost" : reason);
    } catch (...) {
      // IsConnected() tells it as well.
    }
    Leave();
  }

  void on_success(const paho::token& token) override { EndOf(token); }
  void on_failure(const paho::token& token) override { EndOf(token); }

 private:
  void EndOf(const paho::token& token) noexcept {
    try {
      End(reinterpret_cast<std::uintptr_t>(token.get_user_context()));
    } catch (...) {
      // A mutex that cannot be locked: Drain will time out.
    }
  }

  // True when the handler is to be called; then Leave follows. A loss is told once.
  bool Enter(bool loss) {
    MutexLock lock(mutex_);
    const bool first = !lost_;
    if (loss) {
      lost_ = true;
      changed_.NotifyAll();
    }
    if (!open_ || (loss && !first)) return false;
    ++inside_;
    return true;
  }

  void Leave() {
    MutexLock lock(mutex_);
    --inside_;
    changed_.NotifyAll();
  }

  const Handlers handlers_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool open_ GUARDED_BY(mutex_) = false;
  bool lost_ GUARDED_BY(mutex_) = false;
  int inside_ GUARDED_BY(mutex_) = 0;
  std::uint64_t last_number_ GUARDED_BY(mutex_) = 0;
  std::set<std::uint64_t> in_flight_ GUARDED_BY(mutex_);
};

// Of a CONNACK: return codes of 3.1.1 and reason codes of 5 that time does not heal.
bool RefusedForGood(int version, int code) {
  if (version == kVersion311) return code == 2 || code == 4 || code == 5;
  return code == paho::MALFORMED_PACKET || code == paho::PROTOCOL_ERROR ||
         code == paho::CLIENT_IDENTIFIER_NOT_VALID || code == paho::BAD_USER_NAME_OR_PASSWORD ||
         code == paho::NOT_AUTHORIZED || code == paho::BANNED ||
         code == paho::BAD_AUTHENTICATION_METHOD || code == paho::TOPIC_NAME_INVALID ||
         code == paho::RETAIN_NOT_SUPPORTED || code == paho::QOS_NOT_SUPPORTED;
}

PahoLink::Opened Refusal(const std::string& uri, int version, const paho::exception& e) {
  // The library puts the code of a CONNACK, of either version, into the return code; its own
  // errors are negative. The reason code of the exception stays 0.
  const int code = e.get_return_code();
  PahoLink::Opened result;
  result.refuses_version = code == 1 || code == paho::UNSUPPORTED_PROTOCOL_VERSION;
  result.error = Error{RefusedForGood(version, code) ? Errc::kRejected : Errc::kRetryLater,
                       "connecting to " + uri + ": " + e.what()};
  return result;
}

void SetTls(const TlsOptions& tls, paho::connect_options& out) {
  // No error handler: connect() takes the options by value and the library keeps the address of
  // the handler's copy, which is gone when the handshake runs.
  paho::ssl_options ssl;
  ssl.set_trust_store(tls.ca_file);
  if (!tls.cert_file.empty()) {
    ssl.set_key_store(tls.cert_file);
    ssl.set_private_key(tls.key_file);
  }
  ssl.set_enable_server_cert_auth(true);
  ssl.set_verify(true);  // also the host's name
  out.set_ssl(ssl);
}

void Fill(const ConnectOptions& options, int version, paho::connect_options& out) {
  out.set_mqtt_version(version == kVersion5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
  if (version == kVersion5) {
    out.set_clean_start(true);
  } else {
    out.set_clean_session(true);
  }
  out.set_automatic_reconnect(false);
  out.set_keep_alive_interval(Seconds(options.keep_alive));
  out.set_connect_timeout(Seconds(options.connect_timeout));
  out.set_max_inflight(kLibraryWindow);
  if (options.will) {
    out.set_will(paho::will_options(paho::string_ref(options.will->topic),
                                    paho::binary_ref(options.will->payload), 1,
                                    options.will->retained));
  }
  if (options.uri.starts_with("ssl://")) SetTls(options.tls, out);
}

}  // namespace

// Members are destroyed in reverse: the client first, then what its callbacks touch.
struct PahoLink::Impl {
  std::shared_ptr<Callbacks> callbacks;  // shared with the client's own copies of the handlers
  paho::connect_options options;         // named, and alive as long as the client (P4)
  std::unique_ptr<paho::async_client> client;
  Millis timeout{0};
  Mutex close_mutex;
  bool closed GUARDED_BY(close_mutex) = false;

  ~Impl() {
    MutexLock lock(library_mutex);
    client.reset();
  }
};

PahoLink::PahoLink(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PahoLink::~PahoLink() { Close(); }

PahoLink::Opened PahoLink::Open(const ConnectOptions& options, int version,
                                const Handlers& handlers) {
  auto impl = std::make_unique<Impl>();
  impl->callbacks = std::make_shared<Callbacks>(handlers);
  impl->timeout = options.connect_timeout;
  try {
    Fill(options, version, impl->options);
    paho::create_options create(version == kVersion5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
    create.set_send_while_disconnected(false);
    create.set_max_buffered_messages(kLibraryBuffer);
    {
      MutexLock lock(library_mutex);
      KeepOpensslAsleep();
      impl->client = std::make_unique<paho::async_client>(options.uri, options.client_id, create);
    }
    // Once, before connecting: changing them later can deadlock (P10).
    const auto callbacks = impl->callbacks;
    impl->client->set_message_callback(
        [callbacks](const paho::const_message_ptr& m) { callbacks->OnMessage(m); });
    impl->client->set_connection_lost_handler(
        [callbacks](const std::string& reason) { callbacks->OnLost(reason); });
    impl->client->set_disconnected_handler(
        [callbacks](const paho::properties&, paho::ReasonCode code) {
          callbacks->OnLost("the broker ended the connection: " +
                            paho::exception::reason_code_str(code));
        });
    if (!impl->client->connect(impl->options)->wait_for(options.connect_timeout + kTokenMargin)) {
      return {nullptr, Error{Errc::kRetryLater, "connecting to " + options.uri + ": no answer"}};
    }
    if (!impl->callbacks->Open()) {
      return {nullptr, Error{Errc::kRetryLater, "connecting to " + options.uri + ": lost at once"}};
    }
  } catch (const paho::exception& e) {
    return Refusal(options.uri, version, e);
  } catch (const std::exception& e) {
    return {nullptr, Error{Errc::kRetryLater, "connecting to " + options.uri + ": " + e.what()}};
  }
  return {std::shared_ptr<PahoLink>(new PahoLink(std::move(impl))), Error{}};
}

Status PahoLink::Subscribe(const std::string& filter, int qos) {
  if (!IsConnected()) return Error{Errc::kRetryLater, "not connected"};
  try {
    if (!impl_->client->subscribe(filter, qos)->wait_for(impl_->timeout)) {
      return Error{Errc::kRetryLater, "subscribing to " + filter + ": no answer"};
    }
  } catch (const paho::exception& e) {
    const bool refused = e.get_reason_code() >= paho::UNSPECIFIED_ERROR;
    return Error{refused ? Errc::kRejected : Errc::kRetryLater,
                 "subscribing to " + filter + ": " + e.what()};
  } catch (const std::exception& e) {
    return Error{Errc::kRetryLater, "subscribing to " + filter + ": " + e.what()};
  }
  return {};
}

Status PahoLink::Publish(const std::string& topic, std::string_view payload, int qos,
                         bool retained) {
  const std::uint64_t number = impl_->callbacks->Begin();
  if (number == 0) return Error{Errc::kRetryLater, "not connected, or too much in flight"};
  try {
    // The number travels as the token's context; it is never followed as an address.
    void* context = reinterpret_cast<void*>(  // NOLINT(performance-no-int-to-ptr)
        static_cast<std::uintptr_t>(number));
    impl_->client->publish(paho::string_ref(topic), payload.data(), payload.size(), qos, retained,
                           context, *impl_->callbacks);
  } catch (const std::exception& e) {
    impl_->callbacks->End(number);
    return Error{Errc::kRetryLater, "publishing to " + topic + ": " + e.what()};
  }
  return {};
}

bool PahoLink::Drain(Millis timeout) { return impl_->callbacks->Drain(timeout); }

bool PahoLink::IsConnected() const {
  return impl_->callbacks->Up() && impl_->client->is_connected();
}

void PahoLink::Close() {
  {
    MutexLock lock(impl_->close_mutex);
    if (impl_->closed) return;
    impl_->closed = true;
  }
  const bool up = IsConnected();
  impl_->callbacks->Shut();
  if (!up) return;
  try {
    impl_->client->disconnect(paho::disconnect_options(100))->wait_for(kDisconnectWait);
  } catch (const std::exception&) {
    // The connection is gone already; the broker publishes the will then, which is right.
  }
}

}  // namespace trayline::mqtt
