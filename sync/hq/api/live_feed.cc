#include "sync/hq/api/live_feed.h"

#include <nlohmann/json.hpp>

#include "sync/hq/api/json_views.h"

namespace trayline::hq {
namespace {

// How soon a stream notices that its reader has gone.
constexpr Millis kLookAround{1'000};

}  // namespace

void LiveFeed::OnFolded(const std::vector<std::string>& journeys,
                        const std::vector<std::string>& terminals, std::uint64_t events) {
  MutexLock lock(mutex_);
  if (streams_ == 0) return;  // who comes later reads everything first
  for (const std::string& key : journeys) {
    if (journeys_.size() >= kChangedJourneysMax) break;
    journeys_.insert(key);
  }
  for (const std::string& id : terminals) {
    if (terminals_.size() >= kChangedTerminalsMax) break;
    terminals_.insert(id);
  }
  events_ += events;
}

void LiveFeed::Pump(MonoTime now) {
  {
    MutexLock lock(mutex_);
    if (journeys_.empty() && terminals_.empty() && events_ == 0) return;
    if (sent_ && now - sent_at_ < kBetweenMessages) return;
    const auto json = ChangedJson({journeys_.begin(), journeys_.end()},
                                  {terminals_.begin(), terminals_.end()}, events_);
    latest_ = "event: changed\ndata: " + json.dump() + "\n\n";
    ++number_;
    sent_ = true;
    sent_at_ = now;
    journeys_.clear();
    terminals_.clear();
    events_ = 0;
  }
  changed_.NotifyAll();
}

void LiveFeed::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  changed_.NotifyAll();
}

bool LiveFeed::Join() {
  MutexLock lock(mutex_);
  if (closed_ || streams_ >= kStreamsMax) return false;
  ++streams_;
  return true;
}

void LiveFeed::Leave() {
  MutexLock lock(mutex_);
  --streams_;
}

std::size_t LiveFeed::streams() const {
  MutexLock lock(mutex_);
  return streams_;
}

std::string LiveFeed::WaitAfter(std::uint64_t& seen, Millis wait, bool& closed) {
  MutexLock lock(mutex_);
  if (!closed_ && number_ == seen) changed_.WaitFor(mutex_, wait);
  closed = closed_;
  if (closed_ || number_ == seen) return {};
  seen = number_;
  return latest_;
}

void LiveFeed::Serve(http::StreamWriter& out) {
  std::uint64_t seen = 0;
  {
    MutexLock lock(mutex_);
    seen = number_;
  }
  // The first comment makes the head leave at once: the page knows that it is connected.
  if (!out.Write(": trayline\n\n")) return;
  bool closed = false;
  Millis silent{0};
  while (!closed && out.IsOpen()) {
    const std::string message = WaitAfter(seen, kLookAround, closed);
    if (!message.empty()) {
      silent = Millis(0);
      if (!out.Write(message)) return;
      continue;
    }
    // A wait may end early, so a comment may come a little sooner than due; that harms nobody.
    silent += kLookAround;
    if (silent < kBetweenComments || closed) continue;
    silent = Millis(0);
    if (!out.Write(": still here\n\n")) return;
  }
}

}  // namespace trayline::hq
