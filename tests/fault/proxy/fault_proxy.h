// FaultProxy: a TCP relay on loopback that can break the network between two programs, and, where
// these speak MQTT, double, lose and hold back single messages. It owns one thread; any thread may
// switch its mode or ask for its counts. The destructor ends the thread and resets what is
// connected.
#ifndef TRAYLINE_TESTS_FAULT_PROXY_FAULT_PROXY_H_
#define TRAYLINE_TESTS_FAULT_PROXY_FAULT_PROXY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "tests/fault/proxy/mqtt_faults.h"

namespace trayline::fault {

enum class ProxyMode {
  kPass,    // bytes flow both ways
  kHole,    // a black hole: connections stay open and are accepted, no byte moves
  kCut,     // everything is reset (RST), new connections as soon as they are accepted
  kRefuse,  // everything is reset and nobody listens: connection refused
};

// "pass", "hole", "cut" or "refuse"; nullopt otherwise.
std::optional<ProxyMode> ParseProxyMode(std::string_view word);

class FaultProxy {
 public:
  // Listens on 127.0.0.1:listen_port (0: any free port) and relays to 127.0.0.1:target_port.
  // kRetryLater when the port cannot be had.
  static Result<std::unique_ptr<FaultProxy>> Start(std::uint16_t listen_port,
                                                   std::uint16_t target_port);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // In force when it returns.
  void SetMode(ProxyMode mode);
  // Resets what is connected now and goes on in the present mode.
  void CutOnce();
  // For packets that come from now on, on every connection. The client that connects is the one
  // that MqttWay::kToBroker starts from.
  void SetMqttFaults(const MqttFaults& faults) { plan_.Set(faults); }
  // Shown every PUBLISH with what becomes of it, on the proxy's thread; empty: nobody.
  void SetMqttWatch(MqttPlan::Watch watch) { plan_.SetWatch(std::move(watch)); }
  // Of all MQTT faults since the start.
  [[nodiscard]] MqttWayCounts counts() const { return plan_.counts(); }
  // Connections accepted and bytes relayed since the start.
  [[nodiscard]] std::size_t accepted() const { return accepted_; }
  [[nodiscard]] std::uint64_t relayed() const { return relayed_; }

 private:
  struct Relay;
  struct Order {
    ProxyMode mode = ProxyMode::kPass;
    bool cut = false;
    bool stop = false;
    std::uint64_t number = 0;
  };

  FaultProxy(int listener, std::uint16_t port, std::uint16_t target_port, int wake_read,
             int wake_write);
  void Give(const Order& order);
  void Run();
  void Obey();
  void Wait();
  void Accept();
  void Pump(Relay& relay);
  void ResetAll();
  void Listen();

  const std::uint16_t port_;
  const std::uint16_t target_port_;
  const int wake_read_;
  const int wake_write_;
  MqttPlan plan_;
  Mutex mutex_;
  CondVar changed_;
  Order wanted_ GUARDED_BY(mutex_);
  std::uint64_t obeyed_ GUARDED_BY(mutex_) = 0;
  std::atomic<std::size_t> accepted_{0};
  std::atomic<std::uint64_t> relayed_{0};
  // The thread's own.
  int listener_;
  ProxyMode mode_ = ProxyMode::kPass;
  bool stop_ = false;
  std::list<Relay> relays_;
  std::thread thread_;
};

}  // namespace trayline::fault

#endif  // TRAYLINE_TESTS_FAULT_PROXY_FAULT_PROXY_H_
