// Memory of a running agent, connected to a broker and headquarters, started by its own copy of the
// loader with its own copies of all libraries, so that no other process shares a page of it; and
// how it grows when headquarters is away and 200,000 events wait.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "agent/http/client.h"
#include "firmware/replay/chipotle.h"
#include "firmware/replay/plan.h"
#include "tests/bench/folder.h"
#include "tests/bench/guests.h"
#include "tests/bench/processes.h"
#include "tests/bench/report.h"
#include "tests/fault/broker/test_broker.h"

namespace trayline::bench {
namespace {

constexpr std::size_t kOrders = 150;

// What `ldd` names: the loader and every library, copied to folder. The loader's copy, or empty.
std::string CopyLibraries(const std::string& program, const std::string& folder) {
  std::filesystem::create_directories(folder);
  FILE* ldd = ::popen(("ldd " + program).c_str(), "r");
  if (ldd == nullptr) return {};
  std::string loader;
  char line[512];
  while (std::fgets(line, sizeof line, ldd) != nullptr) {
    std::istringstream words{std::string(line)};
    for (std::string word; words >> word;) {
      if (!word.starts_with('/')) continue;
      const std::string copy = folder + "/" + std::filesystem::path(word).filename().string();
      std::error_code failed;
      std::filesystem::copy_file(std::filesystem::canonical(word), copy, failed);
      if (copy.find("/ld-linux") != std::string::npos) loader = copy;
    }
  }
  ::pclose(ldd);
  return loader;
}

// A field of /proc/<pid>/smaps_rollup, in MB of 1,000,000 bytes.
double Megabytes(pid_t pid, const std::string& field) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(field + ":")) {
      return std::stod(line.substr(field.size() + 1)) * 1024 / 1'000'000;
    }
  }
  return 0;
}

// Real orders through the local API, one event a request, as a kiosk would send them.
Status PlayOrders(const AgentProcess& agent) {
  std::ifstream file(TRAYLINE_TEST_DATA "/chipotle/chipotle.tsv");
  std::ostringstream text;
  text << file.rdbuf();
  auto orders = replay::ParseChipotle(text.view());
  if (!orders) return orders.error();
  orders->resize(std::min(orders->size(), kOrders));
  http::ClientOptions options;
  options.address = agent.address();
  http::Client client(options);
  const auto turns = replay::PlanRush(*orders, 1, replay::Rates{}, 1);
  for (const auto& turn : turns[0]) {
    for (const auto& step : turn.visit.steps) {
      const nlohmann::json body{{"host", "kiosk-ui"},
                                {"events", {{{"type", step.type}, {"data", step.data}}}}};
      const auto response = client.Post("/v1/events", body.dump(), agent.token());
      if (!response.ok()) return response.error();
    }
  }
  return {};
}

// Private dirty memory once it stands still: what the terminal cannot have back. PSS would count
// pages of the database's files too, which the kernel may drop.
double SettledMegabytes(pid_t pid) {
  constexpr std::chrono::milliseconds kLook{1000};
  constexpr int kSameLooks = 12;  // in a row: the agent gives memory back every ten seconds
  double megabytes = Megabytes(pid, "Private_Dirty");
  for (int same = 0, looks = 0; same < kSameLooks && looks < 40; ++looks) {
    std::this_thread::sleep_for(kLook);
    const double now = Megabytes(pid, "Private_Dirty");
    same = now == megabytes ? same + 1 : 0;
    megabytes = now;
  }
  return megabytes;
}

// The same agent with many events queued less with few; nobody listens where its broker should be.
Status AddGrowth(const BenchOptions& options, Report& report) {
  constexpr std::uint64_t kFew = 1'000;
  constexpr std::uint64_t kMany = 200'000;
  constexpr double kGoalMegabytes = 1;
  const Folder folder(options.folder);
  AgentProcess agent(folder.path() + "/k1", "tcp://127.0.0.1:1");
  const Status started = agent.Start({Program("traylined")});
  if (!started.ok()) return started;
  auto guests = Guests::Open(TRAYLINE_TEST_DATA "/chipotle/chipotle.tsv", 1);
  if (!guests.ok()) return guests.error();
  const auto few = guests->Feed(agent, kFew);
  if (!few.ok()) return few.error();
  const double before = SettledMegabytes(agent.pid());
  const auto many = guests->Feed(agent, kMany);
  if (!many.ok()) return many.error();
  const double after = SettledMegabytes(agent.pid());
  report.Add("growth_200k_mb", after - before, "MB", Goal::kAtMost, kGoalMegabytes);
  report.Add("private_dirty_1k_mb", before, "MB");
  report.Add("private_dirty_200k_mb", after, "MB");
  return {};
}

Status Measure(const BenchOptions& options, Report& report) {
  Folder folder(options.folder);
  auto broker = fault::TestBroker::Start();
  if (!broker) return broker.error();
  HqProcess hq;
  const Status hq_started = hq.Start(folder.path() + "/hq", (*broker)->uri());
  if (!hq_started.ok()) return hq_started;
  const std::string libraries = folder.path() + "/lib";
  const std::string loader = CopyLibraries(Program("traylined"), libraries);
  if (loader.empty()) return Error{Errc::kNotFound, "ldd names no loader"};
  const std::string program = folder.path() + "/traylined";
  std::filesystem::copy_file(Program("traylined"), program);
  ::sync();  // copies that are not written out yet would count as dirty memory of the agent
  AgentProcess agent(folder.path() + "/k1", (*broker)->uri());
  const Status started = agent.Start({loader, "--library-path", libraries, program});
  if (!started.ok()) return started;
  const Status played = PlayOrders(agent);
  if (!played.ok()) return played;
  const bool drained = fault::Eventually([&] {
    const auto status = agent.ReadStatus();
    return status.ok() && (*status)["journal"]["waiting"] == 0;
  });
  if (!drained) return Error{Errc::kRetryLater, "headquarters did not acknowledge everything"};
  report.Add("private_dirty_mb", Megabytes(agent.pid(), "Private_Dirty"), "MB", Goal::kAtMost, 6);
  report.Add("pss_mb", Megabytes(agent.pid(), "Pss"), "MB", Goal::kAtMost, 16);
  report.Add("rss_mb", Megabytes(agent.pid(), "Rss"), "MB");
  return AddGrowth(options, report);
}

int Main(int argc, char** argv) {
  const auto options = ParseBenchOptions(argc, argv);
  if (!options) {
    std::cerr << "bench_agent: " << options.error().text << "\n";
    return 2;
  }
  Report report("agent");
  const Status measured = Measure(*options, report);
  if (!measured.ok()) {
    std::cerr << "bench_agent: " << measured.error().text << "\n";
    return 1;
  }
  return Finish(report, *options);
}

}  // namespace
}  // namespace trayline::bench

int main(int argc, char** argv) { return trayline::bench::Main(argc, argv); }
