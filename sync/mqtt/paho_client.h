// PahoClient: MqttClient by Eclipse Paho C++ 1.2.0 on C 1.3.12, fenced (sync/mqtt/README.md tells
// each fence and its fault). Any thread may call; Connect and Close not at the same time as each
// other. Handlers are called on Paho's threads, never after Close has returned, and must not call
// the client. The destructor closes.
#ifndef TRAYLINE_SYNC_MQTT_PAHO_CLIENT_H_
#define TRAYLINE_SYNC_MQTT_PAHO_CLIENT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/base/time.h"
#include "sync/mqtt/client.h"
#include "sync/mqtt/version_memory.h"

namespace trayline::mqtt {

class PahoLink;  // paho_link.h, the only place that knows Paho

// Publishes that wait for their PUBACK at one time; more are kRetryLater. Well below Paho's own
// 65,535 (a full window there sleeps for a second) and below the broker's 200.
inline constexpr std::size_t kPublishesInFlightMax = 64;
// Bytes of one payload; mosquitto's max_packet_size of the deployments is 256 KB.
inline constexpr std::size_t kPayloadMax = 256 * 1024 - 1024;

class PahoClient final : public MqttClient {
 public:
  // versions is shared by the clients of a factory and may outlive it.
  explicit PahoClient(std::shared_ptr<VersionMemory> versions);
  ~PahoClient() override;
  PahoClient(const PahoClient&) = delete;
  PahoClient& operator=(const PahoClient&) = delete;

  Status Connect(const ConnectOptions& options, Handlers handlers) override;
  Status Subscribe(const std::string& filter, int qos) override;
  Status Publish(const std::string& topic, std::string_view payload, int qos,
                 bool retained) override;
  bool Drain(Millis timeout) override;
  void Close() override;
  [[nodiscard]] bool IsConnected() const override;
  [[nodiscard]] int ProtocolVersion() const override;

 private:
  [[nodiscard]] std::shared_ptr<PahoLink> Current() const EXCLUDES(mutex_);

  const std::shared_ptr<VersionMemory> versions_;
  mutable Mutex mutex_;
  bool used_ GUARDED_BY(mutex_) = false;
  int version_ GUARDED_BY(mutex_) = 0;
  // Shared because a Publish on one thread may still be inside while another thread closes.
  std::shared_ptr<PahoLink> link_ GUARDED_BY(mutex_);
};

// Makes clients that share what was learnt about versions. Any thread.
class PahoClientFactory {
 public:
  PahoClientFactory() : versions_(std::make_shared<VersionMemory>()) {}
  [[nodiscard]] std::unique_ptr<MqttClient> Make() const {
    return std::make_unique<PahoClient>(versions_);
  }
  // May outlive the factory.
  [[nodiscard]] ClientFactory AsFunction() const {
    return [versions = versions_] { return std::make_unique<PahoClient>(versions); };
  }

 private:
  std::shared_ptr<VersionMemory> versions_;
};

}  // namespace trayline::mqtt

#endif  // TRAYLINE_SYNC_MQTT_PAHO_CLIENT_H_
