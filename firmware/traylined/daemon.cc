#include "firmware/traylined/daemon.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "agent/api/addresses.h"
#include "agent/api/commit_signal.h"
#include "agent/api/local_api.h"
#include "agent/engine/engine.h"
#include "agent/http/server.h"
#include "agent/journal/journal.h"
#include "agent/platform/file_lock.h"
#include "agent/platform/files.h"
#include "agent/platform/service_notifier.h"
#include "agent/platform/system_clock.h"
#include "agent/platform/system_random.h"
#include "firmware/traylined/core_backend.h"
#include "firmware/traylined/core_loop.h"
#include "firmware/traylined/demo_clock.h"
#include "sync/mqtt/paho_client.h"
#include "sync/uplink/uplink.h"

#ifndef TRAYLINE_VERSION
#define TRAYLINE_VERSION "0.0.0"
#endif

namespace trayline::traylined {
namespace {

constexpr mode_t kFolderMode = 0750;
constexpr Millis kDoorsBound{5'000};   // for requests under way when the daemon stops
constexpr Millis kDrainBound{10'000};  // for the core's last commit

uplink::Options UplinkOptions(const config::Config& config) {
  uplink::Options options;
  options.uri = config.broker;
  options.tls = {config.ca_file, config.cert_file, config.key_file};
  options.terminal = config.terminal;
  options.session.window = static_cast<std::uint32_t>(config.window_frames);
  options.session.flush = Millis(config.flush_ms);
  options.keep_alive = Millis(config.keep_alive_s * 1000);
  options.agent_version = TRAYLINE_VERSION;
  options.device_class = event::WordName(config.device, event::kDeviceClassNames);
  options.clock_speed = config.clock_speed;
  return options;
}

engine::Options EngineOptions(const config::Config& config) {
  engine::Options options;
  options.policy = config.policy;
  options.currency = config.currency;
  // The classes of device and the first channels are the same words in the same order.
  options.channel = static_cast<event::Channel>(config.device);
  return options;
}

}  // namespace

struct Daemon::Parts {
  Parts(config::Config c, Log& l) : config(std::move(c)), log(l) {}

  Status OpenJournal();
  Status OpenLink();
  Status StartEngine();
  Status OpenDoors();
  void OnCommitted(Sequence last);
  void Complete(api::AgentStatus& status);
  void Stop();
  void StopCore();

  const config::Config config;
  Log& log;
  platform::ServiceNotifier notifier = platform::ServiceNotifier::FromEnvironment();

  std::optional<platform::FileLock> lock;
  std::string boot_id;
  platform::SystemRandom random;
  platform::SystemClock real_clock;
  std::unique_ptr<platform::ScaledClock> demo_clock;
  WallTime started;
  MonoTime started_mono;

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
  bool stopped = false;
  std::shared_ptr<std::atomic<bool>> core_beats = std::make_shared<std::atomic<bool>>(true);

  ports::Clock& EngineClock() {
    return demo_clock ? static_cast<ports::Clock&>(*demo_clock) : real_clock;
  }
};

Daemon::Daemon(config::Config config, Log& log)
    : parts_(std::make_unique<Parts>(std::move(config), log)) {}

Daemon::~Daemon() { Stop(); }

// --- Start ------------------------------------------------------------------------------------

Status Daemon::Parts::OpenJournal() {
  std::error_code failed;
  if (std::filesystem::create_directories(config.directory, failed)) {
    ::chmod(config.directory.c_str(), kFolderMode);
  }
  if (failed) {
    return Error{Errc::kRejected,
                 "storage.directory " + config.directory + " cannot be made: " + failed.message()};
  }
  auto locked = platform::FileLock::Take(config::LockPath(config));
  if (!locked.ok() && locked.error().code == Errc::kConflict) {
    return Error{Errc::kConflict,
                 "another traylined runs in " + config.directory + "; a terminal has one"};
  }
  if (!locked.ok()) return locked.error();
  lock.emplace(*std::move(locked));
  auto boot = platform::ReadBootId();
  if (!boot) return boot.error();
  boot_id = *boot;
  if (config.clock_speed > 1) {
    auto clock = OpenDemoClock(real_clock, config.clock_speed, boot_id, config.directory);
    if (!clock) return clock.error();
    demo_clock = *std::move(clock);
    log.Warn("traylined.demo_clock", {{"speed", config.clock_speed}});
  }
  journal::Options options;
  options.path = config::JournalPath(config);
  options.boot_id = boot_id;
  options.retention_days = config.retention_days;
  options.retention_bytes = config.retention_mb * 1'000'000;
  options.quota_bytes = config.quota_mb * 1'000'000;
  auto opened = journal::Journal::Open(options, real_clock, random, log);
  if (!opened) return opened.error();
  journal = *std::move(opened);
  return {};
}

Status Daemon::Parts::OpenLink() {
  const uplink::Options options = UplinkOptions(config);
  Status valid = uplink::Validate(options);
  if (!valid.ok()) return valid;
  link = std::make_unique<uplink::Uplink>(
      options, uplink::Uplink::Parts{*journal, *journal, real_clock, random, log,
                                     mqtt::PahoClientFactory().AsFunction()});
  journal->SetCommitListener([this](Sequence last) { OnCommitted(last); });
  return {};
}

void Daemon::Parts::OnCommitted(Sequence last) {
  link->OnCommitted(last);
  commits.Notify(last);
}

Status Daemon::Parts::StartEngine() {
  core = std::make_unique<CoreLoop>(EngineClock(), config.clock_speed);
  engine = std::make_unique<engine::Engine>(
      EngineOptions(config), *journal, EngineClock(), log,
      [this](std::function<void()> answer) { core->PostAnswer(std::move(answer)); });
  store_thread = std::jthread([this] { journal->Run(); });
  Status started_engine = engine->Start({TRAYLINE_VERSION, boot_id, config.clock_speed});
  if (!started_engine.ok()) return started_engine;
  core_thread = std::jthread([this] { core->Run(*engine); });
  uplink_thread = std::jthread([this](const std::stop_token& stop) { link->Run(stop); });
  return {};
}

Status Daemon::Parts::OpenDoors() {
  auto token = platform::LoadOrMakeToken(config::TokenPath(config));
  if (!token) return token.error();
  backend = std::make_unique<CoreBackend>(*core, *engine, journal->State().epoch,
                                          [this](api::AgentStatus& status) { Complete(status); });
  api::LocalApiOptions options;
  options.terminal = config.terminal;
  options.token = *token;
  options.allowed_origins = config.allowed_origins;
  if (!config.serve.empty()) {
    auto pages = http::StaticFiles::Open({.folder = config.serve, .content_security_policy = {}});
    if (!pages) return pages.error().In("api.serve");
    options.pages.emplace(*std::move(pages));
  }
  local_api = std::make_unique<api::LocalApi>(std::move(options), *backend, *journal, EngineClock(),
                                              commits);
  http::ServerOptions doors;
  doors.listen = config.listen;
  doors.unix_socket = config::SocketPath(config);
  doors.guard = local_api->guard();
  server = std::make_unique<http::Server>(doors, local_api->handler(), log);
  Status open = server->Start();
  if (!open.ok()) return open;
  return api::WriteAddresses(config::AddressPath(config),
                             {server->address(), config::SocketPath(config), ::getpid()});
}

Status Daemon::Start() {
  Parts& parts = *parts_;
  parts.started = parts.real_clock.Wall();
  parts.started_mono = parts.real_clock.Mono();
  for (const auto step :
       {&Parts::OpenJournal, &Parts::OpenLink, &Parts::StartEngine, &Parts::OpenDoors}) {
    Status done = (parts.*step)();
    if (!done.ok()) return done;
  }
  const auto journal = parts.journal->State();
  parts.log.Info("traylined.started", {{"terminal", ToText(parts.config.terminal)},
                                       {"version", TRAYLINE_VERSION},
                                       {"address", parts.server->address()},
                                       {"epoch", journal.epoch.value},
                                       {"last", journal.last.value},
                                       {"acked", journal.acked.value}});
  const Status told = parts.notifier.Ready();
  if (!told.ok()) parts.log.Warn("traylined.systemd", {{"reason", told.error().text}});
  return {};
}

// --- While it runs ----------------------------------------------------------------------------

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
  status.storage.state =
      status.engine.storage_ok ? event::StorageState::kOk : event::StorageState::kFull;
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
  if (up.last_ack) status.uplink.last_ack_age_s = (now - *up.last_ack).count() / 1000;
  status.http_address = server->address();
  status.unix_socket = config::SocketPath(config);
  status.http_requests = doors.requests;
  status.http_refused = doors.refused;
}

void Daemon::Watch() {
  Parts& parts = *parts_;
  const bool connected = parts.link->status().state == uplink::UplinkState::kConnected;
  if (connected != parts.connected) {
    const bool noted = parts.core->Post(
        [engine = parts.engine.get(), connected] { engine->NoteConnectivity(connected); });
    if (noted) parts.connected = connected;
  }
  // The watchdog hears of a core that answered since the last time, and of nothing else.
  if (parts.core_beats->exchange(false)) {
    static_cast<void>(parts.notifier.Watchdog());
    static_cast<void>(parts.core->Post([beats = parts.core_beats] { beats->store(true); }));
  }
}

// --- Stop -------------------------------------------------------------------------------------

void Daemon::Parts::StopCore() {
  auto drained = std::make_shared<std::promise<void>>();
  auto future = drained->get_future();
  const bool posted =
      core->Post([this, drained] { engine->Stop([drained] { drained->set_value(); }); });
  if (posted && future.wait_for(kDrainBound) != std::future_status::ready) {
    log.Error("traylined.drain_timeout", {{"ms", kDrainBound.count()}});
  }
  core->Close();
  if (core_thread.joinable()) core_thread.join();
}

void Daemon::Parts::Stop() {
  if (stopped) return;
  stopped = true;
  static_cast<void>(notifier.Stopping());
  if (local_api) local_api->Stop();
  commits.Close();
  if (server) server->Stop(kDoorsBound);
  if (core) StopCore();
  if (uplink_thread.joinable()) {
    uplink_thread.request_stop();
    uplink_thread.join();
  }
  if (journal) {
    const Status closed = journal->Close();
    if (!closed.ok()) log.Error("traylined.close_failed", {{"reason", closed.error().text}});
  }
  if (store_thread.joinable()) store_thread.join();
  if (server) {
    std::error_code ignored;  // the next start writes it anew
    std::filesystem::remove(config::AddressPath(config), ignored);
    log.Info("traylined.stopped");
  }
}

void Daemon::Stop() { parts_->Stop(); }

}  // namespace trayline::traylined
