#include "sync/hq/main/server_app.h"

#include <atomic>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "agent/http/router.h"
#include "agent/http/server.h"
#include "agent/platform/files.h"
#include "agent/platform/service_notifier.h"
#include "agent/platform/system_clock.h"
#include "agent/platform/system_random.h"
#include "sync/hq/api/hq_api.h"
#include "sync/hq/api/live_feed.h"
#include "sync/hq/main/files.h"
#include "sync/hq/main/open_database.h"
#include "sync/hq/main/store_worker.h"
#include "sync/hq/store/sqlite_hq_reader.h"
#include "sync/hq/store/sqlite_hq_store.h"
#include "sync/mqtt/paho_client.h"

namespace trayline::hq {
namespace {

constexpr Millis kLinkWait{50};
constexpr Millis kServerStop{2'000};
constexpr ::mode_t kAddressMode = 0644;
// Each live page holds a thread of the server; the rest answers requests.
constexpr std::size_t kServerThreads = kStreamsMax + 8;
constexpr std::size_t kServerConnections = 128;

}  // namespace

// In the order in which they are built; destroyed the other way round.
struct ServerApp::Parts {
  explicit Parts(const Options& options) : generation_file(options.database + ".generation") {}

  platform::SystemClock clock;
  platform::SystemRandom random;
  std::optional<platform::FileLock> lock;
  GenerationFile generation_file;
  std::atomic<std::uint64_t> generation{0};
  std::unique_ptr<SqliteHqStore> store;
  std::unique_ptr<SqliteHqReader> reader;
  BoundedQueue<Incoming> inbox{kInboxCapacity};
  BoundedQueue<Outgoing> outbox{kOutboxCapacity};
  LiveFeed feed;
  std::unique_ptr<ReceiverCore> core;
  std::unique_ptr<Projector> projector;
  std::unique_ptr<BrokerLink> link;
  std::unique_ptr<StoreWorker> worker;
  http::Router router;
  std::unique_ptr<http::Server> server;
  std::optional<platform::ServiceNotifier> notifier;
  std::jthread store_thread;
  std::jthread link_thread;
  std::uint64_t watched_beats = 0;
  MonoTime watched_at;
};

ServerApp::ServerApp(const Options& options, Log& log) : options_(options), log_(log) {}

ServerApp::~ServerApp() { Stop(); }

Status ServerApp::Start() {
  parts_ = std::make_unique<Parts>(options_);
  parts_->notifier = platform::ServiceNotifier::FromEnvironment();
  Status status = OpenStore();
  if (status.ok()) status = Serve();
  if (!status.ok()) {
    parts_.reset();
    return status;
  }
  StartThreads();
  if (Status told = parts_->notifier->Ready(); !told.ok()) {
    log_.Warn("hq.systemd_not_told", {{"reason", told.error().text}});
  }
  log_.Info("hq.started", {{"address", parts_->server->address()},
                           {"database", options_.database},
                           {"generation", parts_->generation.load()},
                           {"pages", options_.web.empty() ? "none" : options_.web}});
  return {};
}

Status ServerApp::OpenStore() {
  Parts& parts = *parts_;
  auto lock = LockDatabase(options_);
  if (!lock.ok()) return lock.error();
  parts.lock.emplace(std::move(*lock));
  auto store = OpenDatabase(options_, parts.random);
  if (!store.ok()) return store.error();
  parts.store = std::move(*store);
  parts.reader = std::make_unique<SqliteHqReader>(options_.database);
  auto generation = parts.generation_file.Load(parts.store->database_id());
  if (!generation.ok()) return generation.error();
  parts.generation.store(*generation);

  ReceiverOptions receiver{.tenant = options_.tenant, .generation = *generation};
  receiver.raise_generation = [&parts](std::uint64_t raised) -> Status {
    if (Status status = parts.generation_file.Raise(raised); !status.ok()) return status;
    parts.generation.store(raised);
    return {};
  };
  parts.core = std::make_unique<ReceiverCore>(std::move(receiver), *parts.store, log_);
  parts.projector = std::make_unique<Projector>(ProjectorOptions{}, *parts.store, log_);
  const BrokerOptions broker{.uri = options_.broker,
                             .receiver_tls = options_.receiver_tls,
                             .sender_tls = options_.sender_tls,
                             .boot = RandomHex(parts.random, 1)};
  parts.link =
      std::make_unique<BrokerLink>(broker, mqtt::PahoClientFactory().AsFunction(), parts.clock,
                                   parts.random, parts.inbox, parts.outbox, log_);
  parts.link->SetGeneration(*generation);
  parts.worker = std::make_unique<StoreWorker>(
      StoreWorker::Parts{*parts.store, *parts.core, *parts.projector, *parts.link, parts.inbox,
                         parts.outbox, parts.feed, parts.clock, log_});
  return parts.worker->Start();
}

Status ServerApp::Serve() {
  Parts& parts = *parts_;
  const ApiOptions api{.version = TRAYLINE_VERSION,
                       .database = options_.database,
                       .day = options_.day,
                       .web = options_.web,
                       .generation = [&parts] { return parts.generation.load(); }};
  Status added = AddRoutes(parts.router, api, *parts.reader, parts.feed, parts.clock);
  if (!added.ok()) return added;
  http::ServerOptions server;
  server.listen = options_.listen;
  server.max_connections = kServerConnections;
  server.max_threads = kServerThreads;
  server.guard.extra_hosts = options_.hosts;
  server.guard.same_origin = true;
  http::Handler handler;
  handler.handle = [&parts](http::Request& request) {
    http::Response response = parts.router.Handle(request);
    AddCommonHeaders(response);
    return response;
  };
  parts.server = std::make_unique<http::Server>(std::move(server), std::move(handler), log_);
  if (Status started = parts.server->Start(); !started.ok()) {
    return started.error().In("serving at " + options_.listen);
  }
  return platform::WriteFileDurably(options_.address_file, parts.server->address() + "\n",
                                    kAddressMode);
}

void ServerApp::StartThreads() {
  Parts& parts = *parts_;
  parts.store_thread = std::jthread([&parts] {
    while (parts.worker->RunOnce()) {
    }
    parts.worker->Finish();
  });
  parts.link_thread = std::jthread([&parts](const std::stop_token& stop) {
    while (!stop.stop_requested()) parts.link->RunOnce(kLinkWait);
    parts.link->Stop();
  });
}

// A store thread that hangs lets the watchdog of systemd bark.
void ServerApp::Watch() {
  const auto every = parts_->notifier->watchdog();
  if (!every) return;
  const MonoTime now = parts_->clock.Mono();
  const std::uint64_t beats = parts_->worker->beats();
  if (beats == parts_->watched_beats || now - parts_->watched_at < *every / 3) return;
  parts_->watched_beats = beats;
  parts_->watched_at = now;
  (void)parts_->notifier->Watchdog();
}

void ServerApp::Stop() {
  if (!parts_) return;
  Parts& parts = *parts_;
  (void)parts.notifier->Stopping();
  parts.link->BeginStop();
  parts.inbox.Close();
  parts.store_thread.join();  // everything that was taken is stored, its answers are in the outbox
  parts.link_thread.request_stop();
  parts.link_thread.join();
  parts.feed.Close();
  parts.server->Stop(kServerStop);
  log_.Info("hq.stopped",
            {{"frames", parts.core->counters().frames}, {"events", parts.core->counters().events}});
  parts_.reset();
}

}  // namespace trayline::hq
