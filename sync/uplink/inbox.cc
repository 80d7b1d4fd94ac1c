#include "sync/uplink/inbox.h"

#include <utility>

namespace trayline::uplink {

std::uint64_t Inbox::BeginLink() {
  MutexLock lock(mutex_);
  content_.acks.clear();
  content_.hq_state.reset();
  content_.lost.reset();
  return ++link_;
}

void Inbox::PutAck(std::uint64_t link, std::string_view bytes) {
  MutexLock lock(mutex_);
  if (link != link_ || content_.acks.size() >= kAcksMax || bytes.size() > kAckBytesMax) return;
  content_.acks.emplace_back(bytes);
  news_ = true;
  changed_.NotifyOne();
}

void Inbox::PutHqState(std::uint64_t link, std::string_view bytes) {
  MutexLock lock(mutex_);
  if (link != link_ || bytes.size() > kHqStateBytesMax) return;
  content_.hq_state = std::string(bytes);
  news_ = true;
  changed_.NotifyOne();
}

void Inbox::PutLost(std::uint64_t link, std::string reason) {
  MutexLock lock(mutex_);
  if (link != link_) return;
  content_.lost = std::move(reason);
  news_ = true;
  changed_.NotifyOne();
}

void Inbox::PutNews() {
  MutexLock lock(mutex_);
  news_ = true;
  changed_.NotifyOne();
}

void Inbox::PutEpochDone(Status status) {
  MutexLock lock(mutex_);
  content_.epoch_done = std::move(status);
  news_ = true;
  changed_.NotifyOne();
}

void Inbox::PutStop() {
  MutexLock lock(mutex_);
  content_.stop = true;
  changed_.NotifyOne();
}

Inbox::Taken Inbox::Take(Millis timeout) {
  MutexLock lock(mutex_);
  // A wait that ends early does no harm: the caller asks the session again.
  if (!news_ && !content_.stop && timeout > Millis(0)) changed_.WaitFor(mutex_, timeout);
  news_ = false;
  Taken taken = std::move(content_);
  content_ = Taken{};
  content_.stop = taken.stop;
  return taken;
}

}  // namespace trayline::uplink
