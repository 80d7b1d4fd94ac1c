#include "tests/fakes/scripted_mqtt.h"

#include <algorithm>
#include <map>
#include <utility>

#include "agent/base/mutex.h"

namespace trayline::fakes {
namespace {

// One client's connection as the broker sees it.
struct Session {
  std::string client_id;
  mqtt::Handlers handlers;
  std::optional<mqtt::Will> will;
  Mutex mutex;
  CondVar changed;
  bool open GUARDED_BY(mutex) = true;
  bool lost GUARDED_BY(mutex) = false;
  int inside GUARDED_BY(mutex) = 0;
  std::vector<std::string> filters GUARDED_BY(mutex);

  bool Enter() EXCLUDES(mutex) {
    MutexLock lock(mutex);
    if (!open) return false;
    ++inside;
    return true;
  }
  void Leave() EXCLUDES(mutex) {
    MutexLock lock(mutex);
    --inside;
    changed.NotifyAll();
  }
  bool Wants(std::string_view topic) EXCLUDES(mutex) {
    MutexLock lock(mutex);
    return open && std::any_of(filters.begin(), filters.end(), [&](const std::string& filter) {
             return TopicMatches(filter, topic);
           });
  }
  bool Up() EXCLUDES(mutex) {
    MutexLock lock(mutex);
    return open && !lost;
  }
  // False when it was ended before.
  bool End(bool by_loss) EXCLUDES(mutex) {
    MutexLock lock(mutex);
    if (!open || lost) return false;
    lost = by_loss;
    if (!by_loss) open = false;
    return true;
  }
  // After it no handler is called.
  void Shut() EXCLUDES(mutex) {
    MutexLock lock(mutex);
    open = false;
    while (inside > 0) changed.Wait(mutex);
  }
};

using SessionPtr = std::shared_ptr<Session>;

}  // namespace

struct ScriptedBroker::Core {
  Mutex mutex;
  std::optional<Error> refusal GUARDED_BY(mutex);
  int version GUARDED_BY(mutex) = 5;
  std::function<Fate(const MqttMessage&)> fate GUARDED_BY(mutex);
  std::vector<SessionPtr> sessions GUARDED_BY(mutex);
  std::vector<MqttMessage> held GUARDED_BY(mutex);
  std::vector<MqttMessage> published GUARDED_BY(mutex);
  std::map<std::string, MqttMessage> retained GUARDED_BY(mutex);
  std::size_t connects GUARDED_BY(mutex) = 0;
  std::size_t attempts GUARDED_BY(mutex) = 0;

  void Publish(MqttMessage message) EXCLUDES(mutex) {
    std::function<Fate(const MqttMessage&)> judge;
    {
      MutexLock lock(mutex);
      published.push_back(message);
      judge = fate;
    }
    const Fate decided = judge ? judge(message) : Fate::kDeliver;
    if (decided == Fate::kDrop) return;
    if (decided == Fate::kHold) {
      MutexLock lock(mutex);
      held.push_back(std::move(message));
      return;
    }
    Deliver(message);
    if (decided == Fate::kTwice) Deliver(message);
  }

  void Deliver(const MqttMessage& message) EXCLUDES(mutex) {
    std::vector<SessionPtr> now;
    {
      MutexLock lock(mutex);
      if (message.retained) {
        if (message.payload.empty()) {
          retained.erase(message.topic);
        } else {
          retained[message.topic] = message;
        }
      }
      now = sessions;
    }
    for (const SessionPtr& session : now) {
      if (session->Wants(message.topic)) Hand(*session, message, false);
    }
  }

  // A message that arrives because it was kept has the flag, one that arrives live has not.
  static void Hand(Session& session, const MqttMessage& message, bool kept) {
    if (!session.Up() || !session.Enter()) return;
    if (session.handlers.message) session.handlers.message(message.topic, message.payload, kept);
    session.Leave();
  }

  void Remove(const SessionPtr& session) EXCLUDES(mutex) {
    MutexLock lock(mutex);
    std::erase(sessions, session);
  }

  void Lose(const SessionPtr& session) EXCLUDES(mutex) {
    if (!session->End(true)) return;
    Remove(session);
    if (session->Enter()) {
      if (session->handlers.lost) session->handlers.lost("cut by the test");
      session->Leave();
    }
    if (session->will) {
      Publish({session->will->topic, session->will->payload, 1, session->will->retained,
               session->client_id});
    }
  }

