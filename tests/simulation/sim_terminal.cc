#include "tests/simulation/sim_terminal.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stop_token>
#include <utility>

namespace trayline::simulation {
namespace {

constexpr std::int64_t kRestartMostMs = 4'000;     // a service manager's pause
constexpr std::int64_t kDarkMostMs = 90'000;       // without power
constexpr std::int64_t kBootLeastMs = 8'000;       // from power to the agent, and what
constexpr std::int64_t kBootMostMs = 40'000;       // CLOCK_BOOTTIME says then
constexpr std::int64_t kClockSetMostMs = 300'000;  // from the boot to the first time from outside
constexpr std::int64_t kDriftPpmMost = 200;
constexpr std::size_t kReadbackRows = 1000;
constexpr std::size_t kReadbackBytes = std::size_t{1} << 20;
constexpr std::size_t kTurnsMost = 64;  // of the uplink in one step

Machine MachineOf(std::size_t number) {
  Machine machine;
  machine.name = "acme-store" + std::to_string(number / 2 + 1) + "-kiosk" + std::to_string(number);
  return machine;
}

TerminalId IdOf(std::size_t number) {
  return {"acme", "store" + std::to_string(number / 2 + 1), "kiosk" + std::to_string(number)};
}

}  // namespace

struct SimTerminal::Agent {
  explicit Agent(SimTerminal& terminal)
      : core(terminal.world_.loop, terminal.chance_, [&terminal] { terminal.CoreStep(); }),
        store(terminal.world_.loop, terminal.chance_, [&terminal] { terminal.StoreStep(); }),
        sender(terminal.world_.loop, terminal.chance_, [&terminal] { terminal.UplinkStep(); }) {}

  // In this order they go: nobody calls into what is gone.
  ~Agent() {
    ending = true;
    uplink.reset();
    journal.reset();
    engine.reset();
  }

