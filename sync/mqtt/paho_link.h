// PahoLink: one connection made with Paho, from its CONNECT to its end. Private to sync/mqtt; the
// header names no type of Paho's. Any thread; Close once or more.
#ifndef TRAYLINE_SYNC_MQTT_PAHO_LINK_H_
#define TRAYLINE_SYNC_MQTT_PAHO_LINK_H_

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/time.h"
#include "sync/mqtt/client.h"

namespace trayline::mqtt {

class PahoLink {
 public:
  struct Opened {
    std::shared_ptr<PahoLink> link;  // null when it failed
    Error error;
    bool refuses_version = false;  // CONNACK return code 1 or reason 0x84
    [[nodiscard]] bool ok() const { return link != nullptr; }
  };
  // version is kVersion5 or kVersion311. Blocks up to the connect timeout and a little more.
  static Opened Open(const ConnectOptions& options, int version, const Handlers& handlers);

  ~PahoLink();
  PahoLink(const PahoLink&) = delete;
  PahoLink& operator=(const PahoLink&) = delete;

  Status Subscribe(const std::string& filter, int qos);
  Status Publish(const std::string& topic, std::string_view payload, int qos, bool retained);
  bool Drain(Millis timeout);
  void Close();
  [[nodiscard]] bool IsConnected() const;

 private:
  struct Impl;
  explicit PahoLink(std::unique_ptr<Impl> impl);

  const std::unique_ptr<Impl> impl_;
};

}  // namespace trayline::mqtt

#endif  // TRAYLINE_SYNC_MQTT_PAHO_LINK_H_
