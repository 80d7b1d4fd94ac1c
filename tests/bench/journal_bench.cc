// What durability through the journal costs against SQLite alone: the same rows, pragmas and rows
// in a transaction, written by a bare loop and through the journal's port (submit, wait for the
// answer, next; the store thread commits). The two take turns on one disk, and each figure is the
// median of the ratios of neighbours, because the machine is noisy. With the uplink on, a third
// thread reads what is committed in frames of 500 and acknowledges it, looking every 10 ms; the
// real one lets events wait up to 2 s for company, so this one works harder.
//
// The bytes that reach the flash are counted on an image of their own; see flash_bytes.h.
#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/flash_bytes.h"
#include "tests/bench/folder.h"
#include "tests/bench/journal_sides.h"
#include "tests/bench/loop_image.h"
#include "tests/bench/report.h"

namespace trayline::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kBatches = 50;       // transactions of a side before it is the other's turn
constexpr std::size_t kRoundsOfAP99 = 20;  // rounds, 1,000 transactions of each side

// What one side did in one run; raw and journal take turns.
struct Side {
  std::function<void(Batch&)> write;
  std::vector<double> seconds{};              // of a round
  std::vector<std::vector<double>> micros{};  // of each transaction, by round
};

double SecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

void WriteRound(Side& side, std::vector<Batch> batches) {
  std::vector<double> micros;
  micros.reserve(batches.size());
  const auto start = SteadyClock::now();
  for (Batch& batch : batches) {
    const auto begun = SteadyClock::now();
    side.write(batch);
    micros.push_back(SecondsSince(begun) * 1e6);
  }
  side.seconds.push_back(SecondsSince(start));
  side.micros.push_back(std::move(micros));
}

// Rounds by turns; the first one warms up files and threads and is not kept.
void TakeTurns(Side& one, Side& other, std::size_t rows, std::size_t rounds, std::uint64_t first) {
  for (std::size_t round = 0; round <= rounds; ++round) {
    const auto batches = MakeBatches(first, kBatches, rows);
    first += kBatches * rows;
    WriteRound(one, batches);
    WriteRound(other, batches);
    if (round != 0) continue;
    for (Side* side : {&one, &other}) {
      side->seconds.clear();
      side->micros.clear();
    }
  }
}

// Events a second.
double Rate(const Side& side, std::size_t rows) {
  return static_cast<double>(kBatches * rows) / Median(side.seconds);
}

double RateRatio(const Side& side, const Side& base) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < side.seconds.size(); ++i) {
    ratios.push_back(base.seconds[i] / side.seconds[i]);
  }
  return Median(ratios);
}

// The 99th percentiles of groups of kRoundsOfAP99 rounds.
std::vector<double> P99s(const Side& side) {
  std::vector<double> found;
  for (std::size_t at = 0; at + kRoundsOfAP99 <= side.micros.size(); at += kRoundsOfAP99) {
    std::vector<double> all;
    for (std::size_t i = at; i < at + kRoundsOfAP99; ++i) {
      all.insert(all.end(), side.micros[i].begin(), side.micros[i].end());
    }
    const auto place = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 99 / 100);
    std::nth_element(all.begin(), place, all.end());
    found.push_back(*place);
  }
  return found;
}

double P99Ratio(const Side& side, const Side& base) {
  std::vector<double> ratios = P99s(side);
  const std::vector<double> of_base = P99s(base);
  for (std::size_t i = 0; i < ratios.size(); ++i) ratios[i] /= of_base[i];
  return Median(ratios);
}

// Against raw SQLite.
void AddDurable(const std::string& folder, std::size_t rows, JournalWriter::Uplink uplink,
                std::size_t rounds, Report& report) {
  constexpr double kRatioGoal = 0.90;
  constexpr double kP99Goal = 1.25;
  const bool with_uplink = uplink == JournalWriter::Uplink::kOn;
  const std::string suffix = std::to_string(rows) + (with_uplink ? "_uplink" : "");
  RawWriter raw_writer(folder + "/raw" + suffix + ".db");
  JournalWriter journal_writer(folder + "/journal" + suffix + ".db", uplink,
                               JournalWriter::Ids::kRising);
  Side raw{[&](Batch& batch) { raw_writer.Write(batch); }};
  Side journal{[&](Batch& batch) { journal_writer.Write(std::move(batch)); }};
  TakeTurns(raw, journal, rows, rounds, 1);
  report.Add("durable_ratio_" + suffix, RateRatio(journal, raw), "ratio", Goal::kAtLeast,
             kRatioGoal);
  report.Add("durable_rate_" + suffix, Rate(journal, rows), "events/s");
  report.Add("raw_rate_" + suffix, Rate(raw, rows), "events/s");
  // A record is one event; the goal is for the terminal as it runs, but without its neighbours.
  const bool is_the_goal = rows == 1 && !with_uplink;
  report.Add(is_the_goal ? "p99_ratio" : "p99_ratio_" + suffix, P99Ratio(journal, raw), "ratio",
             is_the_goal ? Goal::kAtMost : Goal::kNone, kP99Goal);
  report.Add("p99_" + suffix, Median(P99s(journal)), "us");
  report.Add("raw_p99_" + suffix, Median(P99s(raw)), "us");
}

