// The inside of SimBroker: a connection as both of its ends see it, and the client that is handed
// out. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_SIM_CONNECTION_H_
#define TRAYLINE_TESTS_SIMULATION_SIM_CONNECTION_H_

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/simulation/sim_broker.h"

namespace trayline::simulation {

// Under way in one direction; without a message it is the end of the stream.
struct Packet {
  Millis due{};
  std::optional<Message> message;
  bool in_order = false;  // the end was announced: no will
};

struct Pipe {
  std::deque<Packet> packets;
  Millis last_due{};
  bool scheduled = false;

  // Nothing overtakes what was put in before.
  void Put(Millis due, Message message) {
    last_due = std::max(due, last_due);
    packets.push_back({last_due, std::move(message), false});
  }
};

struct SimBroker::Connection {
  Machine* machine = nullptr;
  std::string client_id;
  Millis keep_alive{};
  std::optional<Message> will;
  mqtt::Handlers handlers;
  std::vector<std::string> filters;
  bool client_up = true;
  bool broker_up = true;
  bool severed = false;  // nothing crosses any more, whatever either side believes
  std::uint64_t silences = 0;
  Pipe up;
  Pipe down;
};

class SimBroker::Client final : public mqtt::MqttClient {
 public:
  Client(SimBroker& broker, Machine& machine) : broker_(broker), machine_(machine) {}
  ~Client() override {
    if (connection_) broker_.Leave(connection_, false);
  }

  Status Connect(const mqtt::ConnectOptions& options, mqtt::Handlers handlers) override {
    auto accepted = broker_.Accept(machine_, options, std::move(handlers));
    if (!accepted.ok()) return accepted.error();
    connection_ = *accepted;
    return {};
  }
  Status Subscribe(const std::string& filter, int) override {
    if (!IsConnected()) return Error{Errc::kRetryLater, "not connected"};
    broker_.Subscribe(connection_, filter);
    return {};
  }
  Status Publish(const std::string& topic, std::string_view payload, int qos,
                 bool retained) override {
    if (!IsConnected()) return Error{Errc::kRetryLater, "not connected"};
    if (broker_.chance_.PerMille(broker_.weather_.refusals)) {
      return Error{Errc::kRetryLater, "too much is in flight"};
    }
    broker_.SendUp(connection_, {topic, std::string(payload), qos, retained});
    return {};
  }
  bool Drain(Millis timeout) override {
    if (!IsConnected()) return false;
    if (broker_.FlushUp(connection_)) return true;
    machine_.hold(timeout);
    return false;
  }
  void Close() override {
    if (connection_) broker_.Leave(connection_, true);
  }
  [[nodiscard]] bool IsConnected() const override { return connection_ && connection_->client_up; }
  [[nodiscard]] int ProtocolVersion() const override { return connection_ ? 5 : 0; }

 private:
  SimBroker& broker_;
  Machine& machine_;
  ConnectionPtr connection_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_SIM_CONNECTION_H_
