#include "tests/unit/sync/round/round_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "agent/event/event.h"
#include "sync/wire/topics.h"

namespace trayline::round {
namespace {

constexpr Millis kTick{50};
constexpr Millis kLongTick{2'000};  // when everybody waits for longer

}  // namespace

RoundWorld::RoundWorld(std::uint64_t seed) : random_(seed) { StartHq(1); }

Machine& RoundWorld::Start(Disk disk) {
  machines_.push_back(std::make_unique<Machine>());
  Machine& machine = *machines_.back();
  machine.journal = std::make_unique<RoundJournal>(std::move(disk));
  uplink::Options options;
  options.terminal = KioskOne();
  options.agent_version = "0.1.0-test";
  machine.uplink = std::make_unique<uplink::Uplink>(
      options, uplink::Uplink::Parts{*machine.journal, *machine.journal, clock, random_, log_,
                                     broker.AsFunction()});
  machine.journal->SetCommitListener(
      [&machine](Sequence last) { machine.uplink->OnCommitted(last); });
  return machine;
}

void RoundWorld::Halt(Machine& machine) {
  machine.uplink.reset();
  if (machine.journal) machine.journal->SetCommitListener(nullptr);
}

void RoundWorld::Restart(Machine& machine) {
  Halt(machine);
  Machine& again = Start(machine.journal->disk());
  std::swap(machine, again);
  machines_.pop_back();
  machine.journal->SetCommitListener(
      [&machine](Sequence last) { machine.uplink->OnCommitted(last); });
}

void RoundWorld::Record(Machine& machine, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    machine.journal->Record("event-" + std::to_string(++recorded_));
  }
}

void RoundWorld::StartHq(std::uint64_t new_generation) {
  generation = new_generation;
  hq::ReceiverOptions options;
  options.generation = generation;
  options.raise_generation = [this](std::uint64_t raised) -> Status {
    generation = raised;
    return {};
  };
  core = std::make_unique<hq::ReceiverCore>(std::move(options), store, log_);
  ASSERT_TRUE(core->Start().ok());
  inbox_ = std::make_shared<std::vector<hq::Incoming>>();
  mqtt::ConnectOptions connect;
  connect.client_id = "hqtx0";
  sender_ = broker.Make();
  ASSERT_TRUE(sender_->Connect(connect, {}).ok());
  mqtt::Handlers handlers;
  handlers.message = [inbox = inbox_](std::string_view topic, std::string_view payload, bool) {
    inbox->push_back({std::string(topic), std::string(payload)});
  };
  connect.client_id = "hqrx0";
  receiver_ = broker.Make();
  ASSERT_TRUE(receiver_->Connect(connect, std::move(handlers)).ok());
  ASSERT_TRUE(receiver_->Subscribe(wire::UpFilter(), 1).ok());
}

void RoundWorld::RestoreHq(const fakes::MemoryHqStore& backup, std::uint64_t new_generation) {
  store = backup;
  StartHq(new_generation);
}

void RoundWorld::TurnHq() {
  const auto messages = std::exchange(*inbox_, {});
  for (const hq::Outgoing& message : core->Handle(messages, clock.Wall(), 0)) {
    static_cast<void>(sender_->Publish(message.topic, message.payload, 0, false));
  }
  for (const hq::Progress& progress : core->TakeProgress()) {
    if (progress.watermark == Sequence{}) continue;
    out_of_order = out_of_order || progress.epoch < highest_epoch;
    highest_epoch = std::max(highest_epoch, progress.epoch);
  }
}

void RoundWorld::Run(Millis time) {
  const MonoTime end = clock.Mono() + time;
  while (clock.Mono() < end) {
    Millis wait = kLongTick;
    for (const auto& machine : machines_) {
      if (!machine->uplink) continue;
      for (int turn = 0; turn < 50; ++turn) {
        const Millis next = machine->uplink->Turn(Millis(0));
        if (next == Millis(0)) continue;
        wait = std::min(wait, next);
        break;
      }
    }
    if (!inbox_->empty()) wait = kTick;
    TurnHq();
    clock.Advance(std::max(wait, kTick));
  }
}

bool RoundWorld::Settle(Millis patience) {
  const MonoTime end = clock.Mono() + patience;
  while (clock.Mono() < end) {
    Run(Millis(5'000));
    const bool done = std::all_of(machines_.begin(), machines_.end(), [](const auto& machine) {
      if (!machine->uplink) return true;
      const ports::OutboxState state = machine->journal->State();
      return state.acked == state.last &&
             state.closed.size() == machine->uplink->status().closed_aside;
    });
    if (done) return true;
  }
  return false;
}

std::map<std::string, int> RoundWorld::AtHq() const {
  std::map<std::string, int> found;
  for (const auto& [key, row] : store.events) {
    const auto event = event::DecodeBody(row.body, row.epoch, row.sequence, row.type, row.journey);
    EXPECT_TRUE(event.ok());
    if (event.ok()) ++found[IdOf(*event)];
  }
  return found;
}

void RoundWorld::ExpectAllOnce() const {
  const auto found = AtHq();
  for (const auto& [id, count] : found) EXPECT_EQ(count, 1) << id << " stands at HQ twice";
  for (const auto& machine : machines_) {
    if (!machine->uplink) continue;
    // A closed epoch that HQ has another history of stays on the machine.
    const std::set<std::string> unsent = machine->journal->UnsentIds();
    for (const std::string& id : machine->journal->Ids()) {
      EXPECT_TRUE(found.contains(id) || unsent.contains(id)) << id << " is lost";
    }
  }
  for (const auto& [key, log] : store.logs) {
    EXPECT_EQ(log.received + log.voided + log.quarantined, log.watermark.value);
  }
}

}  // namespace trayline::round
