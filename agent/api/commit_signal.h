// CommitSignal: wakes the long polls when something has been committed. The main passes the
// journal's commit listener on to Notify. Any thread.
#ifndef TRAYLINE_AGENT_API_COMMIT_SIGNAL_H_
#define TRAYLINE_AGENT_API_COMMIT_SIGNAL_H_

#include "agent/base/ids.h"
#include "agent/base/mutex.h"
#include "agent/base/time.h"

namespace trayline::api {

class CommitSignal {
 public:
  // Everything up to last is committed. Does not block.
  void Notify(Sequence last) EXCLUDES(mutex_);
  // Blocks until something above after is known to be committed (true), at most for timeout of the
  // machine's time, or until Close (false).
  bool WaitAbove(Sequence after, Millis timeout) EXCLUDES(mutex_);
  // Wakes everybody; from now on nobody waits.
  void Close() EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CondVar changed_;
  Sequence last_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace trayline::api

#endif  // TRAYLINE_AGENT_API_COMMIT_SIGNAL_H_
