#include "agent/api/commit_signal.h"

#include "agent/http/deadline.h"

namespace trayline::api {

void CommitSignal::Notify(Sequence last) {
  {
    MutexLock lock(mutex_);
    last_ = last;
  }
  changed_.NotifyAll();
}

bool CommitSignal::WaitAbove(Sequence after, Millis timeout) {
  const http::Deadline deadline = http::Deadline::In(timeout);
  MutexLock lock(mutex_);
  while (last_ <= after && !closed_) {
    const Millis left = deadline.Left();
    if (left.count() == 0) return false;
    changed_.WaitFor(mutex_, left);
  }
  return last_ > after;
}

void CommitSignal::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  changed_.NotifyAll();
}

}  // namespace trayline::api
