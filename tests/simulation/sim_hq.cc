#include "tests/simulation/sim_hq.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sync/hq/receiver/broker_link.h"
#include "sync/hq/receiver/receiver_core.h"
#include "sync/hq/store/sqlite_hq_store.h"
#include "tests/simulation/watched_hq_store.h"

namespace trayline::simulation {
namespace {

// As sync/hq/main/store_worker.cc has them.
constexpr std::size_t kMessagesPerRound = 64;
constexpr Millis kFlushEvery{2'000};

constexpr std::int64_t kRestartMostMs = 4'000;
constexpr std::int64_t kDarkMostMs = 60'000;
constexpr Millis kLookAgain{250};  // at whether the broker is to be tried again
constexpr const char* kPath = "/hq.db";

// "tl1/dn/<store>/<unit>/ack".
std::string UnitOf(const std::string& ack_topic) {
  const std::size_t end = ack_topic.rfind('/');
  const std::size_t begin = ack_topic.rfind('/', end - 1) + 1;
  return ack_topic.substr(begin, end - begin);
}

}  // namespace

struct SimHq::Server {
  explicit Server(SimHq& hq)
      : link_thread(hq.world_.loop, hq.chance_, [&hq] { hq.LinkStep(); }),
        store_thread(hq.world_.loop, hq.chance_, [&hq] { hq.StoreStep(); }) {}

