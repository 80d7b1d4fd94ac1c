// LiveFeed: tells open pages that something has changed, at most twice a second. What the
// projection reports is gathered; Pump sends it on when it is time; each stream takes the latest
// from where it was. Any thread. A stream that is slow misses messages, not memory: a message only
// says what to read again.
#ifndef TRAYLINE_SYNC_HQ_API_LIVE_FEED_H_
#define TRAYLINE_SYNC_HQ_API_LIVE_FEED_H_

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/base/time.h"
#include "agent/http/message.h"

namespace trayline::hq {

inline constexpr std::size_t kStreamsMax = 32;          // each holds a thread of the server
inline constexpr std::size_t kChangedJourneysMax = 20;  // named in one message
inline constexpr std::size_t kChangedTerminalsMax = 100;
inline constexpr Millis kBetweenMessages{500};
inline constexpr Millis kBetweenComments{15'000};

class LiveFeed {
 public:
  // events of these journeys were folded.
  void OnFolded(const std::vector<std::string>& journeys, const std::vector<std::string>& terminals,
                std::uint64_t events) EXCLUDES(mutex_);
  // Sends what has gathered, when the last message is kBetweenMessages ago. To be called every
  // 100 ms or so; now never falls.
  void Pump(MonoTime now) EXCLUDES(mutex_);
  // Ends all streams; later ones are not taken.
  void Close() EXCLUDES(mutex_);

  // A place for one more stream; false when kStreamsMax are open or the feed is closed. Leave must
  // follow.
  [[nodiscard]] bool Join() EXCLUDES(mutex_);
  void Leave() EXCLUDES(mutex_);
  // Writes messages until the reader is gone or the feed is closed. Blocks. After Join.
  void Serve(http::StreamWriter& out) EXCLUDES(mutex_);

  [[nodiscard]] std::size_t streams() const EXCLUDES(mutex_);

 private:
  // The message after the one with number seen, waiting up to wait for it; empty when none came.
  std::string WaitAfter(std::uint64_t& seen, Millis wait, bool& closed) EXCLUDES(mutex_);

  mutable Mutex mutex_;
  CondVar changed_;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::size_t streams_ GUARDED_BY(mutex_) = 0;
  std::uint64_t number_ GUARDED_BY(mutex_) = 0;  // of the latest message
  std::string latest_ GUARDED_BY(mutex_);
  bool sent_ GUARDED_BY(mutex_) = false;
  MonoTime sent_at_ GUARDED_BY(mutex_);
  // Since the latest message.
  std::set<std::string> journeys_ GUARDED_BY(mutex_);
  std::set<std::string> terminals_ GUARDED_BY(mutex_);
  std::uint64_t events_ GUARDED_BY(mutex_) = 0;
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_API_LIVE_FEED_H_