// Ids of hosts that do not rise need an indexed table: against the same journal with rising ids.
void AddForeign(const std::string& folder, std::size_t rows, std::size_t rounds, Report& report) {
  const std::string suffix = std::to_string(rows);
  JournalWriter rising_writer(folder + "/rising" + suffix + ".db", JournalWriter::Uplink::kOff,
                              JournalWriter::Ids::kRising);
  JournalWriter foreign_writer(folder + "/foreign" + suffix + ".db", JournalWriter::Uplink::kOff,
                               JournalWriter::Ids::kForeign);
  Side rising{[&](Batch& batch) { rising_writer.Write(std::move(batch)); }};
  Side foreign{[&](Batch& batch) { foreign_writer.Write(std::move(batch)); }};
  // The table is full, as it is on a terminal after some days.
  constexpr std::size_t kFillRows = 1024;
  constexpr std::size_t kFills = ports::kForeignKeysMax / kFillRows;
  for (Batch& batch : MakeBatches(1, kFills, kFillRows)) {
    rising_writer.Write(batch);
    foreign_writer.Write(std::move(batch));
  }
  TakeTurns(rising, foreign, rows, rounds, 1 + kFills * kFillRows);
  report.Add("foreign_ratio_" + suffix, RateRatio(foreign, rising), "ratio");
  report.Add("foreign_rate_" + suffix, Rate(foreign, rows), "events/s");
}

Status AddFlash(const std::string& folder, bool quick, Report& report) {
  constexpr std::int64_t kImageMegabytes = 256;
  struct Line {
    std::size_t rows;
    std::size_t transactions;
    double goal;
  };
  // Several rounds of the WAL and of the retention in each.
  const std::vector<Line> lines = {{1, quick ? 2048U : 8192U, 6000},
                                   {12, quick ? 512U : 2048U, 1500}};
  const auto image = LoopImage::Mount(folder, kImageMegabytes, "");
  for (const Line& line : lines) {
    const std::string suffix = std::to_string(line.rows);
    if (!image.ok()) {
      report.AddNotMeasured("flash_bytes_" + suffix, "bytes/event", image.error().text,
                            Goal::kAtMost, line.goal);
      continue;
    }
    const auto bytes = MeasureFlash(**image, line.rows, line.transactions);
    if (!bytes.ok()) return bytes.error();
    report.Add("flash_bytes_" + suffix, bytes->journal, "bytes/event", Goal::kAtMost, line.goal);
    report.Add("raw_flash_bytes_" + suffix, bytes->raw, "bytes/event");
    report.Add("cursor_writes_" + suffix, bytes->cursor_writes, "an event");
  }
  return {};
}

int Main(const BenchOptions& options) {
  const Folder folder(options.folder);
  const std::size_t rounds = options.quick ? 21 : 201;
  Report report("journal");
  // First: the image is for threads that are made after it.
  const Status flash = AddFlash(folder.path(), options.quick, report);
  if (!flash.ok()) {
    std::cerr << "bench_journal: " << flash.error().text << "\n";
    return 1;
  }
  for (const std::size_t rows : {std::size_t{1}, std::size_t{12}}) {
    for (const auto uplink : {JournalWriter::Uplink::kOff, JournalWriter::Uplink::kOn}) {
      AddDurable(folder.path(), rows, uplink, rounds, report);
    }
    AddForeign(folder.path(), rows, rounds / 2, report);
  }
  report.Add("body_size", static_cast<double>(MakeEvent(1000).body.size()), "bytes");
  return Finish(report, options);
}

}  // namespace
}  // namespace trayline::bench

int main(int argc, char** argv) {
  const auto options = trayline::bench::ParseBenchOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << options.error().text << "\n";
    return 2;
  }
  return trayline::bench::Main(*options);
}
