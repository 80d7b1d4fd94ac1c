// MqttClient: a connection to a broker, as little of MQTT as Trayline needs. A pipe and nothing
// more: it keeps no messages, resends none, and never reconnects by itself. One object is one
// connection; after a loss it is thrown away and a new one is made (sync/mqtt/README.md says why).
// Real one: paho_client.h; fake: tests/fakes/scripted_mqtt.h.
#ifndef TRAYLINE_SYNC_MQTT_CLIENT_H_
#define TRAYLINE_SYNC_MQTT_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"

namespace trayline::mqtt {

struct TlsOptions {
  std::string ca_file;    // PEM; empty: plain TCP
  std::string cert_file;  // PEM, this terminal's
  std::string key_file;   // PEM
};

struct Will {
  std::string topic;
  std::string payload;
  bool retained = true;
};

struct ConnectOptions {
  std::string uri = "tcp://127.0.0.1:1883";  // tcp:// or ssl://
  std::string client_id;
  TlsOptions tls;
  Millis keep_alive{5'000};
  Millis connect_timeout{5'000};
  std::optional<Will> will;
};

// Called on a thread of the library's: they copy and return, and never call the client.
struct Handlers {
  std::function<void(std::string_view topic, std::string_view payload, bool retained)> message;
  std::function<void(std::string reason)> lost;  // once, after a successful Connect
};

class MqttClient {
 public:
  virtual ~MqttClient() = default;

  // Blocks up to the connect timeout. Speaks MQTT 5 first, 3.1.1 where the broker refuses 5. Once
  // per object. kRetryLater: not reachable or busy; kRejected: refused for good (identity,
  // certificate, configuration).
  virtual Status Connect(const ConnectOptions& options, Handlers handlers) = 0;
  // Blocks up to the connect timeout.
  virtual Status Subscribe(const std::string& filter, int qos) = 0;
  // Does not wait for the broker. kRetryLater when not connected or too much is in flight.
  virtual Status Publish(const std::string& topic, std::string_view payload, int qos,
                         bool retained) = 0;
  // Waits until everything published has left and been answered, or the time ran out (false).
  virtual bool Drain(Millis timeout) = 0;
  // Orderly: no will. Blocks shortly. After it no handler is called.
  virtual void Close() = 0;
  [[nodiscard]] virtual bool IsConnected() const = 0;
  // 5 or 3 (3.1.1); 0 before Connect.
  [[nodiscard]] virtual int ProtocolVersion() const = 0;
};

using ClientFactory = std::function<std::unique_ptr<MqttClient>()>;

}  // namespace trayline::mqtt

#endif  // TRAYLINE_SYNC_MQTT_CLIENT_H_
