// The whole way of an event through a running agent: eight hosts at the local API, each with one
// request in flight, every answer durable, against raw SQLite with one row a transaction.
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "agent/http/client.h"
#include "tests/bench/processes.h"
#include "tests/bench/raw_sqlite.h"
#include "tests/bench/recorded_events.h"
#include "tests/bench/report.h"

namespace trayline::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kHosts = 8;

struct HostResult {
  std::uint64_t recorded = 0;
  std::vector<double> micros;
};

// One event a request, ids rising; events of a guest who looks at dishes and adds some.
std::string Body(int host, std::uint64_t id) {
  const bool adds = id % 4 == 0;
  const std::string line = "{\"item_id\":\"" + std::to_string(101 + id % 50) +
                           "\",\"item_name\":\"Chicken Bowl\",\"unit_price_minor\":875}";
  return "{\"host\":\"bench-" + std::to_string(host) +
         "\",\"events\":[{\"id\":" + std::to_string(id) + ",\"type\":\"ecommerce." +
         (adds ? "add_to_cart" : "view_item") + "\",\"journey_ref\":\"h" + std::to_string(host) +
         "-" + std::to_string(id / 16) + "\",\"data\":{\"lines\":[" + line + "]}}]}";
}

void Host(const AgentProcess& agent, int host, std::uint64_t first_id, std::uint64_t count,
          HostResult& result) {
  http::ClientOptions options;
  options.address = agent.address();
  http::Client client(options);
  for (std::uint64_t id = first_id; id < first_id + count; ++id) {
    const auto started = Clock::now();
    const auto response = client.Post("/v1/events", Body(host, id), agent.token());
    const std::chrono::duration<double, std::micro> took = Clock::now() - started;
    result.micros.push_back(took.count());
    if (response.ok() && response->body.find("\"recorded\"") != std::string::npos) {
      ++result.recorded;
    }
  }
}

// Host events a second through the API.
Result<double> ApiRate(const AgentProcess& agent, std::uint64_t first_id, std::uint64_t count,
                       std::vector<double>& micros) {
  std::vector<HostResult> results(kHosts);
  const auto started = Clock::now();
  {
    std::vector<std::jthread> hosts;
    for (int host = 0; host < kHosts; ++host) {
      hosts.emplace_back([&, host] {
        Host(agent, host, first_id, count, results[static_cast<std::size_t>(host)]);
      });
    }
  }
  const std::chrono::duration<double> took = Clock::now() - started;
  std::uint64_t recorded = 0;
  for (const HostResult& result : results) {
    recorded += result.recorded;
    micros.insert(micros.end(), result.micros.begin(), result.micros.end());
  }
  if (recorded != kHosts * count) {
    return Error{Errc::kRetryLater, "only " + std::to_string(recorded) + " of " +
                                        std::to_string(kHosts * count) + " were recorded"};
  }
  return static_cast<double>(recorded) / took.count();
}

double Percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

Status Measure(const BenchOptions& options, Report& report) {
  constexpr std::uint64_t kFull = 500;
  constexpr std::uint64_t kQuick = 100;
  const std::uint64_t count = options.quick ? kQuick : kFull;
  const int rounds = options.quick ? 3 : 7;
  Folder folder(options.folder);
  const auto recording =
      RecordOrders(TRAYLINE_TEST_DATA "/chipotle/chipotle.tsv", count * kHosts, 1);
  if (!recording) return recording.error();
  AgentProcess agent(folder.path() + "/k1", "tcp://127.0.0.1:1");
  const Status started = agent.Start({Program("traylined")});
  if (!started.ok()) return started;
  std::vector<double> ratios;
  std::vector<double> rates;
  std::vector<double> micros;
  for (int round = 0; round < rounds; ++round) {
    const auto raw =
        RawJournalRate(folder.path() + "/raw" + std::to_string(round), recording->rows, 1);
    if (!raw) return raw.error();
    const auto api = ApiRate(agent, 1 + static_cast<std::uint64_t>(round) * count, count, micros);
    if (!api) return api.error();
    ratios.push_back(*api / *raw);
    rates.push_back(*api);
  }
  report.Add("api_ratio_8", Median(ratios), "ratio", Goal::kAtLeast, 0.75);
  report.Add("api_events_s", Median(rates), "events/s");
  report.Add("api_p50_us", Percentile(micros, 0.5), "us");
  report.Add("api_p99_us", Percentile(micros, 0.99), "us");
  return {};
}

int Main(int argc, char** argv) {
  const auto options = ParseBenchOptions(argc, argv);
  if (!options) {
    std::cerr << "bench_api: " << options.error().text << "\n";
    return 2;
  }
  Report report("api");
  const Status measured = Measure(*options, report);
  if (!measured.ok()) {
    std::cerr << "bench_api: " << measured.error().text << "\n";
    return 1;
  }
  return Finish(report, *options);
}

}  // namespace
}  // namespace trayline::bench

int main(int argc, char** argv) { return trayline::bench::Main(argc, argv); }
