#include "tests/simulation/storm.h"

#include <string>
#include <utility>

#include "sync/wire/messages.h"
#include "sync/wire/topics.h"

namespace trayline::simulation {
namespace {

using fault::Fault;
using fault::Operation;

constexpr std::size_t kAcksKept = 64;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kTenYearsMs = 10LL * 365 * 24 * kHourMs;
constexpr std::uint64_t kOperationsOfACommit = 12;

}  // namespace

const std::vector<Storm::Row>& Storm::Table() {
  static const std::vector<Row> table = {
      {Kind::kLinkCut, &Storm::CutLink},
      {Kind::kBlackHole, &Storm::BlackHole},
      {Kind::kHqPartition, &Storm::PartitionHq},
      {Kind::kSlowNetwork, &Storm::SlowNetwork},
      {Kind::kDuplicates, &Storm::Duplicates},
      {Kind::kLossOfQos0, &Storm::LossOfQos0},
      {Kind::kOldAck, &Storm::OldAck},
      {Kind::kForgedAck, &Storm::ForgedAck},
      {Kind::kGarbage, &Storm::Garbage},
      {Kind::kBrokerRestart, &Storm::BrokerRestart},
      {Kind::kBrokerAmnesia, &Storm::BrokerAmnesia},
      {Kind::kBrokerRelapse, &Storm::BrokerRelapse},
      {Kind::kSwallow, &Storm::Swallow},
      {Kind::kHqStop, &Storm::StopHq},
      {Kind::kHqKill, &Storm::KillHq},
      {Kind::kHqPowerCut, &Storm::HqPowerCut},
      {Kind::kHqRestore, &Storm::HqRestore},
      {Kind::kHqDiskFault, &Storm::HqDiskFault},
      {Kind::kTerminalStop, &Storm::StopTerminal},
      {Kind::kTerminalKill, &Storm::KillTerminal},
      {Kind::kTerminalPowerCut, &Storm::TerminalPowerCut},
      {Kind::kTerminalDiskFault, &Storm::TerminalDiskFault},
      {Kind::kTerminalDiskFull, &Storm::TerminalDiskFull},
      {Kind::kTerminalRestore, &Storm::TerminalRestore},
      {Kind::kTerminalReplace, &Storm::TerminalReplace},
      {Kind::kClockStep, &Storm::ClockStep},
  };
  return table;
}

Storm::Storm(const Surroundings& world, Chance& parent, SimHq& hq, Terminals& terminals)
    : world_(world), chance_(parent, 3), hq_(hq), terminals_(terminals) {}

void Storm::Begin() {
  life_ = std::make_unique<Life>();
  world_.broker.SetTap([this](const Message& message) {
    if (!message.topic.ends_with("/ack")) return;
    acks_.push_back(message);
    if (acks_.size() > kAcksKept) acks_.pop_front();
  });
  for (const Row& row : Table()) {
    if (world_.scenario.trouble[row.kind] > 0) Arm(row, world_.scenario.trouble[row.kind]);
  }
}

void Storm::Arm(const Row& row, std::uint64_t per_hour) {
  const std::int64_t mean_ms = kHourMs / static_cast<std::int64_t>(per_hour);
  world_.loop.In(chance_.Span(1, 2 * mean_ms), life_->Guard([this, &row, per_hour] {
    ++brought_[row.kind];
    (this->*row.bring)();
    Arm(row, per_hour);
  }));
}

void Storm::End() {
  life_.reset();
  world_.trace.Note("storm", "is over");
  world_.broker.weather() = Weather{};
  world_.broker.SetReachable(hq_.machine(), true);
  hq_.Heal();
  for (const auto& terminal : terminals_) {
    world_.broker.SetReachable(terminal->machine(), true);
    terminal->Heal();
  }
}

void Storm::LastFor(std::int64_t least_ms, std::int64_t most_ms, Loop::Action end) {
  world_.loop.In(chance_.Span(least_ms, most_ms), life_->Guard(std::move(end)));
}

SimTerminal& Storm::Someone() { return *terminals_[chance_.Below(terminals_.size())]; }

void Storm::Note(std::string_view what) { world_.trace.Note("storm", what); }

// --- Network ------------------------------------------------------------------------------------

void Storm::CutLink() {
  Machine& machine = chance_.OneIn(3) ? hq_.machine() : Someone().machine();
  Note("cuts the connections of " + machine.name);
  world_.broker.Cut(machine);
}

void Storm::BlackHole() { Hole(Someone().machine(), 60'000); }
void Storm::PartitionHq() { Hole(hq_.machine(), 120'000); }

void Storm::Hole(Machine& machine, std::int64_t most_ms) {
  if (!machine.reachable) return;
  Note("nothing passes between the broker and " + machine.name);
  world_.broker.SetReachable(machine, false);
  LastFor(500, most_ms, [this, &machine] {
    Note("everything passes again between the broker and " + machine.name);
    world_.broker.SetReachable(machine, true);
  });
}

void Storm::SlowNetwork() {
  Note("the network is slow");
  world_.broker.weather().latency_ms = chance_.OneIn(2) ? 400 : 4'000;
  LastFor(2'000, 60'000, [this] { world_.broker.weather().latency_ms = Weather{}.latency_ms; });
}

void Storm::Duplicates() {
  Note("messages come twice");
  world_.broker.weather().duplicates = chance_.Between(50, 500);
  LastFor(2'000, 120'000, [this] { world_.broker.weather().duplicates = 0; });
}

void Storm::LossOfQos0() {
  Note("acknowledgements get lost");
  world_.broker.weather().losses_of_qos0 = chance_.Between(50, 900);
  LastFor(2'000, 120'000, [this] { world_.broker.weather().losses_of_qos0 = 0; });
}

void Storm::OldAck() {
  if (acks_.empty()) return;
  const Message old = acks_[chance_.Below(acks_.size())];
  Note("an old acknowledgement comes again on " + old.topic);
  world_.broker.Inject(old);
}

// A nonce of chance, or one of any acknowledgement so far with another watermark: on a broker that
// checks who publishes only HQ could name the present one.
void Storm::ForgedAck() {
  SimTerminal& terminal = Someone();
  const std::string end = "/" + terminal.unit() + "/ack";
  wire::Ack ack;
  ack.nonce = chance_.Bits();
  ack.flags = wire::kAckResume;
  std::string topic;
  for (const Message& known : acks_) {
    const auto read = wire::DecodeAck(known.payload);
    if (!read.ok() || !known.topic.ends_with(end)) continue;
    topic = known.topic;
    ack.epoch = read->epoch;
    ack.hq_generation = read->hq_generation;
    ack.watermark = Sequence{read->watermark.value + chance_.Between(1, 40)};
  }
  if (topic.empty()) return;
  Note("a forged acknowledgement on " + topic);
  world_.broker.Inject({topic, wire::EncodeAck(ack), 0, false});
}

void Storm::Garbage() {
  std::string bytes(chance_.Between(0, 200), '\0');
  for (char& byte : bytes) byte = static_cast<char>(chance_.Below(256));
  if (chance_.OneIn(2) && bytes.size() > 1) bytes.replace(0, 2, chance_.OneIn(2) ? "TL" : "TA");
  auto unit = Someone().unit();
  const auto id = ParseTerminalId([&unit] {
    for (char& c : unit) c = c == '-' ? '/' : c;
    return unit;
  }());
  if (!id.ok()) return;
  const std::string topic = chance_.OneIn(2)   ? wire::AckTopic(*id)
                            : chance_.OneIn(2) ? wire::UpTopic(*id, wire::UpKind::kBatch)
                                               : wire::UpTopic(*id, wire::UpKind::kBirth);
  Note("garbage on " + topic);
  world_.broker.Inject({topic, bytes, 1, false});
}

// --- Broker -------------------------------------------------------------------------------------

void Storm::BrokerRestart() {
  Note("the broker restarts");
  world_.broker.TakeSnapshot();
  world_.broker.Restart(SimBroker::Memory::kKept, chance_.Span(50, 20'000));
}

void Storm::BrokerAmnesia() {
  Note("the broker restarts and has forgotten everything");
  world_.broker.Restart(SimBroker::Memory::kForgotten, chance_.Span(50, 20'000));
}

void Storm::BrokerRelapse() {
  if (chance_.OneIn(2)) return world_.broker.TakeSnapshot();
  Note("the broker restarts with an old snapshot");
  world_.broker.Restart(SimBroker::Memory::kOld, chance_.Span(50, 20'000));
}

void Storm::Swallow() {
  Note("the broker swallows");
  world_.broker.weather().swallows = chance_.Between(100, 1'000);
  LastFor(500, 20'000, [this] { world_.broker.weather().swallows = 0; });
}

// --- HQ -----------------------------------------------------------------------------------------

void Storm::StopHq() { hq_.StopServer(); }
void Storm::KillHq() { hq_.KillServer(); }

void Storm::HqPowerCut() {
  if (chance_.OneIn(3)) return hq_.CutPower();
  Note("HQ's power is about to go");
  hq_.CutPowerWithin(2 * kOperationsOfACommit);
}

void Storm::HqRestore() {
  if (chance_.OneIn(2)) return hq_.BackUp();
  hq_.RestoreBackup(chance_.OneIn(2));
}

void Storm::HqDiskFault() {
  Note("HQ's disk fails");
  BreakDisk(hq_.disk());
}

// --- Terminals ----------------------------------------------------------------------------------

void Storm::StopTerminal() { Someone().StopAgent(); }
void Storm::KillTerminal() { Someone().KillAgent(); }

void Storm::TerminalPowerCut() {
  SimTerminal& terminal = Someone();
  if (chance_.OneIn(3)) return terminal.CutPower();
  Note("the power of " + terminal.unit() + " is about to go");
  terminal.CutPowerWithin(2 * kOperationsOfACommit);
}

void Storm::TerminalDiskFault() {
  SimTerminal& terminal = Someone();
  Note("the disk of " + terminal.unit() + " fails");
  BreakDisk(terminal.disk());
}

void Storm::TerminalDiskFull() {
  SimTerminal& terminal = Someone();
  Note("the disk of " + terminal.unit() + " is full");
  terminal.disk().Fail(Operation::kWrite, Fault::kDiskFull,
                       static_cast<std::int64_t>(chance_.Below(kOperationsOfACommit)));
  LastFor(200, 30'000, [&terminal] { terminal.disk().Heal(); });
}

void Storm::TerminalRestore() {
  SimTerminal& terminal = Someone();
  if (!terminal.HasBackup() || chance_.OneIn(2)) return terminal.BackUp();
  terminal.RestoreBackup(chance_.OneIn(2));
}

void Storm::TerminalReplace() { Someone().ReplaceDisk(); }

void Storm::BreakDisk(fault::PowerVfs& disk) {
  const Operation operation = chance_.OneIn(3)   ? Operation::kRead
                              : chance_.OneIn(2) ? Operation::kWrite
                                                 : Operation::kSync;
  if (chance_.OneIn(2)) {
    disk.FailSometimes(operation, Fault::kIoError,
                       static_cast<std::uint32_t>(chance_.Between(10'000, 300'000)));
  } else {
    disk.Fail(operation, Fault::kIoError,
              static_cast<std::int64_t>(chance_.Below(kOperationsOfACommit)));
  }
  LastFor(200, 30'000, [&disk] { disk.Heal(); });
}

void Storm::ClockStep() {
  const Millis by = chance_.OneIn(3) ? Millis(0) : chance_.Span(-kTenYearsMs, kTenYearsMs);
  if (chance_.OneIn(5)) return hq_.StepClock(by);
  SimTerminal& terminal = Someone();
  Note("the clock of " + terminal.unit() + " is set to " + std::to_string(by.count() / kHourMs) +
       " hours from the truth");
  terminal.StepClock(by);
}

}  // namespace trayline::simulation