  bool ending = false;
  bool connected = false;
  std::deque<Loop::Action> posted;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<WatchedJournal> watched;
  std::unique_ptr<uplink::Uplink> uplink;
  Actor core;
  Actor store;
  Actor sender;
};

SimTerminal::SimTerminal(const Surroundings& world, std::size_t number, Chance& parent,
                         std::string folder)
    : world_(world),
      chance_(parent, 10 + number),
      number_(number),
      folder_(std::move(folder)),
      machine_(MachineOf(number)),
      id_(IdOf(number)),
      log_(LogLevel::kInfo,
           [this](std::string_view line) { world_.trace.Note(machine_.name, line); }),
      random_(chance_.Bits()),
      disk_("sim-" + machine_.name, chance_.Bits(), kLinux) {
  machine_.news = [this] {
    if (agent_) agent_->sender.Wake();
  };
  machine_.hold = [this](Millis span) {
    if (agent_) agent_->sender.HoldUntil(world_.loop.now() + span);
  };
  drift_ppm_ = static_cast<std::int64_t>(chance_.Below(2 * kDriftPpmMost)) - kDriftPpmMost;
  const Scenario& scenario = world_.scenario;
  const std::size_t hosts = scenario.hosts * scenario.terminals;
  for (std::size_t i = 0; i < scenario.hosts; ++i) {
    const Host::Options options{number, number * scenario.hosts + i, scenario.events / hosts,
                                scenario.pause};
    hosts_.push_back(std::make_unique<Host>(options, world_.loop, chance_, world_.witness,
                                            [this](engine::RecordBatch batch, Host::Reply reply) {
                                              return Record(std::move(batch), std::move(reply));
                                            }));
    hosts_.back()->Begin();
  }
}

SimTerminal::~SimTerminal() { EndAgent(); }

// --- Power, clock, processes --------------------------------------------------------------------

void SimTerminal::SwitchOn() {
  powered_ = true;
  disk_.PowerOn();
  ++boots_;
  clock_at_ = world_.loop.now();
  clock_.SetMono(MonoFromMs(chance_.Span(kBootLeastMs, kBootMostMs).count()));
  unsynced_ = world_.scenario.boots_in_1970;
  clock_.SetState(unsynced_ ? event::ClockState::kUnsynced : event::ClockState::kSynced);
  const auto true_ms = fakes::kManualClockStartMs + world_.loop.now().count();
  clock_.SetWall(unsynced_ ? WallFromMs(clock_.Mono().time_since_epoch().count())
                           : WallFromMs(true_ms) + wall_offset_);
  if (unsynced_) {
    world_.loop.In(chance_.Span(0, kClockSetMostMs), life_.Guard([this, boot = boots_] {
      if (boot == boots_) StepClock(wall_offset_);
    }));
  }
  world_.trace.Note(unit(), "boots");
  StartAgentIn(Millis(0));
}

void SimTerminal::StepClock(Millis by) {
  SyncClock();
  wall_offset_ = by;
  unsynced_ = false;
  clock_.SetState(event::ClockState::kSynced);
  clock_.SetWall(WallFromMs(fakes::kManualClockStartMs + world_.loop.now().count()) + by);
}

void SimTerminal::SyncClock() {
  const Millis passed = world_.loop.now() - clock_at_;
  if (passed <= Millis(0)) return;
  clock_at_ = world_.loop.now();
  drift_rest_ms_ += static_cast<double>(passed.count()) * static_cast<double>(drift_ppm_) / 1e6;
  const auto whole = static_cast<std::int64_t>(drift_rest_ms_);
  drift_rest_ms_ -= static_cast<double>(whole);
  clock_.Advance(std::max(passed + Millis(whole), Millis(0)));
}

void SimTerminal::CutPower() {
  if (!powered_) return;
  disk_.PowerCut();
  LosePower();
}

void SimTerminal::CutPowerWithin(std::uint64_t operations) {
  if (powered_) disk_.CutAt(chance_.Between(1, operations));
}

void SimTerminal::LosePower() {
  world_.trace.Note(unit(), "has no power" + (disk_.cut_file().empty()
                                                  ? std::string()
                                                  : ", in the middle of " + disk_.cut_file()));
  powered_ = false;
  EndAgent();
  world_.broker.ProgramEnded(machine_, true);
  world_.loop.In(chance_.Span(1'000, kDarkMostMs), life_.Guard([this] { SwitchOn(); }));
}

void SimTerminal::KillAgent() {
  if (!agent_) return;
  world_.trace.Note(unit(), "the agent is killed");
  disk_.KillProcess();
  world_.broker.ProgramEnded(machine_, false);
  EndAgent();
  StartAgentIn(chance_.Span(100, kRestartMostMs));
}

void SimTerminal::StopAgent() {
  if (!BeginStep()) return;
  world_.trace.Note(unit(), "the agent stops in order");
  bool stopped = false;
  agent_->engine->Stop([&stopped] { stopped = true; });
  for (bool more = true; more && !stopped;) {
    more = agent_->journal->RunOnce();
    while (!agent_->posted.empty()) {
      const auto next = std::move(agent_->posted.front());
      agent_->posted.pop_front();
      next();
      more = true;
    }
  }
  std::stop_source stop;
  stop.request_stop();
  agent_->uplink->Run(stop.get_token());
  static_cast<void>(agent_->journal->Close());
  EndAgent();
  world_.broker.ProgramEnded(machine_, false);
  if (!disk_.powered()) return LosePower();
  StartAgentIn(chance_.Span(100, kRestartMostMs));
}

void SimTerminal::BackUp() {
  if (!disk_.powered()) return;
  std::ifstream file(EpochPath());
  std::string epoch((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  backup_ = Backup{disk_.Take(), std::move(epoch), record_};
  world_.trace.Note(unit(), "its disk is copied");
}

void SimTerminal::RestoreBackup(bool with_epoch_file) {
  if (!backup_ || !powered_ || !disk_.powered()) return;
  world_.trace.Note(unit(), with_epoch_file ? "an older copy of its disk is restored"
                                            : "an older copy of its database is restored");
  ExchangeDisk(*backup_, with_epoch_file);
}

void SimTerminal::ReplaceDisk() {
  if (!powered_ || !disk_.powered()) return;
  world_.trace.Note(unit(), "gets a new disk");
  ExchangeDisk(Backup{}, true);
}

void SimTerminal::ExchangeDisk(const Backup& disk, bool with_epoch_file) {
  disk_.KillProcess();
  world_.broker.ProgramEnded(machine_, false);
  EndAgent();
  disk_.Restore(disk.files);
  if (with_epoch_file && disk.epoch_file.empty()) {
    std::filesystem::remove(EpochPath());
  } else if (with_epoch_file) {
    std::ofstream(EpochPath()) << disk.epoch_file;
  }
  std::vector<std::string> in_hand;
  for (const auto& host : hosts_) host->ForgetAnswered(in_hand);
  world_.witness.TerminalSetBack(number_, unit(), record_, in_hand);
  record_ = disk.record;
  StartAgentIn(chance_.Span(100, kRestartMostMs));
}

void SimTerminal::StartAgentIn(Millis delay) {
  world_.loop.In(delay, life_.Guard([this] {
    if (powered_ && !agent_) StartAgent();
  }));
}

void SimTerminal::EndAgent() {
  if (agent_ && agent_->uplink) {
    const auto counts = agent_->uplink->status().counts;
    frames_before_ += counts.frames_sent;
    resent_before_ += counts.events_resent;
  }
  agent_.reset();
}

void SimTerminal::StartAgent() {
  SyncClock();
  ++starts_;
  agent_ = std::make_unique<Agent>(*this);
  // A power cut in the very opening that repairs a failed sync is a known limit (README.md).
  if (world_.scenario.trouble[Kind::kTerminalDiskFault] > 0) disk_.PowerOn();
  const Status opened = OpenAgent();
  if (!disk_.powered()) return LosePower();
  if (opened.ok()) {
    agent_->store.Wake();
    agent_->sender.Wake();
    return EndStep();
  }
  world_.trace.Note(unit(), "the agent does not start: " + opened.error().text);
  if (opened.error().code == Errc::kCorrupt) {
    world_.witness.Fail(unit() + " finds its journal corrupt: " + opened.error().text);
  }
  EndAgent();
  disk_.KillProcess();
  StartAgentIn(chance_.Span(1'000, 2 * kRestartMostMs));
}

Status SimTerminal::OpenAgent() {
  journal::Options options;
  options.path = DatabasePath();
  options.boot_id = "boot-" + std::to_string(boots_);
  options.wal_autocheckpoint_pages = static_cast<std::int64_t>(world_.scenario.wal_pages);
  options.vfs = disk_.name();
  auto opened = journal::Journal::Open(options, clock_, random_, log_);
  if (!opened.ok()) return opened.error();
  agent_->journal = std::move(*opened);
  if (Status read = Readback(); !read.ok()) return read;
  agent_->watched = std::make_unique<WatchedJournal>(*agent_->journal, *agent_->journal,
                                                     world_.witness, unit(), record_);
  uplink::Options up;
  up.terminal = id_;
  up.agent_version = "sim";
  up.device_class = "kiosk";
  agent_->uplink = std::make_unique<uplink::Uplink>(
      up, uplink::Uplink::Parts{*agent_->watched, *agent_->journal, clock_, random_, log_,
                                world_.broker.ClientsOf(machine_)});
  agent_->journal->SetCommitListener([this](Sequence last) { OnCommitted(last); });
  engine::Options engine;
  engine.checkpoint_every = 64;
  agent_->engine = std::make_unique<engine::Engine>(
      engine, *agent_->watched, clock_, log_, [this, agent = agent_.get()](Loop::Action action) {
        if (agent->ending) return;
        agent->posted.push_back(std::move(action));
        agent->core.Wake();
      });
  return agent_->engine->Start({"sim", options.boot_id, 1});
}

void SimTerminal::Heal() {
  disk_.Heal();
  if (powered_) disk_.PowerOn();
  StepClock(Millis(0));
}

// --- Steps --------------------------------------------------------------------------------------

bool SimTerminal::BeginStep() {
  if (!agent_ || !agent_->engine || !powered_ || !disk_.powered()) return false;
  SyncClock();
  return true;
}

void SimTerminal::EndStep() {
  if (!agent_) return;
  if (!disk_.powered()) {
    // Not from within the step of an actor that it destroys.
    world_.loop.In(Millis(0), life_.Guard([this] {
      if (powered_ && !disk_.powered()) LosePower();
    }));
    return;
  }
  agent_->store.Wake();
  if (const auto due = agent_->engine->NextDeadline()) {
    const Millis wait = std::max(*due - clock_.Mono(), Millis(1));
    agent_->core.WakeAt(world_.loop.now() + wait);
  }
}

bool SimTerminal::Record(engine::RecordBatch batch, Host::Reply reply) {
  if (!BeginStep()) return false;
  agent_->engine->Record(std::move(batch), std::move(reply));
  EndStep();
  return true;
}

void SimTerminal::CoreStep() {
  if (!BeginStep()) return;
  while (!agent_->posted.empty()) {
    const auto next = std::move(agent_->posted.front());
    agent_->posted.pop_front();
    next();
  }
  if (const auto due = agent_->engine->NextDeadline(); due && *due <= clock_.Mono()) {
    agent_->engine->Tick();
  }
  EndStep();
}

void SimTerminal::StoreStep() {
  if (!BeginStep()) return;
  if (agent_->journal->RunOnce()) EndStep();
  if (!disk_.powered()) EndStep();
}

void SimTerminal::UplinkStep() {
  if (!BeginStep()) return;
  Millis wait{0};
  for (std::size_t i = 0; i < kTurnsMost && wait == Millis(0); ++i)
    wait = agent_->uplink->Turn(wait);
  agent_->sender.WakeAt(world_.loop.now() + std::max(wait, Millis(1)));
  agent_->store.WakeAt(world_.loop.now() + journal::kCursorEvery);  // the cursor may be due
  const bool connected = agent_->uplink->status().state == uplink::UplinkState::kConnected;
  if (connected != agent_->connected) {
    agent_->connected = connected;
    agent_->engine->NoteConnectivity(connected);
  }
  EndStep();
}

void SimTerminal::OnCommitted(Sequence last) {
  if (agent_->ending) return;
  agent_->uplink->OnCommitted(last);
  agent_->sender.Wake();
}

// What the journal holds after a start: all that is known to be durable, and perhaps what was
// committed when nobody could be told any more.
Status SimTerminal::Readback() {
  const ports::OutboxState state = agent_->journal->State();
  world_.witness.Reopened(unit(), record_, state.epoch, state.last);
  Sequence after;
  while (after < state.last) {
    const auto rows = agent_->journal->Read(after, kReadbackRows, kReadbackBytes);
    if (!rows.ok()) return rows.error();
    if (rows->empty()) break;  // the rest was given up
    world_.witness.Committed(unit(), record_, state.epoch, *rows);
    after = rows->back().sequence;
  }
  return {};
}

// --- What is seen from outside ------------------------------------------------------------------

bool SimTerminal::IsDrained() const {
  if (!agent_ || !agent_->engine) return false;
  for (const auto& host : hosts_) {
    if (!host->IsDone()) return false;
  }
  const ports::OutboxState state = agent_->journal->State();
  return state.acked == state.last && state.closed.empty() && agent_->engine->InFlight() == 0 &&
         agent_->posted.empty() && world_.witness.HqHas(unit(), state.epoch, state.last);
}

std::string SimTerminal::Describe() const {
  if (!agent_ || !agent_->engine) return unit() + ": down";
  const ports::OutboxState state = agent_->journal->State();
  const uplink::UplinkStatus link = agent_->uplink->status();
  std::string waiting;
  for (const auto& host : hosts_) waiting += host->IsDone() ? " done" : " sends";
  return unit() + ": epoch " + std::to_string(state.epoch.value) + ", " +
         std::to_string(state.acked.value) + " of " + std::to_string(state.last.value) +
         " at HQ, uplink " + std::string(uplink::UplinkStateName(link.state)) + ", hosts" + waiting;
}

std::uint64_t SimTerminal::frames() const {
  return frames_before_ +
         (agent_ && agent_->uplink ? agent_->uplink->status().counts.frames_sent : 0);
}

std::uint64_t SimTerminal::events_resent() const {
  return resent_before_ +
         (agent_ && agent_->uplink ? agent_->uplink->status().counts.events_resent : 0);
}

}  // namespace trayline::simulation
