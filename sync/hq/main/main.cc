// trayline-hq: reads the command line, builds the server, waits for a signal.
#include <signal.h>
#include <time.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <variant>

#include "agent/base/log.h"
#include "sync/hq/main/options.h"
#include "sync/hq/main/server_app.h"

namespace trayline::hq {
namespace {

constexpr long kWatchEveryNs = 250'000'000;

// Blocked before any thread starts, so that all threads inherit it and only the main one takes
// them.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int ServeUntilSignal(const Options& options, Log& log) {
  const sigset_t signals = BlockSignals();
  ServerApp app(options, log);
  if (Status started = app.Start(); !started.ok()) {
    std::cerr << "trayline-hq: " << started.error().text << '\n';
    return 1;
  }
  const timespec wait{.tv_sec = 0, .tv_nsec = kWatchEveryNs};
  while (sigtimedwait(&signals, nullptr, &wait) < 0) app.Watch();
  app.Stop();
  return 0;
}

int Report(const Status& status, const char* done) {
  if (!status.ok()) {
    std::cerr << "trayline-hq: " << status.error().text << '\n';
    return 1;
  }
  std::cout << done << '\n';
  return 0;
}

int ReportRestored(const Options& options, Log& log) {
  auto done = MarkRestored(options, log);
  if (!done.ok()) return Report(done.error(), "");
  std::cout << "The generation is " << done->generation << ", above the "
            << (done->highest_known == 0 ? std::string("none")
                                         : std::to_string(done->highest_known))
            << " that was known.\n"
            << done->terminals
            << " terminals are known; each sends again what this database lacks, "
            << "as far back as it keeps it, when it meets this trayline-hq.\n";
  return 0;
}

int Run(int argc, const char* const* argv) {
  auto parsed = ParseOptions(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const Options& options = std::get<Options>(parsed);
  Log log = StderrLog(options.log_level);
  switch (options.command) {
    case Options::Command::kCheck:
      return Report(Check(options), "ok");
    case Options::Command::kRebuild:
      return Report(Rebuild(options, log), "All journeys have been made anew.");
    case Options::Command::kRestored:
      return ReportRestored(options, log);
    case Options::Command::kServe:
      break;
  }
  return ServeUntilSignal(options, log);
}

}  // namespace
}  // namespace trayline::hq

int main(int argc, char** argv) {
  // Nothing of ours throws; what a library may throw ends here with its words.
  try {
    return trayline::hq::Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "trayline-hq: %s\n", error.what());
  }
  return 1;
}
