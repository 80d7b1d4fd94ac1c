// trayline_prove: real orders at three real agents, through everything that the world does, to a
// real headquarters; then every event that a host was answered is looked for in the databases.
// Options and the steps of the proof; what it is made of stands in the other files here.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include "tests/prove/faults.h"
#include "tests/prove/host.h"
#include "tests/prove/orders.h"
#include "tests/prove/report.h"
#include "tests/prove/verify.h"
#include "tests/prove/world.h"

namespace trayline::prove {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Millis kStep{10};
constexpr Millis kPollEvery{500};
constexpr Millis kTellEvery{10'000};
constexpr Millis kHostsLimit{120'000};  // to be answered, after everything is healed
constexpr Millis kDrainLimit{240'000};  // longer than the longest pauses of agent and HQ (60 s)
constexpr double kMsPerMinute = 60'000;

struct Options {
  std::uint64_t events = 100'000;
  std::uint64_t seed = 1;
  double minutes = 4;
  bool verbose = false;
  std::string orders = TRAYLINE_TEST_DATA "/chipotle/chipotle.tsv";
};

class Proof {
 public:
  Proof(const Options& options, const std::vector<replay::Order>& orders)
      : options_(options), orders_(orders), world_(options.seed), began_(Clock::now()) {}

  // Everything up to the drained journals; then the findings are read.
  Status Run(Outcome& outcome) {
    if (Status started = world_.Start(); !started.ok()) return started;
    world_.BeginWeather();
    StartHosts();
    if (Status broken = BreakThings(); !broken.ok()) return broken;
    Say("Everything is healed; hosts finish and agents send what is left");
    Collect(outcome);
    if (Status healed = world_.Heal(); !healed.ok()) return healed;
    if (Status drained = Drain(); !drained.ok()) return drained;
    Collect(outcome);
    return VerifyAll(outcome);
  }

 private:
  [[nodiscard]] Millis Gone() const {
    return std::chrono::duration_cast<Millis>(Clock::now() - began_);
  }
  void Say(const std::string& words) const {
    std::printf("[%4lld s] %s\n", static_cast<long long>(Gone().count() / 1'000), words.c_str());
    std::fflush(stdout);
  }
  [[nodiscard]] Millis RunTime() const {
    return Millis(static_cast<std::int64_t>(options_.minutes * kMsPerMinute));
  }
  [[nodiscard]] std::uint64_t Answered() const {
    std::uint64_t answered = 0;
    for (const auto& host : hosts_) answered += host->answered();
    return answered;
  }
  [[nodiscard]] OrderStream StreamOf(std::size_t terminal) const {
    return {orders_, kTerminals, terminal, options_.seed};
  }

  void StartHosts() {
    for (std::size_t i = 0; i < kTerminals; ++i) {
      HostOptions host;
      host.agent_directory = world_.terminal(i).agent->directory();
      host.events = (options_.events + kTerminals - 1) / kTerminals;
      host.lasts = RunTime();
      host.seed = options_.seed + i;
      hosts_.push_back(std::make_unique<Host>(host, StreamOf(i)));
    }
  }

  // Until every planned fault has come and gone, however late a slow machine makes them.
  Status BreakThings() {
    faults_ = std::make_unique<Faults>(world_, Schedule(RunTime(), options_.seed),
                                       [this](const std::string& words) {
                                         if (options_.verbose) Say(words);
                                       });
    const Millis start = Gone();
    Millis polled{0};
    Millis told{0};
    while (!faults_->done()) {
      const Millis now = Gone() - start;
      if (Status stepped = faults_->Step(now); !stepped.ok()) return stepped;
      if (now - polled >= kPollEvery) {
        world_.Poll();
        polled = now;
      }
      if (now - told >= kTellEvery) {
        Say(std::to_string(Answered()) + " events answered");
        told = now;
      }
      std::this_thread::sleep_for(kStep);
    }
    return {};
  }

  bool Until(Millis limit, const std::function<bool()>& holds) {
    const Millis end = Gone() + limit;
    Millis told = Gone();
    while (!holds()) {
      if (Gone() > end) return false;
      if (Gone() - told >= kTellEvery) {
        Say(std::to_string(Answered()) + " events answered");
        told = Gone();
      }
      world_.Poll();
      std::this_thread::sleep_for(Millis(100));
    }
    return true;
  }

  Status Drain() {
    const bool answered = Until(kHostsLimit + RunTime(), [this] {
      return std::all_of(hosts_.begin(), hosts_.end(), [](const auto& h) { return h->done(); });
    });
    if (!answered) return Error{Errc::kRetryLater, "a host gets no answer although all is well"};
    const Millis before = Gone();
    if (!Until(kDrainLimit, [this] { return world_.Drained(); })) {
      return Error{Errc::kRetryLater, "an agent does not get rid of its events"};
    }
    Say("Drained " + std::to_string((Gone() - before).count()) + " ms after the last answer");
    if (!Until(kDrainLimit, [this] { return world_.hq().Reconciles(); })) {
      return Error{Errc::kRetryLater, "the books of headquarters do not balance"};
    }
    for (std::size_t i = 0; i < kTerminals; ++i) {
      if (world_.terminal(i).agent->Stop() != 0) {
        return Error{Errc::kRetryLater, world_.terminal(i).unit + " does not stop in order"};
      }
    }
    if (world_.hq().Stop() != 0) {
      return Error{Errc::kRetryLater, "headquarters does not stop in order"};
    }
    return {};
  }

  void Collect(Outcome& outcome) {
    outcome.wire = world_.book().totals();
    outcome.agents = world_.counters();
    outcome.took = Gone();
    for (std::size_t i = 0; i < kKinds; ++i) {
      outcome.faults[i] = faults_->count(static_cast<Kind>(i));
    }
    outcome.messages = {};
    outcome.agent_storage_faults = 0;
    for (std::size_t i = 0; i < kTerminals; ++i) {
      outcome.messages.at_agents.push_back(world_.terminal(i).proxy->counts());
      outcome.agent_storage_faults += world_.terminal(i).shim->storage_faults();
    }
    outcome.messages.at_hq = world_.hq_station().proxy->counts();
    outcome.hq_storage_faults = world_.hq_station().shim->storage_faults();
    outcome.hosts = {};
    for (const auto& host : hosts_) {
      outcome.hosts.repeats += host->repeats();
      outcome.hosts.known_before += host->known_before();
      if (!host->done()) continue;
      outcome.hosts.refused += host->refused();
      if (outcome.hosts.first_refusal.empty()) {
        outcome.hosts.first_refusal = host->first_refusal();
      }
      for (const auto& [status, count] : host->failures()) outcome.hosts.failures[status] += count;
    }
  }

  Status VerifyAll(Outcome& outcome) {
    for (std::size_t i = 0; i < kTerminals; ++i) {
      const system_test::Agent& agent = *world_.terminal(i).agent;
      Status read = Verify({agent.terminal(), world_.hq().directory() + "/hq.db",
                            agent.directory() + "/journal.db", hosts_[i]->answers(), StreamOf(i)},
                           outcome.findings);
      if (!read.ok()) return read;
    }
    outcome.verified = true;
    return {};
  }

  const Options options_;
  const std::vector<replay::Order>& orders_;
  World world_;
  const Clock::time_point began_;
  std::unique_ptr<Faults> faults_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

int Main(const Options& options) {
  const auto orders = ReadOrders(options.orders);
  if (!orders.ok()) {
    std::fprintf(stderr, "trayline_prove: %s\n", orders.error().text.c_str());
    return 2;
  }
  std::printf(
      "%llu events of %zu real restaurant orders, at 3 agents, over %.1f minutes, seed %llu\n",
      static_cast<unsigned long long>(options.events), orders->size(), options.minutes,
      static_cast<unsigned long long>(options.seed));
  Outcome outcome;
  Proof proof(options, *orders);
  const Status ran = proof.Run(outcome);
  Print(outcome);
  if (!ran.ok()) std::printf("STOPPED: %s\n", ran.error().text.c_str());
  const bool proved = ran.ok() && Proved(outcome);
  if (!proved) ADD_FAILURE() << "seed " << options.seed;  // keeps the folder, and says where
  return proved ? 0 : 1;
}

}  // namespace
}  // namespace trayline::prove

int main(int argc, char** argv) try {
  trayline::prove::Options options;
  CLI::App app("Proves that nothing is lost, doubled or reordered, whatever happens", "prove");
  app.add_option("--events", options.events, "Events of hosts")
      ->check(CLI::Range(100, 10'000'000))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "What happens, and when")->capture_default_str();
  app.add_option("--minutes", options.minutes, "Over which the events come")
      ->check(CLI::Range(0.1, 1'000.0))
      ->capture_default_str();
  app.add_flag("--verbose", options.verbose, "Say each fault");
  app.add_option("--orders", options.orders, "Orders in the form of the Chipotle set")
      ->check(CLI::ExistingFile)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return trayline::prove::Main(options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "trayline_prove: %s\n", error.what());
  return 2;
}
