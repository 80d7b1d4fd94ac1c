// Mutex and MutexLock: std::mutex with clang's thread-safety annotations, so that a member marked
// GUARDED_BY cannot be touched without its lock (checked by scripts/check with clang). A lock is
// never held across input, output or a callback.
#ifndef TRAYLINE_AGENT_BASE_MUTEX_H_
#define TRAYLINE_AGENT_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define TRAYLINE_TSA(x) __attribute__((x))
#else
#define TRAYLINE_TSA(x)
#endif
#define CAPABILITY(x) TRAYLINE_TSA(capability(x))
#define SCOPED_CAPABILITY TRAYLINE_TSA(scoped_lockable)
#define GUARDED_BY(x) TRAYLINE_TSA(guarded_by(x))
#define REQUIRES(...) TRAYLINE_TSA(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) TRAYLINE_TSA(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) TRAYLINE_TSA(acquire_capability(__VA_ARGS__))
#define RELEASE(...) TRAYLINE_TSA(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS TRAYLINE_TSA(no_thread_safety_analysis)

namespace trayline {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits on a Mutex that the caller holds. Wait() may return early: callers loop on their
// condition. Stands on std::condition_variable, which needs no second lock; the _any kind does.
class CondVar {
 public:
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // False when the time ran out.
  template <typename Rep, typename Period>
  bool WaitFor(Mutex& mutex, std::chrono::duration<Rep, Period> timeout) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool in_time = condition_.wait_for(lock, timeout) == std::cv_status::no_timeout;
    lock.release();
    return in_time;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace trayline

#endif  // TRAYLINE_AGENT_BASE_MUTEX_H_