  void LoseAll(const std::optional<std::string>& client_id) EXCLUDES(mutex) {
    std::vector<SessionPtr> now;
    {
      MutexLock lock(mutex);
      now = sessions;
    }
    for (const SessionPtr& session : now) {
      if (!client_id || session->client_id == *client_id) Lose(session);
    }
  }
};

class ScriptedBroker::Client final : public mqtt::MqttClient {
 public:
  explicit Client(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~Client() override { Client::Close(); }

  Status Connect(const mqtt::ConnectOptions& options, mqtt::Handlers handlers) override {
    if (used_) return Error{Errc::kRejected, "a client connects once; make a new one"};
    used_ = true;
    if (options.client_id.empty()) return Error{Errc::kRejected, "client_id: empty"};
    {
      MutexLock lock(core_->mutex);
      ++core_->attempts;
      if (core_->refusal) return *core_->refusal;
    }
    core_->LoseAll(options.client_id);  // a second one of the same name takes over
    auto session = std::make_shared<Session>();
    session->client_id = options.client_id;
    session->handlers = std::move(handlers);
    session->will = options.will;
    MutexLock lock(core_->mutex);
    ++core_->connects;
    version_ = core_->version;
    core_->sessions.push_back(session);
    session_ = std::move(session);
    return {};
  }

  Status Subscribe(const std::string& filter, int) override {
    if (filter.empty()) return Error{Errc::kRejected, "filter: empty"};
    if (!IsConnected()) return Error{Errc::kRetryLater, "not connected"};
    {
      MutexLock lock(session_->mutex);
      session_->filters.push_back(filter);
    }
    std::vector<MqttMessage> kept;
    {
      MutexLock lock(core_->mutex);
      for (const auto& [topic, message] : core_->retained) {
        if (TopicMatches(filter, topic)) kept.push_back(message);
      }
    }
    for (const MqttMessage& message : kept) Core::Hand(*session_, message, true);
    return {};
  }

  Status Publish(const std::string& topic, std::string_view payload, int qos,
                 bool retained) override {
    if (topic.empty() || topic.find_first_of("+#") != std::string::npos) {
      return Error{Errc::kRejected, "topic: empty or with a wildcard"};
    }
    if (!IsConnected()) return Error{Errc::kRetryLater, "not connected"};
    core_->Publish({topic, std::string(payload), qos, retained, session_->client_id});
    return {};
  }

  bool Drain(Millis) override { return session_ == nullptr || IsConnected(); }

  void Close() override {
    if (!session_) return;
    if (session_->End(false)) core_->Remove(session_);
    session_->Shut();
  }

  [[nodiscard]] bool IsConnected() const override { return session_ && session_->Up(); }
  [[nodiscard]] int ProtocolVersion() const override { return version_; }

 private:
  const std::shared_ptr<Core> core_;
  SessionPtr session_;
  int version_ = 0;
  bool used_ = false;
};

ScriptedBroker::ScriptedBroker() : core_(std::make_shared<Core>()) {}
ScriptedBroker::~ScriptedBroker() = default;

std::unique_ptr<mqtt::MqttClient> ScriptedBroker::Make() const {
  return std::make_unique<Client>(core_);
}

mqtt::ClientFactory ScriptedBroker::AsFunction() const {
  return [core = core_] { return std::make_unique<Client>(core); };
}

void ScriptedBroker::RefuseConnections(std::optional<Error> error) {
  MutexLock lock(core_->mutex);
  core_->refusal = std::move(error);
}

void ScriptedBroker::SetProtocolVersion(int version) {
  MutexLock lock(core_->mutex);
  core_->version = version;
}

void ScriptedBroker::SetFate(std::function<Fate(const MqttMessage&)> fate) {
  MutexLock lock(core_->mutex);
  core_->fate = std::move(fate);
}

void ScriptedBroker::ReleaseHeld() {
  std::vector<MqttMessage> released;
  {
    MutexLock lock(core_->mutex);
    released.swap(core_->held);
  }
  for (const MqttMessage& message : released) core_->Deliver(message);
}

void ScriptedBroker::ReleaseHeld(std::size_t index) {
  MqttMessage released;
  {
    MutexLock lock(core_->mutex);
    if (index >= core_->held.size()) return;
    const auto place = core_->held.begin() + static_cast<std::ptrdiff_t>(index);
    released = std::move(*place);
    core_->held.erase(place);
  }
  core_->Deliver(released);
}

std::vector<MqttMessage> ScriptedBroker::Held() const {
  MutexLock lock(core_->mutex);
  return core_->held;
}

void ScriptedBroker::Cut(const std::string& client_id) { core_->LoseAll(client_id); }

void ScriptedBroker::CutAll() { core_->LoseAll(std::nullopt); }

void ScriptedBroker::Crash() {
  core_->LoseAll(std::nullopt);
  MutexLock lock(core_->mutex);
  core_->retained.clear();
  core_->held.clear();
}

std::vector<MqttMessage> ScriptedBroker::Published() const {
  MutexLock lock(core_->mutex);
  return core_->published;
}

std::optional<std::string> ScriptedBroker::Retained(const std::string& topic) const {
  MutexLock lock(core_->mutex);
  const auto found = core_->retained.find(topic);
  if (found == core_->retained.end()) return std::nullopt;
  return found->second.payload;
}

std::size_t ScriptedBroker::connects() const {
  MutexLock lock(core_->mutex);
  return core_->connects;
}

std::size_t ScriptedBroker::attempts() const {
  MutexLock lock(core_->mutex);
  return core_->attempts;
}

bool TopicMatches(std::string_view filter, std::string_view topic) {
  if (!topic.empty() && topic.front() == '$' && (filter.front() == '+' || filter.front() == '#')) {
    return false;
  }
  for (;;) {
    const std::size_t f = filter.find('/');
    const std::size_t t = topic.find('/');
    const std::string_view level = filter.substr(0, f);
    if (level == "#") return true;
    if (level != "+" && level != topic.substr(0, t)) return false;
    if (f == std::string_view::npos && t == std::string_view::npos) return true;
    if (t == std::string_view::npos) return filter.substr(f + 1) == "#";
    if (f == std::string_view::npos) return false;
    filter.remove_prefix(f + 1);
    topic.remove_prefix(t + 1);
  }
}

}  // namespace trayline::fakes
