#include "tests/simulation/sim_broker.h"

#include <algorithm>
#include <utility>

#include "tests/fakes/scripted_mqtt.h"
#include "tests/simulation/sim_connection.h"

namespace trayline::simulation {
namespace {

constexpr std::int64_t kLateDuplicateMs = 20'000;

}  // namespace

SimBroker::SimBroker(Loop& loop, Chance& parent, Trace& trace)
    : loop_(loop), chance_(parent, 1), trace_(trace) {}
SimBroker::~SimBroker() = default;

// --- What happens to it -------------------------------------------------------------------------

void SimBroker::Cut(Machine& machine) {
  for (const ConnectionPtr& connection : Of(machine)) {
    Sever(connection, chance_.Span(0, 300), chance_.Span(0, 300));
  }
}

void SimBroker::SetReachable(Machine& machine, bool reachable) {
  if (machine.reachable == reachable) return;
  machine.reachable = reachable;
  for (const ConnectionPtr& connection : Of(machine)) {
    if (!reachable) {
      WatchSilence(connection);
    } else if (connection->severed) {  // the broker has given up meanwhile and says so
      Sever(connection, chance_.Span(0, 300), Millis(0));
    } else {
      Pump(connection, true);
      Pump(connection, false);
    }
  }
}

// Both sides send something at least once in a keep-alive: who hears nothing for 1.5 of them (the
// broker) or three (our clients, as measured) gives up.
void SimBroker::WatchSilence(const ConnectionPtr& connection) {
  const std::uint64_t silence = ++connection->silences;
  const Millis keep_alive = connection->keep_alive;
  const auto give_up = [this, connection, silence](bool broker) {
    if (connection->machine->reachable || connection->silences != silence) return;
    if (broker) {
      connection->severed = true;
      BrokerLost(connection);
    } else {
      ClientLost(connection, "nothing was heard for three keep-alives");
    }
  };
  loop_.In(keep_alive * 3 / 2, life_.Guard([give_up] { give_up(true); }));
  loop_.In(keep_alive * 3, life_.Guard([give_up] { give_up(false); }));
}

void SimBroker::ProgramEnded(Machine& machine, bool with_machine) {
  for (const ConnectionPtr& connection : Of(machine)) {
    connection->client_up = false;
    connection->handlers = {};
    if (with_machine) {
      const Millis learns = connection->keep_alive * 3 / 2;
      Sever(connection, Millis(0), learns);
    } else {
      // The system sends what the program has handed over, then closes.
      connection->up.packets.push_back({loop_.now(), std::nullopt, false});
      Pump(connection, true);
    }
  }
}

void SimBroker::Restart(Memory memory, Millis down) {
  up_ = false;
  for (const ConnectionPtr& connection : std::vector<ConnectionPtr>(connections_)) {
    connection->will.reset();  // nobody is there to publish it
    Sever(connection, chance_.Span(0, 50), Millis(0));
  }
  if (memory == Memory::kForgotten) retained_.clear();
  if (memory == Memory::kOld) retained_ = snapshot_;
  loop_.In(down, life_.Guard([this] {
    up_ = true;
    trace_.Note("broker", "is up again");
  }));
}

void SimBroker::TakeSnapshot() { snapshot_ = retained_; }

void SimBroker::Inject(const Message& message) {
  if (up_) PassOn(message);
}

// --- Messages -----------------------------------------------------------------------------------

void SimBroker::TakeIn(const Message& message) {
  ++messages_;
  if (tap_) tap_(message);
  const bool may_be_swallowed = message.qos > 0 && !message.retained;
  if (may_be_swallowed && chance_.PerMille(weather_.swallows)) {
    trace_.Note("broker", "swallows " + message.topic);
    return;
  }
  if (message.retained) {
    retained_[message.topic] = message;
    retained_[message.topic].retained = true;
  }
  PassOn(message);
}

void SimBroker::PassOn(const Message& message) {
  for (const ConnectionPtr& connection : connections_) {
    if (!connection->broker_up) continue;
    const bool wanted = std::any_of(connection->filters.begin(), connection->filters.end(),
                                    [&message](const std::string& filter) {
                                      return fakes::TopicMatches(filter, message.topic);
                                    });
    if (!wanted) continue;
    if (message.qos == 0 && chance_.PerMille(weather_.losses_of_qos0)) continue;
    Message copy = message;
    copy.retained = false;
    if (chance_.PerMille(weather_.duplicates)) {
      SendDown(connection, copy, chance_.OneIn(2) ? Millis(0) : chance_.Span(0, kLateDuplicateMs));
    }
    SendDown(connection, std::move(copy), Millis(0));
  }
}

void SimBroker::SendDown(const ConnectionPtr& connection, Message message, Millis delay) {
  if (delay > Millis(0)) {
    loop_.In(delay, life_.Guard([this, connection, message = std::move(message)] {
      if (connection->broker_up) SendDown(connection, message, Millis(0));
    }));
    return;
  }
  connection->down.Put(loop_.now() + chance_.Span(1, weather_.latency_ms), std::move(message));
  Pump(connection, false);
}

void SimBroker::SendUp(const ConnectionPtr& connection, Message message) {
  connection->up.Put(loop_.now() + chance_.Span(1, weather_.latency_ms), std::move(message));
  Pump(connection, true);
}

bool SimBroker::FlushUp(const ConnectionPtr& connection) {
  if (connection->severed || !connection->machine->reachable) return false;
  auto& packets = connection->up.packets;
  while (!packets.empty() && connection->broker_up) {
    Packet packet = std::move(packets.front());
    packets.pop_front();
    if (packet.message) TakeIn(*packet.message);
  }
  return true;
}

void SimBroker::Pump(const ConnectionPtr& connection, bool up) {
  Pipe& pipe = up ? connection->up : connection->down;
  while (!pipe.packets.empty() && pipe.packets.front().due <= loop_.now()) {
    if (connection->severed || !connection->machine->reachable) return;
    Packet packet = std::move(pipe.packets.front());
    pipe.packets.pop_front();
    if (packet.message) {
      Arrive(connection, up, std::move(*packet.message));
    } else {
      if (packet.in_order) connection->will.reset();
      connection->severed = true;
      BrokerLost(connection);
    }
  }
  if (pipe.packets.empty() || pipe.scheduled || connection->severed) return;
  pipe.scheduled = true;
  loop_.At(pipe.packets.front().due, life_.Guard([this, connection, up] {
    (up ? connection->up : connection->down).scheduled = false;
    Pump(connection, up);
  }));
}

void SimBroker::Arrive(const ConnectionPtr& connection, bool up, Message message) {
  if (up) {
    if (connection->broker_up) TakeIn(message);
    return;
  }
  if (!connection->client_up) return;
  if (connection->handlers.message) {
    connection->handlers.message(message.topic, message.payload, message.retained);
  }
  connection->machine->news();
}

// --- Connections --------------------------------------------------------------------------------

Result<SimBroker::ConnectionPtr> SimBroker::Accept(Machine& machine,
                                                   const mqtt::ConnectOptions& options,
                                                   mqtt::Handlers handlers) {
  if (!machine.reachable) {
    machine.hold(options.connect_timeout);
    return Error{Errc::kRetryLater, "no answer within the connect timeout"};
  }
  if (!up_) return Error{Errc::kRetryLater, "connection refused"};
  if (chance_.PerMille(weather_.refusals)) return Error{Errc::kRetryLater, "busy"};
  for (const ConnectionPtr& other : std::vector<ConnectionPtr>(connections_)) {
    if (other->client_id == options.client_id && other->broker_up) {
      trace_.Note("broker", options.client_id + " takes its connection over");
      Sever(other, chance_.Span(0, 100), Millis(0));
    }
  }
  auto connection = std::make_shared<Connection>();
  connection->machine = &machine;
  connection->client_id = options.client_id;
  connection->keep_alive = options.keep_alive;
  connection->handlers = std::move(handlers);
  if (options.will) {
    connection->will =
        Message{options.will->topic, options.will->payload, 1, options.will->retained};
  }
  connections_.push_back(connection);
  trace_.Note("broker", options.client_id + " connects");
  return connection;
}

void SimBroker::Subscribe(const ConnectionPtr& connection, const std::string& filter) {
  connection->filters.push_back(filter);
  for (const auto& [topic, message] : retained_) {
    if (fakes::TopicMatches(filter, topic)) SendDown(connection, message, Millis(0));
  }
}

void SimBroker::Leave(const ConnectionPtr& connection, bool in_order) {
  if (!connection->client_up) return;
  connection->client_up = false;
  connection->handlers = {};
  connection->up.packets.push_back({loop_.now(), std::nullopt, in_order});
  Pump(connection, true);
}

void SimBroker::Sever(const ConnectionPtr& connection, Millis client_learns, Millis broker_learns) {
  connection->severed = true;
  if (broker_learns == Millis(0)) {
    BrokerLost(connection);
  } else {
    loop_.In(broker_learns, life_.Guard([this, connection] { BrokerLost(connection); }));
  }
  loop_.In(client_learns, life_.Guard([this, connection] { ClientLost(connection, "reset"); }));
}

void SimBroker::ClientLost(const ConnectionPtr& connection, std::string_view why) {
  if (!connection->client_up) return;
  connection->client_up = false;
  connection->severed = true;
  Forget(connection);
  const mqtt::Handlers handlers = std::exchange(connection->handlers, {});
  if (handlers.lost) handlers.lost(std::string(why));
  connection->machine->news();
}

void SimBroker::BrokerLost(const ConnectionPtr& connection) {
  if (!connection->broker_up) return;
  connection->broker_up = false;
  Forget(connection);
  if (connection->will && up_) TakeIn(*connection->will);
}

void SimBroker::Forget(const ConnectionPtr& connection) {
  if (!connection->client_up && !connection->broker_up) std::erase(connections_, connection);
}

std::vector<SimBroker::ConnectionPtr> SimBroker::Of(const Machine& machine) const {
  std::vector<ConnectionPtr> found;
  for (const ConnectionPtr& connection : connections_) {
    if (connection->machine == &machine) found.push_back(connection);
  }
  return found;
}

mqtt::ClientFactory SimBroker::ClientsOf(Machine& machine) {
  return [this, &machine] { return std::make_unique<Client>(*this, machine); };
}

}  // namespace trayline::simulation
