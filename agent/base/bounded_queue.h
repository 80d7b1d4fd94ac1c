// BoundedQueue<T>: how two threads hand each other messages. Any thread may push or pop. A full
// queue refuses (TryPush returns false); the caller says what that means for its message. Closing
// lets the consumer drain what is there and then ends it.
#ifndef TRAYLINE_AGENT_BASE_BOUNDED_QUEUE_H_
#define TRAYLINE_AGENT_BASE_BOUNDED_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "agent/base/mutex.h"

namespace trayline {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  // False, and item untouched, when the queue is full or closed.
  [[nodiscard]] bool TryPush(T&& item) EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      items_.push_back(std::move(item));
    }
    changed_.NotifyOne();
    return true;
  }

  // Waits up to timeout for the first item and takes up to limit of those that are there. Empty
  // after the timeout, or when closed and drained.
  std::vector<T> PopUpTo(std::size_t limit, std::chrono::milliseconds timeout) EXCLUDES(mutex_) {
    std::vector<T> taken;
    MutexLock lock(mutex_);
    if (items_.empty() && !closed_ && timeout.count() > 0) changed_.WaitFor(mutex_, timeout);
    while (!items_.empty() && taken.size() < limit) {
      taken.push_back(std::move(items_.front()));
      items_.pop_front();
    }
    return taken;
  }

  void Close() EXCLUDES(mutex_) {
    {
      MutexLock lock(mutex_);
      closed_ = true;
    }
    changed_.NotifyAll();
  }

  // True once closed and nothing is left to pop.
  [[nodiscard]] bool Finished() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return closed_ && items_.empty();
  }

  [[nodiscard]] std::size_t size() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return items_.size();
  }

 private:
  const std::size_t capacity_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<T> items_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_BOUNDED_QUEUE_H_
