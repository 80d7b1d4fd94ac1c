// How long a terminal is away after the worst: from the start of a killed agent with 200,000 events
// queued until it answers, and from a damaged journal of 64 MB until what can be read of it is
// saved.
#include <chrono>
#include <iostream>
#include <vector>

#include "agent/journal/salvage.h"
#include "agent/platform/system_clock.h"
#include "agent/platform/system_random.h"
#include "tests/bench/damaged_journal.h"
#include "tests/bench/folder.h"
#include "tests/bench/guests.h"
#include "tests/bench/processes.h"
#include "tests/bench/report.h"

namespace trayline::bench {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Kills the agent and starts it again, several times. From before its exec until its address file
// names it and it answers with its status; looked at every 5 ms.
Result<double> OpenMilliseconds(AgentProcess& agent, int rounds) {
  std::vector<double> found;
  for (int round = 0; round < rounds; ++round) {
    agent.Kill();
    const auto start = Clock::now();
    const Status started = agent.Start({Program("traylined")});
    if (!started.ok()) return started.error();
    found.push_back(MillisecondsSince(start));
  }
  return Median(found);
}

Status AddOpen(const BenchOptions& options, Report& report) {
  constexpr std::uint64_t kFew = 1'000;
  constexpr std::uint64_t kMany = 200'000;
  const int rounds = options.quick ? 3 : 9;
  const Folder folder(options.folder);
  AgentProcess agent(folder.path() + "/k1", "tcp://127.0.0.1:1");
  const Status started = agent.Start({Program("traylined")});
  if (!started.ok()) return started;
  auto guests = Guests::Open(TRAYLINE_TEST_DATA "/chipotle/chipotle.tsv", 1);
  if (!guests.ok()) return guests.error();
  const auto few = guests->Feed(agent, kFew);
  if (!few.ok()) return few.error();
  const auto with_few = OpenMilliseconds(agent, rounds);
  if (!with_few.ok()) return with_few.error();
  const auto many = guests->Feed(agent, kMany);
  if (!many.ok()) return many.error();
  const auto with_many = OpenMilliseconds(agent, rounds);
  if (!with_many.ok()) return with_many.error();
  const auto status = agent.ReadStatus();
  if (!status.ok()) return status.error();
  if ((*status)["journal"]["waiting"] < kMany) {
    return Error{Errc::kConflict, "fewer events wait than were recorded"};
  }
  report.Add("open_200k_ms", *with_many, "ms");
  report.Add("open_1k_ms", *with_few, "ms");
  return {};
}

Status AddSalvage(const BenchOptions& options, Report& report) {
  constexpr std::uint64_t kBytes = 64 * 1000 * 1000;
  constexpr std::uint64_t kDamagedPages = 64;  // of some 62,500
  constexpr std::uint64_t kSeed = 1;
  const Folder folder(options.folder);
  const auto journal =
      MakeDamagedJournal(folder.path() + "/journal.db", kBytes, kDamagedPages, kSeed);
  if (!journal.ok()) return journal.error();
  std::cout << "salvage: " << journal->events << " events in " << journal->bytes << " bytes, "
            << kDamagedPages << " pages overwritten, seed " << kSeed << "\n";
  journal::Options damaged;
  damaged.path = folder.path() + "/journal.db";
  damaged.boot_id = "bench";
  platform::SystemClock clock;
  platform::SystemRandom random;
  Log log = NullLog();
  const auto start = Clock::now();
  const auto salvaged = journal::RecoverDatabase(damaged, clock, random, log, "a benchmark");
  if (!salvaged.ok()) return salvaged.error();
  report.Add("salvage_s", MillisecondsSince(start) / 1000, "s");
  std::cout << "salvage: " << salvaged->carried << " unsent events go on, " << salvaged->lost
            << " could not be read\n";
  return {};
}

int Main(const BenchOptions& options) {
  Report report("recovery");
  for (const auto add : {AddOpen, AddSalvage}) {
    const Status measured = add(options, report);
    if (!measured.ok()) {
      std::cerr << "bench_recovery: " << measured.error().text << "\n";
      return 1;
    }
  }
  return Finish(report, options);
}

}  // namespace
}  // namespace trayline::bench

int main(int argc, char** argv) {
  const auto options = trayline::bench::ParseBenchOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << "bench_recovery: " << options.error().text << "\n";
    return 2;
  }
  return trayline::bench::Main(*options);
}
