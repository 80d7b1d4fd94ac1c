// A journal of 200,000 recorded events drains to headquarters over a real broker, against raw
// batched inserts into headquarters' table in the same run.
#include <chrono>
#include <iostream>

#include "agent/base/log.h"
#include "agent/journal/journal.h"
#include "agent/platform/system_clock.h"
#include "agent/platform/system_random.h"
#include "tests/bench/processes.h"
#include "tests/bench/raw_sqlite.h"
#include "tests/bench/recorded_events.h"
#include "tests/bench/report.h"
#include "tests/fault/broker/test_broker.h"

namespace trayline::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kEvents = 200'000;
constexpr std::size_t kQuickEvents = 40'000;
constexpr std::size_t kBatch = 500;  // rows of a raw transaction, as sync.md measured

// Writes the rows into a journal as the engine would, 500 in a transaction.
Status FillJournal(const std::string& path, const Recording& recording) {
  platform::SystemClock clock;
  platform::SystemRandom random;
  Log log(LogLevel::kError, nullptr);
  journal::Options options;
  options.path = path;
  options.boot_id = "bench";
  options.epoch = recording.epoch;
  auto journal = journal::Journal::Open(options, clock, random, log);
  if (!journal) return journal.error();
  Status committed;
  for (std::size_t i = 0; i < recording.rows.size() && committed.ok(); i += kBatch) {
    ports::Transaction transaction;
    const std::size_t end = std::min(recording.rows.size(), i + kBatch);
    for (std::size_t k = i; k < end; ++k) {
      transaction.events.push_back(recording.rows[k]);
      // The host's idempotency is not what is measured, and its stream has no name here.
      transaction.events.back().stream = 0;
      transaction.events.back().number = 0;
      transaction.events.back().digest = 0;
    }
    if (end == recording.rows.size()) transaction.checkpoint = recording.checkpoint;
    (*journal)->Submit(std::move(transaction), [&committed](Status status) {
      if (!status.ok()) committed = std::move(status);
    });
    (*journal)->RunOnce();
  }
  if (!committed.ok()) return committed;
  return (*journal)->Close();
}

// Counted from the moment in which the agent is connected and headquarters has answered its birth.
struct Drained {
  double seconds = 0;          // until headquarters has acknowledged everything
  double visible_seconds = 0;  // until all of it has been folded into journeys
};

Result<Drained> Drain(const std::string& folder, const std::string& broker_uri,
                      std::uint64_t count) {
  HqProcess hq;
  const Status hq_started = hq.Start(folder + "/hq", broker_uri);
  if (!hq_started.ok()) return hq_started.error();
  AgentProcess agent(folder + "/k1", broker_uri);
  const Status agent_started = agent.Start({Program("traylined")});
  if (!agent_started.ok()) return agent_started.error();
  const bool connected = fault::Eventually([&] {
    const auto status = agent.ReadStatus();
    return status.ok() && (*status)["uplink"]["acks"] > 0;
  });
  if (!connected) return Error{Errc::kRetryLater, "headquarters does not answer the agent"};
  const auto started = Clock::now();
  const auto seconds = [&started] {
    return std::chrono::duration<double>(Clock::now() - started).count();
  };
  Drained drained;
  const bool done = fault::Eventually(
      [&] {
        const auto status = agent.ReadStatus();
        return status.ok() && (*status)["journal"]["acked"].get<std::uint64_t>() >= count;
      },
      std::chrono::seconds(120));
  if (!done) return Error{Errc::kRetryLater, "the journal did not drain within 120 s"};
  drained.seconds = seconds();
  const bool folded = fault::Eventually(
      [&] {
        const auto overview = hq.Get("/v1/overview");
        return overview.ok() && (*overview)["reconciles"]["waiting_to_be_read"] == 0;
      },
      std::chrono::seconds(120));
  if (!folded) return Error{Errc::kRetryLater, "headquarters did not fold within 120 s"};
  drained.visible_seconds = seconds();
  return drained;
}

Status Measure(const BenchOptions& options, Report& report) {
  const std::size_t count = options.quick ? kQuickEvents : kEvents;
  const int rounds = options.quick ? 1 : 3;
  const auto recording = RecordOrders(TRAYLINE_TEST_DATA "/chipotle/chipotle.tsv", count, 1);
  if (!recording) return recording.error();
  auto broker = fault::TestBroker::Start();
  if (!broker) return broker.error();
  std::vector<double> ratios;
  std::vector<double> rates;
  std::vector<double> visible;
  std::vector<double> raws;
  for (int round = 0; round < rounds; ++round) {
    Folder folder(options.folder);
    const Status filled = FillJournal(folder.path() + "/k1.db", *recording);
    if (!filled.ok()) return filled;
    AgentProcess place(folder.path() + "/k1", (*broker)->uri());
    for (const char* end : {"", ".epoch"}) {
      std::rename((folder.path() + "/k1.db" + end).c_str(),
                  (folder.path() + "/k1/journal.db" + end).c_str());
    }
    const auto raw = RawHqRate(folder.path() + "/raw.db", recording->rows, kBatch);
    if (!raw) return raw.error();
    const auto drained = Drain(folder.path(), (*broker)->uri(), recording->rows.size());
    if (!drained) return drained.error();
    const double rate = static_cast<double>(recording->rows.size()) / drained->seconds;
    ratios.push_back(rate / *raw);
    rates.push_back(rate);
    raws.push_back(*raw);
    visible.push_back(static_cast<double>(recording->rows.size()) / drained->visible_seconds);
  }
  report.Add("drain_ratio", Median(ratios), "ratio", Goal::kAtLeast, 0.5);
  report.Add("drain_events_s", Median(rates), "events/s");
  report.Add("drain_visible_events_s", Median(visible), "events/s");
  report.Add("drain_raw_rows_s", Median(raws), "rows/s");
  return {};
}

int Main(int argc, char** argv) {
  const auto options = ParseBenchOptions(argc, argv);
  if (!options) {
    std::cerr << "bench_drain: " << options.error().text << "\n";
    return 2;
  }
  Report report("drain");
  const Status measured = Measure(*options, report);
  if (!measured.ok()) {
    std::cerr << "bench_drain: " << measured.error().text << "\n";
    return 1;
  }
  return Finish(report, *options);
}

}  // namespace
}  // namespace trayline::bench

int main(int argc, char** argv) { return trayline::bench::Main(argc, argv); }
