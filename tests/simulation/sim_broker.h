// SimBroker: a broker, the machines around it and the links between them, in simulated time. It
// gives out MqttClients (sync/mqtt/client.h). Within a connection order is kept and nothing is
// lost, as TCP has it, until the connection ends; then what is under way is gone. What the broker
// does with a message is another matter: it may send it twice, lose one of QoS 0, and while it
// swallows it answers and loses. Handlers are called from the loop, never from within a client's
// method. One thread.
#ifndef TRAYLINE_TESTS_SIMULATION_SIM_BROKER_H_
#define TRAYLINE_TESTS_SIMULATION_SIM_BROKER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/mqtt/client.h"
#include "tests/simulation/chance.h"
#include "tests/simulation/loop.h"
#include "tests/simulation/trace.h"

namespace trayline::simulation {

// A computer with programs that connect to the broker.
struct Machine {
  std::string name;
  std::function<void()> news;        // a client of it has got something, or is lost
  std::function<void(Millis)> hold;  // a client of it blocks its thread for so long
  bool reachable = true;             // false: nothing passes, and nobody is told
};

// What the broker and the network do to messages just now; all off: nothing.
struct Weather {
  std::int64_t latency_ms = 20;      // at most, each way
  std::uint64_t duplicates = 0;      // in a thousand messages
  std::uint64_t losses_of_qos0 = 0;  // in a thousand
  std::uint64_t swallows = 0;        // in a thousand messages with QoS 1 that are not retained
  std::uint64_t refusals = 0;        // in a thousand attempts to connect or to publish
};

struct Message {
  std::string topic;
  std::string payload;
  int qos = 0;
  bool retained = false;
};

class SimBroker {
 public:
  SimBroker(Loop& loop, Chance& parent, Trace& trace);
  ~SimBroker();
  SimBroker(const SimBroker&) = delete;
  SimBroker& operator=(const SimBroker&) = delete;

  // machine outlives the clients.
  mqtt::ClientFactory ClientsOf(Machine& machine);

  Weather& weather() { return weather_; }

  // All connections of machine are reset; both sides learn of it, not at the same time.
  void Cut(Machine& machine);
  void SetReachable(Machine& machine, bool reachable);
  // The program on machine has ended without a word; with the machine itself, nobody closes its
  // connections and the broker finds out by the keep-alive.
  void ProgramEnded(Machine& machine, bool with_machine);

  enum class Memory { kKept, kForgotten, kOld };
  // Down at once, up again after so long.
  void Restart(Memory memory, Millis down);
  // Keeps what is retained now as what a relapse brings back.
  void TakeSnapshot();
  // Something that none of the known clients has published.
  void Inject(const Message& message);
  // Sees every message that the broker takes in, before it is passed on.
  void SetTap(std::function<void(const Message&)> tap) { tap_ = std::move(tap); }

  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  struct Connection;
  class Client;
  using ConnectionPtr = std::shared_ptr<Connection>;
  using Retained = std::map<std::string, Message>;

  Result<ConnectionPtr> Accept(Machine& machine, const mqtt::ConnectOptions& options,
                               mqtt::Handlers handlers);
  void Subscribe(const ConnectionPtr& connection, const std::string& filter);
  void SendUp(const ConnectionPtr& connection, Message message);
  void SendDown(const ConnectionPtr& connection, Message message, Millis delay);
  bool FlushUp(const ConnectionPtr& connection);
  // The client's side has gone: in order with a word, else the broker sees the end of the stream.
  void Leave(const ConnectionPtr& connection, bool in_order);

  void Pump(const ConnectionPtr& connection, bool up);
  void Arrive(const ConnectionPtr& connection, bool up, Message message);
  void TakeIn(const Message& message);
  void PassOn(const Message& message);
  // Nothing crosses any more; each side learns of it after its delay.
  void Sever(const ConnectionPtr& connection, Millis client_learns, Millis broker_learns);
  void ClientLost(const ConnectionPtr& connection, std::string_view why);
  void BrokerLost(const ConnectionPtr& connection);
  void WatchSilence(const ConnectionPtr& connection);
  // When both sides have.
  void Forget(const ConnectionPtr& connection);
  [[nodiscard]] std::vector<ConnectionPtr> Of(const Machine& machine) const;

  Loop& loop_;
  Chance chance_;
  Trace& trace_;
  Weather weather_;
  bool up_ = true;
  Retained retained_;
  Retained snapshot_;
  std::vector<ConnectionPtr> connections_;  // that either side still holds to be there
  std::function<void(const Message&)> tap_;
  std::uint64_t messages_ = 0;
  Life life_;
};

}  // namespace trayline::simulation

#endif  // TRAYLINE_TESTS_SIMULATION_SIM_BROKER_H_
