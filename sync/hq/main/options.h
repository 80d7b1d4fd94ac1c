// Options of trayline-hq, from the command line, checked. Value type.
#ifndef TRAYLINE_SYNC_HQ_MAIN_OPTIONS_H_
#define TRAYLINE_SYNC_HQ_MAIN_OPTIONS_H_

#include <string>
#include <variant>
#include <vector>

#include "agent/base/log.h"
#include "sync/hq/analysis/business_day.h"
#include "sync/mqtt/client.h"

namespace trayline::hq {

struct Options {
  enum class Command { kServe, kCheck, kRebuild, kRestored };
  Command command = Command::kServe;

  std::string database = "trayline-hq.db";
  std::string listen = "127.0.0.1:7400";
  std::string address_file;  // filled in: <database>.address unless given
  std::vector<std::string> hosts;
  std::string web;  // filled in: where the pages are found, or empty
  std::string broker = "tcp://127.0.0.1:1883";
  mqtt::TlsOptions receiver_tls;
  mqtt::TlsOptions sender_tls;
  std::string tenant;
  DayOptions day;
  LogLevel log_level = LogLevel::kInfo;
};

// Either options, or the exit code of a program that has said all that there is to say (--help,
// --version, a mistake).
std::variant<Options, int> ParseOptions(int argc, const char* const* argv);

}  // namespace trayline::hq

#endif  // TRAYLINE_SYNC_HQ_MAIN_OPTIONS_H_
