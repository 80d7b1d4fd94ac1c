// StoreWorker: the work of the store thread, one round at a time: takes what arrived, has it stored
// and acknowledged, and in the time that is left makes journeys of it. The only user of the store's
// writing side. RunOnce: the store thread; beats: any thread.
#ifndef TRAYLINE_SYNC_HQ_MAIN_STORE_WORKER_H_
#define TRAYLINE_SYNC_HQ_MAIN_STORE_WORKER_H_

#include <atomic>
#include <cstdint>
#include <map>

#include "agent/base/bounded_queue.h"
#include "agent/base/log.h"
#include "agent/base/result.h"
#include "agent/ports/clock.h"
#include "sync/hq/analysis/projector.h"
#include "sync/hq/analysis/time_share.h"
#include "sync/hq/api/live_feed.h"
#include "sync/hq/ports/hq_store.h"
#include "sync/hq/receiver/broker_link.h"
#include "sync/hq/receiver/receiver_core.h"

namespace trayline::hq {

class StoreWorker {
 public:
  // Everything must outlive it.
  struct Parts {
    HqStore& store;
    ReceiverCore& core;
    Projector& projector;
    BrokerLink& link;
    BoundedQueue<Incoming>& inbox;
    BoundedQueue<Outgoing>& outbox;
    LiveFeed& feed;
    ports::Clock& clock;
    Log& log;
  };
  explicit StoreWorker(const Parts& parts) : parts_(parts) {}

  // Reads what the store knows.
  Status Start();
  // False when the inbox is closed and everything in it is stored; then Finish.
  bool RunOnce();
  // Writes what is left of counters.
  void Finish();

  // Rises with each round: somebody who sees it stand still knows that the disk hangs.
  [[nodiscard]] std::uint64_t beats() const { return beats_.load(); }

 private:
  void StoreWhatArrived();
  void MakeJourneys();
  void FlushWhenDue(MonoTime now);

  Parts parts_;
  TimeShare share_;
  std::map<TerminalKey, TerminalId> names_;
  MonoTime flushed_at_;
  MonoTime journeys_again_at_;  // after a failure
  std::atomic<std::uint64_t> beats_{0};
};

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_MAIN_STORE_WORKER_H_
