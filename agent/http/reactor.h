// Reactor: the threads of a server. One of them keeps the doors and the connections that nobody
// serves; workers serve those whose next request has come. Internal to agent/http. Start and Stop
// from one thread, the rest is private to the threads.
#ifndef TRAYLINE_AGENT_HTTP_REACTOR_H_
#define TRAYLINE_AGENT_HTTP_REACTOR_H_

#include <Poco/RunnableAdapter.h>
#include <Poco/ThreadPool.h>

#include <atomic>
#include <deque>
#include <memory>
#include <unordered_set>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/http/exchange.h"
#include "agent/http/listen.h"

namespace trayline::http {

class Reactor {
 public:
  // What is referred to must outlive the reactor.
  Reactor(const ExchangeContext& context, std::vector<Door> doors);
  ~Reactor();

  Status Start() EXCLUDES(mutex_);
  // context.stopping must be true. As Server::Stop.
  void Stop(Millis bound) EXCLUDES(mutex_);

  [[nodiscard]] std::size_t connections() const { return open_.load(); }

 private:
  using ConnectionPtr = std::unique_ptr<Connection>;

  // Wakes the thread that keeps the doors.
  class Bell {
   public:
    Bell();
    ~Bell();
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;
    void Ring();
    void Silence();
    [[nodiscard]] int fd() const { return fd_; }

   private:
    int fd_;
  };

  void KeepDoors();
  void Poll();
  [[nodiscard]] int PollTimeoutMs() const;
  void Accept(Door& door);
  void TakeReturned() EXCLUDES(mutex_);
  // What has become of a kept connection; moves it on, or leaves it in place.
  void Advance(ConnectionPtr& connection, bool readable);
  void CloseDoors() EXCLUDES(mutex_);

  void Dispatch(ConnectionPtr connection) EXCLUDES(mutex_);
  void StartWorker() EXCLUDES(mutex_);
  void Work();
  ConnectionPtr NextReady() EXCLUDES(mutex_);
  void ServeWhileReady(ConnectionPtr connection);
  // Gives a connection back to the thread that keeps the doors, or closes it.
  void GiveBack(ConnectionPtr connection, After after) EXCLUDES(mutex_);
  void Forget(Connection& connection);
  bool SomebodyWaits() EXCLUDES(mutex_);

  const ExchangeContext& context_;
  std::vector<Door> doors_;
  Bell bell_;
  std::atomic<std::size_t> open_{0};

  // Of the thread that keeps the doors.
  std::vector<ConnectionPtr> kept_;

  Mutex mutex_;
  CondVar changed_;
  std::deque<ConnectionPtr> ready_ GUARDED_BY(mutex_);
  std::vector<ConnectionPtr> returned_ GUARDED_BY(mutex_);
  std::unordered_set<Connection*> busy_ GUARDED_BY(mutex_);
  std::size_t workers_ GUARDED_BY(mutex_) = 0;
  std::size_t idle_ GUARDED_BY(mutex_) = 0;
  bool keeper_gone_ GUARDED_BY(mutex_) = true;
  bool closed_ GUARDED_BY(mutex_) = false;

  Poco::ThreadPool pool_;
  Poco::RunnableAdapter<Reactor> keeper_;
  Poco::RunnableAdapter<Reactor> worker_;
};

}  // namespace trayline::http

#endif  // TRAYLINE_AGENT_HTTP_REACTOR_H_
