// The daemon while it runs: what it looks at twice a second, and what it says of itself.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "agent/event/vocabulary.h"
#include "firmware/traylined/daemon_parts.h"

namespace trayline::traylined {
namespace {

api::StorageFacts FactsOf(const journal::StorageStatus& status) {
  api::StorageFacts facts;
  facts.state = status.state;
  facts.reason = status.reason;
  facts.file_bytes = status.file_bytes;
  facts.used_bytes = status.used_bytes;
  facts.quota_bytes = status.quota_bytes;
  facts.free_bytes = status.free_bytes;
  facts.reserve_held = status.reserve_held;
  facts.shed = status.shed;
  return facts;
}

}  // namespace

void Daemon::Parts::Complete(api::AgentStatus& status) {
  const uplink::UplinkStatus up = link->status();
  const http::ServerStats doors = server->stats();
  const MonoTime now = real_clock.Mono();
  status.version = TRAYLINE_VERSION;
  status.device = config.device;
  status.pid = ::getpid();
  status.started = started;
  status.uptime_s = (now - started_mono).count() / 1000;
  status.clock = real_clock.State();
  status.clock_speed = config.clock_speed;
  status.journal = journal->State();
  status.storage = FactsOf(journal->storage());
  status.uplink.state = UplinkStateName(up.state);
  status.uplink.broker = up.broker;
  status.uplink.protocol = up.protocol;
  status.uplink.connects = up.counts.connects;
  status.uplink.frames_sent = up.counts.frames_sent;
  status.uplink.events_sent = up.counts.events_sent;
  status.uplink.events_resent = up.counts.events_resent;
  status.uplink.acks = up.counts.acks;
  status.uplink.rewinds = up.counts.rewinds;
  status.uplink.hq_present = up.hq_present;
  status.uplink.closed_epochs = up.closed_epochs;
  status.uplink.closed_aside = up.closed_aside;
  status.uplink.damaged = up.damaged;
  status.uplink.refusal = up.refusal;
  if (up.last_ack) status.uplink.last_ack_age_s = (now - *up.last_ack).count() / 1000;
  status.http_address = server->address();
  status.unix_socket = config::SocketPath(config);
  status.http_requests = doors.requests;
  status.http_refused = doors.refused;
}

Status Daemon::Watch() {
  const journal::StorageStatus storage = parts_->journal->storage();
  if (storage.corrupt) {
    log_.Error("traylined.journal_damaged", {{"reason", storage.reason}});
    Status restarted = Restart(storage.reason, false);
    if (!restarted.ok() && restarted.error().code == Errc::kCorrupt) {
      restarted = Restart(restarted.error().text, true);
    }
    if (!restarted.ok()) return restarted;
  }
  parts_->WatchEpoch();
  parts_->WatchStorage(storage);
  parts_->WatchLink();
  return {};
}

// Headquarters may have made the journal begin another epoch: the engine reads it again.
void Daemon::Parts::WatchEpoch() {
  const Epoch now = journal->State().epoch;
  if (now == epoch) return;
  if (core->Post([engine = engine.get()] { engine->Reload(); })) epoch = now;
}

// A change is recorded once an event can be written again; what it was meanwhile is in its words.
void Daemon::Parts::WatchStorage(const journal::StorageStatus& now) {
  const bool writes =
      now.state == event::StorageState::kOk || now.state == event::StorageState::kLow;
  if (now.state == storage) return;
  std::string reason = now.reason;
  if (storage >= event::StorageState::kFull) {
    reason = "it was " + std::string(event::WordName(storage, event::kStorageStateNames)) +
             (reason.empty() ? "" : "; " + reason);
  }
  if (writes && !core->Post([engine = engine.get(), state = now.state, reason] {
        engine->NoteStorage(state, reason);
      })) {
    return;
  }
  storage = now.state;
}

void Daemon::Parts::WatchLink() {
  const bool now = link->status().state == uplink::UplinkState::kConnected;
  if (now != connected) {
    const bool noted = core->Post([engine = engine.get(), now] { engine->NoteConnectivity(now); });
    if (noted) connected = now;
  }
  // The watchdog hears of a core that answered since the last time, and of nothing else.
  if (core_beats->exchange(false)) {
    static_cast<void>(notifier.Watchdog());
    static_cast<void>(core->Post([beats = core_beats] { beats->store(true); }));
  }
}

}  // namespace trayline::traylined
