// Daemon::Parts: what the daemon is made of. Internal to firmware/traylined; the main thread, but
// for OnCommitted (store thread) and Complete (HTTP threads).
#ifndef TRAYLINE_FIRMWARE_TRAYLINED_DAEMON_PARTS_H_
#define TRAYLINE_FIRMWARE_TRAYLINED_DAEMON_PARTS_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "agent/api/commit_signal.h"
#include "agent/api/local_api.h"
#include "agent/engine/engine.h"
#include "agent/http/server.h"
#include "agent/journal/journal.h"
#include "agent/platform/file_lock.h"
#include "agent/platform/scaled_clock.h"
#include "agent/platform/service_notifier.h"
#include "agent/platform/system_clock.h"
#include "agent/platform/system_random.h"
#include "firmware/traylined/core_backend.h"
#include "firmware/traylined/core_loop.h"
#include "firmware/traylined/daemon.h"
#include "sync/uplink/uplink.h"

#ifndef TRAYLINE_VERSION
#define TRAYLINE_VERSION "0.0.0"
#endif

namespace trayline::traylined {

struct Daemon::Parts {
  Parts(const config::Config& c, Log& l) : config(c), log(l) {}

  Status OpenJournal();
  Status Recover(const journal::Options& options);
  Status OpenLink();
  Status StartEngine();
  Status OpenDoors();
  Status Start();
  void OnCommitted(Sequence last);
  void WatchEpoch();
  void WatchStorage(const journal::StorageStatus& now);
  void WatchLink();
  void Complete(api::AgentStatus& status);
  void Stop();
  void StopCore();

  const config::Config& config;
  Log& log;
  platform::ServiceNotifier notifier = platform::ServiceNotifier::FromEnvironment();

  std::optional<platform::FileLock> lock;
  std::string boot_id;
  platform::SystemRandom random;
  platform::SystemClock real_clock;
  std::unique_ptr<platform::ScaledClock> demo_clock;
  WallTime started;
  MonoTime started_mono;

  // Why the journal must be recovered before it is opened; empty when it need not be.
  std::string damage;
  bool damage_is_certain = false;  // opening or loading it failed; else one reading did
  std::unique_ptr<journal::Journal> journal;
  api::CommitSignal commits;
  std::unique_ptr<uplink::Uplink> link;
  std::unique_ptr<CoreLoop> core;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<CoreBackend> backend;
  std::unique_ptr<api::LocalApi> local_api;
  std::unique_ptr<http::Server> server;

  std::jthread store_thread;
  std::jthread core_thread;
  std::jthread uplink_thread;

  bool connected = false;
  Epoch epoch;                                             // as far as the engine knows
  event::StorageState storage = event::StorageState::kOk;  // as last recorded or seen
  bool stopped = false;
  std::shared_ptr<std::atomic<bool>> core_beats = std::make_shared<std::atomic<bool>>(true);

  ports::Clock& EngineClock() {
    return demo_clock ? static_cast<ports::Clock&>(*demo_clock) : real_clock;
  }
};

}  // namespace trayline::traylined

#endif  // TRAYLINE_FIRMWARE_TRAYLINED_DAEMON_PARTS_H_
