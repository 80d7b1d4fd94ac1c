// traylined: the agent of a terminal. Reads its configuration, builds the daemon, waits for a
// signal.
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>

#include "firmware/config/config.h"
#include "firmware/traylined/daemon.h"

#ifndef TRAYLINE_VERSION
#define TRAYLINE_VERSION "0.0.0"
#endif

namespace trayline::traylined {
namespace {

constexpr int kWrongConfig = 2;
constexpr int kFailed = 1;
constexpr long kWatchEveryNs = 500'000'000;
constexpr int kWatchesOfATrim = 20;  // ten seconds

// Threads would each get an arena of the allocator, which keep what they once had; two are as fast
// here, and freed memory goes back.
void BoundMemory() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 128 * 1024);
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

// The signals that end the daemon, blocked in every thread, so that only Wait sees them.
sigset_t BlockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return set;
}

// Ok after a signal; an error when the daemon cannot go on.
Status WatchUntilSignal(Daemon& daemon, const sigset_t& signals) {
  const timespec every{0, kWatchEveryNs};
  for (int watches = 1;; ++watches) {
    if (sigtimedwait(&signals, nullptr, &every) > 0) return {};
    if (errno == EAGAIN) {
      if (Status status = daemon.Watch(); !status.ok()) return status;
    }
    // A rush leaves holes in the heap, half a megabyte of them; the trim threshold gives back only
    // what lies at its end.
    if (watches % kWatchesOfATrim == 0) malloc_trim(0);
  }
}

int Run(const config::Config& config) {
  BoundMemory();
  umask(0027);  // what guests order is for nobody but the agent and its group
  const sigset_t signals = BlockSignals();
  Log log = StderrLog(config.log_level);
  Daemon daemon(config, log);
  const Status started = daemon.Start();
  if (!started.ok()) {
    log.Error("traylined.start_failed", {{"reason", started.error().text}});
    return started.error().code == Errc::kRejected ? kWrongConfig : kFailed;
  }
  const Status watched = WatchUntilSignal(daemon, signals);
  daemon.Stop();
  if (watched.ok()) return 0;
  log.Error("traylined.cannot_go_on", {{"reason", watched.error().text}});
  return kFailed;
}

constexpr const char* kHelp = R"(traylined [OPTIONS]

Records what happens at this terminal, answers its hosts, and carries it to headquarters.

  --config FILE    configuration file (/etc/trayline/trayline.conf)
  --check-config   say what is wrong with the configuration, and end
  --version        print the version, and end
  -h,--help        print this, and end

Exit status: 0 stopped in order, 1 could not start, 2 wrong configuration or use.
)";

struct Words {
  std::string path = "/etc/trayline/trayline.conf";
  bool check_only = false;
  std::optional<int> ends_with;  // help, version or a wrong word: nothing is started
};

// The C library's own parser: the agent stays in memory for months, and a larger one's pages with
// it.
Words ParseWords(int argc, char** argv) {
  constexpr int kConfig = 'c';
  constexpr int kCheck = 'k';
  constexpr int kVersion = 'v';
  static constexpr option kOptions[] = {{"config", required_argument, nullptr, kConfig},
                                        {"check-config", no_argument, nullptr, kCheck},
                                        {"version", no_argument, nullptr, kVersion},
                                        {"help", no_argument, nullptr, 'h'},
                                        {nullptr, 0, nullptr, 0}};
  Words words;
  for (;;) {
    const int found = getopt_long(argc, argv, "h", kOptions, nullptr);
    if (found == -1) break;
    if (found == kConfig) {
      words.path = optarg;
    } else if (found == kCheck) {
      words.check_only = true;
    } else if (found == kVersion) {
      std::puts("traylined " TRAYLINE_VERSION);
      words.ends_with = 0;
    } else if (found == 'h') {
      std::fputs(kHelp, stdout);
      words.ends_with = 0;
    } else {
      words.ends_with = kWrongConfig;  // getopt_long has said what is wrong
    }
  }
  if (optind < argc) {
    std::fprintf(stderr, "traylined: '%s' is not an option; see traylined --help\n", argv[optind]);
    words.ends_with = kWrongConfig;
  }
  return words;
}

int Main(int argc, char** argv) {
  const Words words = ParseWords(argc, argv);
  if (words.ends_with) return *words.ends_with;
  const auto config = config::ReadConfig(words.path);
  if (!config) {
    std::fprintf(stderr, "traylined: %s\n", config.error().text.c_str());
    return kWrongConfig;
  }
  if (words.check_only) {
    std::printf("%s: terminal %s, nothing wrong\n", words.path.c_str(),
                ToText(config->terminal).c_str());
    return 0;
  }
  return Run(*config);
}

}  // namespace
}  // namespace trayline::traylined

int main(int argc, char** argv) {
  try {
    return trayline::traylined::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "traylined: %s\n", error.what());
    return 1;
  }
}
