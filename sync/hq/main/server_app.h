// ServerApp: everything of a running trayline-hq, built bottom up and stopped in the opposite
// order. Start, Watch and Stop: the main thread, which owns it.
#ifndef TRAYLINE_SYNC_HQ_MAIN_SERVER_APP_H_
#define TRAYLINE_SYNC_HQ_MAIN_SERVER_APP_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "sync/hq/main/options.h"

namespace trayline::hq {

class ServerApp {
 public:
  // options and log must outlive it.
  ServerApp(const Options& options, Log& log);
  // Stops if Stop has not been called.
  ~ServerApp();
  ServerApp(const ServerApp&) = delete;
  ServerApp& operator=(const ServerApp&) = delete;

  // Opens the database, serves pages, and tries to reach the broker from then on. Says what could
  // not be opened.
  Status Start();
  // To be called a few times a second: keeps systemd informed.
  void Watch();
  // Takes nothing more, stores and acknowledges what has arrived, tells terminals that HQ is away,
  // ends.
  void Stop();

 private:
  struct Parts;
  Status OpenStore();
  Status Serve();
  void StartThreads();

  const Options& options_;
  Log& log_;
  std::unique_ptr<Parts> parts_;
};

// Drops all journeys and makes them from the stored events. kConflict: trayline-hq is running.
Status Rebuild(const Options& options, Log& log);

struct Restored {
  std::uint64_t generation = 0;     // from now on
  std::uint64_t highest_known = 0;  // before, by the file or any terminal
  std::size_t terminals = 0;
};
// Raises the generation above all that any terminal can have heard, so that terminals obey when HQ
// asks for what a restored database lacks. kConflict: trayline-hq is running; kNotFound: no such
// database. Blocks on the disk.
Result<Restored> MarkRestored(const Options& options, Log& log);
// What would hinder a start; opens the database for reading only.
Status Check(const Options& options);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_MAIN_SERVER_APP_H_
