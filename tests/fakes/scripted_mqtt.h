// ScriptedBroker: an MQTT broker in memory with clients that connect to it, for tests that say what
// goes wrong: refused connections, cuts, lost, doubled and held messages. It has no thread: a
// message is delivered inside the Publish (or ReleaseHeld) that brings it, on the caller's thread,
// so that a simulation with one thread is deterministic. Any thread may call. Clients may outlive
// the broker.
#ifndef TRAYLINE_TESTS_FAKES_SCRIPTED_MQTT_H_
#define TRAYLINE_TESTS_FAKES_SCRIPTED_MQTT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "sync/mqtt/client.h"

namespace trayline::fakes {

struct MqttMessage {
  std::string topic;
  std::string payload;
  int qos = 0;
  bool retained = false;
  std::string from;  // client id of the publisher; of a will: of the one that was lost
};

// What the network does with a message. The publisher never notices: PUBACK means nothing.
enum class Fate { kDeliver, kDrop, kTwice, kHold };

class ScriptedBroker {
 public:
  ScriptedBroker();
  ~ScriptedBroker();
  ScriptedBroker(const ScriptedBroker&) = delete;
  ScriptedBroker& operator=(const ScriptedBroker&) = delete;

  [[nodiscard]] std::unique_ptr<mqtt::MqttClient> Make() const;
  [[nodiscard]] mqtt::ClientFactory AsFunction() const;

  // Every Connect fails with this until it is taken back with nullopt.
  void RefuseConnections(std::optional<Error> error);
  // 5 by default; 3 stands for a broker that speaks 3.1.1 only.
  void SetProtocolVersion(int version);
  // Asked for each message, wills included; none: everything is delivered. Called without a lock;
  // it must not call the broker.
  void SetFate(std::function<Fate(const MqttMessage&)> fate);
  // Delivers everything that is held, in its order, or only the one at index (none: nothing).
  void ReleaseHeld();
  void ReleaseHeld(std::size_t index);
  [[nodiscard]] std::vector<MqttMessage> Held() const;

  // The connection of this client id breaks: its will is published, its lost handler called.
  void Cut(const std::string& client_id);
  void CutAll();
  // CutAll, and the retained messages are forgotten: a broker without persistence was killed.
  void Crash();

  // Everything published, in order, wills included, whatever its fate.
  [[nodiscard]] std::vector<MqttMessage> Published() const;
  [[nodiscard]] std::optional<std::string> Retained(const std::string& topic) const;
  // Successful and all attempts to connect.
  [[nodiscard]] std::size_t connects() const;
  [[nodiscard]] std::size_t attempts() const;

 private:
  struct Core;
  class Client;
  const std::shared_ptr<Core> core_;  // shared with the clients, which may live longer
};

// True when an MQTT filter with + and # matches a topic (MQTT 5, 4.7).
bool TopicMatches(std::string_view filter, std::string_view topic);

}  // namespace trayline::fakes

#endif  // TRAYLINE_TESTS_FAKES_SCRIPTED_MQTT_H_
