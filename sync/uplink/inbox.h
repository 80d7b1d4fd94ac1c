// Inbox: what other threads tell the uplink's thread: acknowledgements and HQ's state from the
// client's threads, news from the journal's, the stop from the main's. Bounded; nobody waits to
// put something in. Any thread puts, one takes.
#ifndef TRAYLINE_SYNC_UPLINK_INBOX_H_
#define TRAYLINE_SYNC_UPLINK_INBOX_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/base/result.h"
#include "agent/base/time.h"

namespace trayline::uplink {

class Inbox {
 public:
  // More than the acknowledgements of some windows; one that is dropped is like one that was lost
  // on the way: the next says the same and more.
  static constexpr std::size_t kAcksMax = 256;
  static constexpr std::size_t kAckBytesMax = 256;        // an acknowledgement has some 30
  static constexpr std::size_t kHqStateBytesMax = 4'096;  // a JSON document of three members

  struct Taken {
    std::vector<std::string> acks;        // in order of arrival
    std::optional<std::string> hq_state;  // the latest
    std::optional<std::string> lost;      // why
    std::optional<Status> epoch_done;     // how the journal's new epoch began
    bool stop = false;
  };

  // A new connection begins: its number, and everything of older ones is dropped from now on.
  std::uint64_t BeginLink() EXCLUDES(mutex_);
  void PutAck(std::uint64_t link, std::string_view bytes) EXCLUDES(mutex_);
  void PutHqState(std::uint64_t link, std::string_view bytes) EXCLUDES(mutex_);
  void PutLost(std::uint64_t link, std::string reason) EXCLUDES(mutex_);
  // The journal has something new; whoever takes looks there. How far it is is not handed over: a
  // position means nothing without its epoch.
  void PutNews() EXCLUDES(mutex_);
  void PutEpochDone(Status status) EXCLUDES(mutex_);
  void PutStop() EXCLUDES(mutex_);

  // What is there; waits for something new up to timeout, but not at all after a stop.
  Taken Take(Millis timeout) EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CondVar changed_;
  std::uint64_t link_ GUARDED_BY(mutex_) = 0;
  bool news_ GUARDED_BY(mutex_) = false;
  Taken content_ GUARDED_BY(mutex_);
};

}  // namespace trayline::uplink

#endif  // TRAYLINE_SYNC_UPLINK_INBOX_H_
