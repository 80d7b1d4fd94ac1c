// Daemon: traylined's parts, built bottom up, started and stopped in order. One thread owns it (the
// main one); the threads that it makes are core, store and uplink (http's live in its server).
#ifndef TRAYLINE_FIRMWARE_TRAYLINED_DAEMON_H_
#define TRAYLINE_FIRMWARE_TRAYLINED_DAEMON_H_

#include <memory>
#include <string>

#include "agent/base/log.h"
#include "agent/base/result.h"
#include "firmware/config/config.h"

namespace trayline::traylined {

class Daemon {
 public:
  // log must outlive it.
  Daemon(config::Config config, Log& log);
  // Stops if Stop has not been called.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Opens the journal, recovers, opens the doors, tells systemd. After an error only the destructor
  // may be called.
  Status Start();

  // Call about twice a second: notes when the connection comes or goes and how the storage is,
  // tells the watchdog of systemd that the core still works, and begins anew on a recovered journal
  // when the present one is damaged. After an error only Stop and the destructor may be called.
  Status Watch();

  // Closes the doors, drains the core, commits, closes the journal. Does not wait for the network
  // but to say good-bye to a broker that is there.
  void Stop();

 private:
  struct Parts;

  Status Restart(std::string damage, bool certain);

  const config::Config config_;
  Log& log_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace trayline::traylined

#endif  // TRAYLINE_FIRMWARE_TRAYLINED_DAEMON_H_