  BoundedQueue<hq::Incoming> inbox{hq::kInboxCapacity};
  BoundedQueue<hq::Outgoing> outbox{hq::kOutboxCapacity};
  std::unique_ptr<WatchedHqStore> store;
  std::unique_ptr<hq::ReceiverCore> core;
  std::unique_ptr<hq::BrokerLink> link;
  Millis flush_at{};
  Actor link_thread;
  Actor store_thread;
};

SimHq::SimHq(const Surroundings& world, Chance& parent)
    : world_(world),
      chance_(parent, 2),
      log_(LogLevel::kInfo, [this](std::string_view line) { world_.trace.Note("hq", line); }),
      random_(chance_.Bits()),
      disk_("sim-hq", chance_.Bits(), kLinux) {
  machine_.name = "hq";
  machine_.news = [this] {
    if (!server_) return;
    server_->link_thread.Wake();
    server_->store_thread.Wake();
  };
  machine_.hold = [this](Millis span) {
    if (server_) server_->link_thread.HoldUntil(world_.loop.now() + span);
  };
}

SimHq::~SimHq() { EndServer(); }

void SimHq::SwitchOn() {
  powered_ = true;
  disk_.PowerOn();
  clock_at_ = world_.loop.now();
  clock_.SetMono(MonoFromMs(chance_.Span(8'000, 40'000).count()));
  world_.trace.Note("hq", "boots");
  StartServerIn(Millis(0));
}

void SimHq::StepClock(Millis by) {
  SyncClock();
  clock_.SetWall(WallFromMs(fakes::kManualClockStartMs + world_.loop.now().count()) + by);
}

void SimHq::SyncClock() {
  const Millis passed = world_.loop.now() - clock_at_;
  clock_at_ = world_.loop.now();
  if (passed > Millis(0)) clock_.Advance(passed);
}

void SimHq::CutPower() {
  if (!powered_) return;
  disk_.PowerCut();
  LosePower();
}

void SimHq::CutPowerWithin(std::uint64_t operations) {
  if (powered_) disk_.CutAt(chance_.Between(1, operations));
}

void SimHq::LosePower() {
  world_.trace.Note("hq", "has no power");
  powered_ = false;
  world_.broker.ProgramEnded(machine_, true);
  EndServer();
  world_.loop.In(chance_.Span(1'000, kDarkMostMs), life_.Guard([this] { SwitchOn(); }));
}

void SimHq::KillServer() {
  if (!server_) return;
  world_.trace.Note("hq", "the server is killed");
  disk_.KillProcess();
  world_.broker.ProgramEnded(machine_, false);
  EndServer();
  StartServerIn(chance_.Span(100, kRestartMostMs));
}

void SimHq::StopServer() {
  if (!BeginStep()) return;
  world_.trace.Note("hq", "the server stops in order");
  server_->link->BeginStop();
  while (server_->inbox.size() > 0 && disk_.powered()) HandleSome();
  static_cast<void>(server_->core->Flush());
  server_->link->Stop();
  EndServer();
  if (!disk_.powered()) return LosePower();
  StartServerIn(chance_.Span(100, kRestartMostMs));
}

void SimHq::BackUp() {
  if (!powered_ || !disk_.powered() || starts_ == 0) return;
  backup_ = disk_.Take();
  world_.trace.Note("hq", "its database is copied");
}

void SimHq::RestoreBackup(bool with_command) {
  if (!backup_ || !powered_ || !disk_.powered()) return;
  world_.trace.Note("hq", with_command ? "an older database is restored"
                                       : "an older database is put back, nobody says so");
  disk_.KillProcess();
  world_.broker.ProgramEnded(machine_, false);
  EndServer();
  disk_.Restore(*backup_);
  world_.witness.HqSetBack();
  if (with_command) ++generation_;
  StartServerIn(chance_.Span(100, kRestartMostMs));
}

void SimHq::StartServerIn(Millis delay) {
  world_.loop.In(delay, life_.Guard([this] {
    if (powered_ && !server_) StartServer();
  }));
}

void SimHq::EndServer() { server_.reset(); }

void SimHq::StartServer() {
  SyncClock();
  ++starts_;
  server_ = std::make_unique<Server>(*this);
  // As for terminals, see sim_terminal.cc.
  if (world_.scenario.trouble[Kind::kHqDiskFault] > 0) disk_.PowerOn();
  const Status opened = OpenServer();
  if (!disk_.powered()) return LosePower();
  if (opened.ok()) return server_->link_thread.Wake();
  world_.trace.Note("hq", "the server does not start: " + opened.error().text);
  if (opened.error().code == Errc::kCorrupt) {
    world_.witness.Fail("HQ finds its database corrupt: " + opened.error().text);
  }
  EndServer();
  disk_.KillProcess();
  StartServerIn(chance_.Span(1'000, 2 * kRestartMostMs));
}

Status SimHq::OpenServer() {
  auto opened = hq::SqliteHqStore::Open(
      {.path = kPath, .vfs = disk_.name(), .new_database_id = std::string(32, 'a')});
  if (!opened.ok()) return opened.error();
  server_->store = std::make_unique<WatchedHqStore>(std::move(*opened), world_.witness);
  if (Status seen = world_.witness.HqOpened(*server_->store); !seen.ok()) return seen;
  hq::ReceiverOptions receiver;
  receiver.generation = generation_;
  receiver.raise_generation = [this](std::uint64_t generation) {
    generation_ = generation;
    return Status();
  };
  server_->core = std::make_unique<hq::ReceiverCore>(receiver, *server_->store, log_);
  if (Status started = server_->core->Start(); !started.ok()) return started;
  hq::BrokerOptions broker;
  broker.boot = "start-" + std::to_string(starts_);
  server_->link =
      std::make_unique<hq::BrokerLink>(broker, world_.broker.ClientsOf(machine_), clock_, random_,
                                       server_->inbox, server_->outbox, log_);
  server_->link->SetGeneration(generation_);
  return {};
}

void SimHq::Heal() {
  disk_.Heal();
  if (powered_) disk_.PowerOn();
  StepClock(Millis(0));
}

bool SimHq::BeginStep() {
  if (!server_ || !server_->link || !powered_ || !disk_.powered()) return false;
  SyncClock();
  return true;
}

void SimHq::EndStep() {
  if (disk_.powered()) return;
  world_.loop.In(Millis(0), life_.Guard([this] {
    if (powered_ && !disk_.powered()) LosePower();
  }));
}

void SimHq::LinkStep() {
  if (!BeginStep()) return;
  server_->link->RunOnce(Millis(0));
  if (!server_->link->IsConnected()) server_->link_thread.WakeAt(world_.loop.now() + kLookAgain);
  if (server_->outbox.size() > 0) server_->link_thread.Wake();
}

void SimHq::StoreStep() {
  if (!BeginStep()) return;
  if (server_->inbox.size() > 0) {
    HandleSome();
    if (server_->flush_at <= world_.loop.now()) server_->flush_at = world_.loop.now() + kFlushEvery;
  } else if (server_->flush_at <= world_.loop.now()) {
    static_cast<void>(server_->core->Flush());
    return EndStep();
  }
  server_->store_thread.WakeAt(server_->flush_at);
  if (server_->inbox.size() > 0) server_->store_thread.Wake();
  EndStep();
}

void SimHq::HandleSome() {
  const auto messages = server_->inbox.PopUpTo(kMessagesPerRound, Millis(0));
  const double fill = static_cast<double>(server_->inbox.size()) / hq::kInboxFrames;
  for (hq::Outgoing& answer : server_->core->Handle(messages, clock_.Wall(), fill)) {
    const auto ack = wire::DecodeAck(answer.payload);
    if (ack.ok()) world_.witness.HqAnswers(UnitOf(answer.topic), *ack);
    if (!server_->outbox.TryPush(std::move(answer))) break;
  }
  server_->link->SetGeneration(server_->core->generation());
  static_cast<void>(server_->core->TakeProgress());
  server_->link_thread.Wake();
}

bool SimHq::IsUp() const { return server_ && server_->link && server_->link->IsConnected(); }

void SimHq::CheckEnd() { world_.witness.CheckEnd(*server_->store); }

std::string SimHq::Describe() const {
  if (!server_ || !server_->link) return "hq: down";
  const hq::ReceiverCounters& counts = server_->core->counters();
  return "hq: " + std::string(server_->link->IsConnected() ? "connected" : "not connected") +
         ", of this start: births " + std::to_string(counts.births) + ", refused " +
         std::to_string(counts.refused_births) + ", frames " + std::to_string(counts.frames) +
         ", duplicates " + std::to_string(counts.duplicates) + ", gaps " +
         std::to_string(counts.gaps) + ", failed commits " + std::to_string(counts.failed_commits);
}

}  // namespace trayline::simulation
