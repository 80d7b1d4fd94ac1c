#include "tests/prove/faults.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <utility>

namespace trayline::prove {
namespace {

constexpr Millis kTenYears{315'576'000'000};
constexpr double kMsPerMinute = 60'000;
constexpr Millis kFeltLimit{10'000};  // a disk that nobody writes to meanwhile

// What a kind is like.
struct Trait {
  std::string_view words;
  double a_minute;     // how often in a run of three terminals
  std::int64_t least;  // ms from its beginning to its end
  std::int64_t most;
  bool touches_link;
};

constexpr std::array<Trait, kKinds> kTraits{{
    {"broker killed, started again", 1.5, 50, 3'000, true},
    {"headquarters killed (-9), started again", 1.5, 50, 3'000, true},
    {"headquarters' connections cut (RST)", 1.0, 0, 0, true},
    {"headquarters in a black hole", 0.5, 500, 3'000, true},
    {"I/O errors at headquarters' database", 1.0, 300, 2'000, true},
    {"headquarters' disk full", 0.5, 300, 2'000, true},
    {"syncs of headquarters fail", 0.5, 300, 2'000, true},
    {"headquarters killed while its syncs fail", 0.5, 100, 1'000, true},
    {"agent killed (-9), started again", 3.0, 20, 2'000, true},
    {"agent's connection cut (RST)", 4.0, 0, 0, true},
    {"agent in a black hole", 1.5, 500, 6'000, true},
    {"agent's link slow (20 to 400 ms a packet)", 1.5, 1'000, 4'000, true},
    {"bursts of lost acknowledgements", 3.0, 1'000, 3'000, false},  // each is counted by itself
    {"I/O errors (EIO) at an agent", 2.5, 100, 2'000, false},
    {"no space (ENOSPC) for any write of an agent", 1.5, 100, 2'000, false},
    {"disk of an agent full (no file can grow)", 2.5, 100, 3'000, false},
    {"syncs of an agent fail", 1.0, 100, 2'000, false},
    {"agent killed while its syncs fail, started again", 1.5, 20, 1'000, true},
    {"clock of an agent 10 years ahead, running", 1.0, 500, 4'000, false},
    {"clock of an agent 10 years back, running", 1.0, 500, 4'000, false},
    {"agent killed, up again 10 years ahead", 0.8, 500, 4'000, true},
    {"agent killed, up again 10 years back", 0.8, 500, 4'000, true},
}};

const Trait& Of(Kind kind) { return kTraits[static_cast<std::size_t>(kind)]; }

bool IsAtHq(Kind kind) { return kind <= Kind::kHqKilledUnsynced; }

bool BreaksDisk(Kind kind) {
  switch (kind) {
    case Kind::kHqIoErrors:
    case Kind::kHqDiskFull:
    case Kind::kHqSyncErrors:
    case Kind::kHqKilledUnsynced:
    case Kind::kAgentIoErrors:
    case Kind::kAgentNoSpace:
    case Kind::kAgentDiskFull:
    case Kind::kAgentSyncErrors:
    case Kind::kAgentKilledUnsynced:
      return true;
    default:
      return false;
  }
}

// The parts of the world that a fault has for itself while it lasts. A process that starts needs a
// disk that works.
std::set<std::string> PartsOf(const Plan& plan) {
  const std::string name = "k" + std::to_string(plan.terminal + 1);
  switch (plan.kind) {
    case Kind::kBrokerKilled:
      return {"broker"};
    case Kind::kHqCut:
    case Kind::kHqHole:
      return {"hq link"};
    case Kind::kHqKilled:
    case Kind::kHqIoErrors:
    case Kind::kHqDiskFull:
    case Kind::kHqSyncErrors:
    case Kind::kHqKilledUnsynced:
      return {"hq"};
    case Kind::kAgentCut:
    case Kind::kAgentHole:
      return {name + " link"};
    case Kind::kAgentSlow:
    case Kind::kAcksLost:
      return {name + " messages"};
    case Kind::kClockForward:
    case Kind::kClockBack:
      return {name + " clock"};
    case Kind::kStartForward:
    case Kind::kStartBack:
      return {name, name + " clock"};
    case Kind::kAgentKilled:
    case Kind::kAgentIoErrors:
    case Kind::kAgentNoSpace:
    case Kind::kAgentDiskFull:
    case Kind::kAgentSyncErrors:
    case Kind::kAgentKilledUnsynced:
      return {name};
  }
  return {};
}

}  // namespace

std::string_view Describe(Kind kind) { return Of(kind).words; }

std::vector<Plan> Schedule(Millis run, std::uint64_t seed) {
  replay::Dice dice(seed);
  std::vector<Plan> plans;
  std::size_t terminal = 0;
  for (std::size_t i = 0; i < kKinds; ++i) {
    const Trait& trait = kTraits[i];
    const double wanted = trait.a_minute * static_cast<double>(run.count()) / kMsPerMinute;
    const auto count = std::max<std::int64_t>(1, std::llround(wanted));
    for (std::int64_t n = 0; n < count; ++n) {
      Plan plan{static_cast<Kind>(i), terminal++ % kTerminals, Millis(dice.Between(0, run.count())),
                Millis(dice.Between(trait.least, trait.most))};
      plans.push_back(plan);
    }
  }
  std::sort(plans.begin(), plans.end(), [](const Plan& a, const Plan& b) { return a.at < b.at; });
  return plans;
}

Faults::Faults(World& world, std::vector<Plan> plans, std::function<void(const std::string&)> say)
    : world_(world), say_(std::move(say)), waiting_(plans.begin(), plans.end()) {}

Status Faults::Step(Millis now) {
  for (auto it = active_.begin(); it != active_.end();) {
    if (!IsOver(*it, now)) {
      ++it;
      continue;
    }
    const Plan plan = it->plan;
    it = active_.erase(it);
    if (Status ended = End(plan); !ended.ok()) return ended;
  }
  std::set<std::string> taken;
  for (const Active& active : active_) taken.insert(active.parts.begin(), active.parts.end());
  for (auto it = waiting_.begin(); it != waiting_.end() && it->at <= now;) {
    auto parts = PartsOf(*it);
    const bool is_free = std::none_of(parts.begin(), parts.end(),
                                      [&](const auto& part) { return taken.contains(part); });
    if (!is_free) {
      ++it;
      continue;
    }
    const std::uint64_t storage_faults = StorageFaults(*it);
    if (Status begun = Begin(*it); !begun.ok()) return begun;
    taken.insert(parts.begin(), parts.end());
    active_.push_back({*it, now + it->lasts, std::move(parts), storage_faults});
    it = waiting_.erase(it);
  }
  return {};
}

bool Faults::IsOver(const Active& active, Millis now) {
  if (now < active.ends) return false;
  const bool felt =
      !BreaksDisk(active.plan.kind) || StorageFaults(active.plan) > active.storage_faults;
  return felt || now >= active.ends + kFeltLimit;
}

std::uint64_t Faults::StorageFaults(const Plan& plan) {
  if (IsAtHq(plan.kind)) return world_.hq_station().shim->storage_faults();
  return world_.terminal(plan.terminal).shim->storage_faults();
}

Status Faults::Begin(const Plan& plan) {
  ++counts_[static_cast<std::size_t>(plan.kind)];
  const std::string unit = IsAtHq(plan.kind) ? "" : world_.terminal(plan.terminal).unit;
  say_(std::string(Describe(plan.kind)) + " " + unit + ", for " +
       std::to_string(plan.lasts.count()) + " ms");
  if (Of(plan.kind).touches_link) world_.book().FaultBegins(unit);
  if (!IsAtHq(plan.kind)) return BeginAtAgent(plan);
  BeginAtHq(plan);
  return {};
}

void Faults::BeginAtHq(const Plan& plan) {
  Station& station = world_.hq_station();
  switch (plan.kind) {
    case Kind::kBrokerKilled:
      return world_.broker().Kill();
    case Kind::kHqKilled:
      return world_.hq().Kill();
    case Kind::kHqCut:
      return station.proxy->CutOnce();
    case Kind::kHqHole:
      return station.proxy->SetMode(fault::ProxyMode::kHole);
    case Kind::kHqIoErrors:
      return station.shim->FailStorage(EIO);
    case Kind::kHqDiskFull:
      return station.shim->FillDisk();
    case Kind::kHqSyncErrors:
    case Kind::kHqKilledUnsynced:
      return station.shim->FailSyncs(EIO);
    default:
      return;
  }
}

Status Faults::BeginAtAgent(const Plan& plan) {
  constexpr std::uint64_t kAcks = 20;
  constexpr Millis kSlowLeast{20};
  constexpr Millis kSlowMost{400};
  Terminal& terminal = world_.terminal(plan.terminal);
  switch (plan.kind) {
    case Kind::kAgentKilled:
      world_.KillAgent(plan.terminal);
      break;
    case Kind::kStartForward:
      return KillAndStart(plan, kTenYears);
    case Kind::kStartBack:
      return KillAndStart(plan, -kTenYears);
    case Kind::kAgentCut:
      terminal.proxy->CutOnce();
      break;
    case Kind::kAgentHole:
      terminal.proxy->SetMode(fault::ProxyMode::kHole);
      break;
    case Kind::kAgentSlow:
      world_.Slow(plan.terminal, kSlowLeast, kSlowMost);
      break;
    case Kind::kAcksLost:
      world_.LoseAcks(plan.terminal, kAcks);
      break;
    case Kind::kAgentIoErrors:
      terminal.shim->FailStorage(EIO);
      break;
    case Kind::kAgentNoSpace:
      terminal.shim->FailStorage(ENOSPC);
      break;
    case Kind::kAgentDiskFull:
      terminal.shim->FillDisk();
      break;
    case Kind::kAgentSyncErrors:
    case Kind::kAgentKilledUnsynced:
      terminal.shim->FailSyncs(EIO);
      break;
    case Kind::kClockForward:
      terminal.shim->SetClockOffset(kTenYears);
      break;
    case Kind::kClockBack:
      terminal.shim->SetClockOffset(-kTenYears);
      break;
    default:
      break;
  }
  return {};
}

Status Faults::KillAndStart(const Plan& plan, Millis clock_offset) {
  world_.KillAgent(plan.terminal);
  world_.terminal(plan.terminal).shim->SetClockOffset(clock_offset);
  return StartAgain(plan);
}

Status Faults::StartAgain(const Plan& plan) {
  if (world_.StartAgent(plan.terminal)) return {};
  return Error{Errc::kRetryLater, world_.terminal(plan.terminal).unit + " does not start again"};
}

Status Faults::End(const Plan& plan) {
  Status ended = IsAtHq(plan.kind) ? EndAtHq(plan) : EndAtAgent(plan);
  const std::string unit = IsAtHq(plan.kind) ? "" : world_.terminal(plan.terminal).unit;
  if (Of(plan.kind).touches_link) world_.book().FaultEnds(unit);
  say_("over: " + std::string(Describe(plan.kind)) + " " + unit);
  return ended;
}

Status Faults::EndAtHq(const Plan& plan) {
  Station& station = world_.hq_station();
  switch (plan.kind) {
    case Kind::kBrokerKilled:
      return world_.broker().Restart();
    case Kind::kHqHole:
      station.proxy->SetMode(fault::ProxyMode::kPass);
      return {};
    case Kind::kHqIoErrors:
    case Kind::kHqDiskFull:
    case Kind::kHqSyncErrors:
      station.shim->HealStorage();
      return {};
    case Kind::kHqKilledUnsynced:
      world_.hq().Kill();
      station.shim->HealStorage();
      break;
    case Kind::kHqKilled:
      break;
    default:
      return {};
  }
  if (world_.hq().Start()) return {};
  return Error{Errc::kRetryLater, "headquarters does not start again"};
}

Status Faults::EndAtAgent(const Plan& plan) {
  Terminal& terminal = world_.terminal(plan.terminal);
  switch (plan.kind) {
    case Kind::kAgentHole:
      terminal.proxy->SetMode(fault::ProxyMode::kPass);
      break;
    case Kind::kAgentSlow:
    case Kind::kAcksLost:
      world_.LoseAcks(plan.terminal, 0);
      break;
    case Kind::kAgentIoErrors:
    case Kind::kAgentNoSpace:
    case Kind::kAgentDiskFull:
    case Kind::kAgentSyncErrors:
      terminal.shim->HealStorage();
      break;
    case Kind::kAgentKilledUnsynced:
      world_.KillAgent(plan.terminal);
      terminal.shim->HealStorage();
      return StartAgain(plan);
    case Kind::kClockForward:
    case Kind::kClockBack:
    case Kind::kStartForward:
    case Kind::kStartBack:
      terminal.shim->SetClockOffset(Millis(0));
      break;
    case Kind::kAgentKilled:
      return StartAgain(plan);
    default:
      break;
  }
  return {};
}

}  // namespace trayline::prove
