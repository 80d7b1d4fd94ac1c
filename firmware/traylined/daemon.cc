#include "firmware/traylined/daemon.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <utility>

#include "agent/api/addresses.h"
#include "agent/journal/database_check.h"
#include "agent/journal/salvage.h"
#include "agent/platform/files.h"
#include "firmware/config/journal_options.h"
#include "firmware/traylined/daemon_parts.h"
#include "firmware/traylined/demo_clock.h"
#include "sync/mqtt/paho_client.h"

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
  // The two clocks are read one after the other; a fast one makes more of the moment between.
  options.clock_step *= config.clock_speed;
  // The classes of device and the first channels are the same words in the same order.
  options.channel = static_cast<event::Channel>(config.device);
  return options;
}

}  // namespace

Daemon::Daemon(config::Config config, Log& log)
    : config_(std::move(config)), log_(log), parts_(std::make_unique<Parts>(config_, log)) {}

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
  const journal::Options options = config::JournalOptions(config, boot_id);
  if (!damage.empty()) {
    Status mended = Recover(options);
    if (!mended.ok()) return mended;
  }
  auto opened = journal::Journal::Open(options, real_clock, random, log);
  if (!opened) return opened.error();
  journal = *std::move(opened);
  return {};
}

// A page that was read wrong once may be right on the disk: only a database that is still damaged
// is given up for what can be read of it.
Status Daemon::Parts::Recover(const journal::Options& options) {
  if (!damage_is_certain) {
    const auto findings = journal::CheckDatabase(options);
    if (findings.ok() && findings->empty()) {
      log.Warn("traylined.journal_is_sound", {{"reason", damage}});
      return {};
    }
  }
  const auto report = journal::RecoverDatabase(options, real_clock, random, log, damage);
  return report.ok() ? Status() : Status(report.error());
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
  backend = std::make_unique<CoreBackend>(
      *core, *engine, [this] { return journal->State().epoch; },
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

Status Daemon::Parts::Start() {
  started = real_clock.Wall();
  started_mono = real_clock.Mono();
  for (const auto step :
       {&Parts::OpenJournal, &Parts::OpenLink, &Parts::StartEngine, &Parts::OpenDoors}) {
    Status done = (this->*step)();
    if (!done.ok()) return done;
  }
  epoch = journal->State().epoch;
  return {};
}

Status Daemon::Start() {
  Status started = parts_->Start();
  if (!started.ok() && started.error().code == Errc::kCorrupt) {
    log_.Error("traylined.journal_damaged", {{"reason", started.error().text}});
    started = Restart(started.error().text, true);
  }
  if (!started.ok()) return started;
  Parts& parts = *parts_;
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

// Everything anew, in this process, on a journal that is recovered first.
Status Daemon::Restart(std::string damage, bool certain) {
  parts_->Stop();
  parts_ = std::make_unique<Parts>(config_, log_);
  parts_->damage = std::move(damage);
  parts_->damage_is_certain = certain;
  return parts_->Start();
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
